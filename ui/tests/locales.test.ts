// Every sentence that the window can ask for exists in the three languages, with the same values.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse, type Message } from "@fluent/syntax";
import { expect, test } from "vitest";

const LANGUAGES = ["be", "ru", "en"] as const;

function messages(language: string): Map<string, Message> {
  const resource = parse(readFileSync(`locales/${language}/window.ftl`, "utf8"), {});
  const junk = resource.body.filter((entry) => entry.type === "Junk");
  expect(junk, `${language}: unreadable entries`).toHaveLength(0);
  return new Map(
    resource.body.filter((entry): entry is Message => entry.type === "Message").map((entry) => [entry.id.name, entry]),
  );
}

function variables(node: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(node)) for (const part of node) variables(part, found);
  else if (node && typeof node === "object") {
    const typed = node as { type?: string; id?: { name: string } };
    if (typed.type === "VariableReference" && typed.id) found.add(typed.id.name);
    for (const part of Object.values(node)) variables(part, found);
  }
  return found;
}

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === "generated" ? [] : sources(path);
    return [readFileSync(path, "utf8")];
  });
}

test("the languages have the same sentences with the same values", () => {
  const [first, ...others] = LANGUAGES.map(messages);
  for (const other of others) {
    expect([...other.keys()].sort()).toEqual([...first!.keys()].sort());
    for (const [id, message] of other) {
      expect([...variables(message)].sort(), id).toEqual([...variables(first!.get(id))].sort());
    }
  }
});

test("every sentence that the code names is there", () => {
  const known = messages("en");
  const text = sources("src").join("\n");
  const named = [...text.matchAll(/\bt\(\s*"([a-z][A-Za-z0-9_-]*)"/g)].map((match) => match[1]!);
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter((id) => !known.has(id))).toEqual([]);
});
