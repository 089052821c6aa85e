// What the pages say of certificates: how long one lasts, which step is shown, and whose key is the weakest.
import { expect, test } from "vitest";
import { STEPS, stepAt } from "../src/certificate/steps";
import { validity } from "../src/certificate/validity";
import { isCertificate, weakest, type Recipient } from "../src/files/recipients";

const NOW = new Date("2026-11-27T12:00:00Z");

test("a certificate stands as the reminders say", () => {
  const of = (until: string) => Object.values(validity(until, NOW)).join(" ");
  expect(of("2027-01-28T12:00:00Z")).toBe("good long");
  expect(of("2027-01-26T12:00:00Z")).toBe("info soon");
  expect(of("2026-12-27T12:00:00Z")).toBe("care soon");
  expect(of("2026-11-27T12:00:01Z")).toBe("care soon");
  expect(of("2026-11-27T11:59:59Z")).toBe("bad ended");
});

test("each place of a dialogue is one of the steps, in their order", () => {
  const way = ["pin", "key", "request", "portal", "terminal", "reading", "checking", "saving"] as const;
  const places = way.map((step) => STEPS.indexOf(stepAt(step)!));
  expect(places).toEqual([...places].sort((one, other) => one - other));
  expect(new Set(places).size).toBe(STEPS.length);
  expect(stepAt("done")).toBeUndefined();
  expect(stepAt(null)).toBeUndefined();
});

test("the weakest recipient is named, unless all have the longest keys", () => {
  const one = (name: string, key_bits: number, problem: unknown = null) => ({ view: { name, key_bits, problem } }) as Recipient;
  expect(weakest([])).toBeUndefined();
  expect(weakest([one("a", 256)])).toBeUndefined();
  expect(weakest([one("a", 256), one("b", 192), one("c", 128)])?.view.name).toBe("c");
  // Who cannot be one decides nothing.
  expect(weakest([one("a", 192), one("b", 0, {})])?.view.name).toBe("a");
});

test("certificates are told by their names", () => {
  expect(["a.cer", "B.CRT", "c.d.pem"].every(isCertificate)).toBe(true);
  expect(["cer", "a.cer.pdf", "a.p7m"].some(isCertificate)).toBe(false);
});
