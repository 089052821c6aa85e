import { expect, test } from "vitest";
import { dayOf, shownDay } from "../src/draft/days";
import type { Language } from "../src/generated/Language";
import { locale } from "../src/lib/i18n.svelte";

test("a day is understood as people write it, by name in each language", () => {
  const typed = [
    "2026-05-03",
    "3.5.2026",
    "03.05.2026",
    "3/5/2026",
    "3-05-2026",
    " 3 5 2026 ",
    "03052026",
    "3 May 2026",
    "3 мая 2026",
    "3 май 2026",
    "3 мая 2026 г.",
    "3 мая 2026 года",
  ];
  for (const text of typed) expect(dayOf(text), text).toBe("2026-05-03");
  expect(dayOf("1 студзеня 1990")).toBe("1990-01-01");
  expect(dayOf("1 снежань 1990")).toBe("1990-12-01");
  expect(dayOf("29 лютага 2024")).toBe("2024-02-29");
  expect(dayOf("9 сент. 2026")).toBe("2026-09-09");
  expect(dayOf("9 Sept 2026")).toBe("2026-09-09");
  expect(dayOf("30 ЛИПЕНЯ 2026")).toBe("2026-07-30");
});

test("each month is told by its name in each language", () => {
  for (const code of ["be", "ru", "en"]) {
    const format = new Intl.DateTimeFormat(code, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
    for (let month = 1; month <= 12; month += 1) {
      const kept = `2026-${String(month).padStart(2, "0")}-07`;
      const parts = format.formatToParts(new Date(kept));
      const of = (type: string): string => parts.find((part) => part.type === type)!.value;
      expect(dayOf(`${of("day")} ${of("month")} ${of("year")}`), `${code} ${month}`).toBe(kept);
    }
  }
});

test("what is no day is none", () => {
  for (const text of ["", "3.5", "3.5.26", "31.4.2026", "29.02.2026", "2026-13-01", "0.5.2026", "3 ма 2026", "3 што 2026", "05.2026", "1.1.0026", "3 May 2026 AD"]) {
    expect(dayOf(text), text).toBeUndefined();
  }
});

test("a day is shown in the language of the window, and what is none as it was typed", () => {
  const shown = (language: Language, value: string): string => {
    locale.current = language;
    return shownDay(value);
  };
  expect(shown("be", "2026-05-03")).toBe("03.05.2026");
  expect(shown("ru", "2026-05-03")).toBe("03.05.2026");
  expect(shown("en", "2026-05-03")).toBe("3 May 2026");
  for (const language of ["be", "ru", "en"] as const) {
    expect(shown(language, "3.5")).toBe("3.5");
    expect(dayOf(shown(language, "1987-09-30"))).toBe("1987-09-30");
  }
});
