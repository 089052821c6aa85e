//! The client side of the portal profile (`docs/portal-profile.md`): OAuth with DPoP, the relay of
//! a sign-in between card and terminal, and the personal area over JMAP.
//!
//! Nothing here knows the card or the store: octets of the card pass through [`SignIn`], and a
//! renewed [`Session`] goes to a [`SessionKeeper`] before it is used.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod address;
mod area;
mod b64;
mod backoff;
mod client;
mod clock;
mod discovery;
mod dpop;
mod drafts;
mod error;
mod events;
mod handover;
mod http;
mod jmap;
mod jwt;
mod network;
mod oauth;
mod pkce;
mod registration;
mod request;
mod session;
mod signin;
mod submit;
mod sync;
mod terminal;
mod ticket;
mod upload;
mod ways;
pub mod web;
mod work;

pub use area::{PersonalArea, Portal, Reply};
pub use backoff::{Backoff, spread};
pub use client::{Client, ManualProxy, Options, Proxy};
pub use clock::Clock;
pub use drafts::{DraftUpdate, DraftsDone, DraftsSet};
pub use error::PortalError;
pub use events::{Changed, EventSource};
pub use handover::{Asked, HandOver, Link};
pub use http::{Answer, Exchange, Wire};
pub use registration::{Enrolment, Issued, Process, Registration, Step};
pub use request::{AuthenticationRequest, Claim};
pub use session::{KeepFailed, Session, SessionKeeper};
pub use signin::{Next, SignIn, SignedIn};
pub use submit::{FieldProblem, RefusedReason, Submission};
pub use sync::{Changes, Gathered, Part, Pass, States, SyncPart};
pub use terminal::{BatchDown, Terminal};
pub use ticket::Ticket;
pub use upload::{Progress, Source, Upload, Uploaded};
pub use ways::{Automatic, Destination, ProxyScript, Said};

/// The public client's `client_id` in the profile.
pub const CLIENT_ID: &str = "kabinet";
