//! Chains of certificates up to trust anchors (RFC 5280, clause 6.1, without policies and without
//! name constraints; a critical extension of those kinds is refused).

use std::{fs, io, path::Path};

use thiserror::Error;

use crate::{
    Time,
    certificate::{Certificate, CertificateError, MAX_CERTIFICATE},
    verdict::{Failure, Reason},
};

/// Certificates in a chain, the signer's and the anchor's included.
const MAX_CHAIN: usize = 8;

/// Signatures of CAs that are checked for one signer: hostile sets of certificates could otherwise
/// branch without end.
const MAX_CHECKS: usize = 64;

/// The certificates that are trusted without proof.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors(Vec<Certificate>);

/// Why trust anchors cannot be read.
#[derive(Debug, Error)]
pub enum AnchorError {
    /// The folder or a file in it cannot be read.
    #[error("cannot read the trust anchors: {0}")]
    Io(#[from] io::Error),
    /// A file is no certificate.
    #[error("the trust anchor {name}: {source}")]
    Certificate {
        /// Name of the file.
        name: String,
        /// What is wrong.
        source: CertificateError,
    },
}

impl TrustAnchors {
    /// Reads the files `*.cer` of a folder, each one certificate in DER.
    ///
    /// # Errors
    /// [`AnchorError`] when the folder cannot be read or one of the files is no certificate.
    pub fn from_folder(folder: &Path) -> Result<Self, AnchorError> {
        let mut anchors = Self::default();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "cer") {
                continue;
            }
            let too_long = fs::metadata(&path)?.len() > MAX_CERTIFICATE as u64;
            let added = if too_long {
                Err(CertificateError("the file is too long"))
            } else {
                anchors.add(&fs::read(&path)?)
            };
            added.map_err(|source| AnchorError::Certificate {
                name: path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                source,
            })?;
        }
        Ok(anchors)
    }

    /// Adds a certificate in DER.
    ///
    /// # Errors
    /// [`CertificateError`] when it is none.
    pub fn add(&mut self, der: &[u8]) -> Result<(), CertificateError> {
        self.0.push(Certificate::from_der(der)?);
        Ok(())
    }

    /// How many anchors there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Finds a chain from the signer's certificate to an anchor and checks it at a moment, the signer's
/// own validity and usage excepted. The `others` help on the way but are not trusted.
pub(crate) fn build<'a>(
    signer: &'a Certificate,
    others: &'a [Certificate],
    anchors: &'a TrustAnchors,
    at: Time,
) -> Result<Vec<&'a Certificate>, Failure> {
    let mut search = Search {
        others,
        anchors: &anchors.0,
        at,
        checks_left: MAX_CHECKS,
        failure: Failure::new(
            Reason::NoCertificateChainFound,
            "no chain leads to a trust anchor",
        ),
    };
    if signer.extensions().has_unknown_critical {
        return Err(Failure::new(
            Reason::ChainConstraintsFailure,
            "the signer's certificate has an unknown critical extension",
        ));
    }
    let mut path = vec![signer];
    if anchors.0.iter().any(|anchor| anchor.der() == signer.der()) || search.extend(&mut path) {
        Ok(path)
    } else {
        Err(search.failure)
    }
}

struct Search<'a> {
    others: &'a [Certificate],
    anchors: &'a [Certificate],
    at: Time,
    checks_left: usize,
    /// The most telling failure so far.
    failure: Failure,
}

impl<'a> Search<'a> {
    /// Lengthens the path up to an anchor; leaves it as it was when there is no way.
    fn extend(&mut self, path: &mut Vec<&'a Certificate>) -> bool {
        if path.len() >= MAX_CHAIN {
            self.note(Reason::ChainConstraintsFailure, "the chain is too long");
            return false;
        }
        let Some(&last) = path.last() else {
            return false;
        };
        let (anchors, others) = (self.anchors, self.others);
        let trusted = anchors.iter().map(|issuer| (issuer, true));
        let helpful = others.iter().map(|issuer| (issuer, false));
        for (issuer, is_anchor) in trusted.chain(helpful) {
            let seen = path.iter().any(|member| member.der() == issuer.der());
            if seen || !may_have_issued(issuer, last) || !self.accepts(issuer, is_anchor, path) {
                continue;
            }
            path.push(issuer);
            if is_anchor || self.extend(path) {
                return true;
            }
            path.pop();
        }
        false
    }

    /// Whether the issuer may stand above the path and signed its last certificate.
    fn accepts(&mut self, issuer: &Certificate, is_anchor: bool, path: &[&Certificate]) -> bool {
        let Some(last) = path.last() else {
            return false;
        };
        let Some(left) = self.checks_left.checked_sub(1) else {
            self.note(
                Reason::CertificateChainGeneralFailure,
                "there are too many ways to try",
            );
            return false;
        };
        self.checks_left = left;
        if let Err(detail) = check_authority(issuer, is_anchor, path) {
            self.note(Reason::ChainConstraintsFailure, detail);
            return false;
        }
        if !last.is_signed_by(issuer) {
            self.note(
                Reason::CertificateChainGeneralFailure,
                "a certificate is not signed by its issuer",
            );
            return false;
        }
        if !issuer.is_valid_at(self.at) {
            self.note(
                Reason::CertificateChainGeneralFailure,
                "an authority's certificate is not valid at that time",
            );
            return false;
        }
        true
    }

    /// Keeps the failure that came closest to a chain.
    fn note(&mut self, reason: Reason, detail: &'static str) {
        let weight = |reason| match reason {
            Reason::ChainConstraintsFailure => 2,
            Reason::CertificateChainGeneralFailure => 1,
            _ => 0,
        };
        if weight(reason) > weight(self.failure.reason) {
            self.failure = Failure::new(reason, detail);
        }
    }
}

/// Whether the names fit, and the key identifiers where both have one.
fn may_have_issued(issuer: &Certificate, subject: &Certificate) -> bool {
    let identifiers = (
        &issuer.extensions().subject_key_identifier,
        &subject.extensions().authority_key_identifier,
    );
    issuer.subject() == subject.issuer()
        && !matches!(identifiers, (Some(own), Some(asked)) if own != asked)
}

/// Whether the certificate may issue the last one of the path. An anchor may lack the extensions:
/// the state's root is older than the profile.
fn check_authority(
    issuer: &Certificate,
    is_anchor: bool,
    path: &[&Certificate],
) -> Result<(), &'static str> {
    let extensions = issuer.extensions();
    if extensions.has_unknown_critical {
        return Err("an authority's certificate has an unknown critical extension");
    }
    let path_length = match extensions.basic_constraints {
        Some(constraints) if constraints.is_authority => constraints.path_length,
        None if is_anchor => None,
        _ => return Err("an issuer is no authority"),
    };
    if extensions
        .key_usage
        .is_some_and(|usage| !usage.key_cert_sign())
    {
        return Err("an issuer's key is not for certificates");
    }
    // Self-issued certificates between the signer and this one do not count (clause 6.1.4, l).
    let between = path
        .iter()
        .skip(1)
        .filter(|member| member.subject() != member.issuer())
        .count();
    if path_length.is_some_and(|limit| between > usize::from(limit)) {
        return Err("the chain is longer than an authority allows");
    }
    let level = |certificate: &Certificate| certificate.summary().level;
    if path.last().is_some_and(|last| level(last) > level(issuer)) {
        return Err("a key is stronger than its issuer's");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Certificates of the state's public key infrastructure as they are in use: names in
    /// BMPString, an obsolete extension, usage that is not critical.
    const ROOT: &[u8] = include_bytes!("../tests/fixtures/gossuok/root.cer");
    const REPUBLICAN: &[u8] = include_bytes!("../tests/fixtures/gossuok/republican.cer");

    fn build_at(subject: &[u8], year: u16) -> Result<Vec<String>, Reason> {
        let mut anchors = TrustAnchors::default();
        anchors.add(ROOT).unwrap();
        let subject = Certificate::from_der(subject).unwrap();
        let at = Time::new(year, 6, 1, 0, 0, 0).unwrap();
        build(&subject, &[], &anchors, at)
            .map(|chain| {
                chain
                    .iter()
                    .map(|member| member.summary().subject.clone())
                    .collect()
            })
            .map_err(|failure| failure.reason)
    }

    #[test]
    fn the_states_authorities() {
        assert_eq!(
            build_at(REPUBLICAN, 2026).unwrap(),
            [
                "Республиканский удостоверяющий центр ГосСУОК",
                "Корневой удостоверяющий центр ГосСУОК"
            ]
        );
        assert_eq!(build_at(ROOT, 2026).unwrap().len(), 1);
        assert_eq!(
            build_at(REPUBLICAN, 2036),
            Err(Reason::CertificateChainGeneralFailure)
        );
    }

    #[test]
    fn a_changed_certificate_is_not_the_states() {
        let mut changed = REPUBLICAN.to_vec();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(
            build_at(&changed, 2026),
            Err(Reason::CertificateChainGeneralFailure)
        );
    }
}
