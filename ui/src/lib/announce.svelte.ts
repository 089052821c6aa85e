import type { FluentVariable } from "@fluent/bundle";
import { t } from "./i18n.svelte";

/** A sentence that is put into words when it is shown: the language may change while it is. */
export interface Said {
  id: string;
  args?: Record<string, FluentVariable>;
}

class Announcer {
  text = $state("");
  /** Tells one announcement from the next, also of the same words. */
  turn = $state(0);
  /** What is also shown for some seconds, to whoever does not listen. */
  shown: Said | null = $state(null);
}

/** Milliseconds that a sentence is shown. */
const SHOWN = 8_000;
let showing: ReturnType<typeof setTimeout> | undefined;

export const announcer = new Announcer();

/** Lets a screen reader say a sentence without moving the focus. */
export function announce(sentence: string): void {
  announcer.text = sentence;
  announcer.turn += 1;
}

/** Says and shows what was done where nothing else on the page tells it. */
export function tell(id: string, args: Said["args"] = {}): void {
  announce(t(id, args));
  announcer.shown = { id, args };
  clearTimeout(showing);
  showing = setTimeout(() => (announcer.shown = null), SHOWN);
}
