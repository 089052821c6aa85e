// The window speaks the person's language from its first word on.
import { mount } from "svelte";
import { expect, test, vi } from "vitest";
import { locale } from "../src/lib/i18n.svelte";

const bones = vi.hoisted(() => {
  const bones = { replaceChildren: vi.fn() };
  vi.stubGlobal("location", { search: "?language=ru" });
  vi.stubGlobal("document", { documentElement: { lang: "be" }, getElementById: () => bones });
  return bones;
});
vi.mock("svelte", async (original) => ({ ...(await original<typeof import("svelte")>()), mount: vi.fn() }));
vi.mock("../src/App.svelte", () => ({ default: {} }));

test("the window is mounted in the language of the address, in place of the frame without words", async () => {
  vi.mocked(mount).mockImplementation(() => {
    expect(bones.replaceChildren).toHaveBeenCalledWith();
    expect(locale.current).toBe("ru");
    expect(document.documentElement.lang).toBe("ru");
    return {};
  });
  await import("../src/main");
  expect(mount).toHaveBeenCalledOnce();
});
