/** The topics of the help in their order; each has a title `help-` and a text `help-` … `-text`. */
export const TOPICS = ["start", "card", "pin", "sign-in", "procedure", "apply", "send", "follow", "encrypt", "certificate", "files", "safety", "keys"] as const;
export type Topic = (typeof TOPICS)[number] | "check";
