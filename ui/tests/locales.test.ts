// Every sentence that the window can ask for exists in the three languages, with the same values; none
// is left over, and none stands in the pages themselves.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse, type Message } from "@fluent/syntax";
import { parse as parsePage } from "svelte/compiler";
import { expect, test } from "vitest";
import { TOPICS } from "../src/help/topics";

const LANGUAGES = ["be", "ru", "en"] as const;
const FILES = ["window.ftl", "help.ftl", "encryption.ftl", "certificate.ftl", "prompt.ftl", "signatures.ftl"];
/** What is the same in every language. */
const NAMES = new Set(["Kabinet", "Ctrl K", "https://", "BYN"]);
/** Attributes that people read or hear. */
const READ = new Set(["title", "aria-label", "aria-description", "placeholder", "alt", "label"]);

function messages(language: string): Map<string, Message> {
  const found = new Map<string, Message>();
  for (const file of FILES) {
    const resource = parse(readFileSync(`locales/${language}/${file}`, "utf8"), {});
    const junk = resource.body.filter((entry) => entry.type === "Junk");
    expect(junk, `${language}/${file}: unreadable entries`).toHaveLength(0);
    for (const entry of resource.body) {
      if (entry.type !== "Message") continue;
      expect(found.has(entry.id.name), `${language}/${file}: ${entry.id.name} twice`).toBe(false);
      found.set(entry.id.name, entry);
    }
  }
  return found;
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

function sources(folder: string): Array<[path: string, text: string]> {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === "generated" ? [] : sources(path);
    return [[path, readFileSync(path, "utf8")] as [string, string]];
  });
}

const code = sources("src");
const text = code.map(([, text]) => text).join("\n");

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
  const named = [...text.matchAll(/\b(?:t|tell)\(\s*"([a-z][A-Za-z0-9_-]*)"/g)].map((match) => match[1]!);
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter((id) => !known.has(id))).toEqual([]);
  expect(TOPICS.filter((topic) => !known.has(`help-${topic}`) || !known.has(`help-${topic}-text`))).toEqual([]);
});

test("no sentence is left over", () => {
  const whole = new Set([...text.matchAll(/"([a-z][A-Za-z0-9_-]*)"/g)].map((match) => match[1]!));
  // Names that are put together, such as `state-${state}`.
  const parts = [...text.matchAll(/`([^`]*\$\{[^`]*)`/g)].map((match) => match[1]!.split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/));
  const patterns = parts
    .filter((fixed) => fixed.every((part) => /^[A-Za-z0-9_-]*$/.test(part)) && fixed.join("").length > 3)
    .map((fixed) => new RegExp(`^${fixed.join("[A-Za-z0-9_-]+")}$`));
  const used = (id: string) => whole.has(id) || patterns.some((pattern) => pattern.test(id));
  expect([...messages("en").keys()].filter((id) => !used(id))).toEqual([]);
});

test("no words stand in the pages themselves", () => {
  const found: string[] = [];
  const look = (path: string, node: unknown, attribute = ""): void => {
    if (Array.isArray(node)) return node.forEach((part) => look(path, part, attribute));
    if (!node || typeof node !== "object") return;
    const { type, name, data, ...rest } = node as { type?: string; name?: string; data?: string };
    const read = attribute === "" || READ.has(attribute);
    if (type === "Text" && read && /\p{L}{2}/u.test(data ?? "") && !NAMES.has(data!.trim())) found.push(`${path}: ${data!.trim()}`);
    for (const part of Object.values(rest)) look(path, part, type === "Attribute" ? name : attribute);
  };
  const pages = code.filter(([path]) => path.endsWith(".svelte"));
  expect(pages.length).toBeGreaterThan(40);
  for (const [path, text] of pages) look(path, parsePage(text, { modern: true }).fragment);
  // What is painted before any script runs.
  for (const path of ["index.html", "prompt.html"]) {
    const body = readFileSync(path, "utf8").match(/<body>[\s\S]*<\/body>/)![0];
    look(path, parsePage(body.replace(/<script[^>]*><\/script>/, ""), { modern: true }).fragment);
  }
  // Cyrillic in a script is a sentence, but for the letters that look like Latin ones and the languages' names.
  for (const [path, text] of code) {
    const strings = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "").match(/"[^"\n]*\p{Script=Cyrillic}{4}[^"\n]*"/gu) ?? [];
    for (const one of strings) if (!path.endsWith("i18n.svelte.ts")) found.push(`${path}: ${one}`);
  }
  expect(found).toEqual([]);
});
