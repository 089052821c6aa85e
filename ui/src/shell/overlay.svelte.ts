import { Task } from "../lib/task.svelte";

// What lies over the page: the commands, the sheet of keys, and what was just done and can be undone.

/** A dialog over the page. */
export type Shown = "palette" | "keys" | "status";

/** An act that happens only when its time is over. */
export interface Pending {
  /** Identifier of the sentence that says what was done. */
  said: string;
  /** The thing that it is done to: it is not listed any more. */
  hides: string;
  /** Does it for good. */
  act: () => Promise<unknown>;
  /** What else follows when it is undone. */
  undone: () => void;
}

/** How long something can be undone, in milliseconds; longer while it is looked at. */
const UNDO = 12_000;

class Overlay {
  shown: Shown | null = $state(null);
  pending: Pending | null = $state(null);
  /** The last act, which may have failed. */
  readonly doing = new Task();
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(what: Shown): void {
    this.shown = what;
  }

  /** Does it after a while, unless it is undone. What is pending already is done first. */
  later(pending: Pending): void {
    void this.settle();
    this.pending = pending;
    this.wait();
  }

  /** Starts the time anew. */
  wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.settle(), UNDO);
  }

  /** Lets the time stand still. */
  hold(): void {
    clearTimeout(this.#timer);
  }

  undo(): void {
    this.hold();
    const { pending } = this;
    // Before what follows, which must not take it for something that is still to be done.
    this.pending = null;
    pending?.undone();
  }

  /** Does now what is pending. */
  async settle(): Promise<void> {
    this.hold();
    const { pending } = this;
    this.pending = null;
    if (pending) await this.doing.run(pending.act);
  }
}

export const overlay = new Overlay();
