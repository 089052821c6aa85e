/** What can be done with files, each named by `files-act-` and this. */
export const ACTS = ["sign", "check", "encrypt", "decrypt"] as const;
export type Act = (typeof ACTS)[number];
