import type { ProblemView } from "../generated/ProblemView";
import { platform } from "../platform/tauri";
import type { HandedView } from "../platform/types";
import { router, to } from "./router.svelte";
import { problemOf } from "./task.svelte";

/** What the system handed to the program: files that wait for their page, a link's request. */
class Opened {
  /** Files for the page of files, which takes them out. */
  files: HandedView[] = $state([]);
  /** The request of a page of the portal. */
  link: { handle: string; portal: string } | null = $state(null);
  /** Why something that was handed over cannot be used. */
  problem: ProblemView | null = $state(null);

  /** Takes what is there, and what comes later. */
  async start(): Promise<void> {
    await platform.on("opened", () => void this.#take());
    await this.#take();
  }

  async #take(): Promise<void> {
    try {
      for (const view of await platform.call("opened")) {
        this.problem = null;
        if (view.kind === "refused") {
          this.problem = view.problem;
          continue;
        }
        if (view.kind === "link") {
          this.link = view;
          router.go(to.handOver);
          continue;
        }
        for (const { handle } of view.files) this.files.push(await platform.call("take_opened", { handle }));
        router.go(to.files);
      }
    } catch (thrown) {
      this.problem = problemOf(thrown);
    }
  }
}

export const opened = new Opened();
