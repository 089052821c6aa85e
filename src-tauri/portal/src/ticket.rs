//! The ticket of authentication: the verified ID token.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::CLIENT_ID;
use crate::b64::{self, B64};
use crate::error::PortalError;
use crate::request::AuthenticationRequest;

/// How far the clocks of client and portal may be apart, in seconds.
const SKEW: i64 = 300;

/// What the portal says of the holder after a sign-in. Personal: it is neither printed nor logged.
pub struct Ticket {
    /// The holder's name at this portal: the same at each sign-in, of no meaning elsewhere.
    pub subject: String,
    /// When the card spoke, in seconds since 1970.
    pub authenticated_at: i64,
    /// The data groups that the terminal read, by number: whole files, DER, as the card gave them.
    pub groups: BTreeMap<u8, Vec<u8>>,
    /// Numbers of the optional data groups that the card did not have.
    pub absent: Vec<u8>,
}

/// What the ticket must agree with.
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) request: &'a AuthenticationRequest,
    /// Seconds since 1970.
    pub(crate) now: i64,
}

#[derive(Deserialize)]
struct Payload {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    sub: String,
    iat: i64,
    exp: i64,
    auth_time: i64,
    nonce: String,
    amr: Vec<String>,
    request_hash: B64,
    document_valid: bool,
    #[serde(default)]
    groups: BTreeMap<u8, B64>,
    #[serde(default)]
    absent: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Ticket {
    /// Checks the payload of an ID token whose signature is verified (OpenID Connect Core 1.0
    /// section 3.1.3.7, and the profile's members).
    pub(crate) fn check(payload: &[u8], expected: &Expected<'_>) -> Result<Self, PortalError> {
        let payload: Payload =
            serde_json::from_slice(payload).map_err(|_| PortalError::Garbage("ticket: form"))?;
        payload.check(expected).map_err(PortalError::Garbage)?;
        if !payload.document_valid {
            return Err(PortalError::DocumentExpired);
        }
        Ok(Self {
            subject: payload.sub,
            authenticated_at: payload.auth_time,
            groups: payload
                .groups
                .into_iter()
                .map(|(group, octets)| (group, octets.0))
                .collect(),
            absent: payload.absent,
        })
    }
}

impl Payload {
    fn check(&self, expected: &Expected<'_>) -> Result<(), &'static str> {
        if self.iss != expected.issuer {
            return Err("ticket: issuer");
        }
        let ours = match &self.aud {
            Audience::One(audience) => audience == CLIENT_ID,
            // For several audiences the token must say that it was made for this client.
            Audience::Many(audiences) => {
                audiences.iter().any(|audience| audience == CLIENT_ID)
                    && (audiences.len() == 1 || self.azp.as_deref() == Some(CLIENT_ID))
            }
        };
        if !ours || self.azp.as_deref().is_some_and(|party| party != CLIENT_ID) {
            return Err("ticket: audience");
        }
        // OpenID Connect Core 1.0 section 2: at most 255 ASCII characters.
        if self.sub.is_empty()
            || self.sub.len() > 255
            || !self.sub.bytes().all(|octet| octet.is_ascii_graphic())
        {
            return Err("ticket: subject");
        }
        if self.exp <= expected.now.saturating_sub(SKEW)
            || self.iat > expected.now.saturating_add(SKEW)
        {
            return Err("ticket: time");
        }
        if self.nonce != expected.nonce {
            return Err("ticket: nonce");
        }
        if !["sc", "pin"]
            .iter()
            .all(|method| self.amr.iter().any(|used| used == method))
        {
            return Err("ticket: amr");
        }
        if self.request_hash.0 != expected.request.hash() {
            return Err("ticket: request hash");
        }
        // A group that nobody asked for was not read with the holder's consent.
        let asked = |group: &u8| {
            expected
                .request
                .claims
                .iter()
                .any(|claim| claim.group == *group)
        };
        if !self.groups.keys().all(asked) || !self.absent.iter().all(asked) {
            return Err("ticket: groups");
        }
        Ok(())
    }
}

/// The `nonce` for an ID token: 16 random octets.
pub(crate) fn nonce() -> String {
    b64::encode(&kabinet_stb::random::bytes::<16>())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "https://portal.example";
    const NOW: i64 = 1_767_261_660;

    fn request() -> AuthenticationRequest {
        let text = json!({"be": "а", "ru": "а", "en": "a"});
        let document = json!({
            "type": "authentication-request", "issuer": ISSUER, "relying_party": text, "purpose": text,
            "claims": [{"group": 4, "required": true}, {"group": 5, "required": false}], "nonce": "q",
            "issued_at": "2026-01-01T10:00:00Z", "expires_at": "2026-01-01T10:05:00Z",
        });
        let now = jiff::Timestamp::from_second(NOW).unwrap();
        AuthenticationRequest::parse(document.to_string().into_bytes(), ISSUER, now).unwrap()
    }

    fn good() -> Value {
        json!({
            "iss": ISSUER, "aud": "kabinet", "sub": "s-1", "iat": NOW, "exp": NOW + 300, "auth_time": NOW - 2,
            "nonce": "n", "amr": ["sc", "pin"], "request_hash": b64::encode(&request().hash()),
            "document_valid": true, "groups": {"4": "YQMCAQE"}, "absent": [5],
        })
    }

    fn check(payload: &Value) -> Result<Ticket, PortalError> {
        let request = request();
        let expected = Expected {
            issuer: ISSUER,
            nonce: "n",
            request: &request,
            now: NOW,
        };
        Ticket::check(payload.to_string().as_bytes(), &expected)
    }

    #[test]
    fn a_ticket_gives_the_groups_as_they_were_read() {
        let ticket = check(&good()).ok().unwrap();
        assert_eq!(ticket.subject, "s-1");
        assert_eq!(ticket.groups[&4], [0x61, 3, 2, 1, 1]);
        assert_eq!(ticket.absent, [5]);
        let mut several = good();
        several["aud"] = json!(["kabinet", "other"]);
        several["azp"] = json!("kabinet");
        assert!(check(&several).is_ok());
    }

    #[test]
    fn a_ticket_for_another_request_person_or_time_is_refused() {
        for (member, value) in [
            ("iss", json!("https://other.example")),
            ("aud", json!("other")),
            ("aud", json!(["kabinet", "other"])),
            ("azp", json!("other")),
            ("sub", json!("")),
            ("iat", json!(NOW + 301)),
            ("exp", json!(NOW - 300)),
            ("nonce", json!("m")),
            ("amr", json!(["sc"])),
            ("amr", json!(["pwd"])),
            ("request_hash", json!("AAAA")),
            ("groups", json!({"3": "YQ"})),
            ("groups", json!({"4": "?"})),
            ("absent", json!([6])),
            ("document_valid", json!(false)),
        ] {
            let mut payload = good();
            payload[member] = value;
            assert!(check(&payload).is_err(), "{member}");
        }
        for member in [
            "iss",
            "aud",
            "sub",
            "exp",
            "nonce",
            "amr",
            "request_hash",
            "document_valid",
        ] {
            let mut payload = good();
            payload.as_object_mut().unwrap().remove(member);
            assert!(check(&payload).is_err(), "{member}");
        }
    }

    proptest! {
        #[test]
        fn any_octets_are_survived(octets: Vec<u8>, exp: i64, now: i64) {
            let request = request();
            let expected = Expected { issuer: ISSUER, nonce: "n", request: &request, now };
            prop_assert!(Ticket::check(&octets, &expected).is_err());
            let mut payload = good();
            payload["exp"] = exp.into();
            let _ = Ticket::check(payload.to_string().as_bytes(), &expected);
        }
    }
}
