//! Messages between the subjects of certificates and their authorities (STB 34.101.78, chapters 8
//! and 9). What goes to an authority is signed where the process asks for it, and then encrypted
//! for the authority; what comes back is either a certificate or a signed answer of its agent.
//!
//! Written is the draft of the second edition (SignedData of version 3); what the edition of 2019
//! prints (version 1) is read, too.

use kabinet_stb::{Random, hash};

use crate::{EncryptError, Encryption, Mode, Time, certificate::Certificate};

mod password;
mod response;
mod retrieve;
mod revoke;
mod signed;

pub use password::{PasswordError, new_password, read_new_password};
pub use response::{Response, ResponseError, Status, read_response};
pub use retrieve::RetrieveRequest;
pub use revoke::RevokeRequest;
pub use signed::{MessageError, SignedMessage, read_signed, sign_message};

/// A message longer than this is not read; those of the profile have a few kibioctets.
pub const MAX_MESSAGE: usize = 256 * 1024;

/// What is signed: the content types of annex A.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// A request for a certificate, vouched for by an operator of a registration authority.
    Enroll1,
    /// A request for a certificate, vouched for by a registration authority that was the terminal
    /// of the subject's card.
    Enroll2,
    /// A request for a certificate in the place of the signer's.
    Reenroll,
    /// A request for a certificate beside the signer's.
    Spawn,
    /// A new password for revocation.
    SetPassword,
    /// A request to revoke the signer's certificate.
    Revoke,
    /// An authority's answer.
    Response,
}

impl MessageKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Enroll1,
        Self::Enroll2,
        Self::Reenroll,
        Self::Spawn,
        Self::SetPassword,
        Self::Revoke,
        Self::Response,
    ];

    /// Content octets of the identifier of the content type.
    #[must_use]
    pub const fn oid(self) -> &'static [u8] {
        const fn arc(number: u8) -> [u8; 10] {
            [0x2A, 0x70, 0x00, 0x02, 0x00, 0x22, 0x65, 0x4E, 0x05, number]
        }
        const TYPES: [[u8; 10]; 7] = [arc(1), arc(2), arc(3), arc(4), arc(5), arc(6), arc(7)];
        &TYPES[self as usize]
    }

    fn of(oid: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.oid() == oid)
    }
}

/// Encrypts a message, signed or not, for an authority (clause 8.7): one recipient, belt-cfb with a
/// key of 256 bits. The authority's key must not be weaker than the one that the message is about.
///
/// # Errors
/// [`EncryptError`] when the authority's certificate is not valid at that moment or its key takes no
/// messages.
pub fn seal(
    message: &[u8],
    authority: Certificate,
    at: Time,
    random: &mut (impl Random + ?Sized),
) -> Result<Vec<u8>, EncryptError> {
    Encryption::new(&[authority], Mode::Cfb, at)?
        .with_longest_key()
        .encrypt(message, random)
}

/// What a message is called by: belt-hash of all its octets as sent (clause 9.2).
#[must_use]
pub fn request_id(message: &[u8]) -> [u8; 32] {
    hash::belt_hash(message)
}
