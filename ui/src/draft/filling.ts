// What the parts of a form need to know of the draft that is filled in.
import { getContext, setContext } from "svelte";
import type { AttachmentView } from "../generated/AttachmentView";
import type { FormView } from "../generated/FormView";

export interface Handing {
  /** Hashes of files that are still on their way from another computer. */
  readonly coming: readonly string[];
  /** Begins to hand a file over; gives the handle for its pieces. */
  begin(name: string, size: number): Promise<string>;
  /** The file is whole, and belongs to the draft. */
  finish(handle: string): Promise<void>;
  /** Takes a file off, unless a field still names it, another than the one at `path` if that is given. Whether it did. */
  take(hash: string, path?: string): Promise<boolean>;
}

export interface Filling {
  readonly id: string;
  readonly form: FormView;
  /** The files of the draft. */
  readonly files: readonly AttachmentView[];
  /** The way of files into the draft and out of it. */
  readonly handing: Handing;
  /** The value at a pointer. */
  value(path: string): unknown;
  /** Whether the field is asked for now; and whether its value is required. */
  asked(path: string): boolean;
  required(path: string): boolean;
  /** What is wrong with it, once that may be said. */
  problem(path: string): string | undefined;
  /** Where the value came from, when the person has not changed it. */
  source(path: string): string | undefined;
  /** Whether letters that look alike were exchanged in it. */
  folded(path: string): boolean;
  change(path: string, value: unknown): void;
  /** The field is left: it is saved, and from now on told what is wrong. */
  leave(path: string): Promise<void>;
  /** Forgets what was said of the fields there: they are others now. */
  renew(path: string): void;
}

const KEY = Symbol("filling");

export function provide(filling: Filling): void {
  setContext(KEY, filling);
}

export function filling(): Filling {
  return getContext<Filling>(KEY);
}
