//! What crosses the edge: to the window (as TypeScript made by ts-rs) and to `kabinet-cli --json`.
//! No secret and nothing technical that a person has not asked for stands in a view.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A text in the three languages of the interface.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TextView {
    /// Belarusian.
    pub be: String,
    /// Russian.
    pub ru: String,
    /// English.
    pub en: String,
}

impl TextView {
    /// The text in that language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Be => &self.be,
            Language::Ru => &self.ru,
            Language::En => &self.en,
        }
    }
}

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Belarusian.
    #[default]
    Be,
    /// Russian.
    Ru,
    /// English.
    En,
}

/// An error as it leaves the desk. The window decides by `code`, never by the text.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct ProblemView {
    /// Stable name of the case, such as `pin_wrong`.
    pub code: String,
    /// What happened, in the person's language.
    pub message: String,
    /// What to do now, in the person's language.
    pub remedy: String,
    /// Tries of the password that are left, where the case has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub attempts_left: Option<u8>,
    /// Whether the same act may succeed when simply repeated.
    pub retryable: bool,
}

/// What is known of this computer's readers at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ReadersView {
    /// State of the PC/SC service.
    pub service: ServiceView,
    /// The readers, in the service's order.
    pub readers: Vec<ReaderView>,
}

/// State of the PC/SC service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum ServiceView {
    /// It answers.
    Running,
    /// It is installed but does not answer, or is not installed.
    NotRunning,
    /// It answers, but this person may not use it.
    AccessDenied,
}

/// What this computer has and lacks.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct DoctorView {
    /// Version of the program.
    pub version: String,
    /// System and processor.
    pub system: String,
    /// Whether a card could be used now.
    pub usable: bool,
    /// What was looked at, in the order in which one thing needs another.
    pub checks: Vec<CheckView>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct CheckView {
    /// `service`, `reader`, `card`, `pin`, `trust`, `store` or `portal`.
    pub name: String,
    /// What was found, or the technical cause of the problem.
    pub detail: Option<String>,
    /// What is in the way; nothing when it is fine.
    pub problem: Option<ProblemView>,
}

/// One reader.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ReaderView {
    /// Name, as the service gives it; `tcp:HOST:PORT` for a remote card.
    pub name: String,
    /// What is in it.
    pub card: CardPresenceView,
}

/// What is in a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum CardPresenceView {
    /// Nothing.
    Absent,
    /// A card that answers nothing sensible (often put in the wrong way round).
    Mute,
    /// A card that another program holds.
    InUse,
    /// A card that is not an ID card.
    Other,
    /// An ID card (it knows BPACE).
    IdCard,
}

/// State of a password, learned without a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum PinView {
    /// It can be used.
    Usable {
        /// Wrong tries that are left.
        attempts_left: u8,
    },
    /// One try left; the CAN must be entered first.
    Suspended,
    /// No tries left; the PUK unblocks.
    Blocked,
    /// Switched off.
    Deactivated,
}

/// What a card tells before any secret.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct CardStatusView {
    /// The reader.
    pub reader: String,
    /// The PIN.
    pub pin: PinView,
}

/// What a card tells after PIN (eSign application, base mode).
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct CardContentsView {
    /// The holder, from the name object or the certificate.
    pub holder: Option<String>,
    /// The places for keys, one a level.
    pub keys: Vec<KeyView>,
    /// Certificates for signing.
    pub certificates: Vec<CertificateView>,
}

/// What is printed on a card and the photo, from its travel document application. Dates are
/// `YYYY-MM-DD`, shorter where the rest is not known.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct TravelDocumentView {
    /// Given names and surname in Latin letters.
    pub name: String,
    /// The name in national letters, surname first.
    pub full_name: Option<String>,
    /// The document's number.
    pub number: String,
    /// Personal number.
    pub personal_number: Option<String>,
    /// Issuing state, three letters.
    pub issuing_state: String,
    /// Nationality, three letters.
    pub nationality: String,
    /// Date of birth.
    pub date_of_birth: String,
    /// Place of birth.
    pub place_of_birth: Option<String>,
    /// `F`, `M` or empty.
    pub sex: String,
    /// Date of expiry.
    pub date_of_expiry: String,
    /// Date of issue.
    pub date_of_issue: Option<String>,
    /// Who issued it.
    pub issuing_authority: Option<String>,
    /// The photo as a data URL of a PNG; nothing when it cannot be shown.
    pub photo: Option<String>,
    /// Whether it is as a state signed it.
    pub authenticity: AuthenticityView,
    /// Whether the chip proved that it is not a copy; nothing when it has no key for that.
    pub chip_is_original: Option<bool>,
}

/// How far a travel document can be believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "verdict", rename_all = "snake_case")]
#[ts(export)]
pub enum AuthenticityView {
    /// A state whose certificate is known signed it.
    Genuine {
        /// Country, two letters.
        country: String,
    },
    /// It is as somebody signed it, but their certificate is not known here.
    SignerUnknown {
        /// Country that the signer claims, two letters.
        country: String,
    },
    /// It was changed after it was signed.
    Broken,
}

/// A place for a key of base mode on the card.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct KeyView {
    /// Its reference, such as `01`.
    pub key: String,
    /// Its level: 128, 192 or 256 (STB 34.101.45).
    pub level: u16,
    /// What it can be used for.
    pub state: KeyStateView,
    /// Whether a certificate was asked for and has not come yet.
    pub awaits_certificate: bool,
}

/// What a key can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum KeyStateView {
    /// It signs.
    Active,
    /// It is switched off.
    Deactivated,
    /// It was destroyed; another can be made in its place.
    Destroyed,
    /// It was never made, or the card has no key of this level.
    Absent,
}

/// A certificate on the card.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct CertificateView {
    /// Key reference, such as `01`.
    pub key: String,
    /// Name of the subject.
    pub subject: String,
    /// Name of the issuer.
    pub issuer: String,
    /// Serial number, hex.
    pub serial_number: String,
    /// Number of the document that the key belongs to, such as `IDCBY-...` (STB 34.101.78).
    pub subject_serial_number: Option<String>,
    /// What the key is for, by the names of RFC 5280, such as `digitalSignature`.
    pub key_usage: Vec<String>,
    /// Start of validity, RFC 3339.
    pub not_before: String,
    /// End of validity, RFC 3339.
    pub not_after: String,
}

/// One thing that is asked for at sign-in.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ClaimView {
    /// Number of the data group (STB 34.101.79, clause 7.1).
    pub group: u8,
    /// Its stable name, such as `family_name`.
    pub name: String,
    /// Whether the portal refuses the sign-in without it.
    pub required: bool,
}

/// Who asks for a sign-in, and for what.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ConsentView {
    /// Handle of this sign-in.
    pub id: String,
    /// The portal's name.
    pub relying_party: TextView,
    /// Why it asks.
    pub purpose: TextView,
    /// Address of the portal.
    pub issuer: String,
    /// Holder of the terminal's certificate.
    pub terminal: String,
    /// Authority that certified the terminal.
    pub terminal_authority: String,
    /// First day of the terminal's certificate, YYYY-MM-DD.
    pub terminal_from: String,
    /// Last day, YYYY-MM-DD.
    pub terminal_until: String,
    /// What is asked.
    pub claims: Vec<ClaimView>,
}

/// The person who is signed in, or whose store is open.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct PersonView {
    /// Names for display in the order given name, family name, by language (`be`, `ru`, `latin`).
    pub name: BTreeMap<String, String>,
    /// Personal number, where it was shared.
    pub personal_number: Option<String>,
    /// Nationality as on the card, where it was shared.
    pub nationality: Option<String>,
    /// Date of birth, `YYYY-MM-DD` with spaces for unknown parts, where it was shared.
    pub birth_date: Option<String>,
    /// The portal.
    pub portal: String,
    /// Whether the session can still be used or refreshed.
    pub session: bool,
}

/// An entry of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ProcedureView {
    /// Official number, such as `2.35`.
    pub id: String,
    /// Version of its form.
    pub version: u32,
    /// Title.
    pub title: TextView,
    /// What it is about.
    pub description: TextView,
    /// Authority that decides.
    pub authority: TextView,
    /// Cost.
    pub cost: TextView,
    /// Time limit.
    pub term: TextView,
    /// What is needed.
    pub evidence: Vec<TextView>,
    /// Legal basis.
    pub legal_basis: TextView,
}

/// A form with its schema, for the renderer.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct FormView {
    /// The procedure.
    pub procedure: ProcedureView,
    /// JSON Schema 2020-12 (the subset in docs/forms.md).
    #[ts(type = "unknown")]
    pub schema: serde_json::Value,
    /// Steps, order, labels and prefill paths.
    #[ts(type = "unknown")]
    pub ui: serde_json::Value,
}

/// A draft in a list.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct DraftSummaryView {
    /// UUIDv7; becomes the application's id.
    pub id: String,
    /// The procedure's number.
    pub procedure_id: String,
    /// Its title.
    pub title: TextView,
    /// When it last changed, RFC 3339.
    pub changed_at: String,
    /// Whether the form is complete and valid as it stands.
    pub complete: bool,
}

/// A whole draft.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct DraftView {
    /// As in the list.
    pub summary: DraftSummaryView,
    /// The form.
    pub form: FormView,
    /// The values typed so far.
    #[ts(type = "Record<string, unknown>")]
    pub data: serde_json::Value,
    /// Values that came from card or ticket: JSON Pointer to the source's name.
    pub prefilled: BTreeMap<String, String>,
    /// What is wrong with it now.
    pub problems: Vec<FieldProblemView>,
    /// Fields that were changed on two computers at once, until the person has decided.
    pub conflicts: Vec<ConflictView>,
    /// How the draft ended on another computer that this one goes on from, until the person has read
    /// it: `deleted` or `registered`.
    pub parted: Option<String>,
}

/// A field of which there is more than one version.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ConflictView {
    /// JSON Pointer to the value.
    pub path: String,
    /// What the draft says now; nothing where the field is empty.
    #[ts(type = "unknown")]
    pub current: Option<serde_json::Value>,
    /// The other versions, the latest first.
    pub others: Vec<OtherVersionView>,
    /// Names of all versions that are shown here.
    pub shown: Vec<String>,
}

/// A version of a field that the draft does not say now.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct OtherVersionView {
    /// The value; nothing where somebody emptied the field.
    #[ts(type = "unknown")]
    pub value: Option<serde_json::Value>,
    /// When it was written (RFC 3339).
    pub written_at: String,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct FieldProblemView {
    /// JSON Pointer to the value.
    pub path: String,
    /// The keyword of JSON Schema that failed, such as `required`.
    pub keyword: String,
    /// The sentence, in the person's language.
    pub message: String,
}

/// Something that waits to leave.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct OutboxItemView {
    /// The application's id, or the message's.
    pub id: String,
    /// `application`, `reply` or `withdrawal`.
    pub kind: String,
    /// Of a letter, the application that it is about.
    pub application_id: Option<String>,
    /// The procedure's number.
    pub procedure_id: String,
    /// Its title.
    pub title: TextView,
    /// When it was signed, RFC 3339.
    pub signed_at: String,
    /// Where it stands.
    pub state: OutboxStateView,
    /// Tries so far.
    pub tries: u32,
    /// Why the last try failed, in the person's language.
    pub last_problem: Option<String>,
    /// When the next try is due, RFC 3339.
    pub next_try_at: Option<String>,
}

/// Where an outbox item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum OutboxStateView {
    /// It waits for the network or for its next try.
    Waiting,
    /// The portal refused it for good; the person must act.
    Refused,
}

/// An application that the portal knows.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ApplicationView {
    /// UUIDv7.
    pub id: String,
    /// The procedure's number.
    pub procedure_id: String,
    /// Its title.
    pub title: TextView,
    /// The portal's registration number.
    pub registration_number: String,
    /// `registered`, `accepted`, `documentsRequested`, `approved`, `refused`, `withdrawn`.
    pub status: String,
    /// When it was submitted, RFC 3339.
    pub submitted_at: String,
    /// Last day of the time limit, YYYY-MM-DD.
    pub deadline: Option<String>,
    /// What happened so far.
    pub history: Vec<HistoryView>,
}

/// A message on an application.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct MessageView {
    /// UUIDv7.
    pub id: String,
    /// The application that it is about.
    pub application_id: String,
    /// `toApplicant` or `fromApplicant`.
    pub direction: String,
    /// Whether it is still in the outbox.
    pub waiting: bool,
    /// Why it does not leave, in the person's language.
    pub problem: Option<String>,
    /// Who wrote it.
    pub author: TextView,
    /// When it was sent, or signed while it waits, RFC 3339.
    pub sent_at: String,
    /// What it is about.
    pub subject: Option<TextView>,
    /// What it says.
    pub text: TextView,
    /// What is asked of the applicant.
    pub request: Option<RequestView>,
    /// The message that it answers.
    pub in_reply_to: Option<String>,
    /// Whether it takes the application back; known only while it waits.
    pub withdraws: bool,
}

/// What an authority asks of the applicant.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct RequestView {
    /// `documents`.
    pub kind: String,
    /// What is wanted, one by one.
    pub wanted: Vec<TextView>,
    /// When the answer is due, RFC 3339.
    pub deadline: Option<String>,
    /// Whether it is answered, or the answer waits in the outbox.
    pub answered: bool,
}

/// A request that is due soon, or overdue.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct DueView {
    /// The application.
    pub application_id: String,
    /// Title of its procedure.
    pub title: TextView,
    /// The message with the request.
    pub message_id: String,
    /// When the answer is due, RFC 3339.
    pub deadline: String,
    /// Whether that is over.
    pub overdue: bool,
}

/// What an authority issued.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct DocumentView {
    /// Its id at the portal.
    pub id: String,
    /// The application that it answers.
    pub application_id: String,
    /// What it is.
    pub title: TextView,
    /// Media type of the content.
    pub media_type: String,
    /// Length in octets.
    #[ts(type = "number")]
    pub size: u64,
    /// When it was issued, RFC 3339.
    pub issued_at: String,
    /// Whether it can be believed.
    pub trust: DocumentTrustView,
    /// The same in a sentence, in the person's language.
    pub sentence: String,
    /// Who signed it, where that is known.
    pub signer: Option<String>,
}

/// Whether a document can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum DocumentTrustView {
    /// A signature that leads to a trust anchor is over exactly these octets.
    Genuine,
    /// The signature cannot be judged here.
    CannotTell,
    /// It is not as somebody signed it.
    NotGenuine,
    /// Its octets have not come yet.
    Missing,
}

/// One event of an application.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct HistoryView {
    /// RFC 3339.
    pub at: String,
    /// Status from then on.
    pub status: String,
    /// The authority's words.
    pub note: Option<TextView>,
}

/// What a synchronisation did.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct SyncView {
    /// Applications that left the outbox and are registered now.
    pub sent: Vec<ApplicationView>,
    /// Identifiers of letters that left the outbox.
    pub letters: Vec<String>,
    /// Procedures that changed.
    pub procedures: u32,
    /// Applications that changed.
    pub applications: u32,
    /// Messages of authorities that came or changed.
    pub messages: u32,
    /// Documents that came or changed.
    pub documents: u32,
    /// Drafts that other computers of the person changed.
    pub drafts: u32,
    /// Items still waiting.
    pub waiting: u32,
}

/// What a signature says.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct SignatureReportView {
    /// `valid`, `invalid` or `cannot_tell`.
    pub verdict: String,
    /// Reason after ETSI EN 319 102-1, such as `HASH_FAILURE`; empty when valid.
    pub reason: Option<String>,
    /// One sentence in the person's language.
    pub sentence: String,
    /// Signer's name.
    pub signer: Option<String>,
    /// Time that the signer claims, RFC 3339.
    pub claimed_at: Option<String>,
    /// Names of the chain, the signer's certificate first.
    pub chain: Vec<String>,
}

/// Whether the store is open.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct StoreView {
    /// `none` (no store yet), `locked`, `open`.
    pub state: String,
    /// Whether the key is in the system's key store (`keyring`) or under a passphrase (`passphrase`).
    pub protection: Option<String>,
}

/// What the window remembers between two starts.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct SettingsView {
    /// Language of the interface.
    pub language: Language,
    /// Address of the portal; empty when none is set.
    pub portal: String,
}

/// What is nowhere but on this computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct LossView {
    /// Drafts.
    pub drafts: u32,
    /// Signed applications that have not left.
    pub waiting: u32,
}

/// What became of an application that was signed.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct AppliedView {
    /// Set when the portal registered it at once; else it waits in the outbox.
    pub application: Option<ApplicationView>,
}

/// What the trusted prompt shows and asks. Composed by the core alone.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PromptView {
    /// Sign-in: who asks for what; returns the groups that are shared.
    SignIn {
        /// The request.
        consent: ConsentView,
        /// PIN state before the try.
        pin: PinView,
    },
    /// Signature of an application.
    Sign {
        /// Title of the procedure.
        title: TextView,
        /// Authority that gets it.
        recipient: TextView,
        /// Holder who signs, from the card's certificate when known.
        signer: Option<String>,
        /// What is signed, field by field: label and value.
        fields: Vec<PromptFieldView>,
        /// belt-hash of the exact octets, hex.
        hash: String,
        /// PIN state before the try.
        pin: PinView,
    },
    /// Signature of a reply to the authority.
    SignReply {
        /// What is signed.
        letter: LetterPromptView,
        /// PIN state before the try.
        pin: PinView,
    },
    /// Signature that takes an application back.
    SignWithdrawal {
        /// What is signed.
        letter: LetterPromptView,
        /// PIN state before the try.
        pin: PinView,
    },
    /// A passphrase for the store.
    Passphrase {
        /// Whether a new one is chosen.
        new: bool,
    },
    /// A secret to look at the card (PIN).
    ReadCard {
        /// PIN state before the try.
        pin: PinView,
    },
    /// The CAN, which opens the printed data and the photo.
    ReadDocument,
    /// The PIN that is to be changed.
    ChangePin {
        /// PIN state before the try.
        pin: PinView,
    },
    /// A new PIN, twice.
    NewPin,
    /// The CAN, which gives a suspended PIN its last attempt back.
    ResumePin,
    /// The PUK, which unblocks the PIN.
    UnblockPin,
    /// The PUK, which switches the PIN on.
    EnablePin,
    /// Whether that portal shall be used from now on; asks for no secret.
    Portal {
        /// Its address.
        address: String,
    },
    /// Whether the person shall be forgotten here; asks for no secret.
    Forget {
        /// What would be lost; nothing when the store cannot be opened.
        loss: Option<LossView>,
    },
}

/// A letter in the trusted prompt, read back out of the octets to be signed.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct LetterPromptView {
    /// Title of the procedure that was applied for.
    pub title: TextView,
    /// Registration number of the application, where it has one yet.
    pub registration_number: Option<String>,
    /// Authority that gets it.
    pub recipient: TextView,
    /// Who signs.
    pub signer: Option<String>,
    /// What it says.
    pub text: String,
    /// belt-hash of the exact octets, hex.
    pub hash: String,
}

/// A line of the trusted prompt.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct PromptFieldView {
    /// Label.
    pub label: TextView,
    /// Value as the person typed it; a choice by its label.
    pub value: TextView,
}

/// Where a card dialogue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum StepView {
    /// Talking to the portal.
    Portal,
    /// The PIN is being proved to the card.
    Pin,
    /// The card checks the terminal.
    Terminal,
    /// Data travel from card to portal.
    Reading,
    /// The card signs.
    Signing,
    /// Saving.
    Saving,
    /// Done.
    Done,
}
