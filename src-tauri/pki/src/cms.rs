//! What every CMS signature is checked for, whoever made it for whatever purpose: who signed, over
//! which content, and whether the signature value is of that key.

use crate::{
    algorithm::{self, HashAlgorithm},
    certificate::Certificate,
    envelope::Envelope,
    key::SignatureFault,
    signer_info::SignerInfo,
    stream::Digests,
    strict::{self, SEQUENCE},
    verdict::{Failure, Reason},
};

/// A SignedData with what its signers are checked against.
pub(crate) struct Message<'a> {
    pub(crate) envelope: &'a Envelope,
    /// The hash values of the content, one list for each place that it was read from.
    pub(crate) digests: &'a [Digests],
}

impl Message<'_> {
    /// The hash function of the signer, which has to be listed; the content's type has to be signed.
    pub(crate) fn check_format(&self, info: &SignerInfo) -> Result<HashAlgorithm, Failure> {
        if info.attributes.content_type != self.envelope.content_type {
            return Err(Failure::format("the signed content type is another"));
        }
        let listed = self.envelope.digest_algorithms.iter().any(|identifier| {
            strict::only(SEQUENCE, identifier)
                .and_then(algorithm::read_identifier)
                .is_ok_and(|oid| oid == info.digest_algorithm)
        });
        if !listed {
            return Err(Failure::format("a signer's hash function is not listed"));
        }
        HashAlgorithm::from_oid(&info.digest_algorithm).ok_or(Failure::new(
            Reason::CryptoConstraintsFailure,
            "the hash function is not one that is taken",
        ))
    }

    /// Whether every place has the content that was signed.
    pub(crate) fn check_content(
        &self,
        info: &SignerInfo,
        algorithm: HashAlgorithm,
    ) -> Result<(), Failure> {
        let expected = Some(&info.attributes.message_digest[..]);
        if self
            .digests
            .iter()
            .all(|place| place.find(algorithm) == expected)
        {
            Ok(())
        } else {
            Err(Failure::new(
                Reason::HashFailure,
                "the content is not what was signed",
            ))
        }
    }
}

/// The signer's identifier points at a certificate; the signed reference decides which.
pub(crate) fn find_certificate<'a>(
    info: &SignerInfo,
    certificates: impl Iterator<Item = &'a Certificate>,
) -> Result<&'a Certificate, Failure> {
    const NONE: Reason = Reason::NoSigningCertificateFound;
    let mut candidates = certificates.filter(|one| info.identifies(one));
    let Some(reference) = &info.attributes.signing_certificate else {
        let missing = Failure::new(NONE, "the signer's certificate is missing");
        let first = candidates.next().ok_or(missing)?;
        // Anybody can put another one of that issuer and number beside it, and nothing signed decides.
        return if candidates.all(|other| other == first) {
            Ok(first)
        } else {
            Err(Failure::new(
                NONE,
                "several certificates may be the signer's",
            ))
        };
    };
    if reference.hash_algorithm().is_none() {
        return Err(Failure::new(
            Reason::CryptoConstraintsFailure,
            "the hash function of the certificate's reference is not one that is taken",
        ));
    }
    candidates
        .find(|one| reference.is_of(one))
        .ok_or(Failure::new(
            NONE,
            "the certificate that the signer refers to is missing",
        ))
}

/// Whether the signature value is of the certificate's key, over the hash function that goes with
/// it: the one of the content (RFC 8933, clause 3).
pub(crate) fn check_signature(
    info: &SignerInfo,
    digest_algorithm: HashAlgorithm,
    certificate: &Certificate,
) -> Result<(), Failure> {
    const UNFIT: Failure = Failure::new(
        Reason::CryptoConstraintsFailure,
        "the algorithms do not belong to the signer's key",
    );
    let key = certificate.key().ok_or(UNFIT)?;
    let algorithm = info.signature_algorithm.over(digest_algorithm);
    if algorithm
        .hash()
        .is_some_and(|hash| hash != digest_algorithm)
    {
        return Err(UNFIT);
    }
    key.verify(algorithm, &info.signed_octets, &info.signature)
        .map_err(|fault| match fault {
            SignatureFault::Algorithm => UNFIT,
            SignatureFault::Signature => Failure::new(
                Reason::SigCryptoFailure,
                "the signature does not verify with the certificate's key",
            ),
        })
}

/// Whether the signed reference is there and names the certificate, where it names one.
pub(crate) fn check_reference(info: &SignerInfo, certificate: &Certificate) -> Result<(), Failure> {
    let constraint = |detail| Failure::new(Reason::SigConstraintsFailure, detail);
    let reference = info.attributes.signing_certificate.as_ref();
    let reference = reference.ok_or(constraint("no reference to the certificate is signed"))?;
    if reference.names(certificate) {
        Ok(())
    } else {
        Err(constraint("the signed reference names another certificate"))
    }
}
