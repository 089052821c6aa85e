// What is wrong with the lines printed for machines while they are typed (Doc 9303-3, clause 4.9;
// formats of Doc 9303-4 to -6). Only a help: the core checks them again before it asks the card.

/** Which field does not fit, `format` for a character that cannot be there, `incomplete` until enough is typed. */
export type Mistake = "number" | "birth" | "expiry" | "format" | "incomplete";

const NUMBER = 9;
const DATE = 6;

/** `null` when the lines will do. */
export function mistakeIn(text: string): Mistake | null {
  const lines = text
    .toUpperCase()
    .split(/[\r\n]+/)
    .map((line) => line.replace(/\s/g, ""))
    .filter((line) => line !== "");
  if (lines.some((line) => /[^A-Z0-9<]/.test(line))) return "format";
  const [first = "", second = ""] = lines;
  if (lines.length > 3) return "format";
  if (lines.length > 1) return first.length <= 30 ? card(first, second) : book(second);
  switch (first.length) {
    case 60:
    case 90:
      return card(first.slice(0, 30), first.slice(30));
    case 72:
    case 88:
      return book(first.slice(first.length / 2));
    case 36:
    case 44:
      // A line of names begins like this, and its second line is still to come.
      return /^[A-Z]./.test(first) && /<</.test(first.slice(0, 30)) ? "incomplete" : book(first);
    default:
      return "incomplete";
  }
}

/** The first two lines of a card. */
function card(first: string, second: string): Mistake | null {
  if (first.length < 15) return "incomplete";
  return number(first.slice(5, 14), first.slice(14)) ?? dates(second, 0, 8);
}

/** The second line of a book. */
function book(second: string): Mistake | null {
  if (second.length < 28) return "incomplete";
  const tail = second.slice(NUMBER, NUMBER + 1) + second.slice(28, 35);
  return number(second.slice(0, NUMBER), tail) ?? dates(second, 13, 21);
}

function number(begin: string, rest: string): Mistake | null {
  if (rest[0] !== "<") return rest[0] === digit(begin) ? null : "number";
  // It goes on in the optional data after a filler in the digit's place.
  const more = rest.slice(1).split("<")[0] ?? "";
  return more !== "" && more.slice(-1) === digit(begin + more.slice(0, -1)) ? null : "number";
}

function dates(line: string, birth: number, expiry: number): Mistake | null {
  for (const [name, at] of [
    ["birth", birth],
    ["expiry", expiry],
  ] as const) {
    const date = line.slice(at, at + DATE);
    if (/[^0-9<]/.test(date)) return "format";
    const check = line[at + DATE];
    if (check === undefined) return "incomplete";
    if (check !== digit(date)) return name;
  }
  return null;
}

/** The check digit with the weights 7, 3, 1. */
function digit(field: string): string {
  const value = (sign: string): number => (sign === "<" ? 0 : Number.parseInt(sign, 36));
  const sum = [...field].reduce((sum, sign, index) => sum + value(sign) * [7, 3, 1][index % 3]!, 0);
  return String(sum % 10);
}
