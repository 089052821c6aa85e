//! Passive authentication: that the files are as the state signed them (Doc 9303-11, clause 5.1).

use std::collections::BTreeMap;
use std::path::Path;

use der::asn1::{ObjectIdentifier, OctetString, SetOfVec};
use der::{Any, Decode, DecodePem as _, Encode, Sequence};
use kabinet_stb::tlv;
use x509_cert::Certificate;
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::MrtdError;
use crate::signature::{Hash, parameters_of, verifies};

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// id-icao-mrtd-security-ldsSecurityObject.
const LDS_SECURITY_OBJECT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.1");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
/// Files in a folder of CSCA certificates, at most; the whole world has some hundreds.
const MOST_FILES: usize = 4096;
/// Octets of one such file, at most.
const LONGEST_FILE: u64 = 1 << 20;

const MALFORMED: MrtdError = MrtdError::Malformed("the document security object");

/// What passive authentication found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authenticity {
    /// A state whose CSCA certificate is known signed these very files.
    Genuine {
        /// Country of the certificate that signed, as in its name.
        country: String,
    },
    /// The files are as somebody signed them, but who that is cannot be told: no CSCA certificate
    /// here has issued the signer's.
    SignerUnknown {
        /// Country that the signer claims.
        country: String,
    },
    /// The signature or a file does not fit: the content was changed, or the chip is a forgery.
    Broken,
}

/// CSCA certificates, the trust anchors of states.
#[derive(Default)]
pub struct CountrySigners(Vec<Certificate>);

impl CountrySigners {
    /// Takes every certificate (DER or PEM) of a folder; other files are passed over. A folder that
    /// does not exist has none.
    ///
    /// # Errors
    ///
    /// When the folder exists and cannot be read.
    pub fn from_folder(folder: &Path) -> std::io::Result<Self> {
        let mut signers = Self::default();
        signers.add_folder(folder)?;
        Ok(signers)
    }

    /// Adds those of a folder, as [`Self::from_folder`] reads them.
    ///
    /// # Errors
    ///
    /// As [`Self::from_folder`].
    pub fn add_folder(&mut self, folder: &Path) -> std::io::Result<()> {
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries.take(MOST_FILES) {
            let entry = entry?;
            if entry.metadata()?.len() <= LONGEST_FILE && entry.path().is_file() {
                self.add(&std::fs::read(entry.path())?);
            }
        }
        Ok(())
    }

    /// Takes a certificate; gives whether it was one.
    pub fn add(&mut self, octets: &[u8]) -> bool {
        let certificate = Certificate::from_der(octets).or_else(|_| Certificate::from_pem(octets));
        certificate
            .map(|certificate| self.0.push(certificate))
            .is_ok()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn has_issued(&self, certificate: &Certificate) -> bool {
        self.0.iter().any(|anchor| {
            anchor.tbs_certificate().subject() == certificate.tbs_certificate().issuer()
                && is_issued_by(certificate, anchor)
        })
    }
}

#[derive(Sequence)]
struct ContentInfo {
    content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    content: SignedData,
}

#[derive(Sequence)]
struct SignedData {
    version: u8,
    digest_algorithms: SetOfVec<AlgorithmIdentifierOwned>,
    content: EncapsulatedContent,
    #[asn1(
        context_specific = "0",
        tag_mode = "IMPLICIT",
        constructed = "true",
        optional = "true"
    )]
    certificates: Option<SetOfVec<Certificate>>,
    #[asn1(
        context_specific = "1",
        tag_mode = "IMPLICIT",
        constructed = "true",
        optional = "true"
    )]
    crls: Option<SetOfVec<Any>>,
    signers: SetOfVec<SignerInfo>,
}

#[derive(Sequence)]
struct EncapsulatedContent {
    content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    content: OctetString,
}

#[derive(Clone, PartialEq, Eq, Sequence)]
struct SignerInfo {
    version: u8,
    /// Issuer and number, or key identifier.
    signer: Any,
    digest: AlgorithmIdentifierOwned,
    #[asn1(
        context_specific = "0",
        tag_mode = "IMPLICIT",
        constructed = "true",
        optional = "true"
    )]
    signed_attributes: Option<SetOfVec<Attribute>>,
    algorithm: AlgorithmIdentifierOwned,
    signature: OctetString,
    #[asn1(
        context_specific = "1",
        tag_mode = "IMPLICIT",
        constructed = "true",
        optional = "true"
    )]
    unsigned_attributes: Option<SetOfVec<Attribute>>,
}

impl der::ValueOrd for SignerInfo {
    fn value_cmp(&self, other: &Self) -> der::Result<std::cmp::Ordering> {
        Ok(self.to_der()?.cmp(&other.to_der()?))
    }
}

#[derive(Clone, PartialEq, Eq, Sequence)]
struct Attribute {
    kind: ObjectIdentifier,
    values: SetOfVec<Any>,
}

impl der::ValueOrd for Attribute {
    fn value_cmp(&self, other: &Self) -> der::Result<std::cmp::Ordering> {
        Ok(self.to_der()?.cmp(&other.to_der()?))
    }
}

#[derive(Sequence)]
struct LdsSecurityObject {
    version: u8,
    hash: AlgorithmIdentifierOwned,
    groups: Vec<GroupHash>,
    #[asn1(optional = "true")]
    lds_version: Option<Any>,
}

#[derive(Sequence)]
struct GroupHash {
    number: u8,
    hash: OctetString,
}

/// What passive authentication says of files that were read some time: `sod` is EF.SOD, `files` the
/// data groups by number.
///
/// # Errors
/// [`MrtdError::Malformed`] when EF.SOD is none.
pub fn check_files(
    sod: &[u8],
    files: &BTreeMap<u8, Vec<u8>>,
    anchors: &CountrySigners,
) -> Result<Authenticity, MrtdError> {
    Ok(SecurityObject::parse(sod)?.verify(files, anchors))
}

/// The document security object: hashes of the data groups, signed.
pub(crate) struct SecurityObject {
    signed: SignedData,
    hash: Option<Hash>,
    groups: BTreeMap<u8, Vec<u8>>,
}

impl SecurityObject {
    /// Reads EF.SOD.
    pub(crate) fn parse(file: &[u8]) -> Result<Self, MrtdError> {
        let info = ContentInfo::from_der(tlv::read_only(0x77, file)?).map_err(|_| MALFORMED)?;
        let signed = info.content;
        let is_ours =
            info.content_type == SIGNED_DATA && signed.content.content_type == LDS_SECURITY_OBJECT;
        if !is_ours {
            return Err(MALFORMED);
        }
        let object = LdsSecurityObject::from_der(signed.content.content.as_bytes())
            .map_err(|_| MALFORMED)?;
        let groups = object.groups.into_iter();
        Ok(Self {
            hash: Hash::from_oid(&object.hash.oid),
            groups: groups
                .map(|group| (group.number, group.hash.as_bytes().to_vec()))
                .collect(),
            signed,
        })
    }

    /// Whether the document has the data group.
    pub(crate) fn has(&self, group: u8) -> bool {
        self.groups.contains_key(&group)
    }

    /// Checks the signature, the signer's certificate, and the files that were read, by number.
    pub(crate) fn verify(
        &self,
        files: &BTreeMap<u8, Vec<u8>>,
        anchors: &CountrySigners,
    ) -> Authenticity {
        let fits = |(number, file): (&u8, &Vec<u8>)| {
            let hash = self.hash.map(|hash| hash.of(file));
            hash.is_some() && self.groups.get(number) == hash.as_ref()
        };
        let Some(signer) = self.signer().filter(|_| files.iter().all(fits)) else {
            return Authenticity::Broken;
        };
        let country = country_of(signer);
        if anchors.has_issued(signer) {
            Authenticity::Genuine { country }
        } else {
            Authenticity::SignerUnknown { country }
        }
    }

    /// The certificate whose key made the signature.
    fn signer(&self) -> Option<&Certificate> {
        // The standard wants exactly one.
        let [info] = self.signed.signers.as_slice() else {
            return None;
        };
        let certificates = self.signed.certificates.as_ref()?;
        let certificate = certificates
            .iter()
            .find(|candidate| names(&info.signer, candidate))?;
        let content = self.signed.content.content.as_bytes();
        let digest = Hash::from_oid(&info.digest.oid)?;
        let message = match &info.signed_attributes {
            None => content.to_vec(),
            Some(attributes) => {
                let value = |kind| single_value(attributes, kind);
                let told = OctetString::from_der(&value(MESSAGE_DIGEST)?.to_der().ok()?).ok()?;
                let kind: ObjectIdentifier = value(CONTENT_TYPE)?.decode_as().ok()?;
                if told.as_bytes() != digest.of(content) || kind != LDS_SECURITY_OBJECT {
                    return None;
                }
                // Signed as a SET, not with the tag that they have inside.
                attributes.to_der().ok()?
            }
        };
        let key = certificate
            .tbs_certificate()
            .subject_public_key_info()
            .to_der()
            .ok()?;
        verifies(
            &key,
            &info.algorithm.oid,
            parameters_of(&info.algorithm).as_deref(),
            Some(digest),
            &message,
            info.signature.as_bytes(),
        )
        .then_some(certificate)
    }
}

fn single_value(attributes: &SetOfVec<Attribute>, kind: ObjectIdentifier) -> Option<&Any> {
    let mut found = attributes.iter().filter(|attribute| attribute.kind == kind);
    let attribute = found.next()?;
    match attribute.values.as_slice() {
        [value] if found.next().is_none() => Some(value),
        _ => None,
    }
}

/// Whether a SignerIdentifier means this certificate.
fn names(identifier: &Any, certificate: &Certificate) -> bool {
    let certificate = certificate.tbs_certificate();
    let whole = || {
        let issuer = certificate.issuer().to_der().ok()?;
        let number = certificate.serial_number().to_der().ok()?;
        Some([issuer, number].concat())
    };
    let key_identifier = || {
        let extensions = certificate.extensions()?.iter();
        let mut found = extensions.filter(|one| one.extn_id == SUBJECT_KEY_IDENTIFIER);
        let inside = OctetString::from_der(found.next()?.extn_value.as_bytes()).ok()?;
        Some(inside.as_bytes().to_vec())
    };
    let told = Some(identifier.value().to_vec());
    told == whole() || told == key_identifier()
}

fn is_issued_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    let checked = || {
        let key = issuer
            .tbs_certificate()
            .subject_public_key_info()
            .to_der()
            .ok()?;
        let algorithm = certificate.signature_algorithm();
        if algorithm != certificate.tbs_certificate().signature() {
            return None;
        }
        let message = certificate.tbs_certificate().to_der().ok()?;
        let signature = certificate.signature().as_bytes()?;
        let parameters = parameters_of(algorithm);
        let verified = verifies(
            &key,
            &algorithm.oid,
            parameters.as_deref(),
            None,
            &message,
            signature,
        );
        Some(verified)
    };
    checked().unwrap_or(false)
}

/// Country of the issuer's name, in capital letters; empty when it names none.
fn country_of(certificate: &Certificate) -> String {
    let name = certificate.tbs_certificate().issuer().to_string();
    let parts = name.split([',', '+']);
    let country = parts
        .filter_map(|part| part.trim().strip_prefix("C="))
        .next();
    country.unwrap_or_default().to_uppercase()
}

#[cfg(test)]
mod tests;
