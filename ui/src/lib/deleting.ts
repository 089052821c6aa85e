import { area } from "./area.svelte";
import { problemOf } from "./task.svelte";
import { platform } from "../platform/tauri";
import { overlay } from "../shell/overlay.svelte";

/** Where the draft is noted that is still to be deleted, should the window close before. */
const NOTE = "deleting";

interface Deleting {
  id: string;
  /** How much of it the person saw; of what is written since they know nothing. */
  seen: string | null;
}

/** Deletes a draft unless that is undone in time. At once it is out of sight. */
export function deleteLater(id: string, seen: string | null): void {
  const deleting = { id, seen };
  localStorage.setItem(NOTE, JSON.stringify(deleting));
  overlay.later({ said: "draft-deleted", hides: id, act: () => forGood(deleting), undone: () => localStorage.removeItem(NOTE) });
}

/** Deletes what a window that was closed left noted. */
export async function finish(): Promise<void> {
  const deleting = noted();
  // Of another person on this computer nothing is touched.
  if (deleting === null || overlay.pending || !area.drafts.some((draft) => draft.id === deleting.id)) return;
  await forGood(deleting);
}

/** The note; an earlier version noted the identifier alone. */
function noted(): Deleting | null {
  const note = localStorage.getItem(NOTE);
  if (note === null) return null;
  return note.startsWith("{") ? (JSON.parse(note) as Deleting) : { id: note, seen: null };
}

async function forGood({ id, seen }: Deleting): Promise<void> {
  try {
    await platform.call("delete_draft", { id, seen });
  } catch (thrown) {
    // It stays for the person to look at.
    if (problemOf(thrown).code === "draft_written") localStorage.removeItem(NOTE);
    throw thrown;
  }
  localStorage.removeItem(NOTE);
}
