// Where the window is, and the way back.
import { beforeEach, expect, test, vi } from "vitest";
import { router, to } from "../src/lib/router.svelte";

/** A browser's history, as far as it is used: its entries and where it stands. */
const browser = vi.hoisted(() => {
  const page = "tauri://localhost/index.html";
  const browser = {
    entries: [{ hash: "", state: null as unknown }],
    at: 0,
    changed: (_: { oldURL: string }) => undefined as void,
    go(hash: string): void {
      const oldURL = page + browser.entries[browser.at]!.hash;
      browser.entries.splice(browser.at + 1, Infinity, { hash, state: null });
      browser.at += 1;
      browser.changed({ oldURL });
    },
    back(): void {
      const oldURL = page + browser.entries[browser.at]!.hash;
      browser.at -= 1;
      browser.changed({ oldURL });
    },
  };
  vi.stubGlobal("addEventListener", (_: string, handler: typeof browser.changed) => (browser.changed = handler));
  vi.stubGlobal("location", {
    get hash() {
      return browser.entries[browser.at]!.hash;
    },
  });
  vi.stubGlobal("history", {
    get state() {
      return browser.entries[browser.at]!.state;
    },
    replaceState(state: unknown, _: string, hash = browser.entries[browser.at]!.hash) {
      browser.entries[browser.at] = { hash, state };
    },
  });
  return browser;
});

beforeEach(() => {
  vi.useFakeTimers();
  browser.go(to.home);
  browser.go(to.services);
});

test("the words that were searched for are in the address when one comes back", () => {
  router.search("дом");
  router.keep();
  browser.go(to.service("1.1.5"));
  expect(router.left).toBe(null);
  expect(router.cameFrom(to.services)).toBe(true);
  browser.back();
  expect(router.route).toEqual({ page: "services", query: "дом" });
  expect(router.left).toEqual({ page: "service", id: "1.1.5" });
});

test("they are written into it a moment after the last letter, and never into another page's", () => {
  router.search("д");
  router.search("до");
  expect(location.hash).toBe(to.services);
  vi.runAllTimers();
  expect(location.hash).toBe(to.search("до"));
  router.search("дом");
  browser.go(to.card);
  vi.runAllTimers();
  expect(location.hash).toBe(to.card);
  expect(router.cameFrom(to.services)).toBe(true);
});

test("a page that was opened from elsewhere does not go back to the list", () => {
  browser.go(to.home);
  browser.go(to.service("1.1.5"));
  expect(router.cameFrom(to.services)).toBe(false);
});
