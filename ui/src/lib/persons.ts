import { platform } from "../platform/tauri";
import { area } from "./area.svelte";
import { router, to } from "./router.svelte";
import type { Task } from "./task.svelte";

/** Closes the store that is open, opens that of another person and begins there at the start. */
export async function switchTo(task: Task, id: string): Promise<void> {
  const store = await task.run(() => platform.call("switch_person", { id }));
  if (!store) return;
  await area.reload();
  if (area.isOpen) void area.catchUp();
  router.go(to.home);
}
