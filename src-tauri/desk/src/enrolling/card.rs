//! The card's part of an enrolment. Each function is one dialogue with the card.

use kabinet_pki::certificate::{Certificate, is_key_hash};
use kabinet_pki::request::{PersonName, Role, UnsignedRequest, Wishes};
use kabinet_stb::access::EsignRights;
use kabinet_stb::bign::{Level, PublicKey};
use kabinet_stb::{Secret, hash};
use kabinet_token::{
    CardError, CertificateFile, KeyState, Password, ReaderAddress, Session, SignHash,
};

use super::{KeyWish, pending};
use crate::problem::{Code, Problem};
use crate::profile::Profile;
use crate::view::StepView;
use crate::{Outcome, pins};

/// A key's place on the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyPlace {
    /// Its reference: 01, 02 or 03.
    pub(super) reference: u8,
    level: Level,
}

impl KeyPlace {
    /// The place for keys of this level.
    pub(super) fn of_level(level: u16) -> Outcome<Self> {
        let (reference, level) = match level {
            128 => (0x01, Level::L128),
            192 => (0x02, Level::L192),
            256 => (0x03, Level::L256),
            _ => {
                let reason = format!("--level {level}");
                return Err(Problem::new(Code::Usage).with("reason", reason));
            }
        };
        Ok(Self { reference, level })
    }

    /// The level of the keys there.
    pub(super) fn level(self) -> Level {
        self.level
    }
}

/// What is to be done.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) place: KeyPlace,
    pub(super) wish: KeyWish,
    /// Whether a request that waits is not asked after but made anew.
    pub(super) passes_over: bool,
    /// A word for the authority.
    pub(super) information: Option<String>,
    /// Name of the holder in DER, for cards that do not hold it.
    pub(super) holder: Option<Vec<u8>>,
    pub(super) profile: Profile,
}

/// A request for a certificate.
pub(super) struct Asked {
    /// The hash of the public key, as the card has it.
    pub(super) key_hash: Vec<u8>,
    /// By which the certificate is asked after.
    pub(super) identifier: [u8; 32],
    /// The request in DER; empty when it was made earlier.
    pub(super) request: Vec<u8>,
    /// An older certificate of the same key in DER, which stays on the card until then.
    pub(super) older: Option<Vec<u8>>,
    /// The holder's name in DER, for whom the certificate has to be; none where it is nowhere known.
    pub(super) name: Option<Vec<u8>>,
}

/// Where the enrolment stands.
pub(super) enum Prepared {
    /// A request was made earlier.
    Waiting(Asked),
    /// A request is to be handed in.
    Request(Asked),
}

fn open(address: &ReaderAddress, pin: &Secret) -> Outcome<Session> {
    let rights = EsignRights::MANAGE_KEYS_BASE.with(EsignRights::USE_KEYS_BASE);
    pins::open(address, Password::Pin, pin, Some(rights))
}

/// Looks where the enrolment stands, and makes key and request where they are missing.
pub(super) fn prepare(
    address: &ReaderAddress,
    pin: &Secret,
    plan: &Plan,
    tell: &dyn Fn(StepView),
) -> Outcome<(Session, Prepared)> {
    let reference = plan.place.reference;
    let mut session = open(address, pin)?;
    tell(StepView::Key);
    let mut state = session.key_state(reference)?;
    let (mut file, mut own_hash) = (None, None);
    if state == KeyState::Active && plan.wish == KeyWish::Keep {
        file = match session.read_certificate_file(reference) {
            // Something of a certificate that was written when the card left.
            Err(CardError::Protocol(_)) => None,
            file => file?,
        };
        own_hash = session.read_key_hash(reference)?;
    }
    let mark = file.as_ref().and_then(|file| mark_in(plan, file));
    let is_there = matches!(state, KeyState::Active | KeyState::Deactivated);
    let is_unheard = mark.is_some() && !is_kept(plan, own_hash.as_deref());
    if is_there && (plan.wish == KeyWish::Anew || is_unheard) {
        session.terminate_key(reference)?;
        session.verify_pin(pin)?;
        state = KeyState::Destroyed;
    }
    match state {
        KeyState::Active => {}
        KeyState::Deactivated => return Err(Code::KeyDeactivated.into()),
        KeyState::Absent | KeyState::Destroyed => {
            let (key, new_mark) = make(&mut session, plan)?;
            // Making it used the confirmation up.
            session.verify_pin(pin)?;
            tell(StepView::Request);
            let asked = request(&mut session, plan, &key, None)?;
            for mark in mark.iter().chain([&new_mark]) {
                pending::forget_mark(&plan.profile, mark);
            }
            return Ok((session, Prepared::Request(asked)));
        }
    }
    let certificate = match &file {
        Some(CertificateFile::Certificate(der)) => Certificate::from_der(der).ok(),
        _ => None,
    };
    let certified = certificate
        .as_ref()
        .and_then(Certificate::public_key)
        .filter(|key| own_hash.as_ref().is_none_or(|own| is_key_hash(key, own)));
    let key_hash = match (own_hash, certified) {
        (Some(own), _) => own,
        (None, Some(key)) => hash::belt_hash(&key.to_bytes()).to_vec(),
        // Cards need not hold the hash, and the older certificate is being replaced.
        (None, None) => match &file {
            Some(CertificateFile::RequestHash(identifier)) => {
                let level = plan.place.level;
                let kept = pending::find_request(&plan.profile, level, identifier);
                hash::belt_hash(&kept.ok_or(Code::KeyUnknown)?.public_key.to_bytes()).to_vec()
            }
            _ => return Err(Code::KeyUnknown.into()),
        },
    };
    let kept = pending::find(&plan.profile, plan.place.level, &key_hash);
    let waits = match &file {
        Some(CertificateFile::RequestHash(identifier)) => {
            Some(*identifier).filter(|_| mark.is_none())
        }
        _ if certified.is_some() => kept.as_ref().and_then(|kept| kept.identifier),
        _ => None,
    };
    if let Some(identifier) = waits.filter(|_| !plan.passes_over) {
        let asked = Asked {
            key_hash,
            identifier,
            request: Vec::new(),
            older: certificate
                .as_ref()
                .filter(|_| certified.is_some())
                .map(octets_of),
            name: name_of(&mut session, plan)?,
        };
        return Ok((session, Prepared::Waiting(asked)));
    }
    let older = certificate
        .as_ref()
        .filter(|_| certified.is_some())
        .map(octets_of);
    let key = match certified {
        Some(key) => key.clone(),
        None => kept.ok_or(Code::KeyUnknown)?.public_key,
    };
    tell(StepView::Request);
    let asked = request(&mut session, plan, &key, older)?;
    if let Some(mark) = mark {
        pending::forget_mark(&plan.profile, &mark);
    }
    Ok((session, Prepared::Request(asked)))
}

fn octets_of(certificate: &Certificate) -> Vec<u8> {
    certificate.der().to_vec()
}

/// The mark that [`make`] left in the certificate's place. As long as it stands there, the key was made
/// here and no certificate was asked for; where its public key is not kept either, that got lost on
/// the way from the card. Nobody knows such a key: nothing was encrypted for it, and nothing that it
/// signed can be checked.
fn mark_in(plan: &Plan, file: &CertificateFile) -> Option<[u8; 32]> {
    match file {
        CertificateFile::RequestHash(mark) => {
            Some(*mark).filter(|mark| pending::is_mark(&plan.profile, mark))
        }
        CertificateFile::Certificate(_) => None,
    }
}

/// Whether the public key with that hash is kept.
fn is_kept(plan: &Plan, own_hash: Option<&[u8]>) -> bool {
    let level = plan.place.level;
    own_hash.is_some_and(|own| pending::find(&plan.profile, level, own).is_some())
}

/// Makes the key pair, with a mark on the card before, where there is a place for it. The public key is
/// kept before anything else is done. Gives the mark, too.
fn make(session: &mut Session, plan: &Plan) -> Outcome<(PublicKey, [u8; 32])> {
    let reference = plan.place.reference;
    let mark = pending::new_mark(&plan.profile)?;
    match session.write_request_hash(reference, &mark) {
        // Of the keys that a card need not have, the file may come with the key (STB 34.101.79,
        // annex B); then nothing tells whose it is until its public key is kept.
        Err(CardError::NotFound) if !matches!(plan.place.level, Level::L128) => {}
        written => written?,
    }
    let octets = session.generate_key(reference)?;
    let key = PublicKey::from_bytes(plan.place.level, &octets)
        .map_err(|error| Problem::new(Code::CardProtocol).because(error))?;
    pending::keep(&plan.profile, &key, None)?;
    // By it certificates are matched with keys. Cards may write it by themselves.
    let written = session.read_key_hash(reference)?;
    if !written.is_some_and(|hash| is_key_hash(&key, &hash)) {
        session.write_key_hash(reference, &hash::belt_hash(&octets))?;
    }
    Ok((key, mark))
}

/// Makes the request, signed on the card, and leaves its hash in the certificate's place, unless an
/// older certificate of the same key is there.
fn request(
    session: &mut Session,
    plan: &Plan,
    key: &PublicKey,
    older: Option<Vec<u8>>,
) -> Outcome<Asked> {
    let reference = plan.place.reference;
    let name = name_of(session, plan)?.ok_or(Code::NameUnknown)?;
    let unusable = |error| Problem::new(Code::NameUnknown).because(error);
    let person = PersonName::from_der(&name).map_err(unusable)?;
    let role = if person.country == "BY" {
        Role::Resident
    } else {
        Role::NonResident
    };
    let wishes = Wishes {
        information: plan.information.clone(),
        ..Wishes::of(role)
    };
    let unsigned = UnsignedRequest::new(&name, key, &wishes)
        .map_err(|error| Problem::new(Code::Usage).with("reason", error.to_string()))?;
    let signature = session.sign(reference, SignHash::of_key(reference)?, &unsigned.hash())?;
    let request = unsigned
        .finish(&signature)
        .map_err(|error| Problem::new(Code::KeyUnknown).because(error))?;
    let identifier = hash::belt_hash(&request);
    if older.is_some() {
        pending::keep(&plan.profile, key, Some(identifier))?;
    } else {
        pending::keep(&plan.profile, key, None)?;
        session.write_request_hash(reference, &identifier)?;
    }
    let own = session.read_key_hash(reference)?;
    Ok(Asked {
        key_hash: own.unwrap_or_else(|| hash::belt_hash(&key.to_bytes()).to_vec()),
        identifier,
        request,
        older,
        name: Some(name),
    })
}

/// The holder's name in DER: the card's object, else that of who signed in here.
fn name_of(session: &mut Session, plan: &Plan) -> Outcome<Option<Vec<u8>>> {
    Ok(session.read_name()?.or_else(|| plan.holder.clone()))
}

/// Writes the certificate of the key that was asked for.
pub(super) fn install(
    address: &ReaderAddress,
    pin: &Secret,
    plan: &Plan,
    asked: &Asked,
    certificate: &[u8],
) -> Outcome {
    let mut session = open(address, pin)?;
    same_key(&mut session, plan, asked)?;
    session.write_certificate(plan.place.reference, certificate, &asked.identifier)?;
    pending::forget(&plan.profile, plan.place.level, &asked.key_hash);
    Ok(())
}

/// Leaves by what the certificate is to be asked after.
pub(super) fn keep_waiting(
    address: &ReaderAddress,
    pin: &Secret,
    plan: &Plan,
    asked: &Asked,
    identifier: [u8; 32],
) -> Outcome {
    if identifier == asked.identifier {
        return Ok(());
    }
    if asked.older.is_some() {
        let kept = pending::find(&plan.profile, plan.place.level, &asked.key_hash);
        return match kept {
            Some(kept) => pending::keep(&plan.profile, &kept.public_key, Some(identifier)),
            None => Ok(()),
        };
    }
    let mut session = open(address, pin)?;
    same_key(&mut session, plan, asked)?;
    Ok(session.write_request_hash(plan.place.reference, &identifier)?)
}

/// Reads by what a certificate from elsewhere is checked: the key's hash, and what was asked for.
pub(super) fn awaited(address: &ReaderAddress, pin: &Secret, plan: &Plan) -> Outcome<Asked> {
    let reference = plan.place.reference;
    let mut session = open(address, pin)?;
    if session.key_state(reference)? != KeyState::Active {
        return Err(Code::KeyAbsent.into());
    }
    let own_hash = session.read_key_hash(reference)?;
    let file = session.read_certificate_file(reference);
    // Cards need not hold the hash; then the certificate that is there tells the key.
    let certified = match &file {
        Ok(Some(CertificateFile::Certificate(der))) => Certificate::from_der(der).ok(),
        _ => None,
    };
    let certified = certified.as_ref().and_then(Certificate::public_key);
    let certified = certified.map(|key| hash::belt_hash(&key.to_bytes()).to_vec());
    let key_hash = own_hash.or(certified).ok_or(Code::KeyUnknown)?;
    let identifier = match file {
        Ok(Some(CertificateFile::RequestHash(identifier))) => identifier,
        Ok(_) | Err(CardError::Protocol(_)) => [0; 32],
        Err(error) => return Err(error.into()),
    };
    Ok(Asked {
        key_hash,
        identifier,
        request: Vec::new(),
        older: None,
        name: name_of(&mut session, plan)?,
    })
}

/// Refuses another card than the one of before.
fn same_key(session: &mut Session, plan: &Plan, asked: &Asked) -> Outcome {
    match session.read_key_hash(plan.place.reference)? {
        Some(own) if own != asked.key_hash => Err(Code::OtherCard.into()),
        _ => Ok(()),
    }
}
