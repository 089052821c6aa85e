import { SvelteMap } from "svelte/reactivity";

/** Rows that are read at once. */
const PAGE = 100;
/** Pages that are kept. */
const KEPT = 40;
/** Pages that wait to be read: who runs past many sees the last ones. */
const WAITING = 4;

/** A list that is read where it is looked at. */
export class Pages<T> {
  readonly #read: (from: number, count: number) => Promise<readonly T[]>;
  readonly #pages = new SvelteMap<number, readonly T[]>();
  readonly #asked = new Set<number>();
  #waiting: number[] = [];
  #reading = false;
  #version = $state(0);

  /** `read` gives as many rows from that place on as there are, at most `count`. */
  constructor(read: (from: number, count: number) => Promise<readonly T[]>) {
    this.#read = read;
  }

  /** The row at that place, from 0, or nothing until it has been read. */
  at(index: number): T | undefined {
    void this.#version;
    const page = Math.floor(index / PAGE);
    if (!this.#asked.has(page)) this.#ask(page);
    return this.#pages.get(page)?.[index % PAGE];
  }

  /** What is known may have changed: what is in view is read again, and shown until then. */
  renew(): void {
    this.#asked.clear();
    this.#waiting = [];
    this.#version += 1;
  }

  #ask(page: number): void {
    this.#asked.add(page);
    this.#waiting.push(page);
    if (this.#waiting.length > WAITING) this.#asked.delete(this.#waiting.shift()!);
    if (!this.#reading) void this.#work();
  }

  async #work(): Promise<void> {
    this.#reading = true;
    try {
      for (let page = this.#waiting.pop(); page !== undefined; page = this.#waiting.pop()) {
        const version = this.#version;
        const rows = await this.#read(page * PAGE, PAGE).catch(() => undefined);
        if (version !== this.#version) continue;
        if (rows) this.#keep(page, rows);
        else this.#asked.delete(page);
      }
    } finally {
      this.#reading = false;
    }
  }

  #keep(page: number, rows: readonly T[]): void {
    this.#pages.delete(page);
    this.#pages.set(page, rows);
    for (const [oldest] of this.#pages) {
      if (this.#pages.size <= KEPT) break;
      this.#pages.delete(oldest);
      this.#asked.delete(oldest);
    }
  }
}
