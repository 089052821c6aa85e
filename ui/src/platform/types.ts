import type { AskedView } from "../generated/AskedView";
import type { FileProgressView } from "../generated/FileProgressView";
import type { LevelView } from "../generated/LevelView";
import type { RaisingView } from "../generated/RaisingView";
import type { SignedFileView } from "../generated/SignedFileView";
import type { VerifiedFileView } from "../generated/VerifiedFileView";
import type { AdditionalDataView } from "../generated/AdditionalDataView";
import type { AppearanceView } from "../generated/AppearanceView";
import type { ApplicationView } from "../generated/ApplicationView";
import type { ApplicationsView } from "../generated/ApplicationsView";
import type { AppliedView } from "../generated/AppliedView";
import type { BegunLetterView } from "../generated/BegunLetterView";
import type { CardContentsView } from "../generated/CardContentsView";
import type { CertificateView } from "../generated/CertificateView";
import type { CryptedFileView } from "../generated/CryptedFileView";
import type { EncryptedFileView } from "../generated/EncryptedFileView";
import type { EnrolmentView } from "../generated/EnrolmentView";
import type { KnownCertificatesView } from "../generated/KnownCertificatesView";
import type { RecipientView } from "../generated/RecipientView";
import type { RevocationReasonView } from "../generated/RevocationReasonView";
import type { CardStatusView } from "../generated/CardStatusView";
import type { DoctorView } from "../generated/DoctorView";
import type { DocumentView } from "../generated/DocumentView";
import type { DraftSummaryView } from "../generated/DraftSummaryView";
import type { DraftView } from "../generated/DraftView";
import type { DueView } from "../generated/DueView";
import type { FormView } from "../generated/FormView";
import type { Language } from "../generated/Language";
import type { LockView } from "../generated/LockView";
import type { LogLineView } from "../generated/LogLineView";
import type { MessageView } from "../generated/MessageView";
import type { NoticesView } from "../generated/NoticesView";
import type { OutboxItemView } from "../generated/OutboxItemView";
import type { PersonChoiceView } from "../generated/PersonChoiceView";
import type { PersonView } from "../generated/PersonView";
import type { PortalView } from "../generated/PortalView";
import type { ProblemView } from "../generated/ProblemView";
import type { ProcedureHitView } from "../generated/ProcedureHitView";
import type { PromptView } from "../generated/PromptView";
import type { ProxyKindView } from "../generated/ProxyKindView";
import type { ProxyModeView } from "../generated/ProxyModeView";
import type { ProxyView } from "../generated/ProxyView";
import type { ReadersView } from "../generated/ReadersView";
import type { OpenedView } from "../generated/OpenedView";
import type { RepairView } from "../generated/RepairView";
import type { RetentionPlanView } from "../generated/RetentionPlanView";
import type { RetentionView } from "../generated/RetentionView";
import type { RunningView } from "../generated/RunningView";
import type { SearchView } from "../generated/SearchView";
import type { SettingsView } from "../generated/SettingsView";
import type { StepView } from "../generated/StepView";
import type { StoreView } from "../generated/StoreView";
import type { AttachmentView } from "../generated/AttachmentView";
import type { SentView } from "../generated/SentView";
import type { SharingView } from "../generated/SharingView";
import type { SyncView } from "../generated/SyncView";
import type { TravelDocumentView } from "../generated/TravelDocumentView";
import type { UpdatesView } from "../generated/UpdatesView";
import type { UploadView } from "../generated/UploadView";

/** The commands of the main window: arguments and answer of each. */
export interface Commands {
  settings: { args: Record<string, never>; answer: SettingsView };
  set_language: { args: { language: Language }; answer: null };
  set_appearance: { args: { view: AppearanceView }; answer: null };
  portal: { args: Record<string, never>; answer: PortalView };
  set_portal: { args: { address: string }; answer: SettingsView };
  readers: { args: Record<string, never>; answer: ReadersView };
  card_status: { args: { reader: string }; answer: CardStatusView };
  read_card: { args: { reader: string }; answer: CardContentsView };
  read_document: { args: { reader: string; lines: boolean }; answer: TravelDocumentView };
  change_pin: { args: { reader: string }; answer: CardStatusView };
  resume_pin: { args: { reader: string }; answer: CardStatusView };
  unblock_pin: { args: { reader: string; newPin: boolean }; answer: CardStatusView };
  enable_pin: { args: { reader: string }; answer: CardStatusView };
  known_certificates: { args: Record<string, never>; answer: KnownCertificatesView };
  enrol: { args: { reader: string; newKey: boolean }; answer: EnrolmentView };
  /** The path of the file. */
  request_certificate: { args: { reader: string; newKey: boolean }; answer: string };
  /** One of the files has the certificate, others perhaps those of authorities above it. */
  install_certificate: { args: { handles: number[]; reader: string }; answer: CertificateView };
  revoke_certificate: { args: { reader: string; reason: RevocationReasonView }; answer: null };
  set_revocation_password: { args: { reader: string }; answer: null };
  /** The path of the file. */
  save_certificate: { args: { reader: string }; answer: string };
  store_state: { args: Record<string, never>; answer: StoreView };
  unlock_store: { args: Record<string, never>; answer: null };
  lock_store: { args: Record<string, never>; answer: null };
  /** When the store closes by itself, and whether a locked screen can be noticed here. */
  lock_settings: { args: Record<string, never>; answer: [LockView, boolean] };
  set_lock_settings: { args: { view: LockView }; answer: null };
  notice_settings: { args: Record<string, never>; answer: NoticesView };
  set_notice_settings: { args: { view: NoticesView }; answer: null };
  running: { args: Record<string, never>; answer: RunningView };
  set_running: { args: { goesOn: boolean; withSystem: boolean }; answer: RunningView };
  updates: { args: Record<string, never>; answer: UpdatesView };
  set_updates: { args: { looks: boolean }; answer: UpdatesView };
  look_for_updates: { args: Record<string, never>; answer: UpdatesView };
  install_update: { args: Record<string, never>; answer: UpdatesView };
  restart: { args: Record<string, never>; answer: null };
  /** Goes on with a link that was handed over. */
  hand_over: { args: { handle: string; reader: string }; answer: null };
  /** What the system handed to the program since it was asked last. */
  opened: { args: Record<string, never>; answer: OpenedView[] };
  /** Puts a file that was handed over among those that are worked on, once. */
  take_opened: { args: { handle: string }; answer: HandedView };
  touched: { args: Record<string, never>; answer: null };
  check_store: { args: Record<string, never>; answer: boolean };
  repair_store: { args: Record<string, never>; answer: RepairView };
  persons: { args: Record<string, never>; answer: PersonChoiceView[] };
  switch_person: { args: { id: string }; answer: StoreView };
  start_sign_in: { args: { reader: string }; answer: PersonView };
  person: { args: Record<string, never>; answer: PersonView | null };
  additional_data: { args: Record<string, never>; answer: AdditionalDataView };
  forget: { args: Record<string, never>; answer: null };
  logout: { args: Record<string, never>; answer: null };
  logout_everywhere: { args: Record<string, never>; answer: null };
  catalog: { args: { query: string }; answer: ProcedureHitView[] };
  search: { args: { query: string }; answer: SearchView };
  dismiss_carried: { args: { id: string }; answer: DraftView };
  procedure: { args: { id: string }; answer: FormView };
  new_draft: { args: { procedureId: string }; answer: DraftView };
  drafts: { args: Record<string, never>; answer: DraftSummaryView[] };
  /** Read again, it stays in the form that it was opened with. */
  draft: { args: { id: string; again: boolean }; answer: DraftView };
  /** `before` is what the window showed before the person changed it to `data`. */
  save_draft: { args: { id: string; before: unknown; data: unknown }; answer: DraftView };
  undo_draft: { args: { id: string }; answer: DraftView };
  redo_draft: { args: { id: string }; answer: DraftView };
  begin_attachment: { args: { draftId: string; name: string; size: number }; answer: string };
  finish_attachment: { args: { handle: string }; answer: DraftView };
  remove_attachment: { args: { draftId: string; hash: string }; answer: DraftView };
  begin_reply_attachment: { args: { messageId: string; name: string; size: number }; answer: string };
  finish_reply_attachment: { args: { handle: string }; answer: AttachmentView[] };
  /** About a message that is answered, or an application that is taken back. */
  begun_letter: { args: { about: string }; answer: BegunLetterView };
  keep_letter_text: { args: { about: string; text: string }; answer: null };
  /** Without a hash, all of them. */
  remove_reply_attachment: { args: { messageId: string; hash: string | null }; answer: AttachmentView[] };
  sent_application: { args: { id: string }; answer: SentView };
  /** The address of a picture of the file. */
  preview_file: { args: { hash: string }; answer: string | null };
  preview_document: { args: { id: string }; answer: string | null };
  /** The path of the file. */
  save_sent_file: { args: { id: string; hash: string }; answer: string };
  settle_draft: { args: { id: string; path: string; shown: string[]; value: unknown }; answer: DraftView };
  draft_parting_read: { args: { id: string }; answer: DraftView };
  draft_sharing: { args: Record<string, never>; answer: SharingView };
  share_drafts: { args: { agreed: boolean }; answer: SharingView };
  /** `seen` is what the draft said of itself when the person decided. */
  delete_draft: { args: { id: string; seen: string | null }; answer: null };
  apply: { args: { draftId: string; reader: string }; answer: AppliedView };
  outbox: { args: Record<string, never>; answer: OutboxItemView[] };
  cancel_outbox: { args: { id: string }; answer: null };
  pause_outbox: { args: { id: string }; answer: null };
  resume_outbox: { args: { id: string }; answer: null };
  sync: { args: Record<string, never>; answer: SyncView };
  send_now: { args: Record<string, never>; answer: SyncView };
  /** At most `count` of them, the newest first, from that place on. */
  applications: { args: { from: number; count: number }; answer: ApplicationsView };
  application: { args: { id: string }; answer: ApplicationView };
  messages: { args: { applicationId: string }; answer: MessageView[] };
  documents: { args: { applicationId: string }; answer: DocumentView[] };
  due: { args: Record<string, never>; answer: DueView[] };
  begin_file: { args: { name: string; size: number }; answer: HandedView };
  drop_files: { args: { handles: number[] }; answer: null };
  /** `wishes`: whether the files go into the signatures, whether the files are signatures to which others
   * are added, and the level. `beside` are the files that detached signatures may be over. */
  sign_files: {
    args: { handles: number[]; beside: number[]; wishes: [boolean, boolean, LevelView]; reader: string };
    answer: { files: SignedFileView[]; asked: AskedView[] };
  };
  verify_files: { args: { handles: number[]; beside: number[]; online: boolean }; answer: VerifiedFileView[] };
  stop_files: { args: Record<string, never>; answer: null };
  recipient: { args: { handle: number }; answer: RecipientView };
  /** The person's own certificate among the files; nothing when it is not known and no reader is named. */
  own_recipient: { args: { reader: string | null }; answer: HandedView | null };
  encrypt_files: { args: { handles: number[]; recipients: number[] }; answer: CryptedFileView[] };
  /** Nothing for each file that is not encrypted. */
  look_at_encrypted: { args: { handles: number[] }; answer: Array<EncryptedFileView | null> };
  decrypt_files: { args: { handles: number[]; reader: string }; answer: CryptedFileView[] };
  files_to_raise: { args: Record<string, never>; answer: RaisingView[] };
  raise_files: { args: Record<string, never>; answer: RaisingView[] };
  /** The address; empty for nobody. */
  time_stamping: { args: Record<string, never>; answer: string };
  set_time_stamping: { args: { address: string }; answer: string };
  /** The path of the file. */
  save_document: { args: { id: string }; answer: string };
  /** The path of the file. */
  save_paper: { args: { id: string }; answer: string };
  proxy: { args: Record<string, never>; answer: ProxyView };
  set_proxy: {
    args: {
      wish: {
        mode: ProxyModeView;
        kind: ProxyKindView;
        host: string;
        port: number;
        user: string | null;
        script: string;
      };
    };
    answer: ProxyView;
  };
  retention: { args: Record<string, never>; answer: RetentionView };
  /** What would leave now; no years are for ever. */
  retention_plan: { args: { years: number | null }; answer: RetentionPlanView };
  set_retention: { args: { years: number | null }; answer: RetentionView };
  doctor: { args: Record<string, never>; answer: DoctorView };
  /** The path of the file. */
  save_report: { args: Record<string, never>; answer: string };
  /** The newest first. */
  log: { args: Record<string, never>; answer: LogLineView[] };
  clear_log: { args: Record<string, never>; answer: null };
  /** The path of the file. */
  export: { args: Record<string, never>; answer: string };
  print_paper: { args: { id: string }; answer: null };
  /** Only what the view says that it opens. */
  open_document: { args: { id: string }; answer: null };
  /** Whether the portal has it; else it waits in the outbox. */
  reply: { args: { messageId: string; text: string; reader: string }; answer: boolean };
  withdraw: { args: { applicationId: string; text: string; reader: string }; answer: boolean };
}

/** A file that the page handed over. */
export interface HandedView {
  handle: number;
  name: string;
  size: number;
}

/** Events of the core: what went stale, or where a dialogue is. */
export interface Events {
  "readers-changed": ReadersView;
  /** The lists of the person changed: `drafts`, `outbox`, `applications`, `catalog`, `person`. */
  stale: string[];
  step: StepView;
  /** The store is being closed. */
  closing: null;
  /** A pass that the core made by itself ended; the code of its problem, if it had one. */
  passed: string | null;
  updates: UpdatesView;
  /** Signed applications that became drafts again, since their form has changed. */
  returned: string[];
  /** A notice of the desktop was clicked: the application that it is about, or nothing for several. */
  "open-application": string | null;
  /** A notice of the desktop about the certificate was clicked. */
  "open-certificate": null;
  /** The system handed something to the program. */
  opened: null;
  /** How far the work on files is. */
  "file-progress": FileProgressView;
  /** How far files are on their way; nothing when none is any more. */
  upload: UploadView | null;
}

/** What the trusted prompt shows, and in which language. */
export interface PromptPage {
  language: Language;
  /** Whether all this is the sandbox of a demonstration. */
  demo: boolean;
  /** 32 bits by which the person knows that it is this window; none where none can be kept. */
  sign: number | null;
  prompt: PromptView;
  /** Seconds without a touch after which the core closes it. */
  patience: number;
  /** The core's public key, by which the secret is sealed. */
  key: number[];
}

/** The only way from the page to the core. */
export interface Platform {
  call<K extends keyof Commands>(
    command: K,
    ...args: Commands[K]["args"] extends Record<string, never> ? [] : [Commands[K]["args"]]
  ): Promise<Commands[K]["answer"]>;
  /** Hands the next octets of a file over that `begin_attachment` gave the handle for. */
  append(handle: string, octets: Uint8Array): Promise<void>;
  /** Hands the next octets of a file over that `begin_file` gave the handle for. */
  handFile(handle: number, octets: Uint8Array): Promise<void>;
  /** Calls the handler at each event; the answer stops it. */
  on<K extends keyof Events>(event: K, handler: (payload: Events[K]) => void): Promise<() => void>;
}

/** What only the trusted prompt may ask for. */
export interface PromptPlatform {
  view(): Promise<PromptPage | null>;
  /** Hands a secret to the core. `groups` are the data groups that the person shares. */
  submit(key: number[], secret: Uint8Array, groups: number[] | null): Promise<void>;
  /** The person is there. */
  touched(): Promise<void>;
  cancel(): Promise<void>;
}

/** Whether a thrown value is an error that the core describes. */
export function isProblem(value: unknown): value is ProblemView {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}
