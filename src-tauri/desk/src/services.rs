//! Services of authorities that are asked about certificates and signatures, over HTTP through the
//! person's proxy: OCSP responders (RFC 6960), places of revocation lists (RFC 5280) and
//! time-stamping authorities (RFC 3161). Each question is noted, with who was asked.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use kabinet_pki::certificate::{Certificate, MAX_CERTIFICATE};
use kabinet_pki::ocsp;
use kabinet_portal::{Backoff, Options, PortalError, web};

use crate::causes::silent;
use crate::problem::Code;
use crate::view::{AskedForView, AskedView};
use crate::{Desk, Outcome, lock, speech};

/// Longest time to a connection, and of one exchange.
const CONNECT: Duration = Duration::from_secs(5);
const EXCHANGE: Duration = Duration::from_secs(15);
/// Longest time that all questions of one act take together.
const PATIENCE: Duration = Duration::from_secs(45);
/// How long who was silent is left alone by what nobody waits for.
const SILENT: Backoff = Backoff {
    first: Duration::from_secs(60),
    ceiling: Duration::from_secs(6 * 60 * 60),
};
/// Most octets of a revocation list, and of a time stamp.
const LIST: usize = 8 * 1024 * 1024;
const STAMP: usize = 256 * 1024;
/// Addresses of one kind that are tried for one certificate.
const ADDRESSES: usize = 2;

/// By who was silent: how often in a row, and until when they are left alone.
pub(crate) type Silent = BTreeMap<String, (u32, Timestamp)>;

/// The questions of one act.
pub(crate) struct Asking {
    web: web::Web,
    until: Instant,
    /// Who did not answer is not asked again.
    silent: BTreeSet<String>,
    /// Who answered.
    answered: BTreeSet<String>,
    /// Why nobody is asked any more: no proxy lets us through.
    barred: Option<PortalError>,
    asked: Vec<(String, AskedForView, bool)>,
}

impl Desk {
    /// Asks from now on; sends nothing yet.
    pub(crate) fn asking(&self) -> Asking {
        let options = Options {
            connect_timeout: CONNECT,
            timeout: EXCHANGE,
            ..self.options()
        };
        let clock = self.surroundings.clock.clone();
        Asking {
            web: web::Web::over(options, clock, self.surroundings.wire.clone()),
            until: Instant::now() + PATIENCE,
            silent: BTreeSet::new(),
            answered: BTreeSet::new(),
            barred: None,
            asked: Vec::new(),
        }
    }

    /// As [`Desk::asking`], when nobody waits for the answers: who was silent before is left alone for a
    /// while.
    pub(crate) fn asking_unasked(&self) -> Asking {
        let now = self.now();
        let mut asking = self.asking();
        let silent = lock(&self.silent);
        let left_alone = silent.iter().filter(|(_, (_, until))| *until > now);
        asking
            .silent
            .extend(left_alone.map(|(host, _)| host.clone()));
        drop(silent);
        asking
    }

    /// Remembers who was silent, until the program ends.
    pub(crate) fn note_silent(&self, asking: &Asking) {
        let now = self.now();
        let mut silent = lock(&self.silent);
        silent.retain(|host, _| !asking.answered.contains(host));
        for host in asking.silent.difference(&asking.answered) {
            let (times, until) = silent.entry(host.clone()).or_insert((0, now));
            if *until <= now {
                let wait =
                    SILENT.first + SILENT.delay_with(*times, None, self.surroundings.number());
                *until = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
                *times = times.saturating_add(1);
            }
        }
    }

    /// Address of the time-stamping authority; none is built in.
    pub fn time_stamping(&self) -> Option<String> {
        self.settings().time_stamping
    }

    /// The address in the form in which it would be used; nothing for an empty one.
    ///
    /// # Errors
    /// `service_address` for what is no HTTP address.
    pub fn check_time_stamping(&self, address: &str) -> Outcome<Option<String>> {
        let address = address.trim();
        if address.is_empty() {
            return Ok(None);
        }
        match web::host(address) {
            Some(_) => Ok(Some(address.to_owned())),
            None => Err(Code::ServiceAddress.into()),
        }
    }

    /// Lets that authority stamp from now on, or none.
    ///
    /// # Errors
    /// `service_address`; `read_only` or `disk_full` when it cannot be remembered.
    pub fn keep_time_stamping(&self, address: &str) -> Outcome<Option<String>> {
        let address = self.check_time_stamping(address)?;
        self.keep_settings(|settings| settings.time_stamping.clone_from(&address))?;
        Ok(address)
    }
}

impl Asking {
    /// Whether there is no time left for another question, or no way.
    pub(crate) fn is_over(&self) -> bool {
        self.barred.is_some() || Instant::now() >= self.until
    }

    /// Who was asked, and for what, each once.
    pub(crate) fn asked(self) -> Vec<AskedView> {
        let mut asked = self.asked;
        asked.dedup();
        let view = |(host, what, answered): (String, AskedForView, bool)| {
            let id = match (answered, what) {
                (false, _) => "asked-silent",
                (true, AskedForView::Status) => "asked-status",
                (true, AskedForView::List) => "asked-list",
                (true, AskedForView::Stamp) => "asked-stamp",
                (true, AskedForView::Issuer) => "asked-issuer",
            };
            let values = BTreeMap::from([("host", host.clone())]);
            AskedView {
                sentence: speech::in_all(id, None, &values),
                host,
                what,
                answered,
            }
        };
        asked.into_iter().map(view).collect()
    }

    /// What the certificate's responders say of it: an OCSPResponse in DER that could be read.
    pub(crate) async fn responder(
        &mut self,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Option<Vec<u8>> {
        let request = ocsp::request(certificate, issuer);
        for address in certificate.responder_addresses().iter().take(ADDRESSES) {
            let post = Question::Post("application/ocsp-request", request.clone());
            let answer = self
                .ask(address, AskedForView::Status, post, ocsp::MAX_RESPONSE)
                .await;
            if let Ok(octets) = answer
                && ocsp::OcspResponse::from_der(&octets).is_ok()
            {
                return Some(octets);
            }
        }
        None
    }

    /// The list at that address, as it came.
    pub(crate) async fn list(&mut self, address: &str) -> Option<Vec<u8>> {
        self.ask(address, AskedForView::List, Question::Get, LIST)
            .await
            .ok()
    }

    /// What stands at the address of an issuing authority's certificate, as it came.
    pub(crate) async fn issuer(&mut self, address: &str) -> Option<Vec<u8>> {
        self.ask(
            address,
            AskedForView::Issuer,
            Question::Get,
            MAX_CERTIFICATE,
        )
        .await
        .ok()
    }

    /// The answer of a time-stamping authority to a TimeStampReq in DER.
    ///
    /// # Errors
    /// `service_silent`, `proxy_refused`, `proxy_script`.
    pub(crate) async fn stamp(&mut self, address: &str, request: Vec<u8>) -> Outcome<Vec<u8>> {
        let post = Question::Post("application/timestamp-query", request);
        let answer = self.ask(address, AskedForView::Stamp, post, STAMP).await;
        answer.map_err(|error| silent(address, Code::ServiceSilent, error))
    }

    async fn ask(
        &mut self,
        address: &str,
        what: AskedForView,
        question: Question,
        limit: usize,
    ) -> Result<Vec<u8>, PortalError> {
        let host = web::host(address).ok_or(PortalError::Address("not http"))?;
        if let Some(error) = &self.barred {
            return Err(error.clone());
        }
        let left = self.until.saturating_duration_since(Instant::now());
        if self.silent.contains(&host) || left.is_zero() {
            return Err(PortalError::Offline);
        }
        let exchange = async {
            match question {
                Question::Get => self.web.get(address, limit).await,
                Question::Post(kind, body) => self.web.post(address, kind, body, limit).await,
            }
        };
        let answer = match tokio::time::timeout(left, exchange).await {
            Ok(answer) => answer,
            Err(_) => Err(PortalError::Timeout),
        };
        if answer.is_ok() {
            self.answered.insert(host.clone());
        }
        if let Err(error) = &answer {
            tracing::info!("a service did not answer: {error}");
            match error {
                PortalError::Offline | PortalError::Timeout => {
                    self.silent.insert(host.clone());
                }
                // It is not this service that is silent.
                PortalError::ProxyRefused | PortalError::ProxyScript(_) => {
                    self.barred = Some(error.clone());
                }
                _ => {}
            }
        }
        self.asked.push((host, what, answer.is_ok()));
        answer
    }
}

/// How a service is asked.
enum Question {
    Get,
    /// A body of that media type.
    Post(&'static str, Vec<u8>),
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use kabinet_portal::{Clock, Exchange, Wire};

    use super::*;
    use crate::{Profile, Surroundings};

    /// No proxy lets anybody through; how often that was said.
    struct Barred(Arc<AtomicI64>);

    impl Wire for Barred {
        fn exchange(&self, _: reqwest::Request, _: usize) -> Exchange<'_> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Box::pin(async { Err(PortalError::ProxyScript("it fails")) })
        }
    }

    #[tokio::test]
    async fn where_no_proxy_lets_us_through_nobody_else_is_asked_or_blamed() {
        let dir = tempfile::tempdir().unwrap();
        let times = Arc::new(AtomicI64::new(0));
        let surroundings = Surroundings {
            wire: Some(Arc::new(Barred(Arc::clone(&times)))),
            ..Surroundings::default()
        };
        let desk = Desk::open_in(surroundings, Profile::open(dir.path()).unwrap()).unwrap();
        let mut asking = desk.asking();
        assert!(!asking.is_over());
        for host in ["a", "b"] {
            let address = format!("http://{host}.example/");
            let problem = asking.stamp(&address, Vec::new()).await.unwrap_err();
            assert_eq!(problem.code, Code::ProxyScript);
            assert!(asking.is_over() && asking.silent.is_empty());
        }
        assert_eq!(times.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn who_is_silent_is_left_alone_for_longer_each_time() {
        let dir = tempfile::tempdir().unwrap();
        let now = Arc::new(AtomicI64::new(1_800_000_000));
        let shown = Arc::clone(&now);
        let surroundings = Surroundings {
            clock: Clock::showing(move || {
                Timestamp::from_second(shown.load(Ordering::SeqCst)).unwrap()
            }),
            // The longest wait of each.
            chance: Some(Arc::new(|| u64::MAX)),
            ..Surroundings::default()
        };
        let desk = Desk::open_in(surroundings, Profile::open(dir.path()).unwrap()).unwrap();
        let pass = |seconds: i64| now.fetch_add(seconds, Ordering::SeqCst);
        let fails = || {
            let mut asking = desk.asking_unasked();
            assert!(asking.silent.insert("a".into()), "left alone");
            desk.note_silent(&asking);
        };
        let is_left_alone = || desk.asking_unasked().silent.contains("a");
        assert!(!is_left_alone());
        for wait in [60 + 60, 60 + 120, 60 + 240] {
            fails();
            pass(wait - 1);
            assert!(is_left_alone(), "{wait}");
            // Nor is this counted as another try.
            desk.note_silent(&desk.asking_unasked());
            pass(1);
            assert!(!is_left_alone(), "{wait}");
        }
        // What a person asks for is asked at once.
        fails();
        assert!(is_left_alone() && !desk.asking().silent.contains("a"));
        pass(10_000);
        let mut asking = desk.asking_unasked();
        asking.answered.insert("a".into());
        desk.note_silent(&asking);
        fails();
        pass(60 + 60);
        assert!(!is_left_alone());
    }
}
