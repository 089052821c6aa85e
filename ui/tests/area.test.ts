// What the window knows of the person's area: the newest reading stays, and nothing of a closed store.
import { beforeEach, expect, test, vi } from "vitest";
import { announce, announcer, hush, tell as tellPerson } from "../src/lib/announce.svelte";
import { area } from "../src/lib/area.svelte";
import { locale, t } from "../src/lib/i18n.svelte";
import { platform } from "../src/platform/tauri";
import { states } from "../src/shell/status.svelte";

/** Calls of the core that wait for their answer, in order. */
let waiting: { command: string; answer: (value: unknown) => void }[] = [];
// What the modules ask of the web view as they are loaded.
const happens = vi.hoisted(() => {
  const happens = new Map<string, () => void>();
  vi.stubGlobal("addEventListener", (event: string, handler: () => void) => happens.set(event, handler));
  vi.stubGlobal("location", { hash: "" });
  vi.stubGlobal("history", { state: {} });
  vi.stubGlobal("document", { documentElement: {} });
  vi.stubGlobal("localStorage", { getItem: () => null });
  return happens;
});
const heard = new Map<string, (payload: unknown) => void>();

vi.mock("../src/platform/tauri", () => ({ platform: { call: vi.fn(), on: vi.fn() } }));

const settled = () => new Promise((resolve) => setTimeout(resolve));

const nothing: Record<string, unknown> = {
  settings: { language: "en", portal: "", appearance: { theme: "system", size: 100 }, demo: false },
  store_state: { state: "open" },
  person: { name: "" },
  drafts: [],
  outbox: [],
  applications: { list: [], count: 0 },
  due: [],
  known_certificates: { ends: [] },
  sync: { sent: [], returned: [] },
  send_now: { sent: [], returned: [] },
  repair_store: {},
};

/** Answers the first call of that command that waits. */
async function answer(command: string, value: unknown = nothing[command]): Promise<void> {
  const at = waiting.findIndex((one) => one.command === command);
  expect(at, `${command} was asked`).toBeGreaterThanOrEqual(0);
  waiting.splice(at, 1)[0]!.answer(value);
  await settled();
}

async function answerAll(): Promise<void> {
  while (waiting.length > 0) await answer(waiting[0]!.command);
}

const tell = async (...names: string[]) => {
  heard.get("stale")!(names);
  await settled();
};

const said = () => announcer.sentences.map((one) => one.text);

beforeEach(async () => {
  hush();
  vi.mocked(platform.on).mockImplementation((event, handler) => {
    heard.set(event, handler as (payload: unknown) => void);
    return Promise.resolve(() => undefined);
  });
  vi.mocked(platform.call).mockImplementation(
    (command) => new Promise((resolve) => waiting.push({ command, answer: resolve as (value: unknown) => void })),
  );
  waiting = [];
  const started = area.start();
  await settled();
  await answerAll();
  await started;
  await answerAll();
});

const application = { list: [{ id: "a" }], count: 1 };

test("what was read later is not undone by what was asked earlier", async () => {
  await tell("outbox");
  await tell("applications", "outbox");
  // What was asked last is answered first.
  while (waiting.length > 0) {
    const { command, answer: last } = waiting.pop()!;
    last(command === "applications" ? application : nothing[command]);
    await settled();
  }
  expect(area.count).toBe(1);
  expect(area.applications).toEqual(application.list);
});

test("tellings that come while something is read are read once, all together", async () => {
  await tell("outbox");
  await tell("drafts");
  await tell("drafts", "person");
  await answer("outbox");
  await answer("due");
  expect(waiting.map((one) => one.command).sort()).toEqual(["drafts", "person"]);
  await answerAll();
});

test("nothing of a store that closes is shown, whatever was asked before", async () => {
  await tell("applications");
  await tell("store");
  await answer("store_state", { state: "locked" });
  expect(area.isOpen).toBe(false);
  await answer("applications", application);
  await answer("due");
  expect(area.count).toBe(0);
  expect(area.applications).toEqual([]);
});

test("what was told is shown in the language of the moment", () => {
  locale.use("en");
  tellPerson("announce-registered", { number: "1" });
  const shown = () => t(announcer.shown!.id, announcer.shown!.args);
  expect(shown()).toBe("Registered under number 1");
  locale.use("be");
  expect(shown()).toBe("Зарэгістравана пад нумарам 1");
});

test("what was told of the person goes with the store that closes", async () => {
  tellPerson("announce-registered", { number: "1" });
  expect(announcer.shown).not.toBeNull();
  heard.get("closing")!(null);
  expect(announcer.shown).toBeNull();
  expect(said()).toEqual(["Kabinet is locked"]);
});

test("of what is said at once everything is said, and nothing stays", () => {
  vi.useFakeTimers();
  try {
    announce("The portal sent it back");
    announce("Sharing has ended");
    announce("Sharing has ended");
    expect(said()).toEqual(["The portal sent it back", "Sharing has ended", "Sharing has ended"]);
    vi.advanceTimersByTime(9_000);
    tellPerson("saved");
    vi.advanceTimersByTime(1_000);
    expect(said()).toEqual(["Saved"]);
    vi.advanceTimersByTime(9_000);
    expect(said()).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

test("what is shown goes as soon as the store begins to close", async () => {
  await tell("applications");
  await tell("store");
  heard.get("closing")!(null);
  expect(area.isOpen).toBe(false);
  // The store may still say that it is open: it was asked before.
  await answer("store_state", { state: "open" });
  await answer("applications", application);
  await answer("due");
  expect(area.isOpen).toBe(false);
  expect(area.applications).toEqual([]);
});

test("a store that was never open does not close", async () => {
  await tell("store");
  await answer("store_state", { state: "none" });
  heard.get("closing")!(null);
  expect(area.store?.state).toBe("none");
});

test("nobody hears that what was not open is locked", async () => {
  await tell("store");
  await answer("store_state", { state: "none" });
  hush();
  announce("The reader is ready");
  await tell("store");
  await answer("store_state", { state: "none" });
  expect(said()).toEqual(["The reader is ready"]);
});

test("nobody hears that a forgotten store is locked, since there is none", async () => {
  hush();
  await tell("store");
  await answer("store_state", { state: "none" });
  expect(area.isOpen).toBe(false);
  expect(said()).toEqual([]);
});

test("of two looks at the store the later one counts", async () => {
  await tell("store");
  await tell("store");
  const [first, second] = waiting.splice(0, 2);
  second!.answer({ state: "locked" });
  await settled();
  first!.answer({ state: "open" });
  await settled();
  expect(area.isOpen).toBe(false);
});

test("only a pass that came to its end puts the window in step with the portal", async () => {
  const pass = (problem: string | null) => heard.get("passed")!(problem);
  const seen = () => states().find((one) => one.id === "portal")!.state;
  area.settings.portal = "https://portal.example/";
  area.person = { session: true } as never;
  area.synced = null;
  for (const problem of ["offline", "portal_timeout"]) {
    pass(problem);
    expect(seen()).toBe("offline");
  }
  for (const problem of ["portal_server", "portal_garbage", "disk_full"]) {
    pass(problem);
    expect(seen()).toBe("failed");
  }
  expect(area.synced).toBeNull();
  pass(null);
  expect(area.synced).not.toBeNull();
  expect(seen()).toBe("online");
  // The portal has ended the session.
  pass("session_expired");
  nothing.person = { name: "", session: false };
  await tell("person");
  await answerAll();
  expect(seen()).toBe("session");
});

test("only the person makes everything leave before its time", async () => {
  const passes = async (act: () => unknown) => {
    vi.mocked(platform.call).mockClear();
    act();
    await settled();
    await answerAll();
    return vi.mocked(platform.call).mock.calls.map(([command]) => command).filter((command) => command === "sync" || command === "send_now");
  };
  expect(await passes(() => happens.get("online")!())).toEqual(["sync"]);
  expect(await passes(() => area.unlock())).toEqual(["sync"]);
  expect(await passes(() => area.repair())).toEqual(["sync"]);
  expect(await passes(() => area.sync())).toEqual(["send_now"]);
});
