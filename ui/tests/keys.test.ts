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

test("the sheet of keys opens by the place of its key, whatever letters are on it", () => {
  for (const sign of ["/", ".", "-"]) {
    overlay.shown = null;
    pressed(event(sign, "Slash", { ctrlKey: true }));
    expect(overlay.shown, sign).toBe("keys");
  }
});
