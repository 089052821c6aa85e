import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const style = (name: string): string => readFileSync(new URL(`../src/styles/${name}.css`, import.meta.url), "utf8");

type Tokens = Record<string, string>;

/** The colours that a block of tokens sets. */
function colours(block: string): Tokens {
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[\da-f]{6});/gi)].map((one) => [one[1]!, one[2]!]));
}

/** What people see who ask for light or dark, with or without more contrast. */
function looks(): Record<string, Tokens> {
  const [light, dark, more, moreDark] = style("tokens").split("@media").map(colours) as [Tokens, Tokens, Tokens, Tokens];
  return {
    light,
    dark: { ...light, ...dark },
    "light, more contrast": { ...light, ...more },
    "dark, more contrast": { ...light, ...dark, ...more, ...moreDark },
  };
}

/** Contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio"). */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const part = parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** The token of the edge that a rule draws. */
function edge(selector: string): string {
  const base = style("base");
  const rule = base.slice(base.indexOf(`\n${selector} {`));
  return /border: \d+px solid var\(--([\w-]+)\)/.exec(rule.slice(0, rule.indexOf("}")))?.[1] ?? "none";
}

// axe-core looks at words alone; the edges of what is pressed want 3:1 (WCAG 2.2, 1.4.11).
describe.each(Object.entries(looks()))("in %s", (_, tokens) => {
  it.each(['input:is([type="checkbox"], [type="radio"])', ".input"])("the edge of %s is seen", (selector) => {
    const drawn = tokens[edge(selector)]!;
    for (const ground of ["surface", "ground"]) expect(contrast(drawn, tokens[ground]!)).toBeGreaterThanOrEqual(3);
  });

  it("what is chosen is seen, and so is its mark", () => {
    expect(contrast(tokens["accent"]!, tokens["surface"]!)).toBeGreaterThanOrEqual(3);
    expect(contrast(tokens["on-accent"]!, tokens["accent"]!)).toBeGreaterThanOrEqual(3);
  });

  it("the focus is seen", () => {
    for (const ground of ["surface", "ground"]) expect(contrast(tokens["focus"]!, tokens[ground]!)).toBeGreaterThanOrEqual(3);
  });
});
