// Days as people type and read them. Whether a day may be taken, the core says.
import { day, LANGUAGES, locale } from "../lib/i18n.svelte";
import { fold } from "../lib/fold";

const KEPT = /^(\d{4})-(\d{2})-(\d{2})$/;
/** Day, month by number or name, year; a full stop, comma, slash, dash or space between them. */
const TYPED = /^(\d{1,2})[\s.,/-]+(\d{1,2}|\p{L}+)[\s.,/-]+(\d{4})(?:\s*г(?:ода|\.)?)?$/u;
const DIGITS = /^(\d{2})(\d{2})(\d{4})$/;
/** Letters by which a month is told. */
const SHORTEST = 3;

/** The day that is meant, as it is kept (`2026-05-03`); nothing for what is none, or not one yet. */
export function dayOf(text: string): string | undefined {
  const typed = text.trim();
  const kept = KEPT.exec(typed);
  if (kept) return real(Number(kept[1]), Number(kept[2]), Number(kept[3]));
  const parts = DIGITS.exec(typed) ?? TYPED.exec(typed);
  if (!parts) return undefined;
  const month = /\d/.test(parts[2]!) ? Number(parts[2]) : monthOf(parts[2]!);
  return month ? real(Number(parts[3]), month, Number(parts[1])) : undefined;
}

/** As people who speak the language write it: 03.05.2026, in English 3 May 2026. What is no day stays as it is. */
export function shownDay(value: string): string {
  const parts = KEPT.exec(value);
  if (!parts) return value;
  return locale.current === "en" ? day(value) : `${parts[3]}.${parts[2]}.${parts[1]}`;
}

function real(year: number, month: number, date: number): string | undefined {
  const made = new Date(Date.UTC(year, month - 1, date));
  // A day that the month does not have would be one of the next month.
  if (year < 1000 || made.getUTCMonth() !== month - 1 || made.getUTCDate() !== date) return undefined;
  return made.toISOString().slice(0, 10);
}

let names: string[][] | undefined;

/** The number of a month by its name in any of the languages, or by the beginning of it. */
function monthOf(word: string): number | undefined {
  names ??= Array.from({ length: 12 }, (_, index) => namesOf(index));
  const wanted = fold(word);
  if (wanted.length < SHORTEST) return undefined;
  const found = names.findIndex((month) => month.some((name) => name.startsWith(wanted)));
  return found < 0 ? undefined : found + 1;
}

/** May is май alone and мая with a day. */
function namesOf(index: number): string[] {
  const date = new Date(Date.UTC(2026, index, 1));
  return LANGUAGES.flatMap(({ code }) => {
    const alone = new Intl.DateTimeFormat(code, { month: "long", timeZone: "UTC" });
    const dated = new Intl.DateTimeFormat(code, { month: "long", day: "numeric", timeZone: "UTC" });
    const parts = [...alone.formatToParts(date), ...dated.formatToParts(date)];
    return parts.filter((part) => part.type === "month").map((part) => fold(part.value));
  });
}
