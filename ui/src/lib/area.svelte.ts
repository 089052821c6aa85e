import type { AppearanceView } from "../generated/AppearanceView";
import type { ApplicationView } from "../generated/ApplicationView";
import type { DueView } from "../generated/DueView";
import type { DraftSummaryView } from "../generated/DraftSummaryView";
import type { Language } from "../generated/Language";
import type { OutboxItemView } from "../generated/OutboxItemView";
import type { PersonView } from "../generated/PersonView";
import type { ProblemView } from "../generated/ProblemView";
import type { ReadersView } from "../generated/ReadersView";
import type { RepairView } from "../generated/RepairView";
import type { StepView } from "../generated/StepView";
import type { StoreView } from "../generated/StoreView";
import type { UploadView } from "../generated/UploadView";
import type { SettingsView } from "../generated/SettingsView";
import { platform } from "../platform/tauri";
import { overlay } from "../shell/overlay.svelte";
import { announce, hush, tell } from "./announce.svelte";
import { finish } from "./deleting";
import { locale, t } from "./i18n.svelte";
import { readiness } from "./readiness";
import { router, to } from "./router.svelte";
import { problemOf, Task } from "./task.svelte";

/** Applications that are always at hand. */
const NEWEST = 200;
/** How often the core is told that somebody is there, in milliseconds. */
const TOUCHES = 10_000;

/** How soon it is asked whether a store can be written that could only be read, in milliseconds. */
const AGAIN = 5000;

/** What the window knows of the person's area. The core keeps it; this shows it. */
class Area {
  settings: SettingsView = $state({
    language: "be",
    portal: "",
    appearance: { theme: "system", size: 100 },
    demo: false,
  });
  readers: ReadersView | null = $state(null);
  store: StoreView | null = $state(null);
  person: PersonView | null = $state(null);
  drafts: DraftSummaryView[] = $state([]);
  outbox: OutboxItemView[] = $state([]);
  /** The newest applications. */
  applications: ApplicationView[] = $state([]);
  /** How many applications there are. */
  count = $state(0);
  /** Requests of authorities that are due soon. */
  due: DueView[] = $state([]);
  /** Last days of the person's certificates, as their card was read last, RFC 3339. */
  certificates: string[] = $state([]);
  /** When the portal was last in step with this computer, as far as this window knows. */
  synced: Date | null = $state(null);
  /** The language that the core speaks now; a moment after that of the window. */
  spoken: Language | null = $state(null);
  /** Grows when messages or documents may have changed. */
  news = $state(0);
  /** What keeps the draft that is shown from being saved. */
  unsaved: ProblemView | null = $state(null);
  /** Whether the last synchronisation found no portal. */
  offline = $state(false);
  /** Whether it found one and did not come to its end. */
  failed = $state(false);
  /** How far the files of something that waits or of a draft are on their way. */
  upload: UploadView | null = $state(null);
  /** Where the running dialogue with the card is. */
  step: StepView | null = $state(null);
  /** Grows when signatures of files were raised. */
  raised = $state(0);
  /** Grows when something about the certificate on the card may have changed. */
  carded = $state(0);
  /** Grows when the catalogue changed. */
  catalogue = $state(0);
  /** Lists that are to be read again, and the reading that takes them. */
  #stale = new Set<string>();
  #reading: Promise<void> | null = null;
  /** The next question whether a store can be written that can only be read. */
  #writing: ReturnType<typeof setTimeout> | undefined;
  /** Grows when the store is asked for its state, and when it was closed. */
  #looks = 0;
  #closings = 0;
  /** The choice that is being told to the core. */
  #telling: Promise<unknown> = Promise.resolve();
  readonly syncing = new Task();
  readonly unlocking = new Task();
  readonly repairing = new Task();
  /** What the last repair of the store saved. */
  repaired: RepairView | null = $state(null);

  readonly isOpen = $derived(this.store?.state === "open");
  /** The drafts without the one that is being deleted. */
  readonly listed = $derived(this.drafts.filter((draft) => draft.id !== overlay.pending?.hides));
  readonly readiness = $derived(readiness(this.readers));

  /** Loads everything and keeps it fresh. */
  async start(): Promise<void> {
    await Promise.all([
      platform.on("readers-changed", (readers) => this.#readersChanged(readers)),
      platform.on("stale", (names) => void this.#refresh(names)),
      platform.on("closing", () => this.#close()),
      platform.on("passed", (problem) => this.#passed(problem)),
      platform.on("upload", (upload) => (this.upload = upload)),
      platform.on("step", (step) => (this.step = step)),
      platform.on("open-application", (id) => router.go(id === null ? to.affairs : to.application(id))),
      platform.on("open-certificate", () => router.go(to.certificate)),
      platform.on("returned", () => announce(t("returned"))),
    ]);
    this.#tellTouches();
    // What is dropped beside a place for files must not be opened in place of the page.
    for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
    addEventListener("online", () => void this.catchUp());
    addEventListener("offline", () => (this.offline = true));
    this.settings = await platform.call("settings");
    locale.use(this.settings.language);
    void platform.call("readers").then((readers) => (this.readers ??= readers));
    await this.reload();
    if (this.isOpen) void this.catchUp();
  }

  /** Shows everything in another language and remembers it. */
  async speak(language: Language): Promise<void> {
    locale.use(language);
    this.settings.language = language;
    await this.#inOrder(() => platform.call("set_language", { language }));
    // A later choice reads everything anew.
    if (this.settings.language !== language) return;
    this.spoken = language;
    await this.reload();
  }

  /** One choice after the other: of two that are told at once, the earlier might be the one that stays. */
  #inOrder<T>(tell: () => Promise<T>): Promise<T> {
    const told = this.#telling.then(tell);
    this.#telling = told.catch(() => undefined);
    return told;
  }

  /** Shows every window in other colours or another size and remembers it. */
  async dress(change: Partial<AppearanceView>): Promise<void> {
    const view = { ...this.settings.appearance, ...change };
    await this.#inOrder(() => platform.call("set_appearance", { view }));
    this.settings.appearance = view;
  }

  /** Reads all lists again. */
  async reload(): Promise<void> {
    await this.#refresh(["store", "person", "drafts", "outbox", "applications", "certificates"]);
    if (this.isOpen) await finish();
  }

  /** Sees whether the store is open. Of two looks at once the later one counts. */
  async #look(): Promise<void> {
    const look = (this.#looks += 1);
    const store = await platform.call("store_state");
    if (look === this.#looks) this.#turn(store);
  }

  /** The core closes the store, which may take a moment: nothing is shown any more, whatever was asked before. */
  #close(): void {
    if (!this.store || !this.isOpen) return;
    this.#looks += 1;
    this.#turn({ ...this.store, state: "locked" });
  }

  /** Takes over the store's state. Nothing of a closed one stays on the screen, not for a moment. */
  #turn(store: StoreView): void {
    const wasOpen = this.isOpen;
    this.store = store;
    clearTimeout(this.#writing);
    // The core finds out that it can be written again when it is asked.
    if (store.read_only) this.#writing = setTimeout(() => void this.#look(), AGAIN);
    if (store.state === "open") return;
    this.#closings += 1;
    Object.assign(this, { person: null, drafts: [], outbox: [], applications: [], count: 0, due: [], certificates: [] });
    if (!wasOpen) return;
    hush();
    router.forget();
    // One that was forgotten is not there to be unlocked.
    if (store.state === "locked") announce(t("locked-title"));
    router.go(to.home);
  }

  /** Asks for the passphrase, in the trusted prompt. */
  async unlock(): Promise<void> {
    await this.unlocking.run(async () => {
      await platform.call("unlock_store");
      await this.reload();
      void this.catchUp();
    });
  }

  /** Saves what can be read of a damaged store; the core may ask for the passphrase. */
  async repair(): Promise<void> {
    const repaired = await this.repairing.run(() => platform.call("repair_store"));
    if (!repaired) return;
    this.repaired = repaired;
    this.unlocking.problem = null;
    await this.reload();
    void this.catchUp();
  }

  /** Closes the person's area until it is opened again. */
  async lock(): Promise<void> {
    await overlay.settle();
    await platform.call("lock_store");
  }

  /** One pass with the portal, since the person wants it: what waits is tried now. */
  sync(): Promise<void> {
    return this.#pass("send_now");
  }

  /** One pass that nobody asked for: what waits for its time, and for that of the portal, goes on waiting. */
  catchUp(): Promise<void> {
    return this.#pass("sync");
  }

  async #pass(command: "send_now" | "sync"): Promise<void> {
    if (this.syncing.running) return;
    const done = await this.syncing.run(() => platform.call(command));
    this.#passed(this.syncing.problem?.code ?? null);
    const [sent] = done?.sent ?? [];
    if (sent) tell("announce-registered", { number: sent.registration_number });
    if (done && done.returned.length > 0) announce(t("returned"));
    if (done?.sharing_ended) announce(t("share-ended"));
    if (done) await this.reload();
  }

  /** A pass ended, with that problem. */
  #passed(problem: string | null): void {
    this.offline = problem === "offline" || problem === "portal_timeout";
    this.failed = problem !== null && !this.offline;
    if (problem === null) this.synced = new Date();
  }

  /** Reads lists again: one reading after the other, since of two at once the older might be shown last. */
  async #refresh(names: string[]): Promise<void> {
    if (names.includes("store")) {
      await this.#look();
      if (!this.isOpen) return;
    }
    for (const name of names) this.#stale.add(name);
    this.#reading ??= this.#readStale().finally(() => (this.#reading = null));
    await this.#reading;
  }

  async #readStale(): Promise<void> {
    while (this.#stale.size > 0) {
      const names = this.#stale;
      this.#stale = new Set();
      try {
        await this.#read(names);
      } catch (thrown) {
        const problem = problemOf(thrown);
        if (problem.code === "store_locked") await this.#look();
        else console.error(problem.code);
      }
    }
  }

  async #read(names: ReadonlySet<string>): Promise<void> {
    if (names.has("catalog")) this.catalogue += 1;
    if (names.has("files")) this.raised += 1;
    if (names.has("certificates")) this.carded += 1;
    const follows = names.has("applications") || names.has("outbox");
    if (follows) this.news += 1;
    const closings = this.#closings;
    const [person, drafts, outbox, found, due, known] = await Promise.all([
      names.has("person") ? platform.call("person") : this.person,
      names.has("drafts") ? platform.call("drafts") : this.drafts,
      names.has("outbox") ? platform.call("outbox") : this.outbox,
      names.has("applications") ? platform.call("applications", { from: 0, count: NEWEST }) : { list: this.applications, count: this.count },
      follows ? platform.call("due") : this.due,
      names.has("certificates") ? platform.call("known_certificates") : { ends: this.certificates },
    ]);
    // What was read of a store that was closed meanwhile is not shown.
    if (closings !== this.#closings) return;
    Object.assign(this, { person, drafts, outbox, applications: found.list, count: found.count, due, certificates: known.ends });
  }

  /** Lets the core know that somebody is there: it closes the store when nobody is. */
  #tellTouches(): void {
    let last = 0;
    const touched = () => {
      if (Date.now() - last < TOUCHES) return;
      last = Date.now();
      void platform.call("touched");
    };
    for (const event of ["pointerdown", "pointermove", "keydown", "wheel"]) {
      addEventListener(event, touched, { passive: true });
    }
  }

  #readersChanged(readers: ReadersView): void {
    const before = this.readiness.state;
    this.readers = readers;
    if (this.readiness.state !== before) announce(t(`guide-${this.readiness.state}`));
  }
}

export const area = new Area();
