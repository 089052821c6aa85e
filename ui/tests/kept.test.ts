// Settings: each choice is kept, in order, and what is shown is what is kept.
import { expect, test } from "vitest";
import { Kept } from "../src/lib/kept.svelte";

interface Lamp {
  on: boolean;
  colour: string;
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

/** A core that answers when it is told to. */
function lamp() {
  let now: Lamp = { on: false, colour: "red" };
  const told: { value: Lamp; answer: (error?: Error) => void }[] = [];
  const kept = new Kept<Lamp>(
    () => now,
    async (value) => {
      await new Promise<void>((resolve, reject) => {
        told.push({ value, answer: (error) => (error ? reject(error) : resolve()) });
      });
      now = value;
    },
  );
  return { told, kept };
}

test("choices that are made at once are kept one after the other", async () => {
  const { told, kept } = lamp();
  void kept.set({ colour: "green" });
  void kept.set({ colour: "blue" });
  expect(kept.value).toEqual({ on: false, colour: "blue" });
  await settled();
  expect(told.map((one) => one.value.colour)).toEqual(["green"]);
  told[0]!.answer();
  await settled();
  expect(told.map((one) => one.value.colour)).toEqual(["green", "blue"]);
  expect(kept.value).toEqual({ on: false, colour: "blue" });
});

test("what could not be kept is shown as it was, with the reason", async () => {
  const { told, kept } = lamp();
  void kept.set({ on: true });
  await settled();
  expect(kept.value).toEqual({ on: true, colour: "red" });
  told[0]!.answer(new Error("the disk is full"));
  await settled();
  expect(kept.value).toEqual({ on: false, colour: "red" });
  expect(kept.problem?.code).toBe("internal");
});

test("what is chosen after a failure rests on what was kept", async () => {
  const { told, kept } = lamp();
  void kept.set({ on: true });
  void kept.set({ colour: "green" });
  await settled();
  told[0]!.answer(new Error("the disk is full"));
  await settled();
  expect(told[1]!.value).toEqual({ on: false, colour: "green" });
  told[1]!.answer();
  await settled();
  expect(kept.value).toEqual({ on: false, colour: "green" });
  // The one that was not kept is explained until something else is chosen.
  expect(kept.problem?.code).toBe("internal");
  void kept.set({ on: true });
  expect(kept.problem).toBeNull();
});
