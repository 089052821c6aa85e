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
    /// It answers, but speaks another version of its protocol than the library of this program.
    OtherVersion,
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
    /// `service`, `reader`, `holders` (programs that may hold a card, where some run), `card`,
    /// `pin`, `trust`, `store` or `portal`.
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

/// What a card told at the sign-in beside the groups that have names of their own.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct AdditionalDataView {
    /// What the issuer put there.
    pub optional_data: Vec<OptionalDataView>,
    /// The handwritten signature as a data URL of a PNG; nothing when the card has none, it was not
    /// shared, or it cannot be shown.
    pub written_signature: Option<String>,
}

/// One thing that the issuer put on a card.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct OptionalDataView {
    /// What it is: an object identifier with dots.
    pub kind: String,
    /// Its text, or its octets in hex where it is no text; nothing where the kind says everything.
    pub value: Option<String>,
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
    /// How long the document or decision that it leads to is valid, where the list says it.
    pub validity: Option<TextView>,
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
    /// What it will ask, step by step.
    pub steps: Vec<FormStepView>,
}

/// A step of a form.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct FormStepView {
    /// Title.
    pub title: TextView,
    /// Its fields in order, each group before its members.
    pub fields: Vec<FormFieldView>,
}

/// A field, group or list of a form.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct FormFieldView {
    /// Its pointer in the UI schema; `-` stands for whatever entry of a list.
    pub place: String,
    /// In how many groups it stands.
    pub level: usize,
    /// Label.
    pub label: TextView,
    /// Help.
    pub hint: Option<TextView>,
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
    /// Whether its form has changed, and the person has not yet said that they have seen how.
    pub carried: bool,
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
    /// Values that came from elsewhere: JSON Pointer to the source, `card.` with a path,
    /// `earlier.application.` or `earlier.draft.` with a time (RFC 3339).
    pub prefilled: BTreeMap<String, String>,
    /// The fields, groups and entries that are asked for now: JSON Pointer to whether a value is
    /// required. What a condition hides is not among them.
    pub asked: BTreeMap<String, bool>,
    /// The answers as they would be signed now.
    pub lines: Vec<LineView>,
    /// What is wrong with it now.
    pub problems: Vec<FieldProblemView>,
    /// Whether the catalogue has a newer form than this; opened again, the draft is carried to it.
    pub outdated: bool,
    /// What became of the values when the form changed, until the person has seen it.
    pub carried: Option<CarriedView>,
    /// Files that belong to it.
    pub attachments: Vec<AttachmentView>,
    /// Whether there is a change to undo.
    pub can_undo: bool,
    /// Whether there is an undone change to redo.
    pub can_redo: bool,
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

/// What became of a draft's values when its form changed.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct CarriedView {
    /// Version that they were typed for.
    pub from_version: u32,
    /// Version that they are in now.
    pub to_version: u32,
    /// Whether it was signed for the earlier version, did not leave, and must be signed anew.
    pub was_signed: bool,
    /// Fields that have taken values over from fields of another name.
    pub renamed: Vec<CarriedFieldView>,
    /// Values that the new form has no place for. They stay with the draft until dismissed.
    pub aside: Vec<AsideView>,
    /// Fields that the new form asks for, and that are still empty.
    pub required: Vec<CarriedFieldView>,
}

/// A field of the new form.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct CarriedFieldView {
    /// JSON Pointer.
    pub path: String,
    /// Its label.
    pub label: TextView,
}

/// A value that was set aside.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct AsideView {
    /// JSON Pointer in the earlier form.
    pub path: String,
    /// The field's label there.
    pub label: TextView,
    /// The value as people read it.
    pub value: TextView,
    /// Why.
    pub reason: AsideReasonView,
}

/// Why a value was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum AsideReasonView {
    /// The new form does not have the field.
    Gone,
    /// The new form does not allow the value.
    Unfit,
    /// Another value has moved into the field.
    Replaced,
}

/// A part of a text, and whether the search found it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct SegmentView {
    /// The part as it stands in the text.
    pub text: String,
    /// Whether the search found it.
    pub found: bool,
}

/// A text in the three languages, in parts.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct MarkedTextView {
    /// Belarusian.
    pub be: Vec<SegmentView>,
    /// Russian.
    pub ru: Vec<SegmentView>,
    /// English.
    pub en: Vec<SegmentView>,
}

/// A procedure that the search found.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ProcedureHitView {
    /// The procedure.
    #[serde(flatten)]
    pub procedure: ProcedureView,
    /// Its title with the words that were found.
    pub marked_title: MarkedTextView,
    /// Its description with the words that were found.
    pub marked_description: MarkedTextView,
    /// The words by which it was found, as its title, keywords or description have them.
    pub found_by: Vec<String>,
}

/// What is in the store besides the catalogue and fits a query.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct SearchView {
    /// Procedures, the best first.
    pub procedures: Vec<ProcedureHitView>,
    /// Drafts, what waits, applications, messages: what changed last comes first.
    pub records: Vec<RecordHitView>,
    /// Words that occur nowhere; the others were sought without them.
    pub unknown: Vec<String>,
}

/// A record that the search found.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct RecordHitView {
    /// What it is.
    pub kind: RecordKindView,
    /// Its identifier among its kind.
    pub id: String,
    /// Of a message, and of a letter that waits, the application that it is about.
    pub application_id: Option<String>,
    /// Title of its procedure.
    pub title: MarkedTextView,
    /// Its number or the part of its text that was found.
    pub extract: Vec<SegmentView>,
}

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum RecordKindView {
    /// A draft.
    Draft,
    /// Signed, and in the outbox.
    Waiting,
    /// An application.
    Application,
    /// A message on an application.
    Message,
}

/// A file that belongs to a draft or an application.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct AttachmentView {
    /// Its name.
    pub name: String,
    /// Its media type, told by its content.
    pub media_type: String,
    /// Its length in octets.
    #[ts(type = "number")]
    pub size: u64,
    /// belt-hash of its octets, lower-case hex: the value of a file field of the form.
    pub hash: String,
}

/// One answer as people read it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct LineView {
    /// JSON Pointer to the value.
    pub path: String,
    /// The group, or the entry of a list, that it belongs to.
    pub group: Option<TextView>,
    /// Label.
    pub label: TextView,
    /// The value; a choice by its label.
    pub value: TextView,
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
    /// The group, or the entry of a list, that the field belongs to.
    pub group: Option<TextView>,
    /// Label of the field.
    pub label: TextView,
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
    /// Files that go with it.
    pub attachments: Vec<AttachmentView>,
    /// Whether it can be taken back: the portal has not been asked to register it, or refused.
    pub can_take_back: bool,
    /// How far its files are, while they are on their way.
    pub upload: Option<UploadView>,
}

/// How far the files of an application are on their way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct UploadView {
    /// The application's id.
    pub id: String,
    /// Octets that the portal has, or that are on the wire.
    #[ts(type = "number")]
    pub sent: u64,
    /// Octets of all its files.
    #[ts(type = "number")]
    pub total: u64,
}

/// Where an outbox item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum OutboxStateView {
    /// It waits for the network or for its next try.
    Waiting,
    /// Its files are on their way.
    Uploading,
    /// The person holds it back.
    Paused,
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
    /// Applications that were signed for a form that has changed: they are drafts again, by these
    /// identifiers, and must be looked at and signed anew.
    pub returned: Vec<String>,
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

/// When the store closes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LockView {
    /// Minutes without a touch; never without.
    pub after_minutes: Option<u32>,
    /// When the card is taken out.
    pub with_card: bool,
    /// When the screen is locked.
    pub with_screen: bool,
}

/// A person who has a store here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct PersonChoiceView {
    /// Name of the store, which tells nothing of the person.
    pub id: String,
    /// Name for display by language; nothing of a store that is locked.
    pub name: Option<BTreeMap<String, String>>,
    /// Whether it is the one in use.
    pub is_current: bool,
}

/// What a repair of the store saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct RepairView {
    /// Drafts.
    pub drafts: u32,
    /// Signed applications that wait.
    pub waiting: u32,
    /// Whether everything that is nowhere but here could be read. If not, the damaged file stays.
    pub complete: bool,
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
        /// The files that are signed with it.
        attachments: Vec<AttachmentView>,
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
    /// The printed lines, which do the same where there is no CAN.
    ReadDocumentLines,
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
    /// The group, or the entry of a list, that it belongs to.
    pub group: Option<TextView>,
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
