// Reads the documented vocabulary of JSON Schema and UI schema (docs/forms.md).
import type { FormView } from "../generated/FormView";
import type { TextView } from "../generated/TextView";
import { MOST_LISTED } from "./choices";

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
  order?: Record<string, string[]>;
}

export interface FieldSchema {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  accept?: string[];
  contentMediaType?: string;
  maxSize?: number;
  items?: FieldSchema;
  properties?: Record<string, FieldSchema>;
  required?: string[];
}

/** How a field is asked. */
export type Widget =
  | "checkbox"
  | "select"
  | "search"
  | "radio"
  | "number"
  | "date"
  | "textarea"
  | "phone"
  | "money"
  | "number-text"
  | "email"
  | "postal-code"
  | "text"
  | "region"
  | "attachments"
  | "group"
  | "list";

export type Data = Record<string, unknown>;

/** The members of an address, in the order in which they are asked. */
const ADDRESS = ["postalCode", "region", "district", "locality", "street", "house", "building", "flat"];

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

/** A member's name as a part of a JSON Pointer (RFC 6901). */
function pointerPart(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function followed(form: FormView, schema: FieldSchema | undefined): FieldSchema {
  let found = schema ?? {};
  for (let turn = 0; turn < 32 && found.$ref !== undefined; turn += 1) {
    let target: unknown = form.schema;
    for (const part of parts(found.$ref)) target = (target as Data | undefined)?.[part];
    found = (target ?? {}) as FieldSchema;
  }
  return found;
}

/** The schema of the value at a JSON Pointer. */
export function schemaAt(form: FormView, path: string): FieldSchema {
  let schema = followed(form, form.schema as FieldSchema);
  for (const part of parts(path)) schema = followed(form, schema.items ?? schema.properties?.[part]);
  return schema;
}

/** The pointer by which the UI schema names a field: `-` stands for whatever entry of a list. */
export function placeOf(form: FormView, path: string): string {
  let schema = followed(form, form.schema as FieldSchema);
  let place = "";
  for (const part of parts(path)) {
    place += `/${schema.items ? "-" : pointerPart(part)}`;
    schema = followed(form, schema.items ?? schema.properties?.[part]);
  }
  return place;
}

/** How the field at a pointer is asked. */
export function widgetOf(form: FormView, path: string): Widget {
  const schema = schemaAt(form, path);
  const wish = uiOf(form).widgets?.[placeOf(form, path)];
  if (schema.format === "attachment" || followed(form, schema.items).format === "attachment") return "attachments";
  if (schema.items && followed(form, schema.items).properties) return "list";
  if (schema.properties) return "group";
  if (schema.type === "boolean") return "checkbox";
  if (schema.enum && schema.enum.length > MOST_LISTED) return "search";
  if (schema.enum) return wish === "radio" ? "radio" : "select";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.format === "date" || wish === "date") return "date";
  if (schema.format === "money" || schema.format === "phone" || schema.format === "email") return schema.format;
  if (schema.format === "postal-code") return schema.format;
  if (schema.format === "personal-number" || schema.format === "document-number") return "number-text";
  if (isRegion(form, path)) return "region";
  if (wish === "textarea" || wish === "phone") return wish;
  return "text";
}

/** Whether the field is the region of an address. */
function isRegion(form: FormView, path: string): boolean {
  const [, group, name] = /^(.*)\/([^/]*)$/.exec(path) ?? [];
  return name === "region" && uiOf(form).widgets?.[placeOf(form, group ?? "")] === "address";
}

/** What a file of the application may be at most, whatever a field allows; in octets (docs/attachments.md). */
const LARGEST = 50 * 1024 * 1024;
const MOST_FILES = 20;

const KINDS: Record<string, string> = {
  "application/pdf": "PDF",
  "image/jpeg": "JPEG",
  "image/png": "PNG",
  "image/tiff": "TIFF",
  "image/heif": "HEIC",
};

/** A kind of file as people call it. */
export function kindOf(type: string): string {
  return KINDS[type] ?? type;
}

/** Which files a field takes: their media types and kinds, how large each may be, in MiB, and how many. */
export function fileLimits(schema: FieldSchema): { types: string[]; kinds: string[]; megabytes: number; count: number } {
  const one = schema.items ?? schema;
  const types = one.contentMediaType !== undefined ? [one.contentMediaType] : (one.accept ?? []);
  return {
    types,
    kinds: types.map(kindOf),
    megabytes: Math.min(one.maxSize ?? LARGEST, LARGEST) / 1024 / 1024,
    count: schema.items ? Math.min(schema.maxItems ?? MOST_FILES, MOST_FILES) : 1,
  };
}

/** Pointers of a group's members in the order in which they are asked. */
export function membersOf(form: FormView, path: string): string[] {
  const ui = uiOf(form);
  const place = placeOf(form, path);
  const known = Object.keys(schemaAt(form, path).properties ?? {});
  const first = ui.order?.[place] ?? (ui.widgets?.[place] === "address" ? ADDRESS : []);
  const names = [...first.filter((name) => known.includes(name)), ...known.filter((name) => !first.includes(name))];
  return names.map((name) => `${path}/${pointerPart(name)}`);
}

/** The element of a field that can take the focus has this id, and those of its notes begin with it. */
export function idOf(path: string): string {
  return `f${path.replaceAll(/[^A-Za-z0-9]/g, "-")}`;
}

/** Whether a pointer is another one or leads into what that names. */
export function within(path: string, group: string): boolean {
  return path === group || path.startsWith(`${group}/`);
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
  const set = (level: unknown, [name, ...rest]: string[]): unknown => {
    if (name === undefined) return level;
    if (Array.isArray(level)) {
      const entries = [...(level as unknown[])];
      const index = Number(name);
      entries[index] = rest.length > 0 ? set(entries[index] ?? {}, rest) : value;
      return entries;
    }
    const changed = { ...(level as Data) };
    if (rest.length > 0) changed[name] = set(changed[name] ?? {}, rest);
    else if (value === undefined) delete changed[name];
    else changed[name] = value;
    return changed;
  };
  return set(data, parts(path)) as Data;
}

/** A list with one entry elsewhere. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const entries = [...list];
  entries.splice(to, 0, ...entries.splice(from, 1));
  return entries;
}

/** Whether Latin letters took the place of Cyrillic ones that look like them. */
export function folded(typed: unknown, kept: unknown): boolean {
  const cyrillic = /\p{Script=Cyrillic}/u;
  return typeof typed === "string" && typeof kept === "string" && cyrillic.test(typed) && !cyrillic.test(kept);
}

/**
 * The values that were sent, with those that another computer changed since `kept`. What the person changed since `before`
 * stays as they typed it, also where it is kept otherwise.
 */
export function withArrived(sent: Data, before: Data, kept: Data, answer: Data): Data {
  const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
  const names = Object.keys({ ...kept, ...answer }).filter(
    (name) => !same(answer[name], kept[name]) && same(sent[name], before[name]) && !same(sent[name], answer[name]),
  );
  if (names.length === 0) return sent;
  const data = { ...sent };
  for (const name of names) {
    if (name in answer) data[name] = answer[name];
    else delete data[name];
  }
  return data;
}
