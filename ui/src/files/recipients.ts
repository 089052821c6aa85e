import type { RecipientView } from "../generated/RecipientView";
import type { HandedView } from "../platform/types";

/** Somebody for whom files are encrypted: the file with their certificate, and what it says. */
export interface Recipient extends HandedView {
  /** Whether it is the person's own. */
  own: boolean;
  view: RecipientView;
}

/** Whether a file is a certificate by its name. */
export const isCertificate = (name: string): boolean => /\.(cer|crt|pem)$/i.test(name);

/** The recipient by whose key the content key is as short as it is; nobody when it is as long as can be. */
export function weakest(recipients: readonly Recipient[]): Recipient | undefined {
  const able = recipients.filter((one) => one.view.problem === null);
  const [first] = [...able].sort((one, other) => one.view.key_bits - other.view.key_bits);
  return first && first.view.key_bits < 256 ? first : undefined;
}
