import type { HistoryView } from "../generated/HistoryView";
import { wordsOf } from "../lib/fold";
import { t, tx } from "../lib/i18n.svelte";

/** Statuses after which nothing more is awaited of anybody. */
const CLOSED = ["approved", "refused", "withdrawn"];

/** Whether an application of that status is still being dealt with. */
export function isOpen(status: string): boolean {
  return !CLOSED.includes(status);
}

/** Most words that a note may have before those of its status and still say no more. */
const BEFORE = 3;

/** What the portal noted of a step where it says more than the status: not "The application is registered". */
export function noteOf(event: HistoryView): string {
  const note = event.note ? tx(event.note) : "";
  const [words, status] = [wordsOf(note), wordsOf(t(`status-${event.status}`))];
  const before = words.length - status.length;
  const repeats = before >= 0 && before <= BEFORE && status.every((word, index) => words[before + index] === word);
  return repeats ? "" : note;
}
