//! What helps to check a signature and is not trusted for being there: certificates, revocation
//! lists and OCSP responses, out of the signature itself or from elsewhere.

use std::cell::{Cell, RefCell};

use crate::{
    Time,
    certificate::{Certificate, CertificateError},
    crl::{RevocationList, RevocationListError},
    envelope::Envelope,
    ocsp::{OcspError, OcspResponse},
    oid,
    strict::{self, Fields, OBJECT_IDENTIFIER, SEQUENCE},
};

/// Tag of OtherRevocationInfoFormat.
pub(crate) const OTHER_REVOCATION_INFO: u32 = 0xA1;

/// Certificates, revocation lists and OCSP responses.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) lists: Vec<RevocationList>,
    pub(crate) responses: Vec<OcspResponse>,
}

impl Evidence {
    /// Nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            certificates: Vec::new(),
            lists: Vec::new(),
            responses: Vec::new(),
        }
    }

    /// Adds a certificate in DER.
    ///
    /// # Errors
    /// [`CertificateError`] when it is none.
    pub fn add_certificate(&mut self, der: &[u8]) -> Result<(), CertificateError> {
        self.certificates.push(Certificate::from_der(der)?);
        Ok(())
    }

    /// Adds a certificate that was read, once; gives whether it was not there yet.
    pub fn add_new_certificate(&mut self, certificate: &Certificate) -> bool {
        let is_new = !self.certificates.contains(certificate);
        if is_new {
            self.certificates.push(certificate.clone());
        }
        is_new
    }

    /// Adds a revocation list in DER.
    ///
    /// # Errors
    /// [`RevocationListError`] when it is none.
    pub fn add_revocation_list(&mut self, der: &[u8]) -> Result<(), RevocationListError> {
        self.lists.push(RevocationList::from_der(der)?);
        Ok(())
    }

    /// Adds an OCSPResponse in DER.
    ///
    /// # Errors
    /// [`OcspError`] when it is none, or the responder refused.
    pub fn add_ocsp_response(&mut self, der: &[u8]) -> Result<(), OcspError> {
        self.responses.push(OcspResponse::from_der(der)?);
        Ok(())
    }

    /// When the first of the lists and responses is to be followed by a newer one, as they say themselves
    /// (nextUpdate; RFC 5280, clause 5.1.2.5, RFC 6960, clause 2.4); those that were to be followed by
    /// then do not count. None where nothing says so.
    #[must_use]
    pub fn next_update(&self, after: Time) -> Option<Time> {
        let lists = self.lists.iter().filter_map(RevocationList::next_update);
        let responses = self.responses.iter().flat_map(OcspResponse::next_updates);
        lists.chain(responses).filter(|next| *next > after).min()
    }

    /// Takes in what a SignedData carries; what is not understood helps nobody.
    pub(crate) fn take(&mut self, envelope: &Envelope) {
        for choice in &envelope.certificates {
            self.certificates.extend(Certificate::from_der(choice).ok());
        }
        for choice in &envelope.revocations {
            if let Some(response) = ocsp_response(choice) {
                self.responses.extend(OcspResponse::from_der(response).ok());
            } else {
                self.lists.extend(RevocationList::from_der(choice).ok());
            }
        }
    }
}

/// The OCSPResponse in a RevocationInfoChoice (RFC 5940).
fn ocsp_response(choice: &[u8]) -> Option<&[u8]> {
    let mut fields = Fields::new(strict::only(OTHER_REVOCATION_INFO, choice).ok()?);
    let is_ocsp = fields.take(OBJECT_IDENTIFIER).ok()?.value == oid::RI_OCSP_RESPONSE;
    let response = fields.take(SEQUENCE).ok()?.raw;
    is_ocsp.then_some(response)
}

/// All that is at hand for one check.
pub(crate) struct Pool<'a> {
    /// What the signature carries, its time stamps included.
    pub(crate) embedded: &'a Evidence,
    pub(crate) elsewhere: &'a Evidence,
    pub(crate) budget: Budget,
    /// Which list is signed by which key, as far as that was looked at: lists may be long, and many
    /// signers may need the same.
    signed_lists: RefCell<Vec<SignedList>>,
}

struct SignedList {
    /// Its place in [`Pool::lists`].
    index: usize,
    /// The octets of the public key.
    key: Vec<u8>,
    is_signed: bool,
}

impl<'a> Pool<'a> {
    pub(crate) fn new(embedded: &'a Evidence, elsewhere: &'a Evidence) -> Self {
        Self {
            embedded,
            elsewhere,
            budget: Budget::default(),
            signed_lists: RefCell::default(),
        }
    }

    /// Whether the issuer signed the list at this place; each pair is looked at once.
    pub(crate) fn is_signed(
        &self,
        index: usize,
        list: &RevocationList,
        issuer: &Certificate,
    ) -> bool {
        let key = issuer.key_octets();
        let mut known = self.signed_lists.borrow_mut();
        let mut same = known
            .iter()
            .filter(|one| one.index == index && one.key == key);
        if let Some(one) = same.next() {
            return one.is_signed;
        }
        if !self.budget.allows(list.der().len()) {
            return false;
        }
        let is_signed = list.is_signed_by(issuer);
        known.push(SignedList {
            index,
            key: key.to_vec(),
            is_signed,
        });
        is_signed
    }

    pub(crate) fn certificates(&self) -> impl Iterator<Item = &'a Certificate> + use<'a> {
        self.embedded
            .certificates
            .iter()
            .chain(&self.elsewhere.certificates)
    }

    /// The lists, each with whether it is in the signature. Those that the signer did not choose
    /// come first.
    pub(crate) fn lists(&self) -> impl Iterator<Item = (&'a RevocationList, bool)> + use<'a> {
        let elsewhere = self.elsewhere.lists.iter().map(|list| (list, false));
        elsewhere.chain(self.embedded.lists.iter().map(|list| (list, true)))
    }

    /// The responses, each with whether it is in the signature, in the same order.
    pub(crate) fn responses(&self) -> impl Iterator<Item = (&'a OcspResponse, bool)> + use<'a> {
        let elsewhere = self.elsewhere.responses.iter().map(|one| (one, false));
        elsewhere.chain(self.embedded.responses.iter().map(|one| (one, true)))
    }
}

/// How much of other people's signatures is still checked for one file: hostile sets of
/// certificates and lists could otherwise branch without end.
pub(crate) struct Budget(Cell<usize>);

impl Default for Budget {
    fn default() -> Self {
        const CHECKS: usize = 512;
        Self(Cell::new(CHECKS))
    }
}

impl Budget {
    /// Whether one more signature, over so many octets, may be checked.
    pub(crate) fn allows(&self, octets: usize) -> bool {
        const AS_LONG_AS_A_CHECK: usize = 64 * 1024;
        let cost = 1 + octets / AS_LONG_AS_A_CHECK;
        let left = self.0.get().checked_sub(cost);
        self.0.set(left.unwrap_or_default());
        left.is_some()
    }

    /// Whether nothing is left, so that something may not have been looked at.
    pub(crate) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }
}
