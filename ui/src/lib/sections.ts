import type { IconName } from "./Icon.svelte";
import { to, type Route } from "./router.svelte";

/** A section of the window, named by `nav-` and its id. */
export interface Section {
  id: string;
  href: string;
  icon: IconName;
  pages: ReadonlyArray<Route["page"]>;
}

/** The sections in their order, which is also that of the keys Ctrl+1, Ctrl+2 and so on. */
export const SECTIONS: readonly Section[] = [
  { id: "home", href: to.home, icon: "home", pages: ["home"] },
  { id: "affairs", href: to.affairs, icon: "affairs", pages: ["affairs", "application", "draft"] },
  { id: "services", href: to.services, icon: "services", pages: ["services", "service"] },
  { id: "card", href: to.card, icon: "card", pages: ["card", "certificate", "sign-in", "hand-over"] },
  { id: "files", href: to.files, icon: "file", pages: ["files"] },
  { id: "settings", href: to.settings, icon: "settings", pages: ["settings"] },
  { id: "help", href: to.help(), icon: "help", pages: ["help"] },
];
