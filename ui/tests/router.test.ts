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
    clicked: (_: object) => undefined as void,
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
  vi.stubGlobal("addEventListener", (event: string, handler: typeof browser.changed) => {
    browser[event === "hashchange" ? "changed" : "clicked"] = handler as never;
  });
  vi.stubGlobal("location", {
    get hash() {
      return browser.entries[browser.at]!.hash;
    },
    set hash(hash: string) {
      browser.go(hash);
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

test("the words that were searched for are there when one comes back, to the last letter", () => {
  router.search("до");
  router.search("дом");
  browser.go(to.service("1.1.5"));
  expect(router.left).toBe(null);
  expect(router.cameFrom(to.services)).toBe(true);
  browser.back();
  expect(router.route).toEqual({ page: "services", query: "дом" });
  expect(router.left).toEqual({ page: "service", id: "1.1.5" });
});

test("they stand in no address, and nobody finds them once they are forgotten", () => {
  router.search("дом");
  router.forget();
  expect(router.route).toEqual({ page: "services", query: "" });
  browser.go(to.home);
  browser.back();
  expect(router.route).toEqual({ page: "services", query: "" });
  expect(browser.entries.map((one) => one.hash).join()).not.toContain("?");
});

test("what leads to where one is begins the page anew", () => {
  browser.go(to.help("pin"));
  const length = browser.entries.length;
  const link = { getAttribute: () => to.help("pin") };
  for (const lead of [() => router.go(to.help("pin")), () => browser.clicked({ target: { closest: () => link }, defaultPrevented: false })]) {
    const before = router.route;
    lead();
    vi.runAllTimers();
    expect(router.route).not.toBe(before);
    expect(router.route).toEqual({ page: "help", topic: "pin" });
  }
  expect(browser.entries.length).toBe(length);
});

test("the catalogue is shown as a whole when it is gone to from its own search", () => {
  router.search("дом");
  router.go(to.services);
  vi.runAllTimers();
  expect(router.route).toEqual({ page: "services", query: "" });
});

test("the page that the window began with is known when one comes back to it", () => {
  while (browser.at > 0) browser.back();
  expect(router.left).toEqual({ page: "home" });
  expect(router.cameFrom("")).toBe(true);
});

test("a page that was opened from elsewhere does not go back to the list", () => {
  browser.go(to.home);
  browser.go(to.service("1.1.5"));
  expect(router.cameFrom(to.services)).toBe(false);
});
