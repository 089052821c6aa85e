//! Extensions of certificates (RFC 5280, clause 4.2).

use der::Decode;
use kabinet_stb::tlv::Tlv;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage};

use crate::{
    certificate::KeyUsage,
    general_name::{GeneralName, NameConstraints},
    oid,
    strict::{self, BOOLEAN, Fault, Fields, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE},
};

/// Extensions that a list may have; those of the profile have about ten.
const MAX_EXTENSIONS: usize = 64;

/// Policies that a certificate may name.
const MAX_POLICIES: usize = 16;

/// Addresses that one extension may name.
const MAX_ADDRESSES: usize = 16;

/// What the known extensions say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extensions {
    pub(crate) basic_constraints: Option<Authority>,
    pub(crate) key_usage: Option<KeyUsage>,
    /// Content octets of the identifiers.
    pub(crate) extended_key_usage: Option<Purposes>,
    pub(crate) subject_key_identifier: Option<Vec<u8>>,
    pub(crate) authority_key_identifier: Option<Vec<u8>>,
    pub(crate) alternative_names: Vec<GeneralName>,
    pub(crate) name_constraints: Option<NameConstraints>,
    /// Full names of the points that revocation lists are told at (RFC 5280, clause 4.2.1.13).
    pub(crate) distribution_points: Vec<GeneralName>,
    /// Addresses of revocation lists, of OCSP responders and of the issuer's certificate.
    pub(crate) revocation_lists: Vec<String>,
    pub(crate) responders: Vec<String>,
    pub(crate) issuers: Vec<String>,
    /// An OCSP responder whose own revocation is not to be asked for.
    pub(crate) is_not_checked: bool,
    /// Content octets of the identifiers of policies, which in STB 34.101.78 are roles.
    pub(crate) policies: Vec<Vec<u8>>,
    pub(crate) has_unknown_critical: bool,
}

/// The extension basicConstraints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Authority {
    pub(crate) is_authority: bool,
    pub(crate) path_length: Option<u8>,
}

/// The extension extKeyUsage.
#[derive(Clone, Debug)]
pub(crate) struct Purposes {
    /// Content octets of the identifiers.
    pub(crate) identifiers: Vec<Vec<u8>>,
    pub(crate) is_critical: bool,
}

/// One extension of a list.
pub(crate) struct Extension<'a> {
    /// Content octets of the identifier.
    pub(crate) identifier: &'a [u8],
    pub(crate) is_critical: bool,
    pub(crate) value: &'a [u8],
}

/// Reads Extensions, in octets that passed [`strict::check`]: at least one, none twice.
pub(crate) fn read_list(octets: &[u8]) -> Result<Vec<Extension<'_>>, Fault> {
    let mut list: Vec<Extension<'_>> = Vec::new();
    for entry in strict::children(strict::only(SEQUENCE, octets)?, MAX_EXTENSIONS)? {
        let mut fields = Fields::new(strict::only(SEQUENCE, entry.raw)?);
        let identifier = fields.take(OBJECT_IDENTIFIER)?.value;
        let is_critical = match fields.optional(BOOLEAN)?.map(|flag| flag.value) {
            None => false,
            Some([0xFF]) => true,
            Some(_) => return Err("a default value is written out"),
        };
        let value = fields.take(OCTET_STRING)?.value;
        fields.end()?;
        if list.iter().any(|other| other.identifier == identifier) {
            return Err("an extension is there twice");
        }
        list.push(Extension {
            identifier,
            is_critical,
            value,
        });
    }
    if list.is_empty() {
        return Err("the list of extensions is empty");
    }
    Ok(list)
}

impl Extensions {
    /// Reads the extensions of a certificate.
    pub(crate) fn read(octets: &[u8]) -> Result<Self, Fault> {
        let mut extensions = Self::default();
        for extension in read_list(octets)? {
            let known = extensions.take(&extension)?;
            extensions.has_unknown_critical |= extension.is_critical && !known;
        }
        Ok(extensions)
    }

    /// Takes an extension in; gives whether it is one whose meaning is kept to.
    fn take(&mut self, extension: &Extension<'_>) -> Result<bool, Fault> {
        let content = extension.value;
        match extension.identifier {
            oid::BASIC_CONSTRAINTS => {
                strict::check(content)?;
                let constraints = BasicConstraints::from_der(content)
                    .map_err(|_| "the basic constraints are malformed")?;
                self.basic_constraints = Some(Authority {
                    is_authority: constraints.ca,
                    path_length: constraints.path_len_constraint,
                });
            }
            oid::KEY_USAGE => {
                strict::check(content)?;
                self.key_usage = Some(KeyUsage::read(content)?);
            }
            oid::EXTENDED_KEY_USAGE => {
                strict::check(content)?;
                let purposes = ExtendedKeyUsage::from_der(content)
                    .map_err(|_| "the extended key usage is malformed")?;
                let octets = purposes.0.iter().map(|purpose| purpose.as_bytes().to_vec());
                self.extended_key_usage = Some(Purposes {
                    identifiers: octets.collect(),
                    is_critical: extension.is_critical,
                });
            }
            oid::SUBJECT_KEY_IDENTIFIER => {
                self.subject_key_identifier = Some(strict::only(OCTET_STRING, content)?.to_vec());
            }
            oid::AUTHORITY_KEY_IDENTIFIER => {
                self.authority_key_identifier = read_authority_key_identifier(content)?;
            }
            oid::NAME_CONSTRAINTS => {
                strict::check(content)?;
                self.name_constraints = Some(NameConstraints::read(content)?);
            }
            oid::SUBJECT_ALT_NAME => {
                strict::check(content)?;
                self.alternative_names = GeneralName::read_list(strict::only(SEQUENCE, content)?)?;
            }
            // An address that cannot be read is one that nobody asks.
            oid::CRL_DISTRIBUTION_POINTS => {
                let names = read_distribution_points(content).unwrap_or_default();
                self.revocation_lists = web_addresses(names.clone()).collect();
                self.distribution_points = names;
            }
            oid::AUTHORITY_INFO_ACCESS => {
                self.responders = read_access(content, oid::AD_OCSP).unwrap_or_default();
                self.issuers = read_access(content, oid::AD_CA_ISSUERS).unwrap_or_default();
            }
            oid::OCSP_NOCHECK => self.is_not_checked = true,
            // No chain is asked for a policy, so one that cannot be read is one that nobody has.
            oid::CERTIFICATE_POLICIES => {
                self.policies = read_policies(content).unwrap_or_default();
            }
            // It names only the issuer.
            oid::ISSUER_ALT_NAME => {}
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The identifiers in CertificatePolicies; what qualifies them is not kept.
pub(crate) fn read_policies(content: &[u8]) -> Result<Vec<Vec<u8>>, Fault> {
    strict::check(content)?;
    let policies = strict::children(strict::only(SEQUENCE, content)?, MAX_POLICIES)?;
    let identifier = |policy: &Tlv<'_>| {
        let mut fields = Fields::new(strict::only(SEQUENCE, policy.raw)?);
        Ok(fields.take(OBJECT_IDENTIFIER)?.value.to_vec())
    };
    policies.iter().map(identifier).collect()
}

/// The key identifier in authorityKeyIdentifier.
pub(crate) fn read_authority_key_identifier(content: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
    let identifier = AuthorityKeyIdentifier::from_der(content)
        .map_err(|_| "the authority key identifier is malformed")?;
    Ok(identifier
        .key_identifier
        .map(|octets| octets.as_bytes().to_vec()))
}

/// The full names in CRLDistributionPoints.
fn read_distribution_points(content: &[u8]) -> Result<Vec<GeneralName>, Fault> {
    strict::check(content)?;
    let mut names = Vec::new();
    for point in strict::children(strict::only(SEQUENCE, content)?, MAX_ADDRESSES)? {
        let mut fields = Fields::new(strict::only(SEQUENCE, point.raw)?);
        let Some(name) = fields.optional(0xA0)? else {
            continue;
        };
        if let Some(full) = Fields::new(name.value).optional(0xA0)? {
            names.extend(GeneralName::read_list(full.value)?);
        }
    }
    Ok(names)
}

/// The addresses of one way of access in AuthorityInfoAccessSyntax.
fn read_access(content: &[u8], way: &[u8]) -> Result<Vec<String>, Fault> {
    strict::check(content)?;
    let mut addresses = Vec::new();
    for description in strict::children(strict::only(SEQUENCE, content)?, MAX_ADDRESSES)? {
        let mut fields = Fields::new(strict::only(SEQUENCE, description.raw)?);
        let method = fields.take(OBJECT_IDENTIFIER)?.value;
        let location = fields.next()?.ok_or("a name is malformed")?;
        if method == way {
            addresses.extend(web_addresses(vec![GeneralName::read(&location)?]));
        }
    }
    Ok(addresses)
}

/// Only those that are fetched over HTTP: a certificate must not make anybody open a file.
fn web_addresses(names: Vec<GeneralName>) -> impl Iterator<Item = String> {
    names.into_iter().filter_map(|name| match name {
        GeneralName::Uri(uri) if uri.starts_with("http://") || uri.starts_with("https://") => {
            Some(uri)
        }
        _ => None,
    })
}
