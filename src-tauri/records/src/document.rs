//! What an authority issued.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::message::Words;

/// A document as the portal tells of it. Its octets are a blob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// Its identifier at the portal.
    pub id: Uuid,
    /// The application that it answers.
    pub application_id: Uuid,
    /// What it is.
    pub title: Words,
    /// Media type of the content, such as `application/pdf`.
    pub media_type: String,
    /// Length of the blob in octets.
    pub size: u64,
    /// Name of the blob: `G` and the lower-case hex of its belt-hash.
    pub blob_id: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Where the signature is.
    pub signature: DocumentSignature,
}

/// Where the CAdES signature of a document is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum DocumentSignature {
    /// The blob is the signature, with the content inside.
    Attached,
    /// The blob is the content, and the signature is a blob of its own.
    #[serde(rename_all = "camelCase")]
    Detached {
        /// Name of the signature's blob.
        blob_id: String,
    },
}
