// What fields are called: as the form says, and the members of an address by themselves.
import type { FormView } from "../generated/FormView";
import { tx } from "../lib/i18n.svelte";
import { placeOf } from "./form";

/** The label of the field at a pointer: the core knows that of each that a form may ask. */
export function labelOf(form: FormView, path: string): string {
  const place = placeOf(form, path);
  for (const step of form.steps) {
    const field = step.fields.find((one) => one.place === place);
    if (field) return tx(field.label);
  }
  return path;
}
