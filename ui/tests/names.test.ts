import { expect, test } from "vitest";
import { displayName, givenName } from "../src/lib/names";

test("names in capitals are said as names; others stay", () => {
  expect(displayName({ be: "АННА-МАРЫЯ Д’АРК" }, "be")).toBe("Анна-Марыя Д’арк");
  expect(displayName({ latin: "NASTASSIA YANKOUSKAYA" }, "en")).toBe("Nastassia Yankouskaya");
  expect(displayName({ latin: "Ronald McDonald" }, "en")).toBe("Ronald McDonald");
  expect(givenName({ be: "ЯНКОЎСКАЯ АЛЕНА СЯРГЕЕЎНА", latin: "YANKOUSKAYA ALENA" }, "be")).toBe("Алена Сяргееўна");
  expect(givenName({ latin: "YANKOUSKAYA ALENA SIARHEEUNA" }, "en")).toBe("Alena");
  expect(givenName({ latin: "CHER" }, "en")).toBe("Cher");
});

test("a card without names in that language gives another", () => {
  expect(displayName({ latin: "JOHN SMITH" }, "ru")).toBe("John Smith");
  expect(displayName({}, "ru")).toBe("");
});
