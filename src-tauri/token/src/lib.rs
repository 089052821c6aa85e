//! Readers, APDUs, secure messaging and the operations of a BTOK card (STB 34.101.79).
//!
//! The way of a dialogue: [`readers::list`] or [`readers::Watcher`] tells where cards are,
//! [`Card::connect`] takes one exclusively, [`Card::pin_state`] asks what its PIN would say without
//! any secret, [`Card::open`] proves a password (BPACE, clause 8.3) and gives a [`Session`], the
//! state PS of clause 11. A session reads and signs, or lets a remote terminal in by
//! [`Session::begin_terminal`] (BAUTH, clause 8.4) and becomes a [`Relay`], the state AS.
//!
//! A card is held for itself alone from [`Card::connect`] until the last value made from it is
//! dropped, because one plain command of another program closes the secure channel. So do not keep
//! one while a person types.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod address;
mod atr;
mod belief;
mod bpace;
mod cancel;
mod card;
mod decipher;
mod error;
mod esign_files;
mod files;
mod hello;
mod keys;
mod lengths;
mod link;
mod passwords;
mod plain;
pub mod readers;
mod relay;
pub mod service;
mod session;
mod sign;
mod sleep;
mod terminal;
mod transport;

pub use address::{AddressError, ReaderAddress};
pub use belief::Confirmation;
pub use cancel::CancelToken;
pub use card::{Card, OpenFailure, PasswordState, identify, is_id_card};
pub use decipher::DecipherError;
pub use error::{CardError, ReaderError};
pub use esign_files::CertificateFile;
pub use files::{FILE_NAME, certificate_file, key_hash_file};
pub use hello::{Hello, Password};
pub use keys::KeyState;
pub use lengths::{ShortOnly, recall};
pub use plain::PlainCard;
pub use readers::{CardPresence, ReaderState};
pub use relay::{ClientTurn, HandOver, Relay};
pub use session::{Application, Session};
pub use sign::SignHash;
pub use terminal::{Authentication, TerminalStart};
