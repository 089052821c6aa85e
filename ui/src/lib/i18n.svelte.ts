import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";
import be from "../../locales/be/window.ftl?raw";
import en from "../../locales/en/window.ftl?raw";
import ru from "../../locales/ru/window.ftl?raw";
import type { Language } from "../generated/Language";
import type { TextView } from "../generated/TextView";

/** Sentences that no bundle has yet: those of a language are parsed when it is first spoken. */
const unread: Record<Language, string[]> = { be: [be], ru: [ru], en: [en] };

/** The languages of the interface under their own names. */
export const LANGUAGES: ReadonlyArray<{ code: Language; name: string }> = [
  { code: "be", name: "Беларуская" },
  { code: "ru", name: "Русский" },
  { code: "en", name: "English" },
];

const bundles = new Map<Language, FluentBundle>();

function bundle(language: Language): FluentBundle {
  let found = bundles.get(language);
  if (!found) {
    found = new FluentBundle(language, { useIsolating: false });
    bundles.set(language, found);
  }
  for (const source of unread[language].splice(0)) found.addResource(new FluentResource(source));
  return found;
}

/** Adds sentences that only some pages need. */
export function learn(sources: Record<Language, string>): void {
  for (const { code } of LANGUAGES) unread[code].push(sources[code]);
}

class Locale {
  current: Language = $state("be");

  /** Shows everything in another language at once. */
  use(language: Language): void {
    this.current = language;
    document.documentElement.lang = language;
  }
}

export const locale = new Locale();

/** Whose dates and numbers are written: English here counts hours to 24 and puts the day first. */
export function region(): string {
  return locale.current === "en" ? "en-GB" : locale.current;
}

/** Puts texts in the order of the current language. */
export function collator(): Intl.Collator {
  return new Intl.Collator(region());
}

/** The sentence of that id in the current language. */
export function t(id: string, args?: Record<string, FluentVariable>): string {
  return say(locale.current, id, args);
}

/** The same in every language, for what is shown until later or is sought in any. */
export function inAll(id: string, args?: Record<string, FluentVariable>): TextView {
  return { be: say("be", id, args), ru: say("ru", id, args), en: say("en", id, args) };
}

function say(language: Language, id: string, args?: Record<string, FluentVariable>): string {
  const messages = bundle(language);
  const message = messages.getMessage(id);
  if (!message?.value) return id;
  return messages.formatPattern(message.value, args);
}

/** A text of the portal in the current language, else in the one that it has. */
export function tx(text: TextView): string {
  return text[locale.current] || text.be || text.ru || text.en;
}

/** A day, such as 23 November 2026. */
export function day(value: string): string {
  return format(value, { day: "numeric", month: "long", year: "numeric" });
}

/** A day and a time of day. */
export function moment(value: string): string {
  return format(value, { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" });
}

/** A moment as one says it: the time alone for today, the day for yesterday and tomorrow, else the date. */
export function when(value: string, now = new Date()): string {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return value;
  const days = daysFrom(date, now);
  if (Math.abs(days) > 1) {
    const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
    return format(value, { day: "numeric", month: "long", year, hour: "2-digit", minute: "2-digit" });
  }
  const word = new Intl.RelativeTimeFormat(region(), { numeric: "auto" }).format(days, "day");
  return `${word}, ${format(value, { hour: "2-digit", minute: "2-digit" })}`;
}

/** How far a day is, such as "in 3 days" or "tomorrow". */
export function ahead(value: string, now = new Date()): string {
  const days = daysFrom(new Date(value), now);
  return new Intl.RelativeTimeFormat(region(), { numeric: "auto" }).format(days, "day");
}

/** Whole days from now to that day by the calendar of this computer; negative when it is over. */
export function daysFrom(date: Date, now = new Date()): number {
  const start = (of: Date) => Date.UTC(of.getFullYear(), of.getMonth(), of.getDate());
  return Math.round((start(date) - start(now)) / 864e5);
}

/** An amount of octets, such as 1.2 MB. */
export function octets(count: number): string {
  const small = count < 1e6;
  const options = {
    style: "unit",
    unit: small ? "kilobyte" : "megabyte",
    maximumFractionDigits: small ? 0 : 1,
  } as const;
  // Nothing is nothing, and little is not nothing.
  const shown = small ? Math.ceil(count / 1e3) : count / 1e6;
  return new Intl.NumberFormat(region(), options).format(shown);
}

/** A span of time, roughly, such as 2 minutes. */
export function span(seconds: number): string {
  const minutes = seconds / 60;
  const short = minutes < 1.5;
  const options = { style: "unit", unit: short ? "second" : "minute", unitDisplay: "long" } as const;
  return new Intl.NumberFormat(region(), options).format(Math.ceil(short ? seconds : minutes));
}

function format(value: string, options: { [key in keyof Intl.DateTimeFormatOptions]?: Intl.DateTimeFormatOptions[key] | undefined }): string {
  // A day without a time stands for itself in every time zone.
  const dayOnly = /^\d{4}-\d{2}-\d{2}$/.test(value);
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return value;
  const written = new Intl.DateTimeFormat(region(), (dayOnly ? { ...options, timeZone: "UTC" } : options) as Intl.DateTimeFormatOptions).format(date);
  // After a vowel the preposition is short, which CLDR cannot know.
  return locale.current === "be" ? written.replace(/([аеёіоуыэюя]) у (?=\d)/g, "$1 ў ") : written;
}
