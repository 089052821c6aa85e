//! Services of public key infrastructure over HTTP (RFC 5280, clause 4.2.1.13; RFC 6960, appendix A;
//! RFC 3161, clause 3.4): one exchange at a time, bounded in time and size, without redirects, cookies
//! or anything that tells who asks.

use std::path::PathBuf;
use std::sync::Arc;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, StatusCode, Url};
use zeroize::Zeroizing;

use crate::address;
use crate::client::Options;
use crate::clock::Clock;
use crate::error::PortalError;
use crate::http::{Http, Wire, read_body};

/// Longest address, in octets.
const LONGEST: usize = 1024;

/// The way to services whose answers are signed, so that plain HTTP does no harm.
pub struct Web {
    options: Options,
    clock: Clock,
    wire: Option<Arc<dyn Wire>>,
}

impl Web {
    /// Over the network, or over another wire where one is given; sends nothing yet.
    #[must_use]
    pub fn over(options: Options, clock: Clock, wire: Option<Arc<dyn Wire>>) -> Self {
        Self {
            options,
            clock,
            wire,
        }
    }

    /// Fetches at most `limit` octets.
    ///
    /// # Errors
    /// [`PortalError::Address`] for what is no address of a service; those of the network.
    pub async fn get(&self, url: &str, limit: usize) -> Result<Vec<u8>, PortalError> {
        let url = service(url)?;
        self.send(Request::new(Method::GET, url), limit).await
    }

    /// Sends a body of that media type and reads at most `limit` octets of answer.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn post(
        &self,
        url: &str,
        media_type: &'static str,
        body: Vec<u8>,
        limit: usize,
    ) -> Result<Vec<u8>, PortalError> {
        let mut request = Request::new(Method::POST, service(url)?);
        request
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        *request.body_mut() = Some(body.into());
        self.send(request, limit).await
    }

    /// Fetches a file of at most `limit` octets, and tells after each piece how many octets are here, of
    /// how many where the server says so.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn fetch(
        &self,
        url: &str,
        limit: usize,
        progress: impl FnMut(usize, Option<u64>),
    ) -> Result<Vec<u8>, PortalError> {
        let request = Request::new(Method::GET, service(url)?);
        let http = self.http(&request)?;
        match http.open(request, 0).await? {
            Ok(response) => {
                let mut body = read_body(response, limit, progress).await?;
                Ok(std::mem::take(&mut *body))
            }
            Err(refusal) => Err(refusal.error()),
        }
    }

    fn http(&self, request: &Request) -> Result<Http, PortalError> {
        let direct = address::is_loopback(request.url());
        match &self.wire {
            Some(wire) => Ok(Http::over(Arc::clone(wire), self.clock.clone())),
            None => Http::network(&self.options, direct, self.clock.clone()),
        }
    }

    async fn send(&self, mut request: Request, limit: usize) -> Result<Vec<u8>, PortalError> {
        request
            .headers_mut()
            .insert(ACCEPT, HeaderValue::from_static("*/*"));
        let reply = self.http(&request)?.send(request, limit).await?;
        if reply.status != StatusCode::OK {
            return Err(reply.error());
        }
        let mut body: Zeroizing<Vec<u8>> = reply.body;
        Ok(std::mem::take(&mut *body))
    }
}

/// Name of the computer that an address of a service leads to; `None` for what is no such address.
#[must_use]
pub fn host(url: &str) -> Option<String> {
    service(url).ok()?.host_str().map(str::to_owned)
}

/// The file that a `file:` address leads to, on this computer; `None` for another computer's and for
/// what is no such address.
#[must_use]
pub fn local_file(url: &str) -> Option<PathBuf> {
    local(url).map(|(_, path)| path)
}

fn local(text: &str) -> Option<(Url, PathBuf)> {
    if text.len() > LONGEST {
        return None;
    }
    let url = Url::parse(text.trim()).ok()?;
    let here = url.scheme() == "file" && url.host_str().is_none_or(str::is_empty);
    let path = here.then(|| url.to_file_path().ok()).flatten()?;
    Some((url, path))
}

/// The address of a service or of a file on this computer as it is understood, in plain letters: a person
/// who is asked about it sees the host that it leads to. `None` for what is no such address.
#[must_use]
pub fn understood(url: &str) -> Option<String> {
    let parsed = match local(url) {
        Some((parsed, _)) => parsed,
        None => service(url).ok()?,
    };
    let text = parsed.to_string();
    (text.len() <= LONGEST).then_some(text)
}

/// Whether an address of a service leads to a computer by a name of the Internet: not to a number, not
/// to this computer, and not to a name that only a network of its own knows (RFC 6761, RFC 6762,
/// RFC 8375, `.internal`).
#[must_use]
pub fn has_public_name(url: &str) -> bool {
    const OWN: [&str; 5] = ["localhost", "local", "internal", "home.arpa", "lan"];
    let Ok(url) = service(url) else { return false };
    let Some(name) = url.domain() else {
        return false;
    };
    let name = name.trim_end_matches('.');
    let is_in = |zone: &&str| {
        name.strip_suffix(*zone)
            .is_some_and(|rest| rest.ends_with('.'))
    };
    name.contains('.') && !OWN.iter().any(is_in)
}

/// Whether both addresses lead to the same service: scheme, host and port.
#[must_use]
pub fn is_beside(url: &str, other: &str) -> bool {
    match (service(url), service(other)) {
        (Ok(url), Ok(other)) => address::origin(&url) == address::origin(&other),
        _ => false,
    }
}

/// Whether nobody on the way to that address can read or change what is said: HTTPS, or this computer.
#[must_use]
pub fn is_private(url: &str) -> bool {
    service(url).is_ok_and(|url| url.scheme() == "https" || address::is_loopback(&url))
}

fn service(text: &str) -> Result<Url, PortalError> {
    if text.len() > LONGEST {
        return Err(PortalError::Address("too long"));
    }
    let url = Url::parse(text.trim()).map_err(|_| PortalError::Address("not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(PortalError::Address("not http"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(PortalError::Address("no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(PortalError::Address("has a user name"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_reached_over_http_and_by_nobody_s_name() {
        assert_eq!(host("http://ocsp.example/a?b"), Some("ocsp.example".into()));
        assert_eq!(host("https://[::1]:8/"), Some("[::1]".into()));
        for bad in [
            "ldap://ca.example/cn=CA",
            "file:///etc/passwd",
            "http://user@ca.example/",
            "ca.example",
            "",
        ] {
            assert_eq!(host(bad), None, "{bad}");
        }
        assert_eq!(
            host(&format!("http://a.example/{}", "a".repeat(1024))),
            None
        );
    }

    #[test]
    #[cfg(unix)]
    fn a_file_is_on_this_computer() {
        for address in ["file:///a/b.pac", "file://localhost/a/b.pac"] {
            assert_eq!(local_file(address), Some("/a/b.pac".into()), "{address}");
        }
        for other in ["file://server/a/b.pac", "/a/b.pac", "http://a/b.pac", ""] {
            assert_eq!(local_file(other), None, "{other}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn an_address_is_shown_as_it_is_understood() {
        for (address, shown) in [
            ("http://wpad.example/a?b=c", "http://wpad.example/a?b=c"),
            (
                " https://WPAD.example:443\\@evil/pro\txy\n.pac ",
                "https://wpad.example/@evil/proxy.pac",
            ),
            ("http:evil.example/a", "http://evil.example/a"),
            (
                "http://прокси.бел/я",
                "http://xn--h1adldfi.xn--90ais/%D1%8F",
            ),
            ("http://a.example/\u{202E}x", "http://a.example/%E2%80%AEx"),
            ("http://0x7F.1/a", "http://127.0.0.1/a"),
            ("file://localhost/a/../b c", "file:///b%20c"),
        ] {
            assert_eq!(understood(address).as_deref(), Some(shown), "{address}");
        }
        for bad in [
            "http://wpad.example@evil.example/",
            "file://server/a",
            "javascript:1",
            "",
        ] {
            assert_eq!(understood(bad), None, "{bad}");
        }
        for start in ["http://a.example/", "https://a.example/", "file:///"] {
            let of_length = |length: usize| format!("{start}{}", "a".repeat(length - start.len()));
            assert_eq!(understood(&of_length(1024)), Some(of_length(1024)));
            assert_eq!(understood(&of_length(1025)), None);
            // As it is understood it would be longer.
            let longer = format!("{start}{}", "я".repeat(400));
            assert_eq!(understood(&longer), None);
        }
        assert_eq!(local_file(&format!("file:///{}", "a".repeat(1024))), None);
    }

    #[test]
    fn a_stranger_s_address_leads_to_the_internet_or_nowhere() {
        for good in [
            "http://ca.example/a.cer",
            "https://CA.example:8080/a",
            "http://a.b.",
        ] {
            assert!(has_public_name(good), "{good}");
        }
        for bad in [
            "http://127.0.0.1/a.cer",
            "http://127.1/",
            "http://0x7F000001/",
            "http://2130706433/",
            "http://[::1]/",
            "http://10.0.0.1/reboot",
            "http://8.8.8.8/",
            "http://localhost/",
            "http://localhost./",
            "http://a.localhost/",
            "http://router/reboot",
            "http://router.lan/",
            "http://printer.local./",
            "http://wiki.corp.internal/",
            "ldap://ca.example/cn=CA",
        ] {
            assert!(!has_public_name(bad), "{bad}");
        }
        assert!(is_beside(
            "http://127.0.0.1:8/ca.cer",
            "http://127.0.0.1:8/"
        ));
        for other in [
            "http://127.0.0.1:9/",
            "https://127.0.0.1:8/",
            "http://127.0.0.2:8/",
            "",
        ] {
            assert!(!is_beside("http://127.0.0.1:8/ca.cer", other), "{other}");
        }
    }
}
