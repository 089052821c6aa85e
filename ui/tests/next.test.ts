// What Home says to do next: everything once, the pressing first.
import { expect, test, vi } from "vitest";

// The pages' addresses come with a router that listens to the browser.
vi.stubGlobal("location", { hash: "" });
vi.stubGlobal("history", { state: {} });
vi.stubGlobal("addEventListener", () => undefined);
const { nextSteps } = await import("../src/lib/next");

const title = { be: "Т", ru: "Т", en: "T" };
const NOW = Date.parse("2026-11-27T12:00:00Z");
const draft = { id: "d", procedure_id: "1.1", title, changed_at: "2026-11-27T11:00:00Z", complete: false, carried: false };
const application = {
  id: "a",
  procedure_id: "1.1",
  title,
  registration_number: "1",
  status: "documentsRequested",
  submitted_at: "2026-11-20T11:00:00Z",
  deadline: null,
  history: [],
};
const nothing = { session: true, due: [], drafts: [], outbox: [], applications: [], certificates: [], card: null, update: null };

test("nothing to do is an empty list", () => {
  expect(nextSteps({ ...nothing, applications: [{ ...application, status: "registered" }] }, NOW)).toEqual([]);
});

test("a request that is due is not told a second time as asked", () => {
  const due = { application_id: "a", title, message_id: "m", deadline: "2026-11-28T00:00:00Z", overdue: false };
  const known = { ...nothing, applications: [application, { ...application, id: "b" }], due: [due] };
  expect(nextSteps(known, NOW).map((step) => step.id)).toEqual(["due-m", "asked-b"]);
});

test("what is over comes before what presses, and drafts come last", () => {
  const due = { application_id: "x", title, message_id: "m", deadline: "2026-11-26T00:00:00Z", overdue: true };
  const drafts = [draft, { ...draft, id: "e", complete: true }, { ...draft, id: "f", carried: true }];
  const known = { ...nothing, session: false, drafts, due: [due], certificates: ["2026-12-20T00:00:00Z"] };
  expect(nextSteps(known, NOW).map((step) => step.what)).toEqual(["due-over", "ending", "sign-in", "carried", "ready", "open"]);
});

test("a certificate is spoken of in its last sixty days and when it has ended", () => {
  const of = (until: string) => nextSteps({ ...nothing, certificates: [until] }, NOW).map((step) => [step.what, step.tone]);
  expect(of("2027-01-26T12:00:01Z")).toEqual([]);
  expect(of("2027-01-26T12:00:00Z")).toEqual([["ending", "care"]]);
  expect(of("2026-11-27T11:59:59Z")).toEqual([["ended", "bad"]]);
  expect(of("no date")).toEqual([]);
});

test("the card itself is spoken of in its last sixty days, and is good to the end of its last day", () => {
  const of = (card: string) => nextSteps({ ...nothing, card }, NOW).map((step) => [step.what, step.tone]);
  expect(of("2027-01-26")).toEqual([]);
  expect(of("2027-01-25")).toEqual([["card-ending", "care"]]);
  expect(of("2026-11-27")).toEqual([["card-ending", "care"]]);
  expect(of("2026-11-26")).toEqual([["card-ended", "bad"]]);
  expect(of("    -  -  ")).toEqual([]);
});

test("a newer version comes after what is the person's own", () => {
  const update = { version: "0.2.0", published: null, notes: title };
  const steps = nextSteps({ ...nothing, drafts: [draft], update }, NOW);
  expect(steps.map((step) => step.id)).toEqual(["draft-d", "update"]);
});
