//! Services of authorities that are asked about certificates and signatures, over HTTP through the
//! person's proxy: OCSP responders (RFC 6960), places of revocation lists (RFC 5280) and
//! time-stamping authorities (RFC 3161). Each question is noted, with who was asked.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use kabinet_pki::certificate::{Certificate, MAX_CERTIFICATE};
use kabinet_pki::ocsp;
use kabinet_portal::{Options, PortalError, web};

use crate::problem::{Code, Problem};
use crate::view::{AskedForView, AskedView};
use crate::{Desk, Outcome, speech};

/// Longest time to a connection, and of one exchange.
const CONNECT: Duration = Duration::from_secs(5);
const EXCHANGE: Duration = Duration::from_secs(15);
/// Longest time that all questions of one act take together.
const PATIENCE: Duration = Duration::from_secs(45);
/// Most octets of a revocation list, and of a time stamp.
const LIST: usize = 8 * 1024 * 1024;
const STAMP: usize = 256 * 1024;
/// Addresses of one kind that are tried for one certificate.
const ADDRESSES: usize = 2;

/// The questions of one act.
pub(crate) struct Asking {
    web: web::Web,
    until: Instant,
    /// Who did not answer is not asked again.
    silent: BTreeSet<String>,
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
            asked: Vec::new(),
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
        let mut kept = self.profile.settings()?;
        kept.time_stamping = address.clone();
        self.profile.keep_settings(&kept)?;
        crate::lock(&self.settings).time_stamping = address.clone();
        Ok(address)
    }
}

impl Asking {
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
    /// `service_silent`.
    pub(crate) async fn stamp(&mut self, address: &str, request: Vec<u8>) -> Outcome<Vec<u8>> {
        let post = Question::Post("application/timestamp-query", request);
        let answer = self.ask(address, AskedForView::Stamp, post, STAMP).await;
        answer.map_err(|error| {
            let problem = match error {
                PortalError::ProxyRefused => Problem::new(Code::ProxyRefused),
                _ => Problem::new(Code::ServiceSilent)
                    .with("name", web::host(address).unwrap_or_default()),
            };
            problem.because(error)
        })
    }

    async fn ask(
        &mut self,
        address: &str,
        what: AskedForView,
        question: Question,
        limit: usize,
    ) -> Result<Vec<u8>, PortalError> {
        let host = web::host(address).ok_or(PortalError::Address("not http"))?;
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
        if let Err(error) = &answer {
            tracing::info!("a service did not answer: {error}");
            if matches!(error, PortalError::Offline | PortalError::Timeout) {
                self.silent.insert(host.clone());
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
