import { expect, test } from "vitest";
import { grouped, shownPhone } from "../src/draft/phone";

test("a number falls into groups while it is typed, digit by digit", () => {
  let shown = "";
  const seen: string[] = [];
  for (const sign of "+375295550123") seen.push((shown = grouped(shown + sign)));
  expect(seen.slice(3)).toEqual([
    "+375",
    "+375 2",
    "+375 29",
    "+375 29 5",
    "+375 29 55",
    "+375 29 555",
    "+375 29 555-0",
    "+375 29 555-01",
    "+375 29 555-01-2",
    "+375 29 555-01-23",
  ]);
  expect(grouped("80295550123")).toBe("80 29 555-01-23");
  expect(grouped("+375(17)200 00 00")).toBe("+375 17 200-00-00");
});

test("other countries, too many digits and what is no number stay as they are typed", () => {
  for (const text of ["+48 601 234 567", "+3752955501234", "+375 29 x", "дом", "", "80"]) expect(grouped(text)).toBe(text);
});

test("a kept number is shown in groups, and nothing else is changed", () => {
  expect(shownPhone("+375295550123")).toBe("+375 29 555-01-23");
  for (const text of ["+48601234567", "80295550123", "+37529555012", "+375 29 5"]) expect(shownPhone(text)).toBe(text);
});
