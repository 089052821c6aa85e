//! What can go wrong, by meaning.

use kabinet_stb::apdu::Status;

/// Why the list of readers could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReaderError {
    /// The PC/SC service is not installed or does not run.
    #[error("the smart card service does not run")]
    ServiceUnavailable,
    /// The service runs, but speaks another version of its protocol than our library, as in a
    /// package that brought its own.
    #[error("the smart card service and its library are of different versions")]
    ServiceVersion,
    /// The service runs, but this person may not use it.
    #[error("access to the smart card service is denied")]
    AccessDenied,
    /// [`crate::readers::Canceller::cancel`] was called.
    #[error("cancelled")]
    Cancelled,
    /// Another fault of the service.
    #[error("the smart card service failed: {0}")]
    Service(pcsc::Error),
}

impl From<pcsc::Error> for ReaderError {
    fn from(error: pcsc::Error) -> Self {
        use pcsc::Error as E;
        match error {
            // The last two are what a service that stops while it is asked leaves behind.
            E::NoService
            | E::ServiceStopped
            | E::ServerTooBusy
            | E::CommError
            | E::InvalidHandle => Self::ServiceUnavailable,
            E::SecurityViolation | E::NoAccess => Self::AccessDenied,
            E::Cancelled | E::CancelledByUser | E::SystemCancelled => Self::Cancelled,
            other => Self::Service(other),
        }
    }
}

/// Why a dialogue with a card ended.
///
/// Statuses are those of STB 34.101.79, annex V and the operations of clause 12.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// The PIN is wrong. At 1 it is suspended now, at 0 blocked.
    #[error("wrong PIN, {attempts_left} tries left")]
    PinWrong {
        /// Tries that are left.
        attempts_left: u8,
    },
    /// The CAN is wrong. It has no counter.
    #[error("wrong CAN")]
    CanWrong,
    /// The PUK is wrong. Only while the PIN is blocked does the counter go down.
    #[error("wrong PUK, {attempts_left} tries left")]
    PukWrong {
        /// Tries that are left.
        attempts_left: u8,
    },
    /// The PIN has one try left and waits for the CAN.
    #[error("the PIN is suspended")]
    Suspended,
    /// The password has no tries left; a PIN waits for the PUK.
    #[error("the PIN is blocked")]
    Blocked,
    /// The PIN is switched off; it waits for the PUK.
    #[error("the PIN is deactivated")]
    Deactivated,
    /// The card is not in the state for this, or the rights do not reach so far (6982).
    #[error("the card does not allow this")]
    NotAllowed,
    /// The PIN must be proved again before this (the confirmation flag is down).
    #[error("the PIN is not confirmed")]
    PinNotConfirmed,
    /// The card refused a certificate of the terminal, or the terminal's proof.
    #[error("the card refused the terminal")]
    TerminalRefused,
    /// The card has no key with this reference (6A88).
    #[error("no such key on the card")]
    KeyAbsent,
    /// The key was destroyed (6984).
    #[error("the key was destroyed")]
    KeyDestroyed,
    /// The key is switched off (6283).
    #[error("the key is deactivated")]
    KeyDeactivated,
    /// A key with this reference exists already (6984).
    #[error("the key exists already")]
    KeyExists,
    /// The card was taken out.
    #[error("the card was removed")]
    Removed,
    /// Another program reset the card.
    #[error("the card was reset by another program")]
    Reset,
    /// There is a card, but it does not answer (often put in the wrong way round).
    #[error("the card does not answer")]
    Mute,
    /// The reader was unplugged, or the remote card cannot be reached.
    #[error("the reader is gone")]
    ReaderGone,
    /// The reader did not carry a command to the card and back, for a reason that says no more.
    #[error("the reader failed: {0}")]
    ReaderFailed(pcsc::Error),
    /// Reader or card refused an extended command inside the channel, which is lost. It is
    /// remembered, so the next dialogue sends short ones.
    #[error("an extended command was refused")]
    LongRefused,
    /// The computer slept in the middle of the dialogue.
    #[error("the computer slept in the middle of the dialogue")]
    Slept,
    /// The PC/SC service does not run.
    #[error("the smart card service does not run")]
    ServiceUnavailable,
    /// The PC/SC service speaks another version of its protocol than the library that this program
    /// was linked with.
    #[error("the smart card service and its library are of different versions")]
    ServiceVersion,
    /// This person may not use the PC/SC service.
    #[error("access to the smart card service is denied")]
    AccessDenied,
    /// Another program holds the card.
    #[error("another program holds the card")]
    Sharing,
    /// The card did not answer in time.
    #[error("the card did not answer in time")]
    Timeout,
    /// The person gave up ([`crate::CancelToken`]).
    #[error("cancelled")]
    Cancelled,
    /// The card does not know BPACE.
    #[error("not an ID card")]
    NotAnIdCard,
    /// The secure channel is closed; open the card again.
    #[error("the secure channel is closed")]
    ChannelClosed,
    /// The card, the reader or the terminal broke a rule; the text says which.
    #[error("protocol broken: {0}")]
    Protocol(&'static str),
    /// The card does not have the file or the application (6A82).
    #[error("the card does not have this")]
    NotFound,
    /// The card refused the data of a command (6A80).
    #[error("the card refused the data")]
    DataRefused,
    /// The card failed inside, or its memory did (6400, 6581).
    #[error("the card failed")]
    CardFailed,
    /// The card does not know a command or the form in which it came (6700, 6884, 6A86, 6D00,
    /// 6E00).
    #[error("the card does not support this ({:04X})", .0.0)]
    NotSupported(Status),
    /// A status that the standard does not have; cards may give such.
    #[error("the card answered {:04X}", .0.0)]
    Status(Status),
}

/// What a status means wherever the operation gives it no meaning of its own (annex C).
impl From<Status> for CardError {
    fn from(status: Status) -> Self {
        match status.0 {
            0x6400 | 0x6581 => Self::CardFailed,
            0x6700 | 0x6884 | 0x6A86 | 0x6D00 | 0x6E00 => Self::NotSupported(status),
            0x6982 => Self::NotAllowed,
            0x6987 | 0x6988 => Self::ChannelClosed,
            0x6A80 => Self::DataRefused,
            0x6A82 => Self::NotFound,
            0x6A88 => Self::KeyAbsent,
            _ => Self::Status(status),
        }
    }
}

impl From<pcsc::Error> for CardError {
    fn from(error: pcsc::Error) -> Self {
        use pcsc::Error as E;
        match error {
            E::NoSmartcard | E::RemovedCard => Self::Removed,
            E::ResetCard => Self::Reset,
            E::UnpoweredCard | E::UnresponsiveCard | E::ProtoMismatch | E::UnsupportedCard => {
                Self::Mute
            }
            E::UnknownReader | E::ReaderUnavailable | E::NoReadersAvailable => Self::ReaderGone,
            E::NoService | E::ServiceStopped | E::ServerTooBusy | E::InvalidHandle => {
                Self::ServiceUnavailable
            }
            E::SecurityViolation | E::NoAccess => Self::AccessDenied,
            E::SharingViolation => Self::Sharing,
            E::Timeout => Self::Timeout,
            E::Cancelled | E::CancelledByUser | E::SystemCancelled => Self::Cancelled,
            other => Self::ReaderFailed(other),
        }
    }
}

impl From<ReaderError> for CardError {
    fn from(error: ReaderError) -> Self {
        match error {
            ReaderError::ServiceUnavailable => Self::ServiceUnavailable,
            ReaderError::ServiceVersion => Self::ServiceVersion,
            ReaderError::AccessDenied => Self::AccessDenied,
            ReaderError::Cancelled => Self::Cancelled,
            ReaderError::Service(error) => error.into(),
        }
    }
}
