//! Readers, cards and what they tell.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{PersonChoiceView, ProblemView};

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
    /// Whose card it is, when they have a store here that is not the one in use.
    pub other_person: Option<PersonChoiceView>,
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
    /// Whose card it is, when they have a store here that is not the one in use.
    pub other_person: Option<PersonChoiceView>,
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
    /// Whole days until then, negative when it has passed.
    #[ts(type = "number")]
    pub days_left: i64,
}

/// What came of an enrolment.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct EnrolmentView {
    /// Where it stands.
    pub state: EnrolmentStateView,
    /// The certificate, once it is on the card.
    pub certificate: Option<CertificateView>,
}

/// Where an enrolment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum EnrolmentStateView {
    /// The certificate is on the card.
    Issued,
    /// The authority takes its time; the certificate is to be asked after.
    Waiting,
}

/// What is known of the person's certificate without the card.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct KnownCertificatesView {
    /// Ends of validity, RFC 3339; as the card was read last.
    pub ends: Vec<String>,
    /// Whether an enrolment was begun on this computer and has not ended.
    pub begun: bool,
    /// Address of the registration authority; empty when none is known.
    pub authority: String,
}

/// Why a certificate is revoked (RFC 5280, clause 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum RevocationReasonView {
    /// It is needed no more.
    Cessation,
    /// The key is, or may be, in other hands.
    KeyCompromise,
    /// Something that it says of its subject has changed.
    Changed,
    /// Another certificate took its place.
    Superseded,
}
