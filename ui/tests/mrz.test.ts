import { expect, test } from "vitest";
import { mistakeIn } from "../src/prompt/mrz";

// The specimens of Doc 9303-5, -6 and -4.
const CARD = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6";
const SMALL_BOOK = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";
const BOOK = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";

test("the lines of every format will do, with breaks or without", () => {
  for (const lines of [CARD, SMALL_BOOK, BOOK]) {
    expect(mistakeIn(lines)).toBeNull();
    expect(mistakeIn(lines.replace("\n", ""))).toBeNull();
    expect(mistakeIn(` ${lines.toLowerCase()}\n`)).toBeNull();
  }
  expect(mistakeIn("I<UTOD231458907\n7408122F1204159")).toBeNull();
  expect(mistakeIn(BOOK.split("\n")[1]!)).toBeNull();
  expect(mistakeIn(CARD.replace("D231458907<<<<", "D23145890<7349"))).toBeNull();
});

test("a mistyped field is named as soon as it is whole", () => {
  expect(mistakeIn(CARD.replace("D23145", "D32145"))).toBe("number");
  expect(mistakeIn(CARD.replace("7408122", "7408112"))).toBe("birth");
  expect(mistakeIn(CARD.replace("1204159", "1204158"))).toBe("expiry");
  expect(mistakeIn(CARD.replace("1204159", "12O4159"))).toBe("format");
  expect(mistakeIn("I<UTOЖ")).toBe("format");
});

test("typing is never called a mistake", () => {
  for (const lines of [CARD, SMALL_BOOK, BOOK]) {
    for (let typed = 0; typed < lines.length; typed++) {
      expect([null, "incomplete"]).toContain(mistakeIn(lines.slice(0, typed)));
    }
  }
});
