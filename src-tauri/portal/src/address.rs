//! Addresses that the client may talk to.

use reqwest::Url;

use crate::error::PortalError;

/// The portal's address as the holder gave it: an origin, with or without a path.
///
/// # Errors
/// [`PortalError::Address`] for anything but `https:` with a host, or `http:` with a loopback one.
pub(crate) fn parse_base(text: &str) -> Result<Url, PortalError> {
    let mut url = Url::parse(text.trim()).map_err(|_| PortalError::Address("not a URL"))?;
    check(&url, true).map_err(PortalError::Address)?;
    if url.query().is_some() {
        return Err(PortalError::Address("has a query"));
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// An endpoint that the portal named, relative to its own address if need be.
///
/// A portal reached over TLS may not send the client to plain `http:` at all: a loopback address
/// named by a stranger is a service of this computer.
pub(crate) fn parse_endpoint(base: &Url, text: &str) -> Result<Url, PortalError> {
    let url = base
        .join(text)
        .map_err(|_| PortalError::Garbage("endpoint is not a URL"))?;
    check(&url, is_loopback(base))
        .map_err(|_| PortalError::Garbage("endpoint is not acceptable"))?;
    Ok(url)
}

/// Whether the host is a loopback address or `localhost`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    // The URL standard has parsed numeric forms already: `127.1` is 127.0.0.1 here.
    let Some(host) = url.host_str() else {
        return false;
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Scheme and host of the address, the key under which DPoP nonces are kept.
pub(crate) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn check(url: &Url, loopback_allowed: bool) -> Result<(), &'static str> {
    if url.host_str().is_none_or(str::is_empty) {
        return Err("no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a user name");
    }
    if url.fragment().is_some() {
        return Err("has a fragment");
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if loopback_allowed && is_loopback(url) => Ok(()),
        "http" => Err("plain http is for loopback addresses only"),
        _ => Err("not https"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_loopback_only() {
        for good in [
            "https://portal.example",
            "http://127.0.0.1:8080/",
            "http://[::1]:9",
            "http://localhost:1/a",
        ] {
            assert!(parse_base(good).is_ok(), "{good}");
        }
        for bad in [
            "http://portal.example",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "http://10.0.0.1",
            "ftp://127.0.0.1",
            "https://user@portal.example",
            "https://portal.example/#a",
            "https://portal.example/?a",
            "portal.example",
            "",
        ] {
            assert!(
                matches!(parse_base(bad), Err(PortalError::Address(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_portal_over_tls_cannot_point_at_this_computer() {
        let base = parse_base("https://portal.example").unwrap();
        assert!(parse_endpoint(&base, "http://127.0.0.1:631/").is_err());
        assert!(parse_endpoint(&base, "file:///etc/passwd").is_err());
        assert_eq!(
            parse_endpoint(&base, "/token").unwrap().as_str(),
            "https://portal.example/token"
        );
    }
}
