import { expect, test } from "vitest";
import { matching, MOST_LISTED, regions, written, type Choice } from "../src/draft/choices";
import { widgetOf } from "../src/draft/form";
import type { FormView } from "../src/generated/FormView";
import { fold } from "../src/lib/fold";
import { locale } from "../src/lib/i18n.svelte";

const countries: Choice[] = [
  ["GB", "Вялікабрытанія"],
  ["CN", "Кітай"],
  ["CI", "Кот-д’Івуар"],
  ["NZ", "Новая Зеландыя"],
  ["AE", "Аб’яднаныя Арабскія Эміраты"],
  ["SA", "Саудаўская Аравія"],
  ["ME", "Чёрногория"],
].map(([value, label]) => ({ value: value!, label: label! }));

const found = (typed: string): string[] => matching(countries, typed).map((one) => one.value);

test("letters of the two languages that stand for one another are the same", () => {
  expect(fold("КІТАЙ")).toBe(fold("китаи"));
  expect(fold("Ґ")).toBe("г");
  expect(found("китай")).toEqual(["CN"]);
  expect(found("кітай")).toEqual(["CN"]);
  expect(found("Черногория")).toEqual(["ME"]);
  expect(found("саудауская")).toEqual(["SA"]);
  expect(found("котдивуар")).toEqual([]);
  expect(found("кот дивуар")).toEqual(["CI"]);
  expect(found("абяднаныя")).toEqual(["AE"]);
});

test("each typed word begins a word, and what begins with them comes first", () => {
  expect(found("зел")).toEqual(["NZ"]);
  expect(found("зел нов")).toEqual(["NZ"]);
  expect(found("еландыя")).toEqual([]);
  expect(found("нов кітай")).toEqual([]);
  expect(found("а")).toEqual(["AE", "SA"]);
  expect(matching([countries[5]!, countries[4]!], "а").map((one) => one.value)).toEqual(["AE", "SA"]);
  expect(found(" ")).toEqual(countries.map((one) => one.value));
});

test("a choice that is written out is that choice, a part of it is none", () => {
  expect(written(countries, "новая  зеландия")).toBeUndefined();
  expect(written(countries, " новая зеландыя")?.value).toBe("NZ");
  expect(written(countries, "новая")).toBeUndefined();
  expect(written(countries, "")).toBeUndefined();
});

test("more choices than are looked through at a glance are searched, whatever is wished", () => {
  const widget = (count: number, wish: string): string => {
    const choices = Array.from({ length: count }, (_, index) => `c${index}`);
    const form = { schema: { properties: { one: { enum: choices } } }, ui: { widgets: { "/one": wish } } };
    return widgetOf(form as unknown as FormView, "/one");
  };
  expect(widget(MOST_LISTED, "select")).toBe("select");
  expect(widget(MOST_LISTED, "radio")).toBe("radio");
  expect(widget(MOST_LISTED + 1, "select")).toBe("search");
  expect(widget(MOST_LISTED + 1, "radio")).toBe("search");
});

test("regions are proposed in the language of addresses, by the letters of either", () => {
  locale.current = "ru";
  expect(regions()).toHaveLength(6);
  expect(matching(regions(), "минс").map((one) => one.label)).toEqual(["Минская область"]);
  locale.current = "be";
  expect(matching(regions(), "минс").map((one) => one.value)).toEqual(["Мінская вобласць"]);
  expect(matching(regions(), "магилеу").map((one) => one.value)).toEqual(["Магілёўская вобласць"]);
});
