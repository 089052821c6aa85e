//! What waits to leave.

use serde::Serialize;
use ts_rs::TS;

use super::{ApplicationView, AttachmentView, CarriedFieldView, TextView};

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
    /// Why it is still here.
    pub reason: OutboxReasonView,
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

/// Why something waits. When it is tried next stands beside it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct OutboxReasonView {
    /// Which reason it is.
    pub kind: OutboxReasonKindView,
    /// The reason in words.
    pub text: TextView,
    /// What the person can do, where they can.
    pub remedy: Option<TextView>,
    /// What has to arrive before it, by its id.
    pub behind: Option<String>,
    /// What the portal found wrong, where it said so.
    pub fields: Vec<CarriedFieldView>,
}

/// The reasons why something waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum OutboxReasonKindView {
    /// Nothing keeps it: it goes with the next pass.
    Turn,
    /// Its files are on their way.
    Upload,
    /// Something that was signed before has to arrive first.
    Behind,
    /// The portal could not be reached.
    Network,
    /// There is no session: the person has to sign in.
    SignIn,
    /// The portal asked to be left alone until the next try.
    PortalPause,
    /// The last try failed otherwise.
    Retry,
    /// The person holds it back.
    Person,
    /// The portal refused it for good, or it cannot be sent any more.
    Refused,
    /// The store cannot be written, so that nothing may be sent.
    Disk,
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

/// What became of an application that was signed.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct AppliedView {
    /// Set when the portal registered it at once; else it waits in the outbox.
    pub application: Option<ApplicationView>,
}
