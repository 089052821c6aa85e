import { area } from "./area.svelte";
import { t } from "./i18n.svelte";
import { platform } from "../platform/tauri";
import { overlay } from "../shell/overlay.svelte";

/** Where the draft is noted that is still to be deleted, should the window close before. */
const NOTE = "deleting";

/** Deletes a draft unless that is undone in time. At once it is out of sight. */
export function deleteLater(id: string): void {
  localStorage.setItem(NOTE, id);
  overlay.later({ said: t("draft-deleted"), hides: id, act: () => forGood(id), undone: () => localStorage.removeItem(NOTE) });
}

/** Deletes what a window that was closed left noted. */
export async function finish(): Promise<void> {
  const id = localStorage.getItem(NOTE);
  // Of another person on this computer nothing is touched.
  if (id === null || overlay.pending || !area.drafts.some((draft) => draft.id === id)) return;
  await forGood(id);
}

async function forGood(id: string): Promise<void> {
  await platform.call("delete_draft", { id });
  localStorage.removeItem(NOTE);
}
