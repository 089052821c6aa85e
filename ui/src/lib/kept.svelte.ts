import type { ProblemView } from "../generated/ProblemView";
import { problemOf } from "./task.svelte";

/**
 * Settings that the core keeps. They are shown as the person has chosen them and told one after the
 * other; what could not be kept is shown as it was, with the reason.
 */
export class Kept<T extends object> {
  /** Why the last choices were not all kept. */
  problem: ProblemView | null = $state(null);
  #chosen: Partial<T> = $state.raw({});
  #waiting = 0;
  #turn: Promise<void> = Promise.resolve();
  readonly #now: () => T | undefined;
  readonly #write: (value: T) => Promise<unknown>;

  /** `now` are the settings as they are kept, which `write` changes. */
  constructor(now: () => T | undefined, write: (value: T) => Promise<unknown>) {
    this.#now = now;
    this.#write = write;
  }

  /** As they are shown; nothing before the core has told them. */
  get value(): T | undefined {
    const now = this.#now();
    return now && { ...now, ...this.#chosen };
  }

  /** Changes part of them. */
  async set(change: Partial<T>): Promise<void> {
    if (this.#waiting === 0) this.problem = null;
    this.#chosen = { ...this.#chosen, ...change };
    this.#waiting += 1;
    this.#turn = this.#turn.then(() => this.#keep(change));
    await this.#turn;
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#chosen = {};
  }

  async #keep(change: Partial<T>): Promise<void> {
    const now = this.#now();
    if (!now) return;
    try {
      await this.#write({ ...now, ...change });
    } catch (thrown) {
      this.problem = problemOf(thrown);
    }
  }
}
