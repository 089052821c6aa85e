//! Where a card can be.

use std::fmt;
use std::str::FromStr;

const TCP_PREFIX: &str = "tcp:";

/// A place for one card.
///
/// Its text form is the PC/SC reader's name as the service gives it, or `tcp:HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReaderAddress {
    /// A reader of the PC/SC service, by its name.
    Pcsc(String),
    /// A card that listens on `HOST:PORT` for a reader and speaks the vpcd protocol.
    Tcp(String),
}

impl fmt::Display for ReaderAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pcsc(name) => f.write_str(name),
            Self::Tcp(host) => write!(f, "{TCP_PREFIX}{host}"),
        }
    }
}

impl FromStr for ReaderAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.is_empty() || text.contains('\0') {
            return Err(AddressError::Name);
        }
        let Some(host) = text.strip_prefix(TCP_PREFIX) else {
            return Ok(Self::Pcsc(text.to_owned()));
        };
        match host.rsplit_once(':') {
            Some((name, port)) if !name.is_empty() && port.parse::<u16>().is_ok_and(|p| p != 0) => {
                Ok(Self::Tcp(host.to_owned()))
            }
            _ => Err(AddressError::Host),
        }
    }
}

/// Why a text names no reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Empty, or with a zero octet, which no reader's name can have.
    #[error("not a reader's name")]
    Name,
    /// `tcp:` without a host and a port from 1 to 65535 after it.
    #[error("not of the form tcp:HOST:PORT")]
    Host,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        for text in ["tcp:127.0.0.1:35963", "tcp:[::1]:80", "Virtual PCD 00 00"] {
            assert_eq!(text.parse::<ReaderAddress>().unwrap().to_string(), text);
        }
        assert_eq!(
            "tcp:localhost:1".parse(),
            Ok(ReaderAddress::Tcp("localhost:1".into()))
        );
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "tcp:",
            "tcp:host",
            "tcp::80",
            "tcp:host:0",
            "tcp:host:65536",
        ] {
            assert_eq!(text.parse::<ReaderAddress>(), Err(AddressError::Host));
        }
        assert_eq!("".parse::<ReaderAddress>(), Err(AddressError::Name));
    }
}
