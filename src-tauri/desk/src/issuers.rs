//! Certificates of issuing authorities that nobody sent along: kept from before, or fetched from where
//! the certificate itself says (authorityInfoAccess, id-ad-caIssuers; RFC 5280, clause 4.2.2.1).
//!
//! What was fetched helps to find a way and is not trusted: the way has to end at a trust anchor.
//! Whoever made the certificate chose the address, and that may be a stranger: so it must name a
//! computer of the Internet, or a service that the person set, and little is fetched for one file.

use std::collections::BTreeMap;

use kabinet_pki::certificate::Certificate;
use kabinet_pki::{CertificateReport, ChainMember, Evidence, Report};
use kabinet_portal::web;

use crate::Desk;
use crate::revocation::name_of;
use crate::services::Asking;

/// Addresses that are tried for one certificate.
const ADDRESSES: usize = 2;
/// Addresses that are asked for one file.
const MOST: usize = 6;
/// Authorities between a certificate and an anchor that are looked for: no chain is longer.
const LEVELS: usize = 6;

/// What a check saw.
pub(crate) trait Seen {
    /// All chains that it found, those of time stamps too.
    fn chains(&self) -> impl Iterator<Item = &[ChainMember]>;

    /// Those of them that are judged at the moment of the check, because nothing proves an earlier one.
    fn unproven(&self) -> impl Iterator<Item = &[ChainMember]>;

    /// Certificates whose issuers are not at hand.
    fn orphans(&self) -> impl Iterator<Item = &Certificate>;
}

impl Seen for Report {
    fn chains(&self) -> impl Iterator<Item = &[ChainMember]> {
        self.signers.iter().flat_map(|signer| {
            let stamps = signer.time_stamps.iter().map(|stamp| &stamp.chain[..]);
            std::iter::once(&signer.chain[..]).chain(stamps)
        })
    }

    fn unproven(&self) -> impl Iterator<Item = &[ChainMember]> {
        self.signers.iter().flat_map(|signer| {
            let own = signer.proven_signing_time.is_none();
            let stamps = signer.time_stamps.iter().map(|stamp| &stamp.chain[..]);
            own.then_some(&signer.chain[..]).into_iter().chain(stamps)
        })
    }

    fn orphans(&self) -> impl Iterator<Item = &Certificate> {
        self.signers.iter().flat_map(|signer| {
            let stamps = signer.time_stamps.iter().flat_map(|stamp| &stamp.orphans);
            signer.orphans.iter().chain(stamps)
        })
    }
}

impl Seen for CertificateReport {
    fn chains(&self) -> impl Iterator<Item = &[ChainMember]> {
        std::iter::once(&self.chain[..])
    }

    fn unproven(&self) -> impl Iterator<Item = &[ChainMember]> {
        self.chains()
    }

    fn orphans(&self) -> impl Iterator<Item = &Certificate> {
        self.orphans.iter()
    }
}

impl<T: Seen> Seen for Vec<T> {
    fn chains(&self) -> impl Iterator<Item = &[ChainMember]> {
        self.iter().flat_map(|one| one.chains())
    }

    fn unproven(&self) -> impl Iterator<Item = &[ChainMember]> {
        self.iter().flat_map(|one| one.unproven())
    }

    fn orphans(&self) -> impl Iterator<Item = &Certificate> {
        self.iter().flat_map(|one| one.orphans())
    }
}

/// What was fetched for one file, by the address; nothing where nobody answered with a certificate.
#[derive(Default)]
pub(crate) struct Fetched(BTreeMap<String, Option<Certificate>>);

impl Fetched {
    /// Whether nobody was asked.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Desk {
    /// Adds the issuers that are kept; `survey` tells with what there is whose are still missing.
    pub(crate) fn recall_issuers<R: Seen, E>(
        &self,
        evidence: &mut Evidence,
        survey: &mut dyn FnMut(&Evidence) -> Result<R, E>,
    ) -> Result<R, E> {
        let mut report = survey(evidence)?;
        for _ in 0..LEVELS {
            let mut found = Vec::new();
            for orphan in report.orphans() {
                let addresses = orphan.issuer_addresses().iter().take(ADDRESSES);
                let kept = addresses.filter_map(|address| {
                    let octets =
                        std::fs::read(self.profile.issuer_path(&name_of(address.as_bytes())));
                    Certificate::from_der(&octets.ok()?).ok()
                });
                found.extend(kept.filter(|issuer| issuer.has_issued(orphan)));
            }
            if !add(evidence, &found) {
                break;
            }
            report = survey(evidence)?;
        }
        Ok(report)
    }

    /// Fetches issuers that are missing, for as long as each makes the next one known; gives those
    /// that made a difference. What leads to a trust anchor in the end is for
    /// [`Desk::keep_issuers`] to keep.
    pub(crate) async fn fetch_issuers<R: Seen, E>(
        &self,
        evidence: &mut Evidence,
        survey: &mut (dyn FnMut(&Evidence) -> Result<R, E> + Send),
        asking: &mut Asking,
    ) -> Result<Fetched, E> {
        let mut fetched = Fetched::default();
        for _ in 0..LEVELS {
            let orphans: Vec<Certificate> = survey(evidence)?.orphans().cloned().collect();
            let mut found = Vec::new();
            for orphan in &orphans {
                for address in orphan.issuer_addresses().iter().take(ADDRESSES) {
                    let known = fetched.0.contains_key(address);
                    if !known && (fetched.0.len() >= MOST || !self.may_be_called(address)) {
                        continue;
                    }
                    if !known {
                        let octets = asking.issuer(address).await;
                        let issuer = octets.and_then(|der| Certificate::from_der(&der).ok());
                        fetched.0.insert(address.clone(), issuer);
                    }
                    let issuer = fetched.0.get(address).and_then(Option::as_ref);
                    if let Some(issuer) = issuer.filter(|issuer| issuer.has_issued(orphan)) {
                        found.push(issuer.clone());
                        break;
                    }
                }
            }
            if !add(evidence, &found) {
                break;
            }
        }
        Ok(fetched)
    }

    /// Keeps what was fetched and stands in a chain: what strangers make up fills no disk.
    pub(crate) fn keep_issuers(&self, fetched: &Fetched, report: &impl Seen) {
        for (address, issuer) in &fetched.0 {
            let Some(issuer) = issuer else { continue };
            let mut members = report.chains().flatten();
            if members.any(|member| &member.certificate == issuer) {
                let name = name_of(address.as_bytes());
                if let Err(problem) = self.profile.keep_issuer(&name, issuer.der()) {
                    tracing::info!("an authority's certificate is not kept: {problem}");
                }
            }
        }
    }

    /// Whether somebody else's certificate, or the portal, may make this program call there: neither must
    /// reach what only this computer or the network around it can see.
    pub(crate) fn may_be_called(&self, address: &str) -> bool {
        let settings = self.settings();
        let set = [
            settings.portal,
            settings.registration,
            settings.time_stamping,
        ];
        let mut set = set.into_iter().flatten();
        web::has_public_name(address) || set.any(|service| web::is_beside(address, &service))
    }
}

/// Adds what is not there yet; whether there was any.
fn add(evidence: &mut Evidence, found: &[Certificate]) -> bool {
    let mut added = false;
    for issuer in found {
        added |= evidence.add_new_certificate(issuer);
    }
    added
}
