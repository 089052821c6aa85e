import type { HistoryView } from "../generated/HistoryView";
import { wordsOf } from "../lib/fold";
import { t, tx } from "../lib/i18n.svelte";

/** Statuses after which nothing more is awaited of anybody. */
const CLOSED = ["approved", "refused", "withdrawn"];

/** Whether an application of that status is still being dealt with. */
export function isOpen(status: string): boolean {
  return !CLOSED.includes(status);
}

/** What the portal noted of a step where it says more than the status: not "The application is registered". */
export function noteOf(event: HistoryView): string {
  const note = event.note ? tx(event.note) : "";
  const words = wordsOf(note).join(" ");
  const status = wordsOf(t(`status-${event.status}`)).join(" ");
  // Any other word before the status may say what it does not.
  const before = ["", ...t("status-note-before").split("/").map((some) => `${wordsOf(some).join(" ")} `)];
  return before.some((some) => words === some + status) ? "" : note;
}
