import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";
import be from "../../locales/be/window.ftl?raw";
import en from "../../locales/en/window.ftl?raw";
import ru from "../../locales/ru/window.ftl?raw";
import type { Language } from "../generated/Language";
import type { TextView } from "../generated/TextView";

const SOURCES: Record<Language, string> = { be, ru, en };

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
    found.addResource(new FluentResource(SOURCES[language]));
    bundles.set(language, found);
  }
  return found;
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

/** The sentence of that id in the current language. */
export function t(id: string, args?: Record<string, FluentVariable>): string {
  const messages = bundle(locale.current);
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
  return new Intl.NumberFormat(locale.current, options).format(shown);
}

/** A span of time, roughly, such as 2 minutes. */
export function span(seconds: number): string {
  const minutes = seconds / 60;
  const short = minutes < 1.5;
  const options = { style: "unit", unit: short ? "second" : "minute", unitDisplay: "long" } as const;
  return new Intl.NumberFormat(locale.current, options).format(Math.ceil(short ? seconds : minutes));
}

function format(value: string, options: Intl.DateTimeFormatOptions): string {
  // A day without a time stands for itself in every time zone.
  const dayOnly = /^\d{4}-\d{2}-\d{2}$/.test(value);
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return value;
  return new Intl.DateTimeFormat(locale.current, dayOnly ? { ...options, timeZone: "UTC" } : options).format(date);
}
