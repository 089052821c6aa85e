//! X.509 certificates in the profile of STB 34.101.78: writing them, and reading what a check needs.

use kabinet_stb::bign::{Level, PrivateKey, PublicKey};
use kabinet_stb::hash::{bash384, bash512, belt_hash};
use kabinet_stb::random;
use kabinet_stb::tlv::{self, Tlv};

use crate::der::{algorithm, bit_string, integer, nest, oid, sequence, tlv as der};
use crate::groups::utf8;
use crate::holder::Holder;
use crate::oids;

/// Who a certificate is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The self-signed root.
    Root,
    /// An authority that issues to end entities, under a root.
    Issuing,
    /// What signs the answers of an issuing authority: an automaton.
    Agent,
    /// A registration authority, which is a terminal to cards.
    Registration,
    /// A person who works for a registration authority.
    Operator,
    /// A citizen.
    Citizen,
    /// A person of another nationality, or of none.
    Foreigner,
    /// An authority that signs documents.
    Authority,
    /// Who tells of revocation (OCSP).
    Responder,
    /// A time-stamping authority.
    Stamper,
}

/// What goes into a certificate.
pub struct Contents<'a> {
    /// DER of the subject's Name.
    pub subject: &'a [u8],
    /// The subject's key.
    pub key: &'a PublicKey,
    /// Start, `YYMMDDhhmmssZ`.
    pub from: &'a str,
    /// End, `YYMMDDhhmmssZ`.
    pub until: &'a str,
    /// Decides the extensions.
    pub role: Role,
    /// Where the portal answers, for the addresses of responder and revocation list; none leaves
    /// them out.
    pub address: Option<&'a str>,
    /// More extensions, DER one after the other.
    pub more: &'a [u8],
}

/// Who issues a certificate.
pub struct Issuer<'a> {
    /// DER of the issuer's Name.
    pub name: &'a [u8],
    /// The issuer's key.
    pub key: &'a PrivateKey,
    /// Address of the services that tell of revocation for the sandbox's first root; none where
    /// certificates name nobody.
    pub services: Option<&'a str>,
}

/// DER of a certificate signed by `issuer` with bign and the hash function of its key's level.
#[must_use]
pub fn issue(contents: &Contents<'_>, issuer: &Issuer<'_>) -> Vec<u8> {
    let public = contents.key.to_bytes();
    // A serial number from the key: unique by construction, and the same on every run. Those under
    // an issuing authority may be for the same key again, within the same second too.
    let again = contents.address.map(|_| random::bytes::<16>());
    let again = again.as_ref().map_or(&[][..], |octets| octets);
    let mut serial = belt_hash(&[contents.subject, &public, again].concat())[..16].to_vec();
    serial[0] = serial[0] & 0x7F | 0x40;
    let body = sequence(&[
        &der(0xA0, &integer(&[2])),
        &integer(&serial),
        &signature_algorithm(issuer.key.level()),
        issuer.name,
        &sequence(&[
            &der(0x17, contents.from.as_bytes()),
            &der(0x17, contents.until.as_bytes()),
        ]),
        contents.subject,
        &sequence(&[
            &sequence(&[&oid(oids::BIGN_PUBKEY), &oid(curve(contents.key.level()))]),
            &bit_string(&public),
        ]),
        &der(
            0xA3,
            &extensions(
                contents,
                &issuer.key.public_key().to_bytes(),
                issuer.services,
            ),
        ),
    ]);
    signed(&body, issuer.key)
}

/// SEQUENCE of octets in DER, algorithm and signature.
#[must_use]
pub fn signed(body: &[u8], key: &PrivateKey) -> Vec<u8> {
    let (id, hash) = digest(key.level(), body);
    sequence(&[
        body,
        &signature_algorithm(key.level()),
        &bit_string(&key.sign_hash(id, &hash)),
    ])
}

/// Hash function of a level, and its value.
pub(crate) fn digest(level: Level, octets: &[u8]) -> (&'static [u8], Vec<u8>) {
    match level {
        Level::L128 => (oids::BELT_HASH, belt_hash(octets).to_vec()),
        Level::L192 => (oids::BASH384, bash384(octets).to_vec()),
        Level::L256 => (oids::BASH512, bash512(octets).to_vec()),
    }
}

/// AlgorithmIdentifier of bign with the hash function of a level.
pub(crate) fn signature_algorithm(level: Level) -> Vec<u8> {
    algorithm(match level {
        Level::L128 => oids::BIGN_WITH_HBELT,
        Level::L192 => oids::BIGN_WITH_BASH384,
        Level::L256 => oids::BIGN_WITH_BASH512,
    })
}

pub(crate) const LEVELS: [Level; 3] = [Level::L128, Level::L192, Level::L256];

fn curve(level: Level) -> &'static [u8] {
    match level {
        Level::L128 => oids::BIGN_CURVE256V1,
        Level::L192 => oids::BIGN_CURVE384V1,
        Level::L256 => oids::BIGN_CURVE512V1,
    }
}

fn extensions(contents: &Contents<'_>, issuer_key: &[u8], services: Option<&str>) -> Vec<u8> {
    let own = der(0x04, &belt_hash(&contents.key.to_bytes()));
    let issuer = sequence(&[&der(0x80, &belt_hash(issuer_key))]);
    let (usage, purposes, policies) = profile(contents.role);
    let list = |ids: &[&[u8]]| -> Vec<u8> { ids.iter().flat_map(|id| oid(id)).collect() };
    let wrapped =
        |ids: &[&[u8]]| -> Vec<u8> { ids.iter().flat_map(|id| sequence(&[&oid(id)])).collect() };
    let authority = matches!(contents.role, Role::Root | Role::Issuing);
    let constraints: &[u8] = if authority { &[0x01, 1, 0xFF] } else { &[] };
    let mut all = extension(oids::SUBJECT_KEY_IDENTIFIER, false, &own);
    if contents.role != Role::Root {
        all.extend(extension(oids::AUTHORITY_KEY_IDENTIFIER, false, &issuer));
    }
    all.extend(extension(oids::KEY_USAGE, true, &usage));
    if !purposes.is_empty() {
        all.extend(extension(
            oids::EXT_KEY_USAGE,
            true,
            &der(0x30, &list(purposes)),
        ));
    }
    all.extend(extension(
        oids::BASIC_CONSTRAINTS,
        true,
        &sequence(&[constraints]),
    ));
    if !policies.is_empty() {
        all.extend(extension(
            oids::CERTIFICATE_POLICIES,
            false,
            &der(0x30, &wrapped(policies)),
        ));
    }
    if let Some(address) = contents.address {
        all.extend(addresses(address));
    }
    if let Some(address) = services {
        all.extend(told_at(address));
    }
    all.extend(contents.more);
    der(0x30, &all)
}

type Profile = ([u8; 4], &'static [&'static [u8]], &'static [&'static [u8]]);

/// Key usage (BIT STRING in DER), purposes and policies of a role (STB 34.101.78, clause 8.1).
fn profile(role: Role) -> Profile {
    // digitalSignature, nonRepudiation and keyEncipherment.
    const PERSON: [u8; 4] = [0x03, 2, 5, 0xE0];
    // digitalSignature and nonRepudiation.
    const SERVICE: [u8; 4] = [0x03, 2, 6, 0xC0];
    const PEOPLE: &[&[u8]] = &[oids::CLIENT_AUTH, oids::EMAIL_PROTECTION];
    match role {
        // keyCertSign and cRLSign.
        Role::Root => ([0x03, 2, 1, 0x06], &[], &[]),
        // keyEncipherment, too.
        Role::Issuing => ([0x03, 2, 1, 0x26], &[], &[oids::ANY_POLICY]),
        // digitalSignature and keyEncipherment.
        Role::Agent => ([0x03, 2, 5, 0xA0], &[], &[oids::ROLE_ACD, oids::ROLE_CA1]),
        Role::Registration => (PERSON, &[oids::SERVER_TM], &[oids::ROLE_RA]),
        Role::Operator => (PERSON, PEOPLE, &[oids::ROLE_LR, oids::ROLE_RA]),
        Role::Citizen => (PERSON, PEOPLE, &[oids::ROLE_NP]),
        Role::Foreigner => (PERSON, PEOPLE, &[oids::ROLE_FNP]),
        Role::Authority => (SERVICE, &[], &[]),
        Role::Responder => (SERVICE, &[oids::OCSP_SIGNING], &[oids::ROLE_OCSP]),
        Role::Stamper => (SERVICE, &[oids::TIME_STAMPING], &[oids::ROLE_TSA]),
    }
}

/// The same of what the sandbox's first root issues.
fn told_at(address: &str) -> Vec<u8> {
    let at = |path: &str| der(0x86, format!("{address}{path}").as_bytes());
    let list = der(0xA0, &der(0xA0, &at(crate::revocation::LIST_PATH)));
    let responder = sequence(&[&oid(oids::AD_OCSP), &at(crate::revocation::OCSP_PATH)]);
    [
        extension(
            oids::CRL_DISTRIBUTION_POINTS,
            false,
            &sequence(&[&sequence(&[&list])]),
        ),
        extension(oids::AUTHORITY_INFO_ACCESS, false, &sequence(&[&responder])),
    ]
    .concat()
}

/// cRLDistributionPoints and authorityInfoAccess of what the issuing authority issues.
fn addresses(address: &str) -> Vec<u8> {
    let uri = |path: &str| der(0x86, format!("{address}{path}").as_bytes());
    let list = nest(0xA0, &[&nest(0xA0, &[&uri(crate::ca::LIST_PATH)])]);
    let access = |way: &[u8], path: &str| sequence(&[&oid(way), &uri(path)]);
    [
        extension(
            oids::CRL_DISTRIBUTION_POINTS,
            false,
            &sequence(&[&sequence(&[&list])]),
        ),
        extension(
            oids::AUTHORITY_INFO_ACCESS,
            false,
            &sequence(&[
                &access(oids::AD_CA_ISSUERS, crate::ca::CERTIFICATE_PATH),
                &access(oids::AD_OCSP, crate::revocation::OCSP_PATH),
            ]),
        ),
    ]
    .concat()
}

pub(crate) fn extension(id: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[0x01, 1, 0xFF] } else { &[] };
    sequence(&[&oid(id), critical, &der(0x04, value)])
}

/// Name of the sandbox's root.
#[must_use]
pub fn root_name() -> Vec<u8> {
    sequence(&[
        &attribute(oids::COMMON_NAME, &utf8("Sandbox Root CA")),
        &attribute(oids::COUNTRY_NAME, &der(0x13, b"BY")),
        &attribute(oids::ORGANIZATION_NAME, &utf8("Kabinet sandbox")),
    ])
}

/// Name of the authority that signs documents.
#[must_use]
pub fn authority_name() -> Vec<u8> {
    service_name("Sandbox authority")
}

/// Name of an institution of the sandbox.
#[must_use]
pub fn service_name(common_name: &str) -> Vec<u8> {
    sequence(&[
        &attribute(oids::COMMON_NAME, &utf8(common_name)),
        &attribute(oids::COUNTRY_NAME, &der(0x13, b"BY")),
        &attribute(oids::ORGANIZATION_NAME, &utf8("Kabinet sandbox")),
    ])
}

/// Name of a natural person: the five attributes in the profile's order.
#[must_use]
pub fn holder_name(holder: &Holder) -> Vec<u8> {
    let (family, given) = (&holder.family_name, &holder.given_name);
    let with_patronymic = |given: &str, patronymic: Option<&String>| match patronymic {
        Some(patronymic) => format!("{given} {patronymic}"),
        None => given.to_owned(),
    };
    let middle = holder.middle_name.as_ref();
    let given_names = format!(
        "{}/{}",
        with_patronymic(&given.be, middle.map(|name| &name.be)),
        with_patronymic(&given.ru, middle.map(|name| &name.ru)),
    );
    person_name([
        &format!("{} {}", given.latin, family.latin),
        &format!("{}/{}", family.be, family.ru),
        &given_names,
        &holder.serial_number,
        &holder.country_code,
    ])
}

/// Name of a natural person from common name, surname, given name, serial number and country.
#[must_use]
pub fn person_name(texts: [&str; 5]) -> Vec<u8> {
    let [common, surname, given, serial, country] = texts;
    sequence(&[
        &attribute(oids::COMMON_NAME, &utf8(common)),
        &attribute(oids::SURNAME, &utf8(surname)),
        &attribute(oids::GIVEN_NAME, &utf8(given)),
        &attribute(oids::SERIAL_NUMBER, &der(0x13, serial.as_bytes())),
        &attribute(oids::COUNTRY_NAME, &der(0x13, country.as_bytes())),
    ])
}

fn attribute(id: &[u8], value: &[u8]) -> Vec<u8> {
    nest(0x31, &[&sequence(&[&oid(id), value])])
}

/// What the sandbox reads from the certificate of a signer.
pub struct Certificate {
    /// Octets that the issuer signed.
    pub body: Vec<u8>,
    /// The issuer's signature.
    pub signature: Vec<u8>,
    /// DER of the serial number, tag included.
    pub serial: Vec<u8>,
    /// DER of the issuer's Name.
    pub issuer: Vec<u8>,
    /// DER of the subject's Name.
    pub subject: Vec<u8>,
    /// Start, `YYMMDDhhmmssZ`.
    pub from: String,
    /// End, `YYMMDDhhmmssZ`.
    pub until: String,
    /// The subject's key.
    pub key: PublicKey,
    /// Extensions: content octets of the identifier, and the value.
    pub extensions: Vec<(Vec<u8>, Vec<u8>)>,
    /// Content octets of the keyUsage BIT STRING.
    pub key_usage: Option<Vec<u8>>,
}

impl Certificate {
    /// Reads a certificate; `None` when it is not one of the sandbox's profile.
    #[must_use]
    pub fn parse(certificate: &[u8]) -> Option<Self> {
        let whole = exactly(certificate, 0x30)?;
        let [body, signature_algorithm, signature] = take(&tlv::children(whole.value).ok()?)?;
        let known = LEVELS.map(self::signature_algorithm);
        if !known.iter().any(|one| one == signature_algorithm.raw) || signature.tag != 0x03 {
            return None;
        }
        let fields = tlv::children(body.value).ok()?;
        let [
            _version,
            serial,
            inner,
            issuer,
            validity,
            subject,
            key,
            extensions,
        ] = take(&fields)?;
        if inner.raw != signature_algorithm.raw || serial.tag != 0x02 {
            return None;
        }
        let [from, until] = take(&tlv::children(validity.value).ok()?)?;
        let list = exactly(extensions.value, 0x30)?;
        let mut key_usage = None;
        let mut extensions = Vec::new();
        for extension in tlv::children(list.value).ok()? {
            let parts = tlv::children(extension.value).ok()?;
            let (id, value) = (parts.first()?.value, parts.last()?.value);
            if id == oids::KEY_USAGE {
                key_usage = Some(exactly(value, 0x03)?.value.to_vec());
            }
            extensions.push((id.to_vec(), value.to_vec()));
        }
        let time = |time: Tlv<'_>| (time.tag == 0x17).then(|| text(time.value))?;
        Some(Self {
            body: body.raw.to_vec(),
            signature: signature.value.strip_prefix(&[0])?.to_vec(),
            serial: serial.raw.to_vec(),
            issuer: issuer.raw.to_vec(),
            subject: subject.raw.to_vec(),
            from: time(from)?,
            until: time(until)?,
            key: read_key(key.value)?,
            extensions,
            key_usage,
        })
    }

    /// Whether `issuer` signed this certificate.
    #[must_use]
    pub fn is_signed_by(&self, issuer: &PublicKey) -> bool {
        let (id, hash) = digest(issuer.level(), &self.body);
        issuer.verify_hash(id, &hash, &self.signature).is_ok()
    }

    /// The value of an extension.
    #[must_use]
    pub fn extension(&self, id: &[u8]) -> Option<&[u8]> {
        let found = self.extensions.iter().find(|(one, _)| one == id);
        found.map(|(_, value)| value.as_slice())
    }

    /// Whether an extension that lists identifiers, in whatever way, has this one.
    #[must_use]
    pub fn lists(&self, extension: &[u8], id: &[u8]) -> bool {
        let asked = oid(id);
        self.extension(extension)
            .is_some_and(|value| value.windows(asked.len()).any(|part| part == asked))
    }

    /// Whether `moment` (`YYMMDDhhmmssZ`) lies in the validity. Good for this century's first half.
    #[must_use]
    pub fn is_valid_at(&self, moment: &str) -> bool {
        self.from.as_str() <= moment && moment <= self.until.as_str()
    }

    /// Whether the key may confirm documents: digitalSignature or nonRepudiation.
    #[must_use]
    pub fn may_sign(&self) -> bool {
        self.key_usage
            .as_deref()
            .and_then(|bits| bits.get(1))
            .is_some_and(|bits| bits & 0xC0 != 0)
    }

    /// The subject's serialNumber attribute, such as `IDCBY-590082394654`.
    #[must_use]
    pub fn subject_serial(&self) -> Option<String> {
        let name = exactly(&self.subject, 0x30)?;
        for set in tlv::children(name.value).ok()? {
            for pair in tlv::children(set.value).ok()? {
                let [id, value] = take(&tlv::children(pair.value).ok()?)?;
                if id.value == oids::SERIAL_NUMBER {
                    return text(value.value);
                }
            }
        }
        None
    }
}

/// The key in the content of SubjectPublicKeyInfo.
pub(crate) fn read_key(value: &[u8]) -> Option<PublicKey> {
    let [algorithm, key] = take(&tlv::children(value).ok()?)?;
    let [kind, named] = take(&tlv::children(algorithm.value).ok()?)?;
    let mut levels = LEVELS.into_iter();
    let level = levels.find(|level| curve(*level) == named.value)?;
    let octets = key.value.strip_prefix(&[0])?;
    let key = PublicKey::from_bytes(level, octets).ok()?;
    (kind.value == oids::BIGN_PUBKEY).then_some(key)
}

/// The only TLV in `octets`, when it has that tag.
pub(crate) fn exactly(octets: &[u8], tag: u32) -> Option<Tlv<'_>> {
    let (first, rest) = tlv::read(octets).ok()?;
    (first.tag == tag && rest.is_empty()).then_some(first)
}

/// Exactly `N` TLVs.
pub(crate) fn take<'a, const N: usize>(list: &[Tlv<'a>]) -> Option<[Tlv<'a>; N]> {
    list.try_into().ok()
}

fn text(octets: &[u8]) -> Option<String> {
    String::from_utf8(octets.to_vec()).ok()
}
