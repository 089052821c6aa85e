//! An application that is not sent yet.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

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
    /// When it last changed.
    pub changed_at: Timestamp,
}
