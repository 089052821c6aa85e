import { ACTS } from "../files/acts";
import type { TextView } from "../generated/TextView";
import type { ThemeView } from "../generated/ThemeView";
import { area } from "../lib/area.svelte";
import { fold } from "../lib/fold";
import { inAll, LANGUAGES, t, tx } from "../lib/i18n.svelte";
import type { IconName } from "../lib/Icon.svelte";
import { router, to } from "../lib/router.svelte";
import { SECTIONS } from "../lib/sections";
import { cards } from "../settings/cards";
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
  /** By what else it is found: its text in every language. */
  known?: () => TextView[];
  run: () => void;
}

/** A text in the window's language, found in every one: the sentences of the others are read when something is sought. */
const named = (id: string, sought = [id]) => ({ text: t(id), known: () => sought.map((one) => inAll(one)) });
const go = (hash: string) => () => router.go(hash);

/** What can be done everywhere and now. */
function acts(): Command[] {
  const open = area.isOpen;
  const theme = (theme: ThemeView): Command => ({
    id: `theme-${theme}`,
    icon: "theme",
    text: t("palette-theme", { theme: t(`theme-${theme}`) }),
    known: () => [inAll(`theme-${theme}`), inAll("palette-theme", { theme: "" })],
    run: () => void area.dress({ theme }),
  });
  return [
    ...(open
      ? ([
          { id: "new", icon: "pen", ...named("new-application"), run: go(to.services) },
          { id: "sync", icon: "sync", ...named("sync"), run: () => void area.sync() },
          { id: "lock", icon: "lock", ...named("lock-now"), run: () => void area.lock() },
        ] satisfies Command[])
      : []),
    ...(area.settings.portal && !area.person?.session
      ? ([{ id: "sign-in", icon: "lock", ...named("sign-in-title"), run: go(to.signIn) }] satisfies Command[])
      : []),
    ...SECTIONS.map((section): Command => ({ id: `go-${section.id}`, icon: section.icon, ...named(`nav-${section.id}`), run: go(section.href) })),
    { id: "certificate", icon: "card", ...named("certificate-page"), run: go(to.certificate) },
    ...ACTS.map((act): Command => ({ id: `files-${act}`, icon: "file", ...named(`files-act-${act}`, [`files-act-${act}`, "nav-files"]), note: t("nav-files"), run: go(to.act(act)) })),
    { id: "check", icon: "reader", ...named("check-title"), run: go(to.check) },
    { id: "keys", icon: "keyboard", ...named("keys-title"), run: () => overlay.show("keys") },
    ...LANGUAGES.map(({ code, name }): Command => ({ id: `speak-${code}`, icon: "online", text: name, lang: code, note: t("language"), known: () => [inAll("language")], run: () => void area.speak(code) })),
    ...(["light", "dark", "system"] as const).map(theme),
  ];
}

/** The cards of the settings. */
function settings(): Command[] {
  return cards().map(([id, title]) => ({ id: `settings-${id}`, icon: "settings", ...named(title), note: t("nav-settings"), run: go(to.setting(id)) }));
}

/** What of the person's own can be opened. */
function own(): Command[] {
  return [
    ...area.listed.map((draft): Command => ({ id: `draft-${draft.id}`, icon: "pen", text: tx(draft.title), known: () => [draft.title], note: t("search-draft"), run: go(to.draft(draft.id)) })),
    ...area.applications.map((one): Command => ({ id: `application-${one.id}`, icon: "affairs", text: tx(one.title), known: () => [one.title], note: one.registration_number, run: go(to.application(one.id)) })),
  ];
}

/** The commands that have all words, in whatever language they are written; without words, what can be done. At most `most`. */
export function matching(words: string, most = 12): Command[] {
  const wanted = fold(words).split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return acts();
  const fits = (one: Command) => {
    const known = one.known?.().flatMap((text) => [text.be, text.ru, text.en]) ?? [];
    const text = fold([one.text, one.note ?? "", ...known].join(" "));
    return wanted.every((word) => text.includes(word));
  };
  return [...acts(), ...settings(), ...own()].filter(fits).slice(0, most);
}
