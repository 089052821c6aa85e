import type { UpdatesView } from "../generated/UpdatesView";
import { platform } from "../platform/tauri";
import { Task } from "./task.svelte";

/** Newer versions of the program, as far as the core knows of them. */
class Updates {
  view: UpdatesView | null = $state(null);
  readonly task = new Task();
  /** The newer version that waits to be installed or started. */
  readonly release = $derived(
    this.view?.state.state === "found" || this.view?.state.state === "installed" ? this.view.state.release : null,
  );

  /** Shows what is known, from now on. */
  async start(): Promise<void> {
    await platform.on("updates", (view) => (this.view = view));
    this.view = await platform.call("updates");
  }

  /** Asks the publisher. */
  async look(): Promise<void> {
    this.view = (await this.task.run(() => platform.call("look_for_updates"))) ?? this.view;
  }

  /** Puts what was found in the program's place. */
  async install(): Promise<void> {
    this.view = (await this.task.run(() => platform.call("install_update"))) ?? this.view;
  }

  /** Whether the publisher is asked once a day. */
  async set(looks: boolean): Promise<void> {
    this.view = (await this.task.run(() => platform.call("set_updates", { looks }))) ?? (await platform.call("updates"));
  }

  /** Ends the program and starts the new version. */
  restart(): void {
    void platform.call("restart");
  }
}

export const updates = new Updates();
