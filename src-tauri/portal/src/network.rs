//! The network: pools of connections, one for each way out, and what the library's errors mean.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Request, Response, Url, redirect};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::client::{ManualProxy, Options, Proxy};
use crate::error::PortalError;
use crate::http::{Exchange, Wire, read};
use crate::ways::{Automatic, Way};

/// `User-Agent` of every request.
const USER_AGENT: &str = concat!("kabinet/", env!("CARGO_PKG_VERSION"));

/// Most ways out with connections of their own.
const POOLS: usize = 16;
/// How long it is looked who was late, or is not there.
const LOOK: Duration = Duration::from_secs(2);

const NO_PROXY: PortalError = PortalError::Address("proxy is not a URL");

/// The network, with its pools of connections.
#[derive(Clone)]
pub(crate) enum Network {
    /// All connections are made in one way.
    One(reqwest::Client),
    /// A script says in which, for each destination.
    Scripted(Arc<Scripted>),
}

pub(crate) struct Scripted {
    automatic: Arc<Automatic>,
    options: Options,
    pools: Mutex<HashMap<Way, reqwest::Client>>,
}

impl Network {
    /// `direct` for a portal of this computer, whatever the options say.
    pub(crate) fn new(options: &Options, direct: bool) -> Result<Self, PortalError> {
        // The library takes the process's provider of cryptography; a second call is refused and
        // changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let way = match &options.proxy {
            _ if direct => Way::Direct,
            Proxy::None => Way::Direct,
            Proxy::System => Way::System,
            Proxy::Manual(manual) => {
                let proxy = proxy_of(manual)?;
                return pool(options, |builder| builder.proxy(proxy)).map(Self::One);
            }
            Proxy::Automatic(automatic) => {
                return Ok(Self::Scripted(Arc::new(Scripted {
                    automatic: Arc::clone(automatic),
                    options: options.clone(),
                    pools: Mutex::default(),
                })));
            }
        };
        pool_of(options, &way).map(Self::One)
    }

    pub(crate) async fn execute(&self, request: Request) -> Result<Response, PortalError> {
        match self {
            Self::One(pool) => pool.execute(request).await.map_err(|error| failure(&error)),
            Self::Scripted(scripted) => scripted.execute(request).await,
        }
    }
}

impl Wire for Network {
    fn exchange(&self, request: Request, limit: usize) -> Exchange<'_> {
        Box::pin(async move { read(self.execute(request).await?, limit).await })
    }
}

impl Scripted {
    /// Tries one way after the other until somebody is there. What the proxy that is there says holds: it
    /// may forbid the host, and whoever went on would go past it. A body that is read while it is sent
    /// exists once: it goes the first way, which earlier requests of the same act have found open.
    async fn execute(&self, request: Request) -> Result<Response, PortalError> {
        let begun = Instant::now();
        let timeout = self.options.timeout;
        // Of an upload, the sending has more time, and the finding of ways has not.
        let until = begun + request.timeout().copied().unwrap_or(timeout);
        let trying = until.min(begun + timeout);
        let url = request.url().clone();
        let ways = self.automatic.ways(&url, trying).await?;
        let mut request = Some(request);
        let mut away = Vec::new();
        let mut problem = PortalError::Offline;
        for way in ways {
            let now = Instant::now();
            if now >= trying {
                problem = PortalError::Timeout;
                break;
            }
            let copy = request.as_ref().and_then(Request::try_clone);
            let Some(mut this) = copy.or_else(|| request.take()) else {
                break;
            };
            *this.timeout_mut() = Some(until - now);
            match self.pool(&way)?.execute(this).await {
                Err(error) if is_away(&error, &way, &url).await => {
                    problem = failure(&error);
                    away.push(way);
                }
                Err(error) if error.is_timeout() => {
                    problem = failure(&error);
                    break;
                }
                ended => {
                    // Only where another is there it is known to be the proxy that is away.
                    self.automatic.leave_aside(away);
                    return ended.map_err(|error| failure(&error));
                }
            }
        }
        self.automatic.forget(&url);
        Err(problem)
    }

    fn pool(&self, way: &Way) -> Result<reqwest::Client, PortalError> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(way) {
            return Ok(pool.clone());
        }
        let pool = pool_of(&self.options, way)?;
        // A script may name others each time.
        if pools.len() >= POOLS {
            pools.clear();
        }
        pools.insert(way.clone(), pool.clone());
        Ok(pool)
    }
}

fn pool_of(options: &Options, way: &Way) -> Result<reqwest::Client, PortalError> {
    match way {
        Way::Direct => pool(options, reqwest::ClientBuilder::no_proxy),
        Way::System => pool(options, |builder| builder),
        Way::Proxy(address) => {
            let proxy = all_through(address)?;
            pool(options, |builder| builder.proxy(proxy))
        }
    }
}

fn pool(
    options: &Options,
    way: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
) -> Result<reqwest::Client, PortalError> {
    let builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .referer(false)
        .tls_info(true)
        .connect_timeout(options.connect_timeout)
        .timeout(options.timeout);
    way(builder)
        .build()
        .map_err(|_| PortalError::Address("the HTTP client cannot be set up"))
}

fn all_through(address: &str) -> Result<reqwest::Proxy, PortalError> {
    reqwest::Proxy::all(address).map_err(|_| NO_PROXY)
}

/// The library's error holds the address, so that only its kind goes on.
fn proxy_of(manual: &ManualProxy) -> Result<reqwest::Proxy, PortalError> {
    let proxy = all_through(&manual.address)?;
    let Some(user) = &manual.user else {
        return Ok(proxy);
    };
    let password = manual.password.as_ref().map(|password| password.expose());
    let password = std::str::from_utf8(password.unwrap_or_default()).map_err(|_| NO_PROXY)?;
    Ok(proxy.basic_auth(user, password))
}

/// What the library says when a proxy wants another user or password: 407 of HTTP, and of SOCKS 5 a
/// refusal (RFC 1929, clause 2) or no acceptable method (RFC 1928, clause 3).
const REFUSALS: [&str; 3] = [
    "proxy authorization required",
    "SOCKS error: credentials not accepted",
    "SOCKS error: server does not support user/pass authentication",
];

/// What the library says when not even a connection stood: the name is not known, or nobody listens. The
/// last is said of SOCKS, without a cause behind it.
const UNREACHED: [&str; 4] = [
    "dns error",
    "tcp open error",
    "tcp connect error",
    "SOCKS error: failed to create underlying connection",
];

/// Whether the proxy lets this user not through.
fn is_refused_by_proxy(error: &reqwest::Error) -> bool {
    has_cause(error, |text| {
        REFUSALS.iter().any(|refusal| text.contains(refusal))
    })
}

/// Whether nobody was there on this way: neither a proxy that refuses nor somebody whose certificate is
/// not believed, whom the library knows as failures to connect too.
async fn is_away(error: &reqwest::Error, way: &Way, url: &Url) -> bool {
    if !error.is_connect() {
        return false;
    }
    if has_cause(error, |text| UNREACHED.contains(&text)) {
        return true;
    }
    // The time for a connection goes by for all that makes one; who was late is not told.
    error.is_timeout() && !is_there(way, url).await
}

/// Whether a connection on this way comes about; what cannot be known is taken for one.
async fn is_there(way: &Way, url: &Url) -> bool {
    let proxy = match way {
        Way::Direct => None,
        Way::System => return true,
        Way::Proxy(address) => match Url::parse(address) {
            Ok(address) => Some(address),
            Err(_) => return true,
        },
    };
    let place = proxy.as_ref().unwrap_or(url);
    let (Some(host), Some(port)) = (place.host_str(), place.port_or_known_default()) else {
        return true;
    };
    let connection = TcpStream::connect((host.trim_matches(['[', ']']), port));
    tokio::time::timeout(LOOK, connection)
        .await
        .is_ok_and(|connection| connection.is_ok())
}

/// Whether what the library says of a cause is that. These errors have no types that can be named.
fn has_cause(error: &reqwest::Error, is_that: impl Fn(&str) -> bool) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if is_that(&error.to_string()) {
            return true;
        }
        cause = error.source();
    }
    false
}

fn failure(error: &reqwest::Error) -> PortalError {
    if is_refused_by_proxy(error) {
        PortalError::ProxyRefused
    } else if error.is_connect() {
        PortalError::Offline
    } else if error.is_timeout() {
        PortalError::Timeout
    } else if error.is_builder() {
        PortalError::Address("the request cannot be built")
    } else if is_parse_error(error) {
        PortalError::Garbage("not HTTP")
    } else {
        PortalError::Offline
    }
}

/// Whether the server spoke, but not HTTP.
fn is_parse_error(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error
            .downcast_ref::<hyper::Error>()
            .is_some_and(hyper::Error::is_parse)
        {
            return true;
        }
        next = error.source();
    }
    false
}
