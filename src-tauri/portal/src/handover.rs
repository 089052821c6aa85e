//! What a page of the portal hands over to the client: a sign-in or a signature, by a link with a
//! request that is good for one time (docs/portal-profile.md, Hand-over).

use kabinet_records::Text;
use kabinet_stb::Secret;
use reqwest::Url;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::CLIENT_ID;
use crate::address;
use crate::b64;
use crate::client::Client;
use crate::dpop::DpopKey;
use crate::error::PortalError;
use crate::oauth::{self, Token};

/// Most octets of a link.
const LINK_LIMIT: usize = 1024;
/// What every link begins with.
const LINK_START: &str = "kabinet:hand-over?";
/// Most octets of an answer.
const LIMIT: usize = 256 * 1024;
/// Most octets of a text that is signed: a person reads it in the trusted prompt.
const TEXT_LIMIT: usize = 64 * 1024;
/// Most characters of its title.
const TITLE_LIMIT: usize = 500;

/// A link of the form that the profile gives. Anybody may have made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    request: Url,
}

impl Link {
    /// Reads a link; nothing for another scheme, another action, other parameters, or an address
    /// that could not be a portal's.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LINK_LIMIT || !text.is_ascii() {
            return None;
        }
        let start = text.get(..LINK_START.len())?;
        if !start.eq_ignore_ascii_case(LINK_START) {
            return None;
        }
        let query = text.get(LINK_START.len()..)?.as_bytes();
        let mut pairs = form_urlencoded::parse(query);
        let (name, value) = pairs.next()?;
        if name != "request_uri" || pairs.next().is_some() {
            return None;
        }
        let request = Url::parse(&value).ok()?;
        let plain = request.query().is_none()
            && request.path().len() > 1
            && address::parse_base(&request.origin().ascii_serialization()).is_ok()
            && request.username().is_empty()
            && request.password().is_none()
            && request.fragment().is_none();
        plain.then_some(Self { request })
    }

    /// Scheme, host and port of the portal that it leads to.
    #[must_use]
    pub fn origin(&self) -> String {
        address::origin(&self.request)
    }

    /// Whether that is the portal at this address.
    #[must_use]
    pub fn is_of(&self, portal: &str) -> bool {
        address::parse_base(portal).is_ok_and(|base| address::origin(&base) == self.origin())
    }
}

/// What the page asks for.
pub enum Asked {
    /// The person shall be signed in there; with what the page gets proceeds [`crate::SignIn::begin_for`].
    SignIn,
    /// The person shall sign this text, exactly these octets in UTF-8.
    Signature {
        /// What it is about.
        title: Text,
        /// The text.
        text: String,
    },
}

/// A request that this client has taken; nobody else can take it any more.
pub struct HandOver {
    client: Client,
    key: DpopKey,
    url: Url,
    token: Secret,
    back: Url,
    asked: Asked,
}

#[derive(Deserialize)]
struct Taken {
    hand_over: Token,
    redirect_uri: String,
    #[serde(rename = "type")]
    kind: String,
    title: Option<Text>,
    text: Option<String>,
}

#[derive(Deserialize)]
struct Given {
    code: Token,
}

impl HandOver {
    /// Takes the request that the link names.
    ///
    /// # Errors
    /// [`PortalError::Address`] when the link leads to another portal; `Refused` with
    /// `request_used`, `request_expired` or `invalid_request_uri`; `Garbage` when the request is
    /// not what the profile says; any of the network's.
    pub async fn take(client: &Client, link: &Link) -> Result<Self, PortalError> {
        if !link.is_of(client.address()) {
            return Err(PortalError::Address("the link is of another portal"));
        }
        let key = DpopKey::generate();
        let body = oauth::form(&[("client_id", CLIENT_ID.as_bytes())]);
        let reply = oauth::post_form(client, &link.request, &key, &body, LIMIT).await?;
        if reply.status.as_u16() != 200 {
            return Err(oauth::oauth_error(&reply));
        }
        let taken: Taken = reply.json("handed-over request")?;
        let back = address::parse_endpoint(client.base(), &taken.redirect_uri)?;
        if address::origin(&back) != link.origin() || back.query().is_some() {
            return Err(PortalError::Garbage("handed-over request: redirect_uri"));
        }
        let asked = match (taken.kind.as_str(), taken.title, taken.text) {
            ("sign-in", None, None) => Asked::SignIn,
            ("signature", Some(title), Some(text)) if is_sound(&title, &text) => {
                Asked::Signature { title, text }
            }
            _ => return Err(PortalError::Garbage("handed-over request: form")),
        };
        Ok(Self {
            client: client.clone(),
            key,
            url: link.request.clone(),
            token: taken.hand_over.0,
            back,
            asked,
        })
    }

    /// What the page asks for.
    #[must_use]
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Names the request towards the portal.
    pub(crate) fn token(&self) -> &Secret {
        &self.token
    }

    /// Gives the page the signature over the text: CMS with the text inside, DER. The answer is the
    /// address by which the browser gets on.
    ///
    /// # Errors
    /// Any of the network's; `Refused` when the portal does not take the signature.
    pub async fn sign(self, cms: &[u8]) -> Result<Zeroizing<String>, PortalError> {
        let signature = b64::encode(cms);
        let body = oauth::form(&[
            ("hand_over", self.token.expose()),
            ("signature", signature.as_bytes()),
        ]);
        let reply = oauth::post_form(&self.client, &self.url, &self.key, &body, LIMIT).await?;
        if reply.status.as_u16() != 200 {
            return Err(oauth::oauth_error(&reply));
        }
        let given: Given = reply.json("taken signature")?;
        self.address_with(&given.code.0)
    }

    /// The address by which the browser gets on: the page's own, with a code that only the browser
    /// can use in which the page is open.
    pub(crate) fn address_with(&self, code: &Secret) -> Result<Zeroizing<String>, PortalError> {
        let code = std::str::from_utf8(code.expose()).map_err(|_| PortalError::Garbage("code"))?;
        let mut address = Zeroizing::new(String::with_capacity(
            self.back.as_str().len() + 6 + 3 * code.len(),
        ));
        address.push_str(self.back.as_str());
        address.push_str("?code=");
        for part in form_urlencoded::byte_serialize(code.as_bytes()) {
            address.push_str(part);
        }
        Ok(address)
    }
}

fn is_sound(title: &Text, text: &str) -> bool {
    let titles = [&title.be, &title.ru, &title.en];
    // Applications and letters are JSON. A page must not get one signed as if it were a text.
    let begins = text.trim_start();
    !begins.is_empty()
        && !begins.starts_with(['{', '['])
        && text.len() <= TEXT_LIMIT
        && titles
            .iter()
            .all(|title| !title.is_empty() && title.chars().count() <= TITLE_LIMIT)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = "kabinet:hand-over?request_uri=https%3A%2F%2Fportal.example%2Fhand-over%2Fa";

    #[test]
    fn a_link_names_a_request_of_one_portal() {
        let link = Link::parse(GOOD).unwrap();
        assert_eq!(link.origin(), "https://portal.example");
        assert!(link.is_of("https://portal.example/area"));
        for other in [
            "https://portal.example.evil.example",
            "https://portal.example:444",
            "http://portal.example",
            "",
        ] {
            assert!(!link.is_of(other), "{other}");
        }
    }

    #[test]
    fn hostile_links_are_not_links() {
        let with = |value: &str| format!("{LINK_START}request_uri={value}");
        for bad in [
            String::new(),
            "kabinet:".to_owned(),
            "kabinet:hand-over".to_owned(),
            LINK_START.to_owned(),
            GOOD.replace("hand-over?", "forget?"),
            GOOD.replace("kabinet", "https"),
            GOOD.replace("kabinet:", "kabinet://"),
            format!("{GOOD}&request_uri=https%3A%2F%2Fevil.example%2Fa"),
            format!("{GOOD}&pin=123456"),
            format!("{GOOD}%3Fx=1"),
            format!("{GOOD}%23x"),
            with("file%3A%2F%2F%2Fetc%2Fpasswd"),
            with("javascript%3Aalert(1)"),
            with("data%3Atext%2Fhtml,x"),
            with("http%3A%2F%2Fportal.example%2Fa"),
            with("https%3A%2F%2Fportal.example%2F"),
            with("https%3A%2F%2Fportal.example%40evil.example%2Fa"),
            with("%2Fhand-over%2Fa"),
            with(&"a".repeat(LINK_LIMIT)),
            GOOD.replace("portal", "партал"),
        ] {
            assert_eq!(Link::parse(&bad), None, "{bad}");
        }
    }

    #[test]
    fn no_application_is_signed_as_a_text() {
        let title = Text {
            be: "a".into(),
            ru: "a".into(),
            en: "a".into(),
        };
        assert!(is_sound(&title, "Прашу."));
        for bad in ["", " ", "{\"type\":\"kabinet-application\"}", " [1]"] {
            assert!(!is_sound(&title, bad), "{bad}");
        }
        assert!(!is_sound(&title, &"a".repeat(TEXT_LIMIT + 1)));
    }

    proptest! {
        #[test]
        fn any_link_is_survived(text in "(?s).{0,300}", value in "[ -~]{0,200}") {
            let _ = Link::parse(&text);
            if let Some(link) = Link::parse(&format!("{LINK_START}request_uri={value}")) {
                prop_assert!(link.origin().starts_with("http"));
            }
        }
    }
}
