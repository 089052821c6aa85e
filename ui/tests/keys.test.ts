// The keys of the whole window.
import { expect, test, vi } from "vitest";
import { pressed, SHORTCUTS } from "../src/shell/keys";
import { overlay } from "../src/shell/overlay.svelte";

vi.hoisted(() => {
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("location", { hash: "" });
  vi.stubGlobal("history", { state: {} });
});
vi.mock("../src/lib/area.svelte", () => ({ area: { isOpen: false } }));

const event = (key: string, code: string, held: object = {}) =>
  ({ key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, preventDefault: () => undefined, ...held }) as KeyboardEvent;

test("no sign alone is a shortcut, since whoever dictates presses it by a word (WCAG 2.1.4)", () => {
  for (let code = 33; code < 127; code += 1) {
    const sign = String.fromCharCode(code);
    for (const shiftKey of [false, true]) {
      const found = SHORTCUTS.filter((one) => one.matches(event(sign, "Slash", { shiftKey })));
      expect(found.map((one) => one.id), sign).toEqual([]);
    }
  }
});

test("the sheet of keys opens by the sign of its key, and by its place under Cyrillic letters", () => {
  const opens = (key: string, code: string, held: object = {}): boolean => {
    overlay.shown = null;
    pressed(event(key, code, { ctrlKey: true, ...held }));
    return overlay.shown === "keys";
  };
  expect(opens("/", "Slash")).toBe(true);
  expect(opens(".", "Slash")).toBe(true);
  // German and French keyboards.
  expect(opens("/", "Digit7", { shiftKey: true })).toBe(true);
  expect(opens("/", "Period", { shiftKey: true })).toBe(true);
  // What is at the place there makes the text smaller, or undoes (Dvorak).
  expect(opens("-", "Slash")).toBe(false);
  expect(opens("z", "Slash")).toBe(false);
});
