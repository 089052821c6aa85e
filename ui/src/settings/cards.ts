import { area } from "../lib/area.svelte";

/** The parts of the settings in their order, each named by `settings-` and its id. */
export const PARTS = ["general", "security", "connection", "data", "program"] as const;

/** Cards of the settings, by the end of the id of their heading and the sentence that is in it. */
const ALWAYS = { language: "language", appearance: "appearance", portal: "portal", proxy: "proxy", running: "running", updates: "updates" };
const WITH_STORE = { notices: "notices", lock: "lock-title", forget: "forget-me" };
const OPEN = { drafts: "drafts", store: "store-title", retention: "retention", export: "export" };
const SIGNED_IN = { session: "session" };

/** Whether this computer has a store of somebody. */
export function hasStore(): boolean {
  return area.store !== null && area.store.state !== "none";
}

/** The cards that are there now: the end of the id of each heading, and its sentence. */
export function cards(): [id: string, title: string][] {
  return [
    ...Object.entries(ALWAYS),
    ...(hasStore() ? Object.entries(WITH_STORE) : []),
    ...(area.isOpen ? Object.entries(OPEN) : []),
    ...(area.person?.session ? Object.entries(SIGNED_IN) : []),
  ];
}
