import { describe, expect, it } from "vitest";
import { ornament } from "../src/prompt/ornament";

const key = (sign: number): string => JSON.stringify({ ...ornament(sign), number: "" });

describe("the sign of the prompt", () => {
  it("is the same in a mirror and upside down", () => {
    const { cells, side } = ornament(0x9e3779b9);
    const at = new Set(cells.map(({ x, y, inner }) => `${x} ${y} ${inner}`));
    for (const { x, y, inner } of cells) {
      expect(at).toContain(`${side - 1 - x} ${y} ${inner}`);
      expect(at).toContain(`${x} ${side - 1 - y} ${inner}`);
    }
  });

  it("is another picture for another sign, in two colours", () => {
    const pictures = new Set<string>();
    for (let one = 0; one < 2000; one += 1) {
      const sign = Math.imul(one + 1, 0x9e3779b1) >>> 0;
      const { threads } = ornament(sign);
      expect(threads[0]).not.toBe(threads[1]);
      pictures.add(key(sign));
    }
    expect(pictures.size).toBeGreaterThan(1990);
  });

  it("has its number for who hears it", () => {
    const numbers = new Set<string>();
    for (let one = 0; one < 200; one += 1) numbers.add(ornament(one * 7919).number);
    for (const number of numbers) expect(number).toMatch(/^\d{4}$/);
    expect(numbers.size).toBeGreaterThan(190);
  });
});
