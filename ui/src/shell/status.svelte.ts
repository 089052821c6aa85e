import { area } from "../lib/area.svelte";
import { t } from "../lib/i18n.svelte";
import type { IconName } from "../lib/Icon.svelte";

/** One of the things whose state is always in view. */
export interface State {
  id: "card" | "portal" | "outbox";
  icon: IconName;
  tone: "good" | "care" | "none";
  /** The name of the state, for style and tests. */
  state: string;
  text: string;
  /** What it means and what follows from it. */
  more: string;
}

/** How card, portal and outbox are now. */
export function states(): State[] {
  return area.isOpen ? [card(), portal(), outbox()] : [card(), portal()];
}

function card(): State {
  const { state } = area.readiness;
  const tone = state === "ready" ? "good" : state === "looking" ? "none" : "care";
  return { id: "card", icon: "card", tone, state, text: t(`state-${state}`), more: t(`guide-${state}`) };
}

function portal(): State {
  const state = portalState();
  const tone = state === "online" ? "good" : ["offline", "unset", "session", "failed"].includes(state) ? "care" : "none";
  const icon = state === "offline" ? "offline" : "online";
  return { id: "portal", icon, tone, state, text: t(`portal-${state}`), more: t(`portal-${state}-text`) };
}

function portalState(): string {
  if (!area.settings.portal) return "unset";
  if (area.offline) return "offline";
  if (area.syncing.running) return "busy";
  if (!area.isOpen) return "closed";
  if (!area.person?.session) return "session";
  if (area.failed) return "failed";
  return area.synced ? "online" : "unknown";
}

function outbox(): State {
  const count = area.outbox.length;
  const refused = area.outbox.some((item) => item.state === "refused");
  const state = refused ? "refused" : count > 0 ? "waiting" : "empty";
  const text = count > 0 ? t("status-waiting", { count }) : t("outbox-none");
  const waits = area.offline || area.outbox.some((item) => item.state === "paused");
  const tone = refused || (count > 0 && waits) ? "care" : count > 0 ? "none" : "good";
  return { id: "outbox", icon: "affairs", tone, state, text, more: t(`outbox-${state}-text`) };
}
