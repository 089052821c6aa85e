//! X.509 certificates in the profile of STB 34.101.78: writing them, and reading what a check needs.

use kabinet_stb::bign::{Level, PrivateKey, PublicKey};
use kabinet_stb::hash::belt_hash;
use kabinet_stb::tlv::{self, Tlv};

use crate::der::{algorithm, bit_string, integer, nest, oid, sequence, tlv as der};
use crate::groups::utf8;
use crate::holder::Holder;
use crate::oids;

/// Who a certificate is for.
pub enum Role {
    /// The self-signed root.
    Root,
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
    /// The subject's key, level 128.
    pub key: &'a PublicKey,
    /// Start, `YYMMDDhhmmssZ`.
    pub from: &'a str,
    /// End, `YYMMDDhhmmssZ`.
    pub until: &'a str,
    /// Decides the extensions.
    pub role: Role,
}

/// Who issues a certificate.
pub struct Issuer<'a> {
    /// DER of the issuer's Name.
    pub name: &'a [u8],
    /// The issuer's key, level 128.
    pub key: &'a PrivateKey,
}

/// DER of a certificate signed by `issuer` with bign-with-hbelt.
#[must_use]
pub fn issue(contents: &Contents<'_>, issuer: &Issuer<'_>) -> Vec<u8> {
    let public = contents.key.to_bytes();
    // A serial number from the key: unique by construction, and the same on every run.
    let mut serial = belt_hash(&[contents.subject, public.as_slice()].concat())[..16].to_vec();
    serial[0] = serial[0] & 0x7F | 0x40;
    let body = sequence(&[
        &der(0xA0, &integer(&[2])),
        &integer(&serial),
        &algorithm(oids::BIGN_WITH_HBELT),
        issuer.name,
        &sequence(&[
            &der(0x17, contents.from.as_bytes()),
            &der(0x17, contents.until.as_bytes()),
        ]),
        contents.subject,
        &sequence(&[
            &sequence(&[&oid(oids::BIGN_PUBKEY), &oid(oids::BIGN_CURVE256V1)]),
            &bit_string(&public),
        ]),
        &der(
            0xA3,
            &extensions(contents, &issuer.key.public_key().to_bytes()),
        ),
    ]);
    let signature = issuer.key.sign_hash(oids::BELT_HASH, &belt_hash(&body));
    sequence(&[
        &body,
        &algorithm(oids::BIGN_WITH_HBELT),
        &bit_string(&signature),
    ])
}

fn extensions(contents: &Contents<'_>, issuer_key: &[u8]) -> Vec<u8> {
    let own = der(0x04, &belt_hash(&contents.key.to_bytes()));
    let issuer = sequence(&[&der(0x80, &belt_hash(issuer_key))]);
    let subject_id = extension(oids::SUBJECT_KEY_IDENTIFIER, false, &own);
    let role = match contents.role {
        Role::Root => {
            return sequence(&[
                &subject_id,
                // keyCertSign and cRLSign.
                &extension(oids::KEY_USAGE, true, &[0x03, 2, 1, 0x06]),
                &extension(
                    oids::BASIC_CONSTRAINTS,
                    true,
                    &sequence(&[&[0x01, 1, 0xFF]]),
                ),
            ]);
        }
        Role::Citizen => oids::ROLE_NP,
        Role::Foreigner => oids::ROLE_FNP,
        Role::Authority | Role::Responder | Role::Stamper => {
            let purpose = match contents.role {
                Role::Responder => Some((oids::OCSP_SIGNING, oids::ROLE_OCSP)),
                Role::Stamper => Some((oids::TIME_STAMPING, oids::ROLE_TSA)),
                _ => None,
            };
            let special = purpose.map(|(purpose, role)| {
                let policies = sequence(&[&sequence(&[&oid(role)])]);
                let purposes = sequence(&[&oid(purpose)]);
                [
                    extension(oids::EXT_KEY_USAGE, true, &purposes),
                    extension(oids::CERTIFICATE_POLICIES, false, &policies),
                ]
                .concat()
            });
            return sequence(&[
                &subject_id,
                &extension(oids::AUTHORITY_KEY_IDENTIFIER, false, &issuer),
                // digitalSignature and nonRepudiation.
                &extension(oids::KEY_USAGE, true, &[0x03, 2, 6, 0xC0]),
                &special.unwrap_or_default(),
                &extension(oids::BASIC_CONSTRAINTS, true, &sequence(&[])),
            ]);
        }
    };
    sequence(&[
        &subject_id,
        &extension(oids::AUTHORITY_KEY_IDENTIFIER, false, &issuer),
        // digitalSignature, nonRepudiation and keyEncipherment.
        &extension(oids::KEY_USAGE, true, &[0x03, 2, 5, 0xE0]),
        &extension(
            oids::EXT_KEY_USAGE,
            true,
            &sequence(&[&oid(oids::CLIENT_AUTH), &oid(oids::EMAIL_PROTECTION)]),
        ),
        &extension(oids::BASIC_CONSTRAINTS, true, &sequence(&[])),
        &extension(
            oids::CERTIFICATE_POLICIES,
            false,
            &sequence(&[&sequence(&[&oid(role)])]),
        ),
    ])
}

fn extension(id: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
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
    sequence(&[
        &attribute(
            oids::COMMON_NAME,
            &utf8(&format!("{} {}", given.latin, family.latin)),
        ),
        &attribute(
            oids::SURNAME,
            &utf8(&format!("{}/{}", family.be, family.ru)),
        ),
        &attribute(oids::GIVEN_NAME, &utf8(&given_names)),
        &attribute(
            oids::SERIAL_NUMBER,
            &der(0x13, holder.serial_number.as_bytes()),
        ),
        &attribute(
            oids::COUNTRY_NAME,
            &der(0x13, holder.country_code.as_bytes()),
        ),
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
    /// Content octets of the keyUsage BIT STRING.
    pub key_usage: Option<Vec<u8>>,
}

impl Certificate {
    /// Reads a certificate; `None` when it is not one of the sandbox's profile.
    #[must_use]
    pub fn parse(certificate: &[u8]) -> Option<Self> {
        let whole = exactly(certificate, 0x30)?;
        let [body, signature_algorithm, signature] = take(&tlv::children(whole.value).ok()?)?;
        if signature_algorithm.raw != algorithm(oids::BIGN_WITH_HBELT) || signature.tag != 0x03 {
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
        let [key_algorithm, key] = take(&tlv::children(key.value).ok()?)?;
        let [key_kind, curve] = take(&tlv::children(key_algorithm.value).ok()?)?;
        if key_kind.value != oids::BIGN_PUBKEY || curve.value != oids::BIGN_CURVE256V1 {
            return None;
        }
        let list = exactly(extensions.value, 0x30)?;
        let mut key_usage = None;
        for extension in tlv::children(list.value).ok()? {
            let parts = tlv::children(extension.value).ok()?;
            if parts.first()?.value == oids::KEY_USAGE {
                key_usage = Some(exactly(parts.last()?.value, 0x03)?.value.to_vec());
            }
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
            key: PublicKey::from_bytes(Level::L128, key.value.strip_prefix(&[0])?).ok()?,
            key_usage,
        })
    }

    /// Whether `issuer` signed this certificate.
    #[must_use]
    pub fn is_signed_by(&self, issuer: &PublicKey) -> bool {
        let hash = belt_hash(&self.body);
        issuer
            .verify_hash(oids::BELT_HASH, &hash, &self.signature)
            .is_ok()
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
