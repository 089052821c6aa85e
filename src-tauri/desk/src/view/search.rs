//! What a search found.

use serde::Serialize;
use ts_rs::TS;

use super::ProcedureView;

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
