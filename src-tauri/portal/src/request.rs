//! The authentication request: who asks the holder, for what, and why.

use jiff::{SignedDuration, Timestamp};
use kabinet_records::Text;
use kabinet_stb::hash::belt_hash;
use serde::Deserialize;

use crate::error::PortalError;

/// Most octets of a request.
const LIMIT: usize = 16 * 1024;
/// Most characters of a text that is shown.
const TEXT_LIMIT: usize = 500;
/// Most characters of the nonce.
const NONCE_LIMIT: usize = 256;
/// Data groups of STB 34.101.79 are DG1 to DG22.
const LAST_GROUP: u8 = 22;
/// How far the clocks of client and portal may be apart.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The authentication request as the portal wrote it, checked, with its exact octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticationRequest {
    octets: Vec<u8>,
    /// The portal that asks: the issuer of its discovery document.
    pub issuer: String,
    /// The name of the one who asks.
    pub relying_party: Text,
    /// What the data is for.
    pub purpose: Text,
    /// What is asked for, each data group at most once.
    pub claims: Vec<Claim>,
    /// The portal's number used once.
    pub nonce: String,
    /// When the request was made.
    pub issued_at: Timestamp,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
}

/// One data group that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Number of the data group: 4 is DG4.
    pub group: u8,
    /// Whether the portal refuses the sign-in without it.
    pub required: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "type")]
    kind: String,
    issuer: String,
    relying_party: Text,
    purpose: Text,
    claims: Vec<Claim>,
    nonce: String,
    issued_at: Timestamp,
    expires_at: Timestamp,
}

impl AuthenticationRequest {
    /// Checks the octets; `issuer` is the portal's, `now` the client's time.
    ///
    /// # Errors
    /// [`PortalError::Garbage`] for unknown, missing or repeated members, texts that would show as
    /// something else (controls, changes of direction), and a request that is not of now or here.
    pub fn parse(octets: Vec<u8>, issuer: &str, now: Timestamp) -> Result<Self, PortalError> {
        if octets.len() > LIMIT {
            return Err(PortalError::Garbage("authentication request: too long"));
        }
        let document: Document = serde_json::from_slice(&octets)
            .map_err(|_| PortalError::Garbage("authentication request: form"))?;
        document.check(issuer, now).map_err(PortalError::Garbage)?;
        let Document {
            kind: _,
            issuer,
            relying_party,
            purpose,
            claims,
            nonce,
            issued_at,
            expires_at,
        } = document;
        Ok(Self {
            octets,
            issuer,
            relying_party,
            purpose,
            claims,
            nonce,
            issued_at,
            expires_at,
        })
    }

    /// The exact octets Req.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// belt-hash(Req), STB 34.101.31 clause 7.8: what the card is bound to in BAUTH.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        belt_hash(&self.octets)
    }
}

impl Document {
    fn check(&self, issuer: &str, now: Timestamp) -> Result<(), &'static str> {
        if self.kind != "authentication-request" {
            return Err("authentication request: type");
        }
        if self.issuer != issuer {
            return Err("authentication request: issuer");
        }
        for text in [&self.relying_party, &self.purpose] {
            if ![&text.be, &text.ru, &text.en]
                .into_iter()
                .all(|text| is_showable(text))
            {
                return Err("authentication request: text");
            }
        }
        let mut seen = [false; LAST_GROUP as usize + 1];
        for claim in &self.claims {
            match seen.get_mut(usize::from(claim.group)) {
                Some(seen) if claim.group > 0 && !*seen => *seen = true,
                _ => return Err("authentication request: claims"),
            }
        }
        if self.nonce.is_empty() || self.nonce.len() > NONCE_LIMIT {
            return Err("authentication request: nonce");
        }
        // Saturating, for a time at the end of the calendar is a hostile one.
        let latest = self
            .expires_at
            .saturating_add(SKEW)
            .unwrap_or(Timestamp::MAX);
        let earliest = self
            .issued_at
            .saturating_sub(SKEW)
            .unwrap_or(Timestamp::MIN);
        if self.expires_at <= self.issued_at || now < earliest || now > latest {
            return Err("authentication request: time");
        }
        Ok(())
    }
}

/// Whether the text shows as what it is: not empty, not long, nothing invisible that moves the rest.
fn is_showable(text: &str) -> bool {
    let invisible = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    !text.trim().is_empty() && text.chars().count() <= TEXT_LIMIT && !text.chars().any(invisible)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "https://portal.example";

    fn good() -> Value {
        json!({
            "type": "authentication-request",
            "issuer": ISSUER,
            "relying_party": {"be": "Партал", "ru": "Портал", "en": "Portal"},
            "purpose": {"be": "Уваход", "ru": "Вход", "en": "Sign-in"},
            "claims": [{"group": 4, "required": true}, {"group": 22, "required": false}],
            "nonce": "n",
            "issued_at": "2026-01-01T10:00:00Z",
            "expires_at": "2026-01-01T10:05:00Z",
        })
    }

    fn parse(value: &Value) -> Result<AuthenticationRequest, PortalError> {
        AuthenticationRequest::parse(
            value.to_string().into_bytes(),
            ISSUER,
            "2026-01-01T10:01:00Z".parse().unwrap(),
        )
    }

    #[test]
    fn the_exact_octets_are_hashed() {
        let spaced = format!(" {}\n", good());
        let request = AuthenticationRequest::parse(
            spaced.clone().into_bytes(),
            ISSUER,
            "2026-01-01T10:01:00Z".parse().unwrap(),
        )
        .unwrap();
        assert_eq!(request.octets(), spaced.as_bytes());
        assert_eq!(request.hash(), belt_hash(spaced.as_bytes()));
        assert_ne!(request.hash(), parse(&good()).unwrap().hash());
        assert_eq!(request.claims.len(), 2);
    }

    #[test]
    fn what_is_not_in_the_profile_is_refused() {
        let long = "a".repeat(501);
        for (pointer, value) in [
            ("/type", json!("other")),
            ("/issuer", json!("https://portal.example/")),
            ("/purpose/ru", json!("Вход \u{202E}дохВ")),
            ("/purpose/en", json!(long)),
            ("/relying_party/be", json!(" ")),
            ("/claims/0/group", json!(0)),
            ("/claims/0/group", json!(23)),
            ("/claims/0/group", json!(22)),
            (
                "/claims/0",
                json!({"group": 4, "required": true, "also": 5}),
            ),
            ("/nonce", json!("")),
            ("/expires_at", json!("2026-01-01T09:55:00Z")),
            ("/issued_at", json!("2026-01-01T10:07:00Z")),
            ("/issued_at", json!("soon")),
        ] {
            let mut request = good();
            *request.pointer_mut(pointer).unwrap() = value;
            assert!(parse(&request).is_err(), "{pointer}");
        }
        let mut request = good();
        request["more"] = json!(1);
        assert!(parse(&request).is_err());
        let twice = good().to_string().replacen('{', "{\"nonce\":\"m\",", 1);
        let now = "2026-01-01T10:01:00Z".parse().unwrap();
        assert!(AuthenticationRequest::parse(twice.into_bytes(), ISSUER, now).is_err());
    }

    proptest! {
        #[test]
        fn any_octets_are_survived(octets: Vec<u8>) {
            prop_assert!(AuthenticationRequest::parse(octets, ISSUER, Timestamp::UNIX_EPOCH).is_err());
        }

        #[test]
        fn a_cut_request_is_refused(at in 0_usize..300) {
            let mut octets = good().to_string().into_bytes();
            octets.truncate(at.min(octets.len() - 1));
            let now = "2026-01-01T10:01:00Z".parse().unwrap();
            prop_assert!(AuthenticationRequest::parse(octets, ISSUER, now).is_err());
        }
    }
}
