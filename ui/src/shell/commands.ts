import type { ThemeView } from "../generated/ThemeView";
import { area } from "../lib/area.svelte";
import { fold } from "../lib/fold";
import { LANGUAGES, t, tx } from "../lib/i18n.svelte";
import type { IconName } from "../lib/Icon.svelte";
import { router, to } from "../lib/router.svelte";
import { SECTIONS } from "../lib/sections";
import { overlay } from "./overlay.svelte";

/** Something that the palette offers. */
export interface Command {
  id: string;
  icon: IconName;
  text: string;
  /** Beside the text: what kind of thing it is, or its number. */
  note?: string;
  /** The language of the text, where it is not that of the window. */
  lang?: string;
  run: () => void;
}

const go = (hash: string) => () => router.go(hash);

/** What can be done everywhere and now. */
function acts(): Command[] {
  const open = area.isOpen;
  const theme = (theme: ThemeView): Command => ({
    id: `theme-${theme}`,
    icon: "theme",
    text: t("palette-theme", { theme: t(`theme-${theme}`) }),
    run: () => void area.dress({ theme }),
  });
  return [
    ...(open
      ? ([
          { id: "new", icon: "pen", text: t("new-application"), run: go(to.services) },
          { id: "sync", icon: "sync", text: t("sync"), run: () => void area.sync() },
          { id: "lock", icon: "lock", text: t("lock-now"), run: () => void area.lock() },
        ] satisfies Command[])
      : []),
    ...(area.settings.portal && !area.person?.session
      ? ([{ id: "sign-in", icon: "lock", text: t("sign-in-title"), run: go(to.signIn) }] satisfies Command[])
      : []),
    ...SECTIONS.map((section): Command => ({ id: `go-${section.id}`, icon: section.icon, text: t(`nav-${section.id}`), run: go(section.href) })),
    { id: "certificate", icon: "card", text: t("certificate-page"), run: go(to.certificate) },
    { id: "encrypt", icon: "lock", text: t("palette-encrypt"), run: go(to.files) },
    { id: "check", icon: "reader", text: t("check-title"), run: go(to.check) },
    { id: "keys", icon: "keyboard", text: t("keys-title"), run: () => overlay.show("keys") },
    ...LANGUAGES.map(({ code, name }): Command => ({ id: `speak-${code}`, icon: "online", text: name, lang: code, note: t("language"), run: () => void area.speak(code) })),
    ...(["light", "dark", "system"] as const).map(theme),
  ];
}

/** What of the person's own can be opened. */
function own(): Command[] {
  return [
    ...area.listed.map((draft): Command => ({ id: `draft-${draft.id}`, icon: "pen", text: tx(draft.title), note: t("search-draft"), run: go(to.draft(draft.id)) })),
    ...area.applications.map((one): Command => ({ id: `application-${one.id}`, icon: "affairs", text: tx(one.title), note: one.registration_number, run: go(to.application(one.id)) })),
  ];
}

/** The commands that have all words; without words, what can be done. At most `most`. */
export function matching(words: string, most = 12): Command[] {
  const wanted = fold(words).split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return acts();
  const fits = (one: Command) => {
    const text = fold(`${one.text} ${one.note ?? ""}`);
    return wanted.every((word) => text.includes(word));
  };
  return [...acts(), ...own()].filter(fits).slice(0, most);
}
