//! What can go wrong between the client and the portal.

use thiserror::Error;

/// Why the portal did not give what was asked.
///
/// Carries codes and numbers only: never a token, an address with parameters or an octet that the
/// portal sent, so that it may be logged and shown.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PortalError {
    /// The address is no portal's address: not a URL, plain `http:` to a host that is not a
    /// loopback address, or with user name or fragment.
    #[error("the portal's address is not acceptable: {0}")]
    Address(&'static str),
    /// No connection: no network, no such host, refused, TLS failed, or cut before the answer.
    #[error("the portal cannot be reached")]
    Offline,
    /// The proxy does not accept user and password, or wants them.
    #[error("the proxy wants another user or password")]
    ProxyRefused,
    /// The script that names the proxies cannot be fetched, fails, or names none; the word tells which.
    #[error("the proxy script is of no use: {0}")]
    ProxyScript(&'static str),
    /// The connection stands but the answer did not come in time.
    #[error("the portal did not answer in time")]
    Timeout,
    /// An HTTP status that the profile does not foresee (500, 503 without `Retry-After`, ...).
    #[error("the portal answered with status {0}")]
    Server(u16),
    /// The answer is not what the profile says; the word tells which part.
    #[error("the portal's answer is not understood: {0}")]
    Garbage(&'static str),
    /// The portal does not accept the access token, even after a refresh.
    #[error("the portal does not accept the session")]
    Unauthorised,
    /// The session is over (the refresh token or the sign-in ran out): sign in again.
    #[error("the session has expired")]
    SessionExpired,
    /// 429 or 503 with `Retry-After`: come back after so many seconds.
    #[error("the portal asks to come back after {0} s")]
    RetryAfter(u64),
    /// The portal refuses for good; a code of RFC 6749, RFC 8620 or the profile.
    #[error("the portal refuses: {0}")]
    Refused(String),
    /// The card did not accept the terminal (BAUTH failed).
    #[error("the card did not accept the terminal")]
    TerminalRefused,
    /// The portal does not accept the card's certificate or its proof.
    #[error("the portal does not accept the card")]
    CardInvalid,
    /// The identity document is out of date.
    #[error("the document has expired")]
    DocumentExpired,
    /// A required claim was not given by the card.
    #[error("a required claim is missing")]
    RequiredClaimMissing,
    /// The renewed session could not be stored; nothing was sent with it. It is kept in memory
    /// and is offered to the keeper again before the next request.
    #[error("the renewed session could not be stored")]
    NotKept,
    /// A file that is to be uploaded cannot be read, or is not what its hash says.
    #[error("a file to upload cannot be read")]
    Unreadable,
}

impl PortalError {
    /// Whether the same request can never succeed, so that repeating it is useless.
    ///
    /// `Unauthorised` and `SessionExpired` are not permanent: after a new sign-in the request may
    /// pass. Garbage is not either: a captive network answers for the portal for a while.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Address(_)
            | Self::Refused(_)
            | Self::TerminalRefused
            | Self::CardInvalid
            | Self::DocumentExpired
            | Self::RequiredClaimMissing
            | Self::Unreadable => true,
            Self::Server(status) => matches!(status, 400 | 413 | 415),
            Self::Offline
            | Self::ProxyRefused
            | Self::ProxyScript(_)
            | Self::Timeout
            | Self::Garbage(_)
            | Self::Unauthorised
            | Self::SessionExpired
            | Self::RetryAfter(_)
            | Self::NotKept => false,
        }
    }

    /// Seconds that the portal asked to wait, if it did.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::RetryAfter(seconds) => Some(*seconds),
            _ => None,
        }
    }

    /// The error for an `error` code of the authorization challenge or token endpoint.
    pub(crate) fn from_code(code: &str) -> Self {
        match code {
            "terminal_refused" => Self::TerminalRefused,
            "card_invalid" => Self::CardInvalid,
            "document_expired" => Self::DocumentExpired,
            "required_claim_missing" => Self::RequiredClaimMissing,
            "session_expired" | "invalid_grant" => Self::SessionExpired,
            "server_error" => Self::Server(500),
            "temporarily_unavailable" => Self::Server(503),
            other => Self::refused(other),
        }
    }

    /// `Refused` with a code that is safe to log: the portal's text could hold anything.
    pub(crate) fn refused(code: &str) -> Self {
        Self::Refused(safe_code(code))
    }
}

/// The code if it looks like one (letters, digits, `_`, `-`, at most 64), else `unknown`.
pub(crate) fn safe_code(code: &str) -> String {
    let sane = !code.is_empty()
        && code.len() <= 64
        && code
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-'));
    if sane {
        code.to_owned()
    } else {
        "unknown".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_with_foreign_text_is_not_repeated() {
        assert_eq!(
            PortalError::from_code("3140596A077PB0"),
            PortalError::Refused("3140596A077PB0".into())
        );
        assert_eq!(
            PortalError::from_code("Ivan Ivanou"),
            PortalError::Refused("unknown".into())
        );
        assert_eq!(
            PortalError::from_code(&"a".repeat(65)),
            PortalError::Refused("unknown".into())
        );
    }

    #[test]
    fn what_may_pass_later_is_not_permanent() {
        for error in [
            PortalError::Offline,
            PortalError::Timeout,
            PortalError::Server(500),
            PortalError::Server(404),
            PortalError::RetryAfter(7),
            PortalError::SessionExpired,
            PortalError::Garbage("x"),
        ] {
            assert!(!error.is_permanent(), "{error}");
        }
        assert!(PortalError::from_code("card_invalid").is_permanent());
        assert!(PortalError::from_code("invalid_request").is_permanent());
        assert!(PortalError::Server(413).is_permanent());
    }
}
