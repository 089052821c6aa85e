import type { ReadersView } from "../generated/ReadersView";

/** What stands between the person and the use of a card, in the order in which it is solved. */
export type Readiness =
  | { state: "looking" | "no-service" | "other-version" | "denied" | "no-reader" | "no-card" | "mute" | "in-use" | "other" }
  | { state: "ready"; readers: string[] };

/** The one thing to say of this computer: the nearest to success over all readers. */
export function readiness(view: ReadersView | null): Readiness {
  if (!view) return { state: "looking" };
  if (view.service === "not_running" && view.readers.length === 0) return { state: "no-service" };
  if (view.service === "other_version" && view.readers.length === 0) return { state: "other-version" };
  if (view.service === "access_denied" && view.readers.length === 0) return { state: "denied" };
  const ready = view.readers.filter((reader) => reader.card === "id_card").map((reader) => reader.name);
  if (ready.length > 0) return { state: "ready", readers: ready };
  const has = (card: string) => view.readers.some((reader) => reader.card === card);
  if (has("in_use")) return { state: "in-use" };
  if (has("mute")) return { state: "mute" };
  if (has("other")) return { state: "other" };
  return { state: view.readers.length > 0 ? "no-card" : "no-reader" };
}
