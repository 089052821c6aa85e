import type { Snippet } from "svelte";

/** A list of rows, which are told apart by their place, from 0. */
export interface ListProps {
  /** How many rows there are. */
  count: number;
  /** What tells the row at that place from the others. */
  key: (index: number) => string;
  /** The row at that place. `tab` is the tabindex of the link that it is about. */
  row: Snippet<[index: number, tab: 0 | -1 | undefined]>;
  /** What the list is called. */
  label: string;
  testid?: string;
  /** The row that gets the focus as soon as it is there, in a long list too; none below 0. */
  start?: number;
  /** Rows with a distance between them instead of a line. */
  spaced?: boolean;
}
