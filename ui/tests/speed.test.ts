import { expect, test } from "vitest";
import { Speed } from "../src/affairs/speed";

test("speed and time left follow the last seconds", () => {
  const speed = new Speed();
  expect(speed.rate).toBeUndefined();
  speed.note(0, 100);
  expect(speed.left(1000)).toBeUndefined();
  for (let second = 1; second <= 20; second += 1) speed.note(second * 10, 100 + second);
  expect(speed.rate).toBeCloseTo(10);
  expect(speed.left(1000)).toBeCloseTo(80);
  // Twice as fast now: after some seconds nothing else is remembered.
  for (let second = 1; second <= 12; second += 1) speed.note(200 + second * 20, 120 + second);
  expect(speed.rate).toBeCloseTo(20);
});

test("a try that begins anew is measured anew", () => {
  const speed = new Speed();
  speed.note(0, 0);
  speed.note(5000, 1);
  speed.note(100, 2);
  expect(speed.rate).toBeUndefined();
  speed.note(300, 4);
  expect(speed.rate).toBe(100);
  expect(speed.left(200)).toBe(0);
});

test("what does not move has no speed", () => {
  const speed = new Speed();
  speed.note(10, 0);
  speed.note(10, 9);
  expect(speed.rate).toBeUndefined();
  expect(speed.left(100)).toBeUndefined();
});
