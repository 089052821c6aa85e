import { expect, test } from "vitest";
import type { FormView } from "../src/generated/FormView";
import { isRequired, valueAt, widgetOf, withValue } from "../src/draft/form";

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
    },
  },
  ui: { steps: [], widgets: { "/kind": "radio" } },
} as unknown as FormView;

test("a field is asked as its schema says", () => {
  expect(["/name", "/size", "/kind", "/sure", "/home/a~1b"].map((path) => widgetOf(form, path))).toEqual([
    "text",
    "number",
    "radio",
    "checkbox",
    "date",
  ]);
  expect(isRequired(form, "/name")).toBe(true);
  expect(isRequired(form, "/size")).toBe(false);
  expect(isRequired(form, "/home/a~1b")).toBe(true);
});

test("a value is set without touching what was there", () => {
  const before = { name: "x", home: { other: 1 } };
  const after = withValue(before, "/home/a~1b", "2026-01-01");
  expect(valueAt(after, "/home/a~1b")).toBe("2026-01-01");
  expect(before).toEqual({ name: "x", home: { other: 1 } });
  expect(withValue(after, "/name", undefined)).toEqual({ home: { other: 1, "a/b": "2026-01-01" } });
});
