import type { ProblemView } from "../generated/ProblemView";
import { Task } from "./task.svelte";

/**
 * Settings that the core keeps. They are shown as the person has chosen them and told one after the
 * other; what could not be kept is shown as it was.
 */
export class Kept<T extends object> {
  #shown: T | undefined = $state();
  #task = new Task();
  #kept: T | undefined;
  #waiting = 0;
  readonly #write: (value: T) => Promise<unknown>;

  constructor(read: Promise<T>, write: (value: T) => Promise<unknown>) {
    this.#write = write;
    void read.then((value) => (this.#shown = this.#kept = value));
  }

  /** As they are shown; nothing before the core has told them. */
  get value(): T | undefined {
    return this.#shown;
  }

  get problem(): ProblemView | null {
    return this.#task.problem;
  }

  /** Changes part of them. */
  async set(change: Partial<T>): Promise<void> {
    if (!this.#shown) return;
    this.#shown = { ...this.#shown, ...change };
    this.#waiting += 1;
    await this.#task.next(async () => {
      const value = { ...this.#kept, ...change } as T;
      await this.#write(value);
      this.#kept = value;
    });
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#shown = this.#kept;
  }
}
