import type { ApplicationView } from "../generated/ApplicationView";
import type { DraftSummaryView } from "../generated/DraftSummaryView";
import type { DueView } from "../generated/DueView";
import type { OutboxItemView } from "../generated/OutboxItemView";
import type { ReleaseView } from "../generated/ReleaseView";
import type { TextView } from "../generated/TextView";
import { to } from "./router.svelte";

/** Something that the person can do now. */
export interface NextStep {
  /** `data-testid` of its row, and its key in a list. */
  id: string;
  /** Its sentences: `next-` and this, and `next-` this `-do` for the link. */
  what: "due-over" | "due-soon" | "asked" | "refused" | "carried" | "ending" | "ended" | "card-ending" | "card-ended" | "sign-in" | "ready" | "open" | "update";
  tone: "bad" | "care" | "info" | "good";
  /** What it is about. */
  title: TextView | null;
  /** The moment that its sentence names, RFC 3339. */
  at: string | null;
  href: string;
}

/** What is known of the person's area. */
export interface Known {
  /** Whether the session can be used. */
  session: boolean;
  due: readonly DueView[];
  drafts: readonly DraftSummaryView[];
  outbox: readonly OutboxItemView[];
  applications: readonly ApplicationView[];
  /** Last days of the certificates that were read from a card, RFC 3339. */
  certificates: readonly string[];
  /** Last day of the ID card itself, `YYYY-MM-DD`. */
  card: string | null;
  /** A newer version of the program that waits to be installed or started. */
  update: ReleaseView | null;
}

/** A certificate is spoken of so many days before its end. */
const CERTIFICATE_SOON = 60;
/** A card is, too: a new one takes its time. */
const CARD_SOON = 60;
const DAY = 864e5;

/** What to do next, the most pressing first. Each thing appears once. */
export function nextSteps(known: Known, now = Date.now()): NextStep[] {
  const steps: NextStep[] = [];
  for (const due of known.due) {
    const what = due.overdue ? "due-over" : "due-soon";
    const tone = due.overdue ? "bad" : "care";
    const href = to.application(due.application_id);
    steps.push({ id: `due-${due.message_id}`, what, tone, title: due.title, at: due.deadline, href });
  }
  const told = new Set(known.due.map((due) => due.application_id));
  for (const asked of known.applications) {
    if (asked.status !== "documentsRequested" || told.has(asked.id)) continue;
    const { id, title } = asked;
    steps.push({ id: `asked-${id}`, what: "asked", tone: "care", title, at: null, href: to.application(id) });
  }
  for (const item of known.outbox) {
    if (item.state !== "refused") continue;
    steps.push({ id: `refused-${item.id}`, what: "refused", tone: "bad", title: item.title, at: null, href: to.affairs });
  }
  for (const at of known.certificates) {
    const left = Date.parse(at) - now;
    if (Number.isNaN(left) || left > CERTIFICATE_SOON * DAY) continue;
    const over = left < 0;
    steps.push({
      id: `certificate-${at}`,
      what: over ? "ended" : "ending",
      tone: over ? "bad" : "care",
      title: null,
      at,
      href: to.certificate,
    });
  }
  // The last day is a good one to its end.
  const left = known.card === null ? Number.NaN : Date.parse(known.card) + DAY - now;
  if (left <= CARD_SOON * DAY) {
    const over = left <= 0;
    steps.push({
      id: "card-expiry",
      what: over ? "card-ended" : "card-ending",
      tone: over ? "bad" : "care",
      title: null,
      at: known.card,
      href: to.card,
    });
  }
  if (!known.session) {
    steps.push({ id: "session-over", what: "sign-in", tone: "care", title: null, at: null, href: to.signIn });
  }
  for (const draft of known.drafts) {
    const what = draft.carried ? "carried" : draft.complete ? "ready" : "open";
    const tone = ({ carried: "care", ready: "good", open: "info" } as const)[what];
    steps.push({ id: `draft-${draft.id}`, what, tone, title: draft.title, at: draft.changed_at, href: to.draft(draft.id) });
  }
  if (known.update) {
    const { version } = known.update;
    const title = { be: version, ru: version, en: version };
    steps.push({ id: "update", what: "update", tone: "info", title, at: null, href: to.settings });
  }
  const rank = { bad: 0, care: 1, good: 2, info: 3 };
  // Equals stay in the order in which they came: what is due sooner is listed sooner.
  return steps.sort((one, other) => rank[one.tone] - rank[other.tone]);
}
