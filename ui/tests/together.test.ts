import { expect, test } from "vitest";
import { Together } from "../src/lib/together.svelte";

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test("what comes one after the other is shown when all of it is there", async () => {
  const page = new Together();
  let first!: (value: number) => void;
  let second!: (problem: Error) => void;
  const answer = page.wait(new Promise<number>((resolve) => (first = resolve)));
  const failing = page.wait(new Promise((_, reject) => (second = reject))).catch((problem: Error) => problem.message);
  await soon();
  expect(page.shown).toBe(false);
  first(7);
  expect(await answer).toBe(7);
  await soon();
  expect(page.shown).toBe(false);
  second(new Error("away"));
  expect(await failing).toBe("away");
  await soon();
  expect(page.shown).toBe(true);
  void page.wait(new Promise(() => undefined));
  expect(page.shown).toBe(true);
});

test("a page whose parts ask for nothing is shown", async () => {
  const page = new Together();
  expect(page.shown).toBe(false);
  await soon();
  expect(page.shown).toBe(true);
});
