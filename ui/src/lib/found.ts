import type { MarkedTextView } from "../generated/MarkedTextView";
import type { RecordHitView } from "../generated/RecordHitView";
import type { SegmentView } from "../generated/SegmentView";
import { locale } from "./i18n.svelte";
import { to } from "./router.svelte";

/** A marked text in the current language, else in the one that it has. */
export function parts(text: MarkedTextView): SegmentView[] {
  const own = text[locale.current];
  return [own, text.be, text.ru, text.en].find((segments) => segments.length > 0) ?? [];
}

/** The same without its marks. */
export function plain(segments: readonly SegmentView[]): string {
  return segments.map((segment) => segment.text).join("");
}

/** Where a record that the search found is shown. */
export function placeOf(record: RecordHitView): string {
  if (record.kind === "draft") return to.draft(record.id);
  const application = record.kind === "application" ? record.id : record.application_id;
  return application && record.kind !== "waiting" ? to.application(application) : to.affairs;
}
