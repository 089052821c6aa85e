// Reads the documented subset of JSON Schema and UI schema (docs/forms.md).
import type { FormView } from "../generated/FormView";
import type { TextView } from "../generated/TextView";

export interface Step {
  title: TextView;
  fields: string[];
}

export interface UiSchema {
  steps: Step[];
  labels?: Record<string, TextView>;
  hints?: Record<string, TextView>;
  widgets?: Record<string, string>;
  enumLabels?: Record<string, Record<string, TextView>>;
}

export interface FieldSchema {
  type?: string;
  format?: string;
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  properties?: Record<string, FieldSchema>;
  required?: string[];
}

/** How a field is asked. */
export type Widget = "checkbox" | "select" | "radio" | "number" | "date" | "textarea" | "phone" | "text";

export type Data = Record<string, unknown>;

/** The UI schema of a form; what is missing is empty. */
export function uiOf(form: FormView): UiSchema {
  const ui = (form.ui ?? {}) as Partial<UiSchema>;
  return { ...ui, steps: Array.isArray(ui.steps) ? ui.steps : [] };
}

function parts(path: string): string[] {
  return path
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The schema of the value at a JSON Pointer. */
export function schemaAt(form: FormView, path: string): FieldSchema {
  let schema = (form.schema ?? {}) as FieldSchema;
  for (const part of parts(path)) schema = schema.properties?.[part] ?? {};
  return schema;
}

/** Whether the schema always asks for the value. */
export function isRequired(form: FormView, path: string): boolean {
  const names = parts(path);
  const last = names.pop();
  let schema = (form.schema ?? {}) as FieldSchema;
  for (const part of names) schema = schema.properties?.[part] ?? {};
  return last !== undefined && (schema.required?.includes(last) ?? false);
}

/** How the field at a pointer is asked. */
export function widgetOf(form: FormView, path: string): Widget {
  const schema = schemaAt(form, path);
  const wish = uiOf(form).widgets?.[path];
  if (schema.type === "boolean") return "checkbox";
  if (schema.enum) return wish === "radio" ? "radio" : "select";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.format === "date" || wish === "date") return "date";
  if (wish === "textarea" || wish === "phone") return wish;
  return "text";
}

/** The value at a JSON Pointer. */
export function valueAt(data: Data, path: string): unknown {
  let value: unknown = data;
  for (const part of parts(path)) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Data)[part];
  }
  return value;
}

/** The data with another value there; `undefined` takes it away. */
export function withValue(data: Data, path: string, value: unknown): Data {
  const set = (level: Data, [name, ...rest]: string[]): Data => {
    if (name === undefined) return level;
    const changed = { ...level };
    if (rest.length > 0) changed[name] = set((level[name] as Data | undefined) ?? {}, rest);
    else if (value === undefined) delete changed[name];
    else changed[name] = value;
    return changed;
  };
  return set(data, parts(path));
}
