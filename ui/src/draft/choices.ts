// Long lists of choices: found by what is typed.
import { fold, wordsOf } from "../lib/fold";
import { t } from "../lib/i18n.svelte";

/** The most choices that are looked through without a search. */
export const MOST_LISTED = 10;

export interface Choice {
  value: string;
  label: string;
}

/** What is proposed as the region of an address: the regions of Belarus, of which Minsk is in none. */
export function regions(): Choice[] {
  return t("regions")
    .split(", ")
    .map((name) => ({ value: name, label: name }));
}

/** The choices in which each typed word begins a word; those that begin with what is typed come first. */
export function matching(choices: readonly Choice[], typed: string): Choice[] {
  const wanted = wordsOf(typed);
  const found = choices.filter(({ label }) => {
    const words = wordsOf(label);
    return wanted.every((want) => words.some((word) => word.startsWith(want)));
  });
  const start = fold(typed.trim());
  const first = (one: Choice): boolean => fold(one.label).startsWith(start);
  return [...found.filter(first), ...found.filter((one) => !first(one))];
}

/** The choice that somebody wrote out instead of taking it from the list. */
export function written(choices: readonly Choice[], typed: string): Choice | undefined {
  const wanted = wordsOf(typed).join(" ");
  return choices.find(({ label }) => wordsOf(label).join(" ") === wanted);
}
