import { daysFrom } from "../lib/i18n.svelte";

/** How a certificate stands by its last moment: the days of the reminders are those of the core. */
export function validity(until: string, now = new Date()): { kind: "good" | "info" | "care" | "bad"; what: "long" | "soon" | "ended" } {
  const end = new Date(until);
  if (end.getTime() < now.getTime()) return { kind: "bad", what: "ended" };
  const days = daysFrom(end, now);
  if (days > 60) return { kind: "good", what: "long" };
  return { kind: days > 30 ? "info" : "care", what: "soon" };
}
