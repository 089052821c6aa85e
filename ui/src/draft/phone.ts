// Telephone numbers of Belarus as people read them: +375 29 555-01-23. Whether one may be taken, the core says.

/** Code of the operator or town, then the number. */
const GROUPS = [
  [" ", 0, 2],
  [" ", 2, 5],
  ["-", 5, 7],
  ["-", 7, 9],
] as const;
const LENGTH = 9;

/** A number as it is kept, in groups; every other text as it is. */
export function shownPhone(value: string): string {
  return /^\+375\d{9}$/.test(value) ? grouped(value) : value;
}

/**
 * What is typed, in groups as far as it goes: numbers that begin with +375 or, as inside the country, with 80. Of others
 * it is not known how they are written.
 */
export function grouped(typed: string): string {
  const parts = /^(\+375|80)(\d*)$/.exec(typed.replace(/[\s().-]/g, ""));
  const digits = parts?.[2];
  if (!parts || !digits || digits.length > LENGTH) return typed;
  const written = GROUPS.map(([before, from, to]) => (digits.length > from ? before + digits.slice(from, to) : ""));
  return parts[1] + written.join("");
}
