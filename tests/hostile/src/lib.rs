//! What every parser of foreign octets must keep to, whatever the octets are: no panic, no endless
//! work, and what it takes it gives back the same. `fuzz/` feeds these functions with octets that a
//! fuzzer makes up; `tests/corpus.rs` with those that it found worth keeping, on every run of the
//! tests.

#![allow(clippy::unwrap_used)]

mod area;
mod card;
mod encryption;
mod files;
mod forms;
mod messages;
mod opened;
mod paper;
mod portal;
mod raising;
mod services;
mod sign_in;
mod update;
mod wire;

/// A check by the name of its corpus.
pub type Check = (&'static str, fn(&[u8]));

/// All of them.
pub const CHECKS: [Check; 34] = [
    ("tlv", messages::tlv),
    ("apdu", messages::apdu),
    ("secure_messaging", messages::secure_messaging),
    ("protocols", messages::protocols),
    ("cv_certificate", messages::cv_certificate),
    ("access_rights", messages::access_rights),
    ("card", card::card),
    ("travel_chip", card::travel_chip),
    ("data_groups", files::data_groups),
    ("certificate", files::certificate),
    ("pem", files::pem),
    ("signature", files::signature),
    ("authority_messages", files::authority_messages),
    ("revocation_list", services::revocation_list),
    ("ocsp_response", services::ocsp_response),
    ("time_stamp", services::time_stamp),
    ("enveloped_data", encryption::enveloped_data),
    ("travel_files", files::travel_files),
    ("photo", files::photo),
    ("link", portal::link),
    ("authentication_request", portal::authentication_request),
    ("portal_answers", portal::portal_answers),
    ("kept", portal::kept),
    ("paper_codes", paper::paper_codes),
    ("paper_picture", paper::paper_picture),
    ("jmap", area::jmap),
    ("events", area::events),
    ("sign_in", sign_in::sign_in),
    ("forms", forms::forms),
    ("manifest", forms::manifest),
    ("opened_card", opened::opened_card),
    ("opened_chip", opened::opened_chip),
    ("raising", raising::raising),
    ("update", update::update),
];

/// Runs the check of that name.
///
/// # Panics
/// When the parser breaks its word, or there is no such check.
pub fn check(name: &str, octets: &[u8]) {
    let (_, check) = CHECKS.iter().find(|(known, _)| *known == name).unwrap();
    check(octets);
}
