//! An application that is not sent yet.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::Attachment;

/// A draft. Its identifier becomes the application's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// UUIDv7, made when the draft is begun.
    pub id: Uuid,
    /// Number of the procedure.
    pub procedure_id: String,
    /// Version of the form that it was begun with.
    pub procedure_version: u32,
    /// The form's values so far: a JSON object.
    pub data: Value,
    /// Values that came from elsewhere: JSON Pointer to the source's path, such as
    /// `card.familyName.be`.
    pub prefilled: BTreeMap<String, String>,
    /// Files that belong to it, in the order in which they came. A file field of the form holds the
    /// `hash` of one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// When it last changed.
    pub changed_at: Timestamp,
}
