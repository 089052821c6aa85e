//! Journeys J2 and J11: what is on the card, and its keys.

use jiff::Timestamp;
use kabinet_pki::certificate::{self, Summary};
use kabinet_stb::access::EsignRights;
use kabinet_stb::{Secret, hash};
use kabinet_token::{CertificateFile, KeyState, Password, Session};

use crate::enrolling::pending;
use crate::persons::Told;
use crate::problem::Code;
use crate::view::{CardContentsView, CertificateView, KeyStateView, KeyView};
use crate::{Desk, Outcome, pins};

/// Level of the key in each place (STB 34.101.79, clause 12.2.9).
const PLACES: [(u8, u16); 3] = [(0x01, 128), (0x02, 192), (0x03, 256)];

/// What is done to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyChange {
    /// Make it on the card; the private key never leaves it.
    Generate,
    /// Switch it on.
    Enable,
    /// Switch it off, until it is switched on again.
    Disable,
    /// Destroy it for ever.
    Destroy,
}

impl Desk {
    /// Whose card it is, which keys and which certificates it has. Uses the PIN once.
    ///
    /// # Errors
    /// As [`Desk::card_status`], and what the card says to the PIN.
    pub fn read_card(&self, reader: Option<&str>, pin: Secret) -> Outcome<CardContentsView> {
        let rights = EsignRights::USE_KEYS_BASE.with(EsignRights::MANAGE_KEYS_BASE);
        let mut session = self.open_for_keys(reader, &pin, rights)?;
        drop(pin);
        let mut keys = Vec::new();
        let mut certificates = Vec::new();
        for place in PLACES {
            let (view, certificate) = look(&mut session, place, self.now())?;
            if let Some((certificate, der)) = certificate {
                self.remember_read(place.0, &der);
                certificates.push(certificate);
            }
            keys.push(view);
        }
        let holder = match certificates.first() {
            Some(certificate) => Some(certificate.subject.clone()),
            // Cards have the name before they have a certificate; one that cannot be read is none.
            None => session
                .read_name()?
                .and_then(|name| certificate::name(&name).ok())
                .filter(|name| !name.is_empty()),
        };
        let mut numbers = certificates.iter();
        let serial_number = numbers.find_map(|one| one.subject_serial_number.as_deref());
        let other_person = self.other_person(Told {
            serial_number,
            ..Told::default()
        });
        Ok(CardContentsView {
            holder,
            keys,
            certificates,
            other_person,
        })
    }

    /// Makes the key of that level, or changes its state.
    ///
    /// # Errors
    /// As [`Desk::read_card`]; `usage` for a level that is none, `key_exists`, `key_absent`,
    /// `key_destroyed`.
    pub fn change_key(
        &self,
        reader: Option<&str>,
        pin: Secret,
        level: u16,
        change: KeyChange,
    ) -> Outcome<KeyView> {
        let place = place(level)?;
        let right = match change {
            KeyChange::Enable | KeyChange::Disable => EsignRights::SWITCH_KEYS,
            KeyChange::Generate | KeyChange::Destroy => EsignRights::MANAGE_KEYS_BASE,
        };
        let rights = right.with(EsignRights::USE_KEYS_BASE);
        let mut session = self.open_for_keys(reader, &pin, rights)?;
        drop(pin);
        match change {
            KeyChange::Generate => {
                let public_key = session.generate_key(place.0)?;
                // The card tells it this once, and a certificate needs it.
                pending::keep_octets(&self.profile, level, &public_key)?;
                // By it certificates are matched with keys. Cards may write it by themselves.
                if session.read_key_hash(place.0)?.is_none() {
                    session.write_key_hash(place.0, &hash::belt_hash(&public_key))?;
                }
            }
            KeyChange::Enable => session.activate_key(place.0)?,
            KeyChange::Disable => session.deactivate_key(place.0)?,
            KeyChange::Destroy => {
                // The card says yes to what was never there; a person should hear of it.
                match session.key_state(place.0)? {
                    KeyState::Absent => return Err(Code::KeyAbsent.into()),
                    KeyState::Destroyed => return Err(Code::KeyDestroyed.into()),
                    KeyState::Active | KeyState::Deactivated => session.terminate_key(place.0)?,
                }
            }
        }
        look(&mut session, place, self.now()).map(|(view, _)| view)
    }

    fn open_for_keys(
        &self,
        reader: Option<&str>,
        pin: &Secret,
        rights: EsignRights,
    ) -> Outcome<Session> {
        let address = self.choose_card(reader)?;
        pins::open(&address, Password::Pin, pin, Some(rights))
    }
}

/// Reference and level of the place for keys of that level.
pub(crate) fn place(level: u16) -> Outcome<(u8, u16)> {
    let found = PLACES.into_iter().find(|(_, of)| *of == level);
    found.ok_or_else(|| {
        let problem = crate::Problem::new(Code::Usage);
        problem.with("reason", format!("level {level}"))
    })
}

/// A place, and what it has of a certificate, which is DER too.
type Looked = (KeyView, Option<(CertificateView, Vec<u8>)>);

/// One place. Where there never was a key, no file is looked into.
fn look(session: &mut Session, (key, level): (u8, u16), now: Timestamp) -> Outcome<Looked> {
    let state = session.key_state(key)?;
    let file = match state {
        KeyState::Absent => None,
        _ => session.read_certificate_file(key)?,
    };
    let view = KeyView {
        key: name(key),
        level,
        state: match state {
            KeyState::Active => KeyStateView::Active,
            KeyState::Deactivated => KeyStateView::Deactivated,
            KeyState::Destroyed => KeyStateView::Destroyed,
            KeyState::Absent => KeyStateView::Absent,
        },
        awaits_certificate: matches!(file, Some(CertificateFile::RequestHash(_))),
    };
    let certificate = match file {
        Some(CertificateFile::Certificate(der)) => {
            let view = certificate_view(key, certificate::summary(&der)?, now);
            Some((view, der))
        }
        _ => None,
    };
    Ok((view, certificate))
}

/// Whole days until the certificate ends, negative when it has.
fn days_left(summary: &Summary, now: Timestamp) -> i64 {
    const DAY: i64 = 24 * 60 * 60;
    let end = summary.not_after.unix_duration().as_secs();
    let left = i64::try_from(end).unwrap_or(i64::MAX) - now.as_second();
    left.div_euclid(DAY)
}

fn name(key: u8) -> String {
    format!("{key:02X}")
}

pub(crate) fn certificate_view(key: u8, summary: Summary, now: Timestamp) -> CertificateView {
    let key_usage = summary.key_usage.map(|usage| usage.names());
    let days_left = days_left(&summary, now);
    CertificateView {
        key: name(key),
        subject: summary.subject,
        issuer: summary.issuer,
        serial_number: summary.serial_number,
        subject_serial_number: summary.subject_serial_number,
        key_usage: key_usage
            .unwrap_or_default()
            .into_iter()
            .map(str::to_owned)
            .collect(),
        not_before: summary.not_before.to_string(),
        not_after: summary.not_after.to_string(),
        days_left,
    }
}
