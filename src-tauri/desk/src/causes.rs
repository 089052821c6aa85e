//! How the errors of the rooms below become cases that a person meets.

use kabinet_cache::StoreError;
use kabinet_pki::certificate::CertificateError;
use kabinet_portal::{PortalError, web};
use kabinet_token::CardError;

use crate::problem::{Code, Problem};
use crate::{holders, service};

/// Why somebody at that address was not reached: the proxy's doing, or that code with their name.
pub(crate) fn silent(address: &str, code: Code, error: PortalError) -> Problem {
    let problem = match error {
        PortalError::ProxyRefused => Problem::new(Code::ProxyRefused),
        PortalError::ProxyScript(_) => Problem::new(Code::ProxyScript),
        _ => Problem::new(code).with("name", web::host(address).unwrap_or_default()),
    };
    problem.because(error)
}

impl From<CardError> for Problem {
    fn from(error: CardError) -> Self {
        let code = match error {
            CardError::PinWrong { attempts_left: 0 } => Code::PinBlocked,
            CardError::PinWrong { .. } => Code::PinWrong,
            CardError::CanWrong => Code::CanWrong,
            CardError::PukWrong { .. } => Code::PukWrong,
            CardError::Suspended => Code::PinSuspended,
            CardError::Blocked => Code::PinBlocked,
            CardError::Deactivated => Code::PinDeactivated,
            CardError::NotAllowed
            | CardError::PinNotConfirmed
            | CardError::DataRefused
            | CardError::Status(_) => Code::CardRefused,
            CardError::KeyAbsent => Code::KeyAbsent,
            CardError::KeyDestroyed => Code::KeyDestroyed,
            CardError::KeyDeactivated => Code::KeyDeactivated,
            CardError::KeyExists => Code::KeyExists,
            CardError::CardFailed => Code::CardFailed,
            CardError::NotFound | CardError::NotSupported(_) => Code::CardUnsupported,
            CardError::TerminalRefused => Code::TerminalRefused,
            CardError::Removed => Code::CardRemoved,
            CardError::Reset | CardError::ChannelClosed => Code::CardReset,
            CardError::Mute => Code::CardMute,
            CardError::ReaderGone => Code::ReaderGone,
            CardError::ReaderFailed(_) => Code::ReaderFailed,
            CardError::LongRefused => Code::LongRefused,
            CardError::Slept => Code::ComputerSlept,
            CardError::ServiceUnavailable => service::silence(),
            CardError::ServiceVersion => Code::ServiceVersion,
            CardError::AccessDenied => Code::ServiceDenied,
            CardError::Sharing => return holders::card_in_use(),
            CardError::Timeout => Code::CardTimeout,
            CardError::Cancelled => Code::Cancelled,
            CardError::NotAnIdCard => Code::NotIdCard,
            CardError::Protocol(_) => Code::CardProtocol,
        };
        let problem = Self::new(code).because(error);
        match error {
            CardError::PinWrong { attempts_left } | CardError::PukWrong { attempts_left } => {
                problem.attempts(attempts_left)
            }
            _ => problem,
        }
    }
}

impl From<PortalError> for Problem {
    fn from(error: PortalError) -> Self {
        let code = match &error {
            PortalError::Address(_) => Code::InsecureAddress,
            PortalError::Offline => Code::Offline,
            PortalError::ProxyRefused => Code::ProxyRefused,
            PortalError::ProxyScript(_) => Code::ProxyScript,
            PortalError::Timeout => Code::PortalTimeout,
            PortalError::Server(_) | PortalError::RetryAfter(_) => Code::PortalServer,
            PortalError::Garbage(_) => Code::PortalGarbage,
            PortalError::Unauthorised | PortalError::SessionExpired => Code::SessionExpired,
            PortalError::TerminalRefused => Code::TerminalRefused,
            PortalError::CardInvalid => Code::CardInvalid,
            PortalError::DocumentExpired => Code::DocumentExpired,
            PortalError::RequiredClaimMissing => Code::RequiredClaimMissing,
            PortalError::Unreadable => Code::AttachmentGone,
            PortalError::Refused(reason) => {
                return Self::new(Code::PortalRefused)
                    .with("reason", reason.clone())
                    .because(&error);
            }
            _ => Code::Internal,
        };
        let problem = Self::new(code).because(&error);
        match error.retry_after() {
            Some(seconds) => problem.asked_to_wait(seconds),
            None => problem,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::WrongKey => Code::PassphraseWrong,
            StoreError::Damaged => Code::StoreDamaged,
            StoreError::DiskFull => Code::DiskFull,
            StoreError::ReadOnly => Code::ReadOnly,
            StoreError::Busy => Code::SecondInstance,
            StoreError::NoKeyStore => Code::NoKeyStore,
            StoreError::TooNew(_) => Code::StoreTooNew,
            _ => Code::Internal,
        };
        Self::new(code).because(&error)
    }
}

impl From<CertificateError> for Problem {
    fn from(error: CertificateError) -> Self {
        Self::new(Code::NoCertificate).because(error)
    }
}
