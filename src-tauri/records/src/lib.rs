//! The nouns of the personal area and their JSON: procedures with their forms, drafts, manifests,
//! applications with their messages and documents, and the holder of a card.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod application;
mod carry;
mod change;
mod clock;
mod document;
mod draft;
mod draft_document;
pub mod form;
pub mod group;
mod holder;
mod leaves;
mod letter;
mod manifest;
mod message;
mod procedure;
mod residence;
mod text;
mod versions;

pub use application::{Application, Event, Status};
pub use carry::{Aside, AsideReason, Carried, Renamed, carry};
pub use change::Change;
pub use clock::{ClientName, DRIFT, HybridClock, Moment, NotAStamp, Seen, Stamp};
pub use document::{Document, DocumentSignature};
pub use draft::Draft;
pub use draft_document::{Conflict, DraftDocument, End, Ending, NotADocument, next_id};
pub use group::GroupError;
pub use holder::Holder;
pub use letter::{Letter, LetterKind};
pub use manifest::{Applicant, Attachment, Manifest, ManifestError, ProcedureReference};
pub use message::{Direction, Message, Request, RequestKind, Words};
pub use procedure::{Form, Procedure};
pub use text::Text;
pub use versions::Version;
