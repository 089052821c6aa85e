// How fast octets leave, by what was seen in the last seconds.

/** Seconds that count. */
const WINDOW = 10;

export class Speed {
  #marks: { at: number; sent: number }[] = [];

  /** Notes that so many octets have left by then (seconds of any clock). */
  note(sent: number, at: number): void {
    const last = this.#marks.at(-1);
    // A try that begins anew begins a new measurement.
    if (last && sent < last.sent) this.#marks = [];
    this.#marks.push({ at, sent });
    // One mark from before the window stays, so that slow uploads have a speed too.
    while (this.#marks.length > 2 && at - this.#marks[1]!.at > WINDOW) this.#marks.shift();
  }

  /** Octets a second; nothing while that cannot be told. */
  get rate(): number | undefined {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (!first || !last || last.at - first.at < 0.5 || last.sent === first.sent) return undefined;
    return (last.sent - first.sent) / (last.at - first.at);
  }

  /** Seconds until that many octets have left; nothing while that cannot be told. */
  left(total: number): number | undefined {
    const last = this.#marks.at(-1);
    const rate = this.rate;
    return last && rate ? Math.max(0, total - last.sent) / rate : undefined;
  }
}
