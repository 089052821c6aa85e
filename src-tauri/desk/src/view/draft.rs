//! Drafts, their values and files.

use std::collections::BTreeMap;

use serde::Serialize;
use ts_rs::TS;

use super::{FormView, TextView};

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
    /// Hashes of those files that have not come here yet from another computer.
    pub coming: Vec<String>,
    /// How much of what was written on all computers this shows: for deleting it later. Means nothing
    /// else; nothing where the draft never travelled.
    pub seen: Option<String>,
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

/// Whether drafts travel between the person's computers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum SharingView {
    /// They stay on this computer.
    Off,
    /// They travel.
    On,
    /// They stay on this computer; as soon as the portal can be reached, it has none of them any more.
    Ending,
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

/// A letter that is being written.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct BegunLetterView {
    /// What is written so far.
    pub text: String,
    /// Files that are put to it.
    pub attachments: Vec<AttachmentView>,
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
