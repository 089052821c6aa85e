//! An application that the portal has registered.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Text;

/// An application as the portal tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// UUIDv7, made by the client.
    pub id: Uuid,
    /// Number of the procedure.
    pub procedure_id: String,
    /// Version of the form.
    pub procedure_version: u32,
    /// The portal's registration number.
    pub registration_number: String,
    /// Where it stands.
    pub status: Status,
    /// When the portal took it.
    pub submitted_at: Timestamp,
    /// What happened, oldest first.
    #[serde(default)]
    pub history: Vec<Event>,
    /// End of the time limit.
    #[serde(default)]
    pub deadline: Option<Timestamp>,
    /// Name of the blob with its signature, in which the manifest is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature_blob_id: Option<String>,
}

/// Where an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// It has a number.
    Registered,
    /// It is being worked on.
    Accepted,
    /// The applicant must hand in more.
    DocumentsRequested,
    /// Decided in favour.
    Approved,
    /// Decided against.
    Refused,
    /// Taken back by the applicant.
    Withdrawn,
}

impl Status {
    /// The name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Accepted => "accepted",
            Self::DocumentsRequested => "documentsRequested",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// One event of an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Status from then on.
    pub status: Status,
    /// The authority's words.
    #[serde(default)]
    pub note: Option<Text>,
}
