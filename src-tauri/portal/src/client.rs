//! A portal that the client can talk to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kabinet_stb::Secret;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Method, Request, Response, Url};
use serde::Deserialize;
use tokio::sync::{OnceCell, RwLock};
use zeroize::Zeroizing;

use crate::address;
use crate::clock::Clock;
use crate::discovery::{self, Metadata};
use crate::dpop::DpopKey;
use crate::error::PortalError;
use crate::http::{Http, Reply, Wire};
use crate::jwt::Jwks;
use crate::upload::{Piece, Upload};
use crate::ways::Automatic;

/// Longest life of a stream; it is opened again then.
const STREAM_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);
/// Most octets of a refusal.
const REFUSAL_LIMIT: usize = 64 * 1024;

/// How connections are made.
#[derive(Clone)]
pub struct Options {
    /// Longest time to a connection.
    pub connect_timeout: Duration,
    /// Longest time of one exchange, from the connection to the last octet of the answer.
    pub timeout: Duration,
    /// Longest time of an upload.
    pub upload_timeout: Duration,
    /// The proxy; never used for a loopback portal.
    pub proxy: Proxy,
}

impl Default for Options {
    /// Ten seconds to connect, thirty for an exchange, five minutes for an upload, the system's proxy.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            upload_timeout: Duration::from_secs(300),
            proxy: Proxy::System,
        }
    }
}

/// The proxy between client and portal.
#[derive(Clone, Default)]
pub enum Proxy {
    /// As the system is set.
    #[default]
    System,
    /// None.
    None,
    /// This one.
    Manual(ManualProxy),
    /// Whichever a script names.
    Automatic(Arc<Automatic>),
}

/// A proxy that somebody named.
#[derive(Clone)]
pub struct ManualProxy {
    /// Its URL: `http`, `https` or `socks5h`, host and port.
    pub address: String,
    /// The user, where it wants one.
    pub user: Option<String>,
    /// The user's password. The library that makes the connections keeps a copy of its own.
    pub password: Option<Arc<Secret>>,
}

/// A portal: its address, its endpoints once they are known, and the connections to it.
///
/// Cheap to clone; clones share connections and counters.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    base: Url,
    options: Options,
    http: Http,
    metadata: OnceCell<Metadata>,
    jwks: RwLock<Option<Arc<Jwks>>>,
    /// The newest nonce that each origin gave (RFC 9449 section 8).
    nonces: Mutex<HashMap<String, String>>,
}

/// One request before it is sent; proofs are made anew for each try.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) url: &'a Url,
    /// Content type and body.
    pub(crate) body: Option<(&'a str, Content<'a>)>,
    pub(crate) key: Option<&'a DpopKey>,
    pub(crate) access: Option<&'a Secret>,
    /// Most octets of answer.
    pub(crate) limit: usize,
    /// An upload has more time.
    pub(crate) upload: bool,
}

/// The body of a request, which may be sent more than once.
#[derive(Clone, Copy)]
pub(crate) enum Content<'a> {
    /// Octets in memory.
    Octets(&'a [u8]),
    /// A part of a file, read while it is sent.
    Piece(&'a Upload, &'a Piece),
}

impl Content<'_> {
    fn body(self) -> reqwest::Body {
        match self {
            Self::Octets(octets) => octets.to_vec().into(),
            Self::Piece(file, piece) => file.body(piece),
        }
    }
}

impl Client {
    /// A portal at this address; sends nothing yet.
    ///
    /// # Errors
    /// [`PortalError::Address`] when the address or the proxy is not acceptable.
    pub fn new(base: &str, options: Options) -> Result<Self, PortalError> {
        Self::over(base, options, Clock::default(), None)
    }

    /// As [`Client::new`], by another clock than the system's and, where one is given, over another
    /// wire than the network.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn over(
        base: &str,
        options: Options,
        clock: Clock,
        wire: Option<Arc<dyn Wire>>,
    ) -> Result<Self, PortalError> {
        let base = address::parse_base(base)?;
        let http = match wire {
            Some(wire) => Http::over(wire, clock),
            None => Http::network(&options, address::is_loopback(&base), clock)?,
        };
        let inner = Inner {
            base,
            options,
            http,
            metadata: OnceCell::new(),
            jwks: RwLock::new(None),
            nonces: Mutex::new(HashMap::new()),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// A portal at this address, with its endpoints and keys fetched (two requests).
    ///
    /// # Errors
    /// As [`Client::new`] and any of the network's.
    pub async fn discover(base: &str) -> Result<Self, PortalError> {
        let client = Self::new(base, Options::default())?;
        client.prepare().await?;
        Ok(client)
    }

    /// Fetches endpoints and keys unless they are known. The other calls do it by themselves.
    ///
    /// # Errors
    /// Any of the network's; `Garbage` when the portal is not the one that it says it is.
    pub async fn prepare(&self) -> Result<(), PortalError> {
        self.jwks(false).await.map(|_| ())
    }

    /// The certificate with which the portal's server shows who it is, in DER, after the system has
    /// found it good; nothing for a portal of this computer without TLS.
    ///
    /// # Errors
    /// Any of the network's.
    pub async fn server_certificate(&self) -> Result<Option<Vec<u8>>, PortalError> {
        let request = Request::new(Method::HEAD, self.inner.base.clone());
        self.inner.http.certificate(request).await
    }

    /// The portal's address, ending in `/`.
    #[must_use]
    pub fn address(&self) -> &str {
        self.inner.base.as_str()
    }

    /// Requests that were sent so far, repeated ones included.
    #[must_use]
    pub fn round_trips(&self) -> u64 {
        self.inner.http.round_trips()
    }

    /// Seconds since 1970 by the client's clock.
    pub(crate) fn now(&self) -> i64 {
        self.inner.http.now()
    }

    /// The client's clock.
    pub(crate) fn clock(&self) -> &Clock {
        self.inner.http.clock()
    }

    /// The wire, for requests of another form.
    pub(crate) fn http(&self) -> &Http {
        &self.inner.http
    }

    pub(crate) fn base(&self) -> &Url {
        &self.inner.base
    }

    pub(crate) async fn metadata(&self) -> Result<&Metadata, PortalError> {
        self.inner
            .metadata
            .get_or_try_init(|| discovery::fetch(self))
            .await
    }

    /// The portal's keys; `fresh` when a ticket names a key that is not among them.
    pub(crate) async fn jwks(&self, fresh: bool) -> Result<Arc<Jwks>, PortalError> {
        if !fresh && let Some(jwks) = self.inner.jwks.read().await.as_ref() {
            return Ok(Arc::clone(jwks));
        }
        let jwks = Arc::new(discovery::fetch_jwks(self, &self.metadata().await?.jwks_uri).await?);
        *self.inner.jwks.write().await = Some(Arc::clone(&jwks));
        Ok(jwks)
    }

    /// Sends a request; once more when the server asks for a nonce in the proof.
    pub(crate) async fn send(&self, call: &Call<'_>) -> Result<Reply, PortalError> {
        let origin = address::origin(call.url);
        let reply = self.send_once(call, &origin).await?;
        if call.key.is_some() && self.keep_nonce(&origin, &reply) && asks_for_nonce(&reply) {
            let reply = self.send_once(call, &origin).await?;
            self.keep_nonce(&origin, &reply);
            return Ok(reply);
        }
        Ok(reply)
    }

    async fn send_once(&self, call: &Call<'_>, origin: &str) -> Result<Reply, PortalError> {
        let request = self.request(call, origin)?;
        self.inner.http.send(request, call.limit).await
    }

    /// Sends a request whose answer has no foreseeable end. A refusal is read to its end.
    pub(crate) async fn open(
        &self,
        method: Method,
        url: &Url,
        key: &DpopKey,
        access: &Secret,
    ) -> Result<Result<Response, Reply>, PortalError> {
        let call = Call {
            method,
            url,
            body: None,
            key: Some(key),
            access: Some(access),
            limit: REFUSAL_LIMIT,
            upload: false,
        };
        let origin = address::origin(url);
        let mut again = true;
        loop {
            let mut request = self.request(&call, &origin)?;
            *request.timeout_mut() = Some(STREAM_TIMEOUT);
            let refused = match self.inner.http.open(request, call.limit).await? {
                Ok(response) => return Ok(Ok(response)),
                Err(reply) => reply,
            };
            if !(self.keep_nonce(&origin, &refused) && asks_for_nonce(&refused) && again) {
                return Ok(Err(refused));
            }
            again = false;
        }
    }

    fn request(&self, call: &Call<'_>, origin: &str) -> Result<Request, PortalError> {
        let mut request = Request::new(call.method.clone(), call.url.clone());
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(key) = call.key {
            let nonce = self
                .inner
                .nonces
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get(origin)
                .cloned();
            let access = call.access.map(Secret::expose);
            let proof = key.proof(
                call.method.as_str(),
                call.url,
                access,
                nonce.as_deref(),
                self.now(),
            );
            let proof = HeaderValue::try_from(proof).map_err(|_| PortalError::Garbage("nonce"))?;
            headers.insert(HeaderName::from_static("dpop"), proof);
        }
        if let Some(access) = call.access {
            let mut text = Zeroizing::new(b"DPoP ".to_vec());
            text.extend_from_slice(access.expose());
            let mut value =
                HeaderValue::from_bytes(&text).map_err(|_| PortalError::Garbage("access token"))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        if let Some((kind, body)) = call.body {
            let kind =
                HeaderValue::from_str(kind).map_err(|_| PortalError::Garbage("media type"))?;
            headers.insert(CONTENT_TYPE, kind);
            *request.body_mut() = Some(body.body());
        }
        if call.upload {
            *request.timeout_mut() = Some(self.inner.options.upload_timeout);
        }
        Ok(request)
    }

    /// Remembers the nonce of an answer, if it has one.
    fn keep_nonce(&self, origin: &str, reply: &Reply) -> bool {
        let Some(nonce) = &reply.dpop_nonce else {
            return false;
        };
        let mut nonces = self
            .inner
            .nonces
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        nonces.insert(origin.to_owned(), nonce.clone());
        true
    }
}

/// RFC 9449 sections 8 and 9: 400 with the code in the body, or 401 with it in the challenge.
fn asks_for_nonce(reply: &Reply) -> bool {
    #[derive(Deserialize)]
    struct Body {
        error: String,
    }
    match reply.status.as_u16() {
        400 => reply
            .json::<Body>("error")
            .is_ok_and(|body| body.error == "use_dpop_nonce"),
        401 => reply.challenge.contains("use_dpop_nonce"),
        _ => false,
    }
}
