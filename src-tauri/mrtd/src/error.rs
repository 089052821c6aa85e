//! What can go wrong with the travel document application, by meaning.

use kabinet_stb::apdu::Status;
use kabinet_stb::tlv::TlvError;
use kabinet_token::CardError;

/// Why the travel document was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MrtdError {
    /// The card has no travel document application.
    #[error("the card has no travel document application")]
    NoApplication,
    /// The chip wants the lines that are printed for machines; it does not take the CAN.
    #[error("the chip asks for the machine-readable lines")]
    NeedsMrz,
    /// The CAN or the printed lines are not those of this card.
    #[error("the access key is wrong")]
    AccessKeyWrong,
    /// Nothing of what the chip offers for access is known here.
    #[error("the chip offers no known way of access")]
    NoKnownAccess,
    /// The chip did not prove that it holds the same password as the reader.
    #[error("the chip did not prove itself")]
    ChipRefused,
    /// A file that every document has is missing.
    #[error("a file of the document is missing")]
    FileMissing,
    /// Secure messaging broke: the answer is not protected, or not by the chip.
    #[error("the secure channel broke")]
    Channel,
    /// The chip refused a command with this status.
    #[error("the chip answered {:04X}", .0.0)]
    Status(Status),
    /// What the chip sent is not what the standard says.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// The card, the reader or the service.
    #[error(transparent)]
    Card(#[from] CardError),
}

impl From<TlvError> for MrtdError {
    fn from(_: TlvError) -> Self {
        Self::Malformed("a data object")
    }
}
