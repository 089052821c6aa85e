// What the palette offers.
import { expect, test, vi } from "vitest";
import { LANGUAGES, locale } from "../src/lib/i18n.svelte";
import { parseRoute } from "../src/lib/router.svelte";
import { matching } from "../src/shell/commands";

vi.hoisted(() => {
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("location", { hash: "" });
  vi.stubGlobal("history", { state: {} });
  vi.stubGlobal("document", { documentElement: {} });
});
vi.mock("../src/lib/area.svelte", () => ({ area: { isOpen: true, store: { state: "open" }, settings: { portal: "" }, person: null, listed: [], applications: [] } }));

test("a command is found by its name in any language, whatever that of the window is", () => {
  for (const { code } of LANGUAGES) {
    locale.use(code);
    for (const words of ["my card", "мая карта", "моя карта"]) {
      expect(matching(words).map((one) => one.id), `${code}: ${words}`).toEqual(["go-card"]);
    }
  }
});

test("what is to be done with files is chosen with the command", () => {
  locale.use("en");
  const [encrypt] = matching("encrypt for");
  encrypt!.run();
  expect(parseRoute(location.hash)).toEqual({ page: "files", act: "encrypt" });
});

test("a single setting is found by its name", () => {
  const [retention] = matching("how long to keep");
  retention!.run();
  expect(parseRoute(location.hash)).toEqual({ page: "settings", part: "retention" });
});
