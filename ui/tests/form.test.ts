import { expect, test } from "vitest";
import type { FormView } from "../src/generated/FormView";
import { fileLimits, folded, membersOf, moved, placeOf, schemaAt, valueAt, widgetOf, within, withValue } from "../src/draft/form";

const form = {
  schema: {
    type: "object",
    required: ["name"],
    properties: {
      name: { type: "string" },
      size: { type: "integer" },
      kind: { type: "string", enum: ["a", "b"] },
      sure: { type: "boolean", const: true },
      home: { type: "object", properties: { "a/b": { type: "string", format: "date" } }, required: ["a/b"] },
      address: { type: "object", properties: { house: { type: "string" }, street: { type: "string" }, region: { type: "string" } } },
      children: { type: "array", items: { $ref: "#/$defs/child" } },
      files: { type: "array", items: { type: "string", format: "attachment" } },
      sum: { type: "string", format: "money" },
    },
    $defs: {
      child: { type: "object", properties: { b: { type: "string" }, a: { type: "string", format: "personal-number" } } },
    },
  },
  ui: { steps: [], widgets: { "/kind": "radio", "/address": "address" }, order: { "/children/-": ["b"] } },
} as unknown as FormView;

test("a field is asked as its schema says", () => {
  const asked = {
    "/name": "text",
    "/size": "number",
    "/kind": "radio",
    "/sure": "checkbox",
    "/home": "group",
    "/home/a~1b": "date",
    "/children": "list",
    "/children/3/a": "number-text",
    "/files": "attachments",
    "/sum": "money",
    "/address/region": "region",
    "/address/street": "text",
  };
  for (const [path, widget] of Object.entries(asked)) expect(widgetOf(form, path), path).toBe(widget);
});

test("entries of a list share their place", () => {
  expect(placeOf(form, "/children/12/a")).toBe("/children/-/a");
  expect(placeOf(form, "/home/a~1b")).toBe("/home/a~1b");
  expect(schemaAt(form, "/children/0/a").format).toBe("personal-number");
  expect(membersOf(form, "/children/1")).toEqual(["/children/1/b", "/children/1/a"]);
  expect(membersOf(form, "/address")).toEqual(["/address/region", "/address/street", "/address/house"]);
  expect(within("/children/1/a", "/children/1")).toBe(true);
  expect(within("/children/10/a", "/children/1")).toBe(false);
});

test("a value is set without touching what was there", () => {
  const before = { name: "x", home: { other: 1 } };
  const after = withValue(before, "/home/a~1b", "2026-01-01");
  expect(valueAt(after, "/home/a~1b")).toBe("2026-01-01");
  expect(before).toEqual({ name: "x", home: { other: 1 } });
  expect(withValue(after, "/name", undefined)).toEqual({ home: { other: 1, "a/b": "2026-01-01" } });
});

test("entries of a list are set, and stay a list", () => {
  const before = { children: [{ a: "1" }, { a: "2", b: "x" }] };
  const after = withValue(before, "/children/1/a", undefined);
  expect(after).toEqual({ children: [{ a: "1" }, { b: "x" }] });
  expect(before.children[1]).toEqual({ a: "2", b: "x" });
  expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
});

test("letters that only look alike are noticed", () => {
  expect(folded("мр1234567", "MP1234567")).toBe(true);
  expect(folded("mp1234567", "MP1234567")).toBe(false);
  expect(folded("Менск", "Менск")).toBe(false);
});

test("a field of files says what it takes, and never more than an application may have", () => {
  const accept = ["application/pdf", "image/png"];
  const one = { format: "attachment", accept, maxSize: 10 * 1024 * 1024 };
  expect(fileLimits({ type: "array", maxItems: 5, items: one })).toEqual({ types: accept, kinds: ["PDF", "PNG"], megabytes: 10, count: 5 });
  expect(fileLimits(one).count).toBe(1);
  expect(fileLimits({ format: "attachment", contentMediaType: "image/heif" }).kinds).toEqual(["HEIC"]);
  const much = { type: "array", maxItems: 99, items: { format: "attachment", maxSize: 1024 ** 3 } };
  expect(fileLimits(much)).toEqual({ types: [], kinds: [], megabytes: 50, count: 20 });
});
