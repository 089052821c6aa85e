//! The encrypted store of one person: SQLCipher, one file a person, one program at a time.
//!
//! What belongs together is written in one transaction, so that a power cut leaves all of it or none
//! of it. The key is random; [`protection`] tells how it is kept.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod applications;
mod attachments;
mod carrying;
mod changes;
mod documents;
mod drafts;
mod error;
mod forget;
mod letters;
mod messages;
mod notices;
mod outbox;
mod person;
mod procedures;
pub mod protection;
mod raising;
mod repair;
mod retention;
mod search;
mod sent;
mod sharing;
mod states;
mod store;

pub use attachments::Incoming;
pub use changes::History;
pub use documents::blobs;
pub use error::StoreError;
pub use forget::forget;
pub use letters::BegunLetter;
pub use outbox::{OutboxItem, OutboxKind};
pub use person::Person;
pub use protection::Protection;
pub use raising::Raising;
pub use repair::{Repaired, repair, settle};
pub use retention::Over;
pub use search::{Findable, Found, Hit, Marker, Segment, Spoken};
pub use sharing::{Sharing, Unsent};
pub use states::{Changes, Kind};
pub use store::Store;
