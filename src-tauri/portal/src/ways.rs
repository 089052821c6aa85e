//! Ways out of this network as a script for the automatic configuration of proxies (PAC) names them: in
//! which order they are tried, and which are left aside for a while since they were not open.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::Url;
use tokio::time::timeout_at;

use crate::address;
use crate::error::PortalError;

/// How long what a script said of a destination holds: it may go by the time of day, or by the network.
const HOLDS: Duration = Duration::from_secs(5 * 60);
/// How long it holds that nothing was learnt: meanwhile nobody else waits as long for the same.
const FAILED: Duration = Duration::from_secs(10);
/// How long a proxy that was not there is asked after all others.
const ASIDE: Duration = Duration::from_secs(5 * 60);
/// Most destinations that are remembered, and most ways to one.
const DESTINATIONS: usize = 64;
const WAYS: usize = 16;

/// Where a connection shall lead, as far as a script learns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Scheme, host and port of the address, with nothing behind them.
    pub url: String,
    /// The host.
    pub host: String,
}

/// What tells the ways to a destination.
pub trait ProxyScript: Send + Sync {
    /// What the script answers, as it is; nothing where there is no script, so that connections are made
    /// as the system is set.
    fn ask(&self, destination: Destination) -> Said<'_>;
}

/// A script's answer on its way.
pub type Said<'a> = Pin<Box<dyn Future<Output = Result<Option<String>, PortalError>> + Send + 'a>>;

/// The ways that a script names, as long as they hold.
pub struct Automatic {
    script: Box<dyn ProxyScript>,
    known: Mutex<HashMap<String, Known>>,
    /// Proxies that were not there, and since when that is known.
    aside: Mutex<HashMap<Way, Instant>>,
    /// One destination is asked for at a time: who waits for it finds the answer then.
    asking: tokio::sync::Mutex<()>,
}

/// Since when the ways to a destination are known, or that there are none.
type Known = (Instant, Result<Vec<Way>, PortalError>);

/// A way out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    /// Through none.
    Direct,
    /// As the system is set.
    System,
    /// Through the proxy of that URL.
    Proxy(String),
}

impl Automatic {
    /// By that script.
    #[must_use]
    pub fn new(script: Box<dyn ProxyScript>) -> Self {
        Self {
            script,
            known: Mutex::default(),
            aside: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
        }
    }

    /// The ways to a destination, in the order in which they are to be tried; at least one.
    pub(crate) async fn ways(
        &self,
        url: &Url,
        until: tokio::time::Instant,
    ) -> Result<Vec<Way>, PortalError> {
        const LATE: PortalError = PortalError::ProxyScript("it takes too long");
        let origin = address::origin(url);
        if let Some(known) = self.known(&origin) {
            return known;
        }
        let alone = timeout_at(until, self.asking.lock()).await;
        let _alone = alone.map_err(|_| LATE)?;
        if let Some(known) = self.known(&origin) {
            return known;
        }
        let asked = timeout_at(until, self.ask(url, &origin)).await;
        let asked = asked.unwrap_or(Err(LATE));
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= DESTINATIONS {
            known.clear();
        }
        known.insert(origin, (Instant::now(), asked.clone()));
        drop(known);
        asked.map(|ways| self.in_order(ways))
    }

    async fn ask(&self, url: &Url, origin: &str) -> Result<Vec<Way>, PortalError> {
        let host = url.host_str().unwrap_or_default();
        let destination = Destination {
            url: format!("{origin}/"),
            host: host.trim_matches(['[', ']']).to_owned(),
        };
        let ways = match self.script.ask(destination).await? {
            Some(answer) => ways_in(&answer),
            None => vec![Way::System],
        };
        if ways.is_empty() {
            return Err(PortalError::ProxyScript("it names nothing that is known"));
        }
        Ok(ways)
    }

    fn known(&self, origin: &str) -> Option<Result<Vec<Way>, PortalError>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, asked) = known.get(origin)?;
        let holds = if asked.is_ok() { HOLDS } else { FAILED };
        let holds = since.elapsed() < holds;
        holds.then(|| asked.clone().map(|ways| self.in_order(ways)))
    }

    /// Has the script asked again: none of the ways to this destination was open, and this may be another
    /// network by now.
    pub(crate) fn forget(&self, url: &Url) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(&address::origin(url));
    }

    /// Those that were not there come last.
    fn in_order(&self, ways: Vec<Way>) -> Vec<Way> {
        let mut aside = self.aside.lock().unwrap_or_else(PoisonError::into_inner);
        aside.retain(|_, since| since.elapsed() < ASIDE);
        let (last, mut first): (Vec<_>, Vec<_>) =
            ways.into_iter().partition(|way| aside.contains_key(way));
        first.extend(last);
        first
    }

    /// Remembers which proxies were not there while another way was open. That a destination was not there
    /// without one says nothing of the others.
    pub(crate) fn leave_aside(&self, ways: Vec<Way>) {
        let mut aside = self.aside.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let proxies = ways.into_iter().filter(|way| matches!(way, Way::Proxy(_)));
        aside.extend(proxies.map(|way| (way, now)));
    }
}

/// The ways that an answer names, in its order. The format says that nothing means no proxy; what is not
/// known is passed over, SOCKS 4 too, which cannot carry a name.
fn ways_in(answer: &str) -> Vec<Way> {
    if answer.trim().is_empty() {
        return vec![Way::Direct];
    }
    let named = answer.split(';').filter_map(way_in);
    named.take(WAYS).collect()
}

fn way_in(text: &str) -> Option<Way> {
    let mut words = text.split_ascii_whitespace();
    let kind = words.next()?.to_ascii_uppercase();
    let place = words.next();
    if words.next().is_some() {
        return None;
    }
    let (scheme, usual) = match kind.as_str() {
        "DIRECT" => return place.is_none().then_some(Way::Direct),
        "PROXY" | "HTTP" => ("http", 80),
        "HTTPS" => ("https", 443),
        // The proxy looks the name up.
        "SOCKS" | "SOCKS5" => ("socks5h", 1080),
        _ => return None,
    };
    let place = place?;
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse::<u16>().ok()?),
        _ => (place, usual),
    };
    // Nothing but a host: no user, path or second port.
    let url = Url::parse(&format!("http://{host}/")).ok()?;
    let name = url.host_str().filter(|name| !name.is_empty())?;
    let is_bare = url.as_str() == format!("http://{name}/") && !host.contains('@');
    (is_bare && port > 0).then(|| Way::Proxy(format!("{scheme}://{name}:{port}")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn proxy(address: &str) -> Way {
        Way::Proxy(address.to_owned())
    }

    #[test]
    fn an_answer_is_a_list_of_ways() {
        for (answer, ways) in [
            ("", vec![Way::Direct]),
            ("  ", vec![Way::Direct]),
            ("DIRECT", vec![Way::Direct]),
            ("direct;", vec![Way::Direct]),
            (
                "PROXY p.example:3128; HTTPS q.example:8443 ;SOCKS s:1; SOCKS5 t:2; DIRECT",
                vec![
                    proxy("http://p.example:3128"),
                    proxy("https://q.example:8443"),
                    proxy("socks5h://s:1"),
                    proxy("socks5h://t:2"),
                    Way::Direct,
                ],
            ),
            (
                "PROXY p; HTTPS q; SOCKS s; HTTP [::1]; PROXY [::1]:8",
                vec![
                    proxy("http://p:80"),
                    proxy("https://q:443"),
                    proxy("socks5h://s:1080"),
                    proxy("http://[::1]:80"),
                    proxy("http://[::1]:8"),
                ],
            ),
            ("SOCKS4 s:1; DIRECT", vec![Way::Direct]),
            ("SOCKS4 s:1", vec![]),
            ("undefined", vec![]),
            ("DIRECT x", vec![]),
            ("PROXY", vec![]),
            ("PROXY :3128", vec![]),
            ("PROXY p:0", vec![]),
            ("PROXY p:65536", vec![]),
            ("PROXY ann:secret@p:1", vec![]),
            ("PROXY p/x:1", vec![]),
            ("PROXY p:1:2", vec![]),
            ("PROXY http://p:1", vec![]),
            ("PROXY p:1 q:2", vec![]),
        ] {
            assert_eq!(ways_in(answer), ways, "{answer}");
        }
        assert_eq!(ways_in(&"DIRECT;".repeat(1000)).len(), WAYS);
    }

    /// Answers so, and counts how often it was asked.
    struct Answers(Option<&'static str>, Arc<AtomicUsize>);

    fn soon() -> tokio::time::Instant {
        tokio::time::Instant::now() + Duration::from_secs(20)
    }

    impl ProxyScript for Answers {
        fn ask(&self, destination: Destination) -> Said<'_> {
            self.1.fetch_add(1, Ordering::SeqCst);
            assert_eq!(destination.url, "https://portal.example:8443/");
            assert_eq!(destination.host, "portal.example");
            let answer = self.0.map(str::to_owned);
            Box::pin(async move { Ok(answer) })
        }
    }

    #[tokio::test]
    async fn a_script_learns_no_path_is_asked_once_and_who_is_away_comes_last() {
        let times = Arc::new(AtomicUsize::new(0));
        let said = Answers(Some("PROXY a:1; PROXY b:2; DIRECT"), Arc::clone(&times));
        let automatic = Automatic::new(Box::new(said));
        let url = Url::parse("https://ann:secret@portal.example:8443/path?query#part").unwrap();
        let (a, b) = (proxy("http://a:1"), proxy("http://b:2"));
        let ways = async || automatic.ways(&url, soon()).await.unwrap();
        assert_eq!(ways().await, [a.clone(), b.clone(), Way::Direct]);
        automatic.leave_aside(vec![a.clone()]);
        assert_eq!(ways().await, [b.clone(), Way::Direct, a.clone()]);
        // Where there was no way without a proxy, there may be one for another host.
        automatic.leave_aside(vec![b.clone(), Way::Direct]);
        assert_eq!(ways().await, [Way::Direct, a, b]);
        assert_eq!(times.load(Ordering::SeqCst), 1);
        automatic.forget(&url);
        ways().await;
        assert_eq!(times.load(Ordering::SeqCst), 2);
    }

    /// Never answers, and counts how often it was asked.
    struct Silent(Arc<AtomicUsize>);

    impl ProxyScript for Silent {
        fn ask(&self, _: Destination) -> Said<'_> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Box::pin(std::future::pending())
        }
    }

    #[tokio::test]
    async fn nobody_waits_without_end_and_a_failure_holds_for_a_while() {
        let times = Arc::new(AtomicUsize::new(0));
        let automatic = Automatic::new(Box::new(Silent(Arc::clone(&times))));
        let url = Url::parse("https://portal.example:8443/").unwrap();
        let begun = Instant::now();
        let until = || tokio::time::Instant::now() + Duration::from_millis(200);
        let (one, other) = tokio::join!(
            automatic.ways(&url, until()),
            automatic.ways(&url, until() + Duration::from_secs(20))
        );
        for asked in [one, other, automatic.ways(&url, soon()).await] {
            assert!(matches!(asked, Err(PortalError::ProxyScript(_))));
        }
        assert_eq!(times.load(Ordering::SeqCst), 1);
        assert!(begun.elapsed() < Duration::from_secs(10));
    }

    #[tokio::test]
    async fn no_script_is_as_the_system_is_set_and_nonsense_is_no_way() {
        let url = Url::parse("https://portal.example:8443/").unwrap();
        let none = Automatic::new(Box::new(Answers(None, Arc::default())));
        assert_eq!(none.ways(&url, soon()).await.unwrap(), [Way::System]);
        let nonsense = Automatic::new(Box::new(Answers(Some("[object]"), Arc::default())));
        let error = nonsense.ways(&url, soon()).await.unwrap_err();
        assert!(matches!(error, PortalError::ProxyScript(_)));
    }
}
