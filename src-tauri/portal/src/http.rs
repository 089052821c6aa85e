//! One HTTP exchange: bounded in time and size, without redirects.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use reqwest::{Request, Response, StatusCode};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::client::Options;
use crate::clock::Clock;
use crate::error::PortalError;
use crate::network::Network;

/// Longest value that is taken from a header.
const HEADER_LIMIT: usize = 1024;

/// The way to the portal, one exchange at a time.
pub trait Wire: Send + Sync {
    /// Sends the request and reads at most `limit` octets of body.
    fn exchange(&self, request: Request, limit: usize) -> Exchange<'_>;
}

/// An exchange on its way.
pub type Exchange<'a> = Pin<Box<dyn Future<Output = Result<Answer, PortalError>> + Send + 'a>>;

/// What came back. The body may hold tokens, so that it is wiped.
pub struct Answer {
    /// Status of HTTP.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Zeroizing<Vec<u8>>,
}

/// The wire and the count of exchanges.
pub(crate) struct Http {
    wire: Arc<dyn Wire>,
    /// What can hold a stream open; nothing over another wire.
    network: Option<Network>,
    clock: Clock,
    round_trips: AtomicU64,
}

impl Http {
    /// Over that wire, by that clock.
    pub(crate) fn over(wire: Arc<dyn Wire>, clock: Clock) -> Self {
        Self {
            wire,
            network: None,
            clock,
            round_trips: AtomicU64::new(0),
        }
    }

    /// By this clock.
    pub(crate) fn now(&self) -> i64 {
        self.clock.seconds()
    }

    /// By this clock.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Over the network; `direct` for a loopback portal: a proxy would answer for its own loopback.
    pub(crate) fn network(
        options: &Options,
        direct: bool,
        clock: Clock,
    ) -> Result<Self, PortalError> {
        let network = Network::new(options, direct)?;
        Ok(Self {
            network: Some(network.clone()),
            ..Self::over(Arc::new(network), clock)
        })
    }

    /// Requests that were sent so far.
    pub(crate) fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::Relaxed)
    }

    /// Sends the request and reads at most `limit` octets of body.
    pub(crate) async fn send(&self, request: Request, limit: usize) -> Result<Reply, PortalError> {
        self.round_trips.fetch_add(1, Ordering::Relaxed);
        Ok(self.reply(self.wire.exchange(request, limit).await?))
    }

    /// Sends the request; the body of a success is left to be read. That of a refusal is empty when it
    /// is longer than `limit` octets or does not come whole: its status counts all the same.
    pub(crate) async fn open(
        &self,
        request: Request,
        limit: usize,
    ) -> Result<Result<Response, Reply>, PortalError> {
        let network = self.network.as_ref().ok_or(PortalError::Server(404))?;
        self.round_trips.fetch_add(1, Ordering::Relaxed);
        let mut response = network.execute(request).await?;
        if response.status() == StatusCode::OK {
            return Ok(Ok(response));
        }
        Ok(Err(self.reply(Answer {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body: read_body(response, limit, |_, _| ())
                .await
                .unwrap_or_default(),
        })))
    }

    /// The certificate that the other side showed for this exchange, in DER; nothing without TLS.
    pub(crate) async fn certificate(
        &self,
        request: Request,
    ) -> Result<Option<Vec<u8>>, PortalError> {
        let network = self.network.as_ref().ok_or(PortalError::Server(404))?;
        self.round_trips.fetch_add(1, Ordering::Relaxed);
        let response = network.execute(request).await?;
        let shown = response.extensions().get::<reqwest::tls::TlsInfo>();
        let certificate = shown.and_then(reqwest::tls::TlsInfo::peer_certificate);
        Ok(certificate.map(<[u8]>::to_vec))
    }

    fn reply(&self, answer: Answer) -> Reply {
        let Answer {
            status,
            headers,
            body,
        } = answer;
        let retry_after = headers
            .get(RETRY_AFTER)
            .and_then(|value| parse_retry_after(value.to_str().ok()?, self.now()));
        Reply {
            status,
            retry_after,
            dpop_nonce: text_header(&headers, &HeaderName::from_static("dpop-nonce")),
            nonce: text_header(&headers, &HeaderName::from_static("nonce")),
            media_type: text_header(&headers, &CONTENT_TYPE).unwrap_or_default(),
            challenge: text_header(&headers, &WWW_AUTHENTICATE).unwrap_or_default(),
            body,
        }
    }
}

/// Reads an answer to its end.
pub(crate) async fn read(mut response: Response, limit: usize) -> Result<Answer, PortalError> {
    Ok(Answer {
        status: response.status(),
        headers: std::mem::take(response.headers_mut()),
        body: read_body(response, limit, |_, _| ()).await?,
    })
}

/// What came back. The body may hold tokens, so that it is wiped.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<u64>,
    pub(crate) dpop_nonce: Option<String>,
    /// `Nonce` of STB 34.101.78, clause 10.5.
    pub(crate) nonce: Option<String>,
    /// `Content-Type`, empty when absent.
    pub(crate) media_type: String,
    /// `WWW-Authenticate`, empty when absent.
    pub(crate) challenge: String,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

impl Reply {
    /// The body as JSON of that form.
    pub(crate) fn json<T: DeserializeOwned>(&self, what: &'static str) -> Result<T, PortalError> {
        serde_json::from_slice(&self.body).map_err(|_| PortalError::Garbage(what))
    }

    /// The error for a status that the caller has no better word for.
    pub(crate) fn error(&self) -> PortalError {
        match (self.status.as_u16(), self.retry_after) {
            (429 | 503, Some(seconds)) => PortalError::RetryAfter(seconds),
            // A redirect is never followed: a token could leave with it.
            (300..=399, _) => PortalError::Garbage("redirect"),
            (status, _) => PortalError::Server(status),
        }
    }
}

/// Reads a body of at most `limit` octets, and tells after each piece how many octets are here, of how
/// many where the server says so.
pub(crate) async fn read_body(
    mut response: Response,
    limit: usize,
    mut progress: impl FnMut(usize, Option<u64>),
) -> Result<Zeroizing<Vec<u8>>, PortalError> {
    let all = response.content_length();
    let announced = all
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or(0);
    if announced > limit {
        return Err(PortalError::Garbage("answer too long"));
    }
    // Room for the whole body ahead: growing would leave unwiped copies behind.
    let mut body = Zeroizing::new(Vec::with_capacity(announced));
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                return Err(PortalError::Garbage("answer too long"));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) if error.is_timeout() => return Err(PortalError::Timeout),
            Err(_) => return Err(PortalError::Garbage("answer cut short")),
        }
        progress(body.len(), all);
    }
}

fn text_header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= HEADER_LIMIT).then(|| value.to_owned())
}

/// Seconds from `now` of a `Retry-After` value: a number or an HTTP date (RFC 9110 section 10.2.3).
fn parse_retry_after(value: &str, now: i64) -> Option<u64> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|octet| octet.is_ascii_digit()) {
        return Some(value.parse().unwrap_or(u64::MAX));
    }
    let at = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(value)
        .ok()?;
    Some(u64::try_from(at.as_second().saturating_sub(now)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn retry_after_is_a_number_or_a_date() {
        assert_eq!(parse_retry_after("120", 0), Some(120));
        // 784111777 is the date of RFC 9110 section 5.6.7.
        assert_eq!(
            parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_770),
            Some(7)
        );
        assert_eq!(
            parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_999),
            Some(0)
        );
        assert_eq!(
            parse_retry_after("99999999999999999999999", 0),
            Some(u64::MAX)
        );
        for bad in ["", "-1", "soon", "1.5"] {
            assert_eq!(parse_retry_after(bad, 0), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_survived(value in ".{0,200}", now: i64) {
            let _ = parse_retry_after(&value, now);
        }
    }
}
