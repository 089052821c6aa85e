// A list that is read where it is looked at: what is in view is read first, what was run past is not.
import { expect, test } from "vitest";
import { Pages } from "../src/lib/pages.svelte";

const settled = () => new Promise((resolve) => setTimeout(resolve));

/** Reads places as rows, and notes what was read. */
function pages(): { list: Pages<number>; read: number[]; answer: { plus: number; fails: boolean } } {
  const read: number[] = [];
  const answer = { plus: 0, fails: false };
  const list = new Pages(async (from, count) => {
    read.push(from);
    if (answer.fails) throw new Error("closed");
    return Array.from({ length: count }, (_, index) => from + index + answer.plus);
  });
  return { list, read, answer };
}

test("a row is there once its page was read, and a page is read once", async () => {
  const { list, read } = pages();
  expect(list.at(250)).toBe(undefined);
  await settled();
  expect(list.at(250)).toBe(250);
  expect(list.at(299)).toBe(299);
  await settled();
  expect(read).toEqual([200]);
});

test("who runs past many pages waits for the last ones alone", async () => {
  const { list, read } = pages();
  for (let index = 0; index < 100_000; index += 100) list.at(index);
  await settled();
  // The first was asked for at once.
  expect(read).toEqual([0, 99_900, 99_800, 99_700, 99_600]);
  // What was left out is read when it is looked at.
  list.at(5000);
  await settled();
  expect(list.at(5000)).toBe(5000);
});

test("what may have changed is read again, and shown until then", async () => {
  const { list, answer } = pages();
  list.at(7);
  await settled();
  answer.plus = 1000;
  list.renew();
  expect(list.at(7)).toBe(7);
  await settled();
  expect(list.at(7)).toBe(1007);
});

test("what could not be read is tried again, and few pages are kept", async () => {
  const { list, read, answer } = pages();
  answer.fails = true;
  list.at(0);
  await settled();
  expect(list.at(0)).toBe(undefined);
  answer.fails = false;
  await settled();
  list.at(0);
  await settled();
  expect(list.at(0)).toBe(0);
  for (let index = 0; index < 10_000; index += 100) {
    list.at(index);
    await settled();
  }
  const before = read.length;
  expect(list.at(0)).toBe(undefined);
  await settled();
  expect(read.length).toBe(before + 1);
});
