//! A session: tokens, the key that they are bound to, and what is known of the personal area.

use std::sync::Arc;

use kabinet_stb::Secret;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::b64::{self, B64};
use crate::dpop::DpopKey;
use crate::error::PortalError;
use crate::jmap::AreaInfo;
use crate::oauth::{Token, Tokens};

/// Version of the stored form.
const VERSION: u8 = 1;

/// What lets the client act for the holder at one portal until it is renewed or revoked.
pub struct Session {
    /// The portal's address, as [`crate::Client::address`].
    pub(crate) portal: String,
    pub(crate) access: Secret,
    pub(crate) refresh: Arc<Secret>,
    /// Seconds since 1970 by this computer's clock.
    pub(crate) expires_at: i64,
    pub(crate) key: Arc<DpopKey>,
    /// The JMAP session, once it was asked for.
    pub(crate) area: Option<Arc<AreaInfo>>,
}

/// Keeps a renewed session before it is used.
///
/// Refresh tokens rotate and a used one ends the session, so a renewed session that is lost with
/// the process would cost the holder a new sign-in.
pub trait SessionKeeper: Send + Sync {
    /// Stores the octets of [`Session::to_secret`] for good; returns only then.
    ///
    /// # Errors
    /// [`KeepFailed`] when they are not stored: the client sends nothing with that session then.
    fn keep(&self, session: &Secret) -> Result<(), KeepFailed>;
    /// The portal said that this session is over. Forgets it where it is the one that is kept: the
    /// holder may have signed in anew meanwhile.
    fn ended(&self, session: &Session);
}

/// The session could not be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the session could not be stored")]
pub struct KeepFailed;

#[derive(Serialize)]
struct Writing<'a> {
    version: u8,
    portal: &'a str,
    access: &'a str,
    refresh: &'a str,
    expires_at: i64,
    key: &'a str,
    area: Option<&'a AreaInfo>,
}

#[derive(Deserialize)]
struct Reading {
    version: u8,
    portal: String,
    access: Token,
    refresh: Token,
    expires_at: i64,
    key: B64,
    area: Option<AreaInfo>,
}

impl Session {
    pub(crate) fn new(portal: String, tokens: Tokens, key: DpopKey) -> Self {
        Self {
            portal,
            access: tokens.access,
            refresh: Arc::new(tokens.refresh),
            expires_at: tokens.expires_at,
            key: Arc::new(key),
            area: None,
        }
    }

    /// The portal's address.
    #[must_use]
    pub fn portal(&self) -> &str {
        &self.portal
    }

    /// The octets for the encrypted store.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        let key = Zeroizing::new(b64::encode(self.key.to_secret().expose()));
        let writing = Writing {
            version: VERSION,
            portal: &self.portal,
            // Tokens are visible ASCII; they were checked when they came.
            access: std::str::from_utf8(self.access.expose()).unwrap_or_default(),
            refresh: std::str::from_utf8(self.refresh.expose()).unwrap_or_default(),
            expires_at: self.expires_at,
            key: &key,
            area: self.area.as_deref(),
        };
        // Two passes, so that the octets are written once, into memory that is large enough.
        let mut counter = Counter(0);
        let _ = serde_json::to_writer(&mut counter, &writing);
        let mut octets = Vec::with_capacity(counter.0);
        let _ = serde_json::to_writer(&mut octets, &writing);
        Secret::new(octets)
    }

    /// The session that was stored.
    ///
    /// # Errors
    /// [`PortalError::SessionExpired`] for octets that are no session of this version: sign in again.
    pub fn from_secret(octets: &Secret) -> Result<Self, PortalError> {
        let reading: Reading =
            serde_json::from_slice(octets.expose()).map_err(|_| PortalError::SessionExpired)?;
        let scalar = Zeroizing::new(reading.key.0);
        let key = DpopKey::from_bytes(&scalar).ok_or(PortalError::SessionExpired)?;
        if reading.version != VERSION {
            return Err(PortalError::SessionExpired);
        }
        Ok(Self {
            portal: reading.portal,
            access: reading.access.0,
            refresh: Arc::new(reading.refresh.0),
            expires_at: reading.expires_at,
            key: Arc::new(key),
            area: reading.area.map(Arc::new),
        })
    }

    /// Whether the stored octets are this session, whatever was known of its area when.
    #[must_use]
    pub fn is_stored_in(&self, octets: &Secret) -> bool {
        Self::from_secret(octets).is_ok_and(|stored| {
            stored.portal == self.portal && stored.refresh.expose() == self.refresh.expose()
        })
    }

    /// The session after a refresh.
    pub(crate) fn renewed(&self, tokens: Tokens) -> Self {
        Self {
            portal: self.portal.clone(),
            access: tokens.access,
            refresh: Arc::new(tokens.refresh),
            expires_at: tokens.expires_at,
            key: Arc::clone(&self.key),
            area: self.area.clone(),
        }
    }

    /// The same tokens with what is known of the area, or without it.
    pub(crate) fn with_area(&self, area: Option<Arc<AreaInfo>>) -> Self {
        Self {
            portal: self.portal.clone(),
            access: Secret::new(self.access.expose().to_vec()),
            refresh: Arc::clone(&self.refresh),
            expires_at: self.expires_at,
            key: Arc::clone(&self.key),
            area,
        }
    }
}

struct Counter(usize);

impl std::io::Write for Counter {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.0 += octets.len();
        Ok(octets.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn session() -> Session {
        let tokens = Tokens {
            access: Secret::new(b"a.b~c".to_vec()),
            refresh: Secret::new(b"r\"1\\".to_vec()),
            expires_at: 1_700_000_000,
            id_token: None,
        };
        Session::new(
            "https://portal.example/".into(),
            tokens,
            DpopKey::generate(),
        )
    }

    #[test]
    fn a_stored_session_is_the_same_session() {
        let session = session();
        let stored = session.to_secret();
        let again = Session::from_secret(&stored).ok().unwrap();
        assert_eq!(again.access.expose(), b"a.b~c");
        assert_eq!(again.refresh.expose(), b"r\"1\\");
        assert_eq!(again.to_secret().expose(), stored.expose());
        assert!(session.is_stored_in(&again.with_area(None).to_secret()));
        let renewed = Tokens {
            access: Secret::new(b"a".to_vec()),
            refresh: Secret::new(b"r2".to_vec()),
            expires_at: 1_700_000_000,
            id_token: None,
        };
        assert!(!session.is_stored_in(&session.renewed(renewed).to_secret()));
        assert!(!session.is_stored_in(&Secret::new(b"{}".to_vec())));
    }

    proptest! {
        #[test]
        fn a_damaged_store_asks_for_a_sign_in(octets: Vec<u8>, cut in 1_usize..100) {
            prop_assert!(matches!(Session::from_secret(&Secret::new(octets)), Err(PortalError::SessionExpired)));
            let mut stored = session().to_secret().expose().to_vec();
            stored.truncate(stored.len() - cut);
            prop_assert!(Session::from_secret(&Secret::new(stored)).is_err());
        }
    }
}
