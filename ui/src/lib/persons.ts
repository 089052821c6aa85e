import { platform } from "../platform/tauri";
import { area } from "./area.svelte";
import { router, to } from "./router.svelte";
import type { Task } from "./task.svelte";

/**
 * Closes the store that is open, opens that of another person and begins there at the start. Whoever asked
 * to go there is asked for its passphrase at once.
 */
export async function switchTo(task: Task, id: string): Promise<void> {
  const store = await task.run(() => platform.call("switch_person", { id }));
  if (!store) return;
  await area.reload();
  router.go(to.home);
  if (area.isOpen) void area.catchUp();
  else if (area.store?.state === "locked") void area.unlock();
}
