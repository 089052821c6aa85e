import type { ApplicationView } from "../generated/ApplicationView";
import type { AppliedView } from "../generated/AppliedView";
import type { CardContentsView } from "../generated/CardContentsView";
import type { CardStatusView } from "../generated/CardStatusView";
import type { DocumentView } from "../generated/DocumentView";
import type { DraftSummaryView } from "../generated/DraftSummaryView";
import type { DraftView } from "../generated/DraftView";
import type { DueView } from "../generated/DueView";
import type { FormView } from "../generated/FormView";
import type { Language } from "../generated/Language";
import type { MessageView } from "../generated/MessageView";
import type { OutboxItemView } from "../generated/OutboxItemView";
import type { PersonView } from "../generated/PersonView";
import type { ProblemView } from "../generated/ProblemView";
import type { ProcedureView } from "../generated/ProcedureView";
import type { PromptView } from "../generated/PromptView";
import type { ReadersView } from "../generated/ReadersView";
import type { SettingsView } from "../generated/SettingsView";
import type { StepView } from "../generated/StepView";
import type { StoreView } from "../generated/StoreView";
import type { SyncView } from "../generated/SyncView";
import type { TravelDocumentView } from "../generated/TravelDocumentView";

/** The commands of the main window: arguments and answer of each. */
export interface Commands {
  settings: { args: Record<string, never>; answer: SettingsView };
  set_language: { args: { language: Language }; answer: null };
  set_portal: { args: { address: string }; answer: SettingsView };
  readers: { args: Record<string, never>; answer: ReadersView };
  card_status: { args: { reader: string }; answer: CardStatusView };
  read_card: { args: { reader: string }; answer: CardContentsView };
  read_document: { args: { reader: string }; answer: TravelDocumentView };
  change_pin: { args: { reader: string }; answer: CardStatusView };
  resume_pin: { args: { reader: string }; answer: CardStatusView };
  unblock_pin: { args: { reader: string; newPin: boolean }; answer: CardStatusView };
  enable_pin: { args: { reader: string }; answer: CardStatusView };
  store_state: { args: Record<string, never>; answer: StoreView };
  unlock_store: { args: Record<string, never>; answer: null };
  start_sign_in: { args: { reader: string }; answer: PersonView };
  person: { args: Record<string, never>; answer: PersonView | null };
  forget: { args: Record<string, never>; answer: null };
  logout: { args: Record<string, never>; answer: null };
  catalog: { args: { query: string }; answer: ProcedureView[] };
  procedure: { args: { id: string }; answer: FormView };
  new_draft: { args: { procedureId: string }; answer: DraftView };
  drafts: { args: Record<string, never>; answer: DraftSummaryView[] };
  draft: { args: { id: string }; answer: DraftView };
  save_draft: { args: { id: string; data: unknown }; answer: DraftView };
  delete_draft: { args: { id: string }; answer: null };
  apply: { args: { draftId: string; reader: string }; answer: AppliedView };
  outbox: { args: Record<string, never>; answer: OutboxItemView[] };
  cancel_outbox: { args: { id: string }; answer: null };
  sync: { args: Record<string, never>; answer: SyncView };
  applications: { args: Record<string, never>; answer: ApplicationView[] };
  application: { args: { id: string }; answer: ApplicationView };
  messages: { args: { applicationId: string }; answer: MessageView[] };
  documents: { args: { applicationId: string }; answer: DocumentView[] };
  due: { args: Record<string, never>; answer: DueView[] };
  /** The path of the file. */
  save_document: { args: { id: string }; answer: string };
  /** Whether the portal has it; else it waits in the outbox. */
  reply: { args: { messageId: string; text: string; reader: string }; answer: boolean };
  withdraw: { args: { applicationId: string; text: string; reader: string }; answer: boolean };
}

/** Events of the core: what went stale, or where a dialogue is. */
export interface Events {
  "readers-changed": ReadersView;
  /** The lists of the person changed: `drafts`, `outbox`, `applications`, `catalog`, `person`. */
  stale: string[];
  step: StepView;
  /** Whether a pass that the core made by itself found no portal. */
  offline: boolean;
}

/** What the trusted prompt shows, and in which language. */
export interface PromptPage {
  language: Language;
  prompt: PromptView;
  /** The core's public key, by which the secret is sealed. */
  key: number[];
}

/** The only way from the page to the core. */
export interface Platform {
  call<K extends keyof Commands>(
    command: K,
    ...args: Commands[K]["args"] extends Record<string, never> ? [] : [Commands[K]["args"]]
  ): Promise<Commands[K]["answer"]>;
  /** Calls the handler at each event; the answer stops it. */
  on<K extends keyof Events>(event: K, handler: (payload: Events[K]) => void): Promise<() => void>;
}

/** What only the trusted prompt may ask for. */
export interface PromptPlatform {
  view(): Promise<PromptPage | null>;
  /** Hands a secret to the core. `groups` are the data groups that the person shares. */
  submit(key: number[], secret: Uint8Array, groups: number[] | null): Promise<void>;
  cancel(): Promise<void>;
}

/** Whether a thrown value is an error that the core describes. */
export function isProblem(value: unknown): value is ProblemView {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}
