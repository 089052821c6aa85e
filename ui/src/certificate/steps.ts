import type { StepView } from "../generated/StepView";

/** What happens until a certificate is on the card, in its order. */
export const STEPS = ["key", "request", "sent", "issued", "checked", "installed"] as const;
export type Step = (typeof STEPS)[number];

/** Which of them a dialogue is at, by where the card is. */
const AT: Partial<Record<StepView, Step>> = {
  pin: "key",
  key: "key",
  request: "request",
  portal: "sent",
  terminal: "sent",
  reading: "issued",
  checking: "checked",
  saving: "installed",
};

export const stepAt = (step: StepView | null): Step | undefined => (step === null ? undefined : AT[step]);
