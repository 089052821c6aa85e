import type { ProblemView } from "../generated/ProblemView";
import { isProblem } from "../platform/types";
import { inAll, tx } from "./i18n.svelte";

/** Turns whatever was thrown into something that a person can read. */
export function problemOf(thrown: unknown): ProblemView {
  if (isProblem(thrown)) return thrown;
  const all = { message: inAll("unexpected"), remedy: inAll("unexpected-remedy") };
  return { code: "internal", message: tx(all.message), remedy: tx(all.remedy), retryable: true, all };
}

/** One act of a person: whether it runs and why it failed. */
export class Task {
  running = $state(false);
  problem: ProblemView | null = $state(null);
  #turn: Promise<unknown> = Promise.resolve();

  /** Runs the act unless it runs already; `undefined` when it failed. */
  async run<T>(act: () => Promise<T>): Promise<T | undefined> {
    if (this.running) return undefined;
    this.running = true;
    this.problem = null;
    try {
      return await act();
    } catch (thrown) {
      const problem = problemOf(thrown);
      // Who stopped it knows that it stopped.
      if (problem.code !== "cancelled") this.problem = problem;
      return undefined;
    } finally {
      this.running = false;
    }
  }

  /** Runs the act after those that were asked for so before: of several choices, the last one stays. */
  next<T>(act: () => Promise<T>): Promise<T | undefined> {
    const turn = this.#turn.then(() => this.run(act));
    this.#turn = turn;
    return turn;
  }
}
