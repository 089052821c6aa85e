import { area } from "../lib/area.svelte";
import { router, to } from "../lib/router.svelte";
import { SECTIONS } from "../lib/sections";
import { overlay } from "./overlay.svelte";

/** A key of the whole window. */
export interface Shortcut {
  /** What it does: `shortcut-` and this is its sentence. */
  id: string;
  /** How it is written on the sheet. */
  shown: readonly string[];
  matches: (event: KeyboardEvent) => boolean;
  run: () => void;
}

const plain = (event: KeyboardEvent) => !event.ctrlKey && !event.metaKey && !event.altKey;
const control = (event: KeyboardEvent) => (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
/** By the place of the key, so that it works with Cyrillic letters on it too. */
const letter = (code: string) => (event: KeyboardEvent) => control(event) && event.code === code;
/** By its sign, wherever that is; and by its place, where Cyrillic keyboards have the point. Others have signs there with acts of their own. */
const slash = (event: KeyboardEvent) =>
  event.key === "/" ? (event.ctrlKey || event.metaKey) && !event.altKey : letter("Slash")(event) && (event.key === "." || event.key > "~");

export const SHORTCUTS: readonly Shortcut[] = [
  { id: "palette", shown: ["Ctrl", "K"], matches: letter("KeyK"), run: () => overlay.show("palette") },
  { id: "new", shown: ["Ctrl", "N"], matches: letter("KeyN"), run: () => router.go(to.services) },
  {
    id: "search",
    shown: ["Ctrl", "F"],
    matches: letter("KeyF"),
    run: () => {
      if (router.route.page === "services") document.querySelector<HTMLElement>("[type=search]")?.focus();
      else router.go(to.services);
    },
  },
  { id: "sync", shown: ["F5"], matches: (event) => plain(event) && event.key === "F5", run: () => void (area.isOpen && area.sync()) },
  { id: "lock", shown: ["Ctrl", "L"], matches: letter("KeyL"), run: () => void (area.isOpen && area.lock()) },
  { id: "help", shown: ["F1"], matches: (event) => plain(event) && event.key === "F1", run: () => router.go(to.help()) },
  {
    id: "section",
    shown: ["Ctrl", `1 … ${SECTIONS.length}`],
    matches: (event) => control(event) && sectionOf(event) !== undefined,
    run: () => undefined,
  },
  // Not by a sign alone, which who dictates would press by a word (WCAG 2.1.4).
  { id: "keys", shown: ["Ctrl", "/"], matches: slash, run: () => overlay.show("keys") },
];

function sectionOf(event: KeyboardEvent) {
  return /^Digit[1-9]$/.test(event.code) ? SECTIONS[Number(event.code.slice(5)) - 1] : undefined;
}

/** Runs the shortcut of that key, if it has one. */
export function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || overlay.shown !== null) return;
  const found = SHORTCUTS.find((one) => one.matches(event));
  if (!found) return;
  event.preventDefault();
  const section = found.id === "section" ? sectionOf(event) : undefined;
  if (section) router.go(section.href);
  else found.run();
}
