//! What was sent, and what authorities answer.

use serde::Serialize;
use ts_rs::TS;

use super::{AskedView, AttachmentView, LineView, TextView};

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

/// A part of the list of applications.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ApplicationsView {
    /// How many there are in all.
    #[ts(type = "number")]
    pub count: u64,
    /// This part, the newest first.
    pub list: Vec<ApplicationView>,
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
    /// Files that were sent with it, as far as this computer knows of them.
    pub attachments: Vec<AttachmentView>,
    /// What is asked of the applicant.
    pub request: Option<RequestView>,
    /// The message that it answers.
    pub in_reply_to: Option<String>,
    /// Whether it takes the application back; known only while it waits.
    pub withdraws: bool,
}

/// What was signed as an application.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct SentView {
    /// Its answers.
    pub lines: Vec<LineView>,
    /// Its files.
    pub attachments: Vec<AttachmentView>,
    /// Hashes of those files that are not here; the portal has them.
    pub away: Vec<String>,
    /// When it was made, RFC 3339.
    pub created: String,
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
    /// The same in a sentence.
    pub sentence: TextView,
    /// Whether it is genuine and nothing about that is left open, such as whether a certificate was revoked.
    pub certain: bool,
    /// Who signed it, where that is known.
    pub signer: Option<String>,
    /// Whether it can be opened from here: it is genuine, and of a kind that starts nothing.
    pub opens: bool,
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
    /// Whether drafts no longer travel, since that was switched off on another computer.
    pub sharing_ended: bool,
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
    /// What exactly is wrong, in English, for who looks after signatures.
    pub detail: Option<String>,
    /// One sentence.
    pub sentence: TextView,
    /// The moment for which it was checked, RFC 3339.
    pub checked_at: String,
    /// The rules that it was checked by.
    pub profile: String,
    /// One for each signer, in the order of the file.
    pub signers: Vec<SignerView>,
    /// Who was asked for this check.
    pub asked: Vec<AskedView>,
}

/// What a check found about one signer.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct SignerView {
    /// Signer's name; a name that no trusted authority vouches for when there is no chain.
    pub name: Option<String>,
    /// The subject's serial number in the certificate, which tells namesakes apart: `IDCBY-` and the
    /// number of the ID card, or `PNOBY-` and the personal number (STB 34.101.78, clause 6.3).
    pub number: Option<String>,
    /// `valid`, `invalid` or `cannot_tell`.
    pub verdict: String,
    /// Reason after ETSI EN 319 102-1, such as `HASH_FAILURE`; `FORMAT_NOT_READ` is our own. Empty when
    /// valid.
    pub reason: Option<String>,
    /// What exactly is wrong, in English, for who looks after signatures.
    pub detail: Option<String>,
    /// One sentence.
    pub sentence: TextView,
    /// What was signed; empty when the signature does not check.
    pub content: Option<SignedContentView>,
    /// Level that the signature has reached, such as `CAdES-B-T`; empty when it is not CAdES.
    pub level: Option<String>,
    /// Time that the signer claims, RFC 3339.
    pub claimed_at: Option<String>,
    /// Time that a time stamp proves, RFC 3339.
    pub proven_at: Option<String>,
    /// `not_revoked`, `revoked_later` (than the proven time, else than the moment of the check),
    /// `revoked`, `suspended`, `never_issued`, `unknown`: the worst that is known of the certificates;
    /// empty when there is no chain.
    pub revocation: Option<String>,
    /// What there is to say of time and revocation.
    pub notes: Vec<SignatureNoteView>,
    /// The chain, the signer's certificate first; empty when none leads to a trust anchor.
    pub chain: Vec<ChainMemberView>,
    /// Time stamps, those of the content first.
    pub time_stamps: Vec<TimeStampView>,
}

/// What a signature is over, as its message-digest attribute says (RFC 5652, clause 11.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct SignedContentView {
    /// Hash function, such as `belt-hash`.
    pub hash_algorithm: String,
    /// Hash value of the content that was signed, lower-case hex.
    pub digest: String,
    /// Octets of that content; empty when no content of this hash value is at hand.
    #[ts(type = "number | null")]
    pub size: Option<u64>,
    /// Name of the file with that content; empty when it is in the signature, or not at hand.
    pub name: Option<String>,
}

/// A certificate of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct ChainMemberView {
    /// Whose it is.
    pub name: String,
    /// Its number, upper-case hex.
    pub serial_number: String,
    /// First moment of its validity, RFC 3339.
    pub valid_from: String,
    /// Last moment of its validity, RFC 3339.
    pub valid_until: String,
    /// `trusted` for the anchor, `not_revoked`, `revoked`, `suspended`, `never_issued`, `unknown`.
    pub status: String,
    /// Since when it is revoked or on hold, or when it was told that it is not, RFC 3339.
    pub status_at: Option<String>,
}

/// What a check found about a time stamp.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct TimeStampView {
    /// What it is over: `content` or `signature`.
    pub over: String,
    /// `valid`, `invalid` or `cannot_tell`.
    pub verdict: String,
    /// Reason after ETSI EN 319 102-1; empty when valid. It proves nothing then.
    pub reason: Option<String>,
    /// What exactly is wrong, in English, for who looks after signatures.
    pub detail: Option<String>,
    /// The moment that it states, RFC 3339.
    pub at: Option<String>,
    /// Policy of its authority, an object identifier.
    pub policy: Option<String>,
    /// The chain, the authority's certificate first.
    pub chain: Vec<ChainMemberView>,
}

/// Something to say of a signature's time, or of revocation. Its sentence is `signature-` and `what`,
/// with the moment written as the reader writes moments (`signatures.ftl` of `ui/locales`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct SignatureNoteView {
    /// `proven`, `claimed`, `not-revoked`, `revoked-later`, `revoked-after-check`, `unknown`,
    /// `revoked`, `suspended`, `never-issued`.
    pub what: String,
    /// The moment that the sentence names, RFC 3339; empty for `unknown` and `never-issued`.
    pub at: Option<String>,
}
