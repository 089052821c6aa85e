// What the components of the gallery show. Nobody of this exists.
import type { Recipient } from "../src/files/recipients";
import type { ApplicationView } from "../src/generated/ApplicationView";
import type { CryptedFileView } from "../src/generated/CryptedFileView";
import type { EncryptedFileView } from "../src/generated/EncryptedFileView";
import type { FormView } from "../src/generated/FormView";
import type { OutboxItemView } from "../src/generated/OutboxItemView";
import type { PinView } from "../src/generated/PinView";
import type { ProblemView } from "../src/generated/ProblemView";
import type { TextView } from "../src/generated/TextView";
import type { NextStep } from "../src/lib/next";

export const STATUSES = ["registered", "accepted", "documentsRequested", "approved", "refused", "withdrawn"];
export const PINS: PinView[] = [
  { state: "usable", attempts_left: 3 },
  { state: "usable", attempts_left: 2 },
  { state: "suspended" },
  { state: "blocked" },
  { state: "deactivated" },
];

export const title: TextView = {
  be: "Выдача даведкі аб стане на ўліку асоб, якія маюць патрэбу ў паляпшэнні жыллёвых умоў",
  ru: "Выдача справки о состоянии на учёте нуждающихся в улучшении жилищных условий",
  en: "Certificate of being registered as in need of better housing",
};
const AT = "2026-03-04T09:05:00Z";

export function application(status: string): ApplicationView {
  return { id: status, procedure_id: "1.1.7", title, registration_number: "2026-000123", status, submitted_at: AT, deadline: null, history: [] };
}

/** Why it waits, by where it stands. */
const REASONS: Record<OutboxItemView["state"], [kind: OutboxItemView["reason"]["kind"], text: TextView]> = {
  waiting: [
    "network",
    {
      be: "Сувязі з парталам не было. Пойдзе само, калі яна з’явіцца.",
      ru: "Связи с порталом не было. Уйдёт само, когда она появится.",
      en: "There was no connection to the portal. It goes by itself when there is one.",
    },
  ],
  uploading: ["upload", { be: "Файлы адпраўляюцца.", ru: "Файлы отправляются.", en: "The files are being sent." }],
  paused: [
    "person",
    {
      be: "Вы гэта прытрымалі. Пойдзе, калі вы дазволіце.",
      ru: "Вы это придержали. Уйдёт, когда вы разрешите.",
      en: "You are holding it back. It goes when you let it.",
    },
  ],
  refused: [
    "refused",
    { be: "Партал гэта не прыняў.", ru: "Портал это не принял.", en: "The portal did not accept it." },
  ],
};

export function waiting(state: OutboxItemView["state"], change: Partial<OutboxItemView> = {}): OutboxItemView {
  const [kind, text] = REASONS[state];
  return {
    id: state,
    kind: "application",
    application_id: null,
    procedure_id: "1.1.7",
    title,
    signed_at: AT,
    state,
    reason: { kind, text, remedy: null, behind: null, fields: state === "refused" ? [{ path: "/address", label: title }] : [] },
    tries: 1,
    last_problem: null,
    next_try_at: state === "waiting" ? AT : null,
    attachments: [],
    can_take_back: true,
    upload: null,
    ...change,
  };
}

const STEPS: Array<[NextStep["what"], NextStep["tone"]]> = [
  ["due-over", "bad"],
  ["due-soon", "care"],
  ["asked", "care"],
  ["refused", "bad"],
  ["ending", "care"],
  ["ended", "bad"],
  ["sign-in", "care"],
  ["carried", "care"],
  ["ready", "good"],
  ["open", "info"],
];
const UNTITLED = new Set(["ending", "ended", "sign-in"]);
export const steps: NextStep[] = STEPS.map(([what, tone]) => ({
  id: what,
  what,
  tone,
  title: UNTITLED.has(what) ? null : title,
  at: what === "ending" ? new Date(Date.now() + 9 * 864e5).toISOString() : AT,
  href: "#",
}));

export const problem: ProblemView = {
  code: "offline",
  message: "",
  remedy: "-",
  retryable: true,
  all: {
    message: { be: "Няма сувязі з парталам.", ru: "Нет связи с порталом.", en: "The portal cannot be reached." },
    remedy: {
      be: "Праверце інтэрнэт. Усё захаванае засталося.",
      ru: "Проверьте интернет. Всё сохранённое осталось.",
      en: "Check the internet connection. Everything saved is still there.",
    },
  },
};

const certificate = (handle: number, change: Partial<Recipient["view"]> = {}): Recipient => ({
  handle,
  name: `${handle}.cer`,
  size: 900,
  own: handle === 1,
  view: {
    name: "YANKOUSKAYA NASTASSIA",
    issuer: "Issuing CA",
    serial_number: `0${handle}`,
    valid_until: "2029-03-04T09:05:00Z",
    key_bits: 128,
    verdict: "valid",
    reason: null,
    note: null,
    problem: null,
    ...change,
  },
});
/** A recipient of each kind. */
export const people: Recipient[] = [
  certificate(1),
  certificate(2, { verdict: "cannot_tell", reason: "NO_CERTIFICATE_CHAIN_FOUND" }),
  certificate(3, { key_bits: 256, problem }),
];

const found = (ours: boolean | null, of: ProblemView | null = null): EncryptedFileView => ({
  size: 3000,
  recipients: ["0A1B2C3D4E5F (Issuing CA)"],
  ours,
  problem: of,
});
/** What came encrypted, in each way that can be told. */
export const sealed = {
  files: [1, 2, 3, 4].map((handle) => ({ handle, name: `${handle}.p7m`, size: 4000 })),
  found: { 1: found(true), 2: found(false), 3: found(null), 4: found(null, problem) },
};

export const crypted: CryptedFileView[] = [
  { name: "a.pdf", path: "/home/nastassia/a.pdf.p7m", is_signed: false, problem: null },
  { name: "b.pdf", path: null, is_signed: false, problem },
  { name: "c.pdf", path: null, is_signed: false, problem: { ...problem, code: "cancelled" } },
];

const label = (be: string, ru: string, en: string): TextView => ({ be, ru, en });
const LABELS = {
  "/text": label("Імя і прозвішча", "Имя и фамилия", "Name"),
  "/wrong": label("Тэлефон", "Телефон", "Telephone"),
  "/day": label("Дата", "Дата", "Date"),
  "/sum": label("Сума", "Сумма", "Amount"),
  "/kind": label("Спосаб атрымання", "Способ получения", "How to get it"),
  "/many": label("Вобласць", "Область", "Region"),
  "/country": label("Краіна", "Страна", "Country"),
  "/chosen": label("Дзе атрымаць", "Где получить", "Where to get it"),
  "/home": label("Адрас", "Адрес", "Address"),
  "/home/postalCode": label("Паштовы індэкс", "Почтовый индекс", "Postal code"),
  "/home/region": label("Вобласць", "Область", "Region"),
  "/sure": label("Згодны з умовамі", "Согласен с условиями", "I agree to the terms"),
  "/long": label("Тлумачэнне", "Пояснение", "Explanation"),
};

/** A field of each kind. */
export const form: FormView = {
  procedure: {},
  steps: [{ title, fields: Object.entries(LABELS).map(([place, label]) => ({ place, label })) }],
  schema: {
    type: "object",
    required: ["text"],
    properties: {
      text: { type: "string" },
      wrong: { type: "string", format: "phone" },
      day: { type: "string", format: "date" },
      sum: { type: "string", format: "money" },
      kind: { type: "string", enum: ["a", "b"] },
      many: { type: "string", enum: ["a", "b", "c", "d", "e", "f", "g"] },
      country: { type: "string", enum: [..."abcdefghijkl"] },
      chosen: { type: "string", enum: [..."abcdefghijkl"] },
      home: { type: "object", properties: { postalCode: { type: "string", format: "postal-code" }, region: { type: "string" } } },
      sure: { type: "boolean" },
      long: { type: "string", maxLength: 2000 },
    },
  },
  ui: {
    steps: [],
    hints: { "/text": label("Як у дакуменце", "Как в документе", "As in the document") },
    enumLabels: Object.fromEntries(
      ["/kind", "/many", "/country", "/chosen"].map((path) => [
        path,
        Object.fromEntries([..."abcdefghijkl"].map((key) => [key, label(`Выбар ${key}`, `Выбор ${key}`, `Choice ${key}`)])),
      ]),
    ),
    widgets: { "/kind": "radio", "/home": "address", "/long": "textarea" },
  },
} as unknown as FormView;

/** A file that is drawn, one that cannot be drawn, and one that is not drawn yet. */
export const pictures: Array<[name: string, picture: Promise<string | null>]> = [
  ["a.png", Promise.resolve("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")],
  ["b.tiff", Promise.resolve(null)],
  ["c.pdf", new Promise(() => undefined)],
];
