import { getContext, setContext, tick } from "svelte";

/**
 * Parts of a page whose first answers come one after the other. They are shown once all are there, so that none pushes
 * another away from under a click; what is asked later changes nothing any more.
 */
export class Together {
  shown: boolean = $state(false);
  #waiting = 0;

  constructor() {
    // Once all parts have been made, also when none of them asks.
    void this.wait(tick());
  }

  /** The same answer, which is waited for, whether it comes or fails. */
  wait<T>(answer: Promise<T>): Promise<T> {
    this.#waiting += 1;
    return answer.finally(() => {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.shown = true;
    });
  }
}

const KEY = Symbol("together");

/** Of a page, for its parts. */
export function gather(): Together {
  return setContext(KEY, new Together());
}

/** Of a part: lets the page wait for an answer. On a page that waits for nothing it changes nothing. */
export function together(): <T>(answer: Promise<T>) => Promise<T> {
  const page = getContext<Together | undefined>(KEY);
  return (answer) => page?.wait(answer) ?? answer;
}
