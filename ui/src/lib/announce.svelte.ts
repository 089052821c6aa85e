import type { FluentVariable } from "@fluent/bundle";
import { t } from "./i18n.svelte";

/** A sentence that is put into words when it is shown: the language may change while it is. */
export interface Said {
  id: string;
  args?: Record<string, FluentVariable>;
}

class Announcer {
  /** What is said, in its order: a screen reader hears of each as it comes. */
  sentences: { id: number; text: string }[] = $state([]);
  /** What is also shown for some seconds, to whoever does not listen. */
  shown: Said | null = $state(null);
}

/** Milliseconds after which a sentence is taken away: heard of long ago, and not to be found later. */
const SAID = 10_000;
/** Milliseconds that a sentence is shown. */
const SHOWN = 8_000;
let showing: ReturnType<typeof setTimeout> | undefined;
let last = 0;

export const announcer = new Announcer();

/** Lets a screen reader say a sentence without moving the focus, after what it still has to say. */
export function announce(text: string): void {
  const id = (last += 1);
  announcer.sentences.push({ id, text });
  setTimeout(() => (announcer.sentences = announcer.sentences.filter((one) => one.id !== id)), SAID);
}

/** Says and shows what was done where nothing else on the page tells it. */
export function tell(id: string, args: Said["args"] = {}): void {
  announce(t(id, args));
  announcer.shown = { id, args };
  clearTimeout(showing);
  showing = setTimeout(() => (announcer.shown = null), SHOWN);
}

/** Takes away everything that was said and is shown: it may name the person. */
export function hush(): void {
  announcer.sentences = [];
  announcer.shown = null;
}
