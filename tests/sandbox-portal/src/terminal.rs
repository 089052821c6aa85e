//! The terminal's side of one dialogue with a card, as far as it is the same for a sign-in and an
//! enrolment (STB 34.101.79 chapter 10): the client carries it in the fields `btok_`.

use std::collections::{BTreeMap, BTreeSet};

use kabinet_stb::bauth::{Terminal, TerminalConfirming};
use kabinet_stb::hash::belt_hash;
use kabinet_stb::random::SystemRandom;
use kabinet_stb::sm::ClientChannel;
use kabinet_stb::tlv;
use serde_json::{Value, json};

use crate::jwt::{b64, unb64};
use crate::portal::Portal;
use crate::reader::{Reader, Refusal};
use crate::reply::{Reply, broken, oauth_error};
use crate::signin::Form;
use crate::{clock, cv, der, oids};

/// One dialogue under way.
pub(crate) struct Dialogue {
    /// belt-hash of the authentication request.
    hash: [u8; 32],
    /// What went into the BAUTH initialisation beside the hash.
    auxiliary: Vec<u8>,
    stage: Stage,
}

enum Stage {
    /// The request is with the client.
    Asked,
    /// The terminal has spoken; the first batch is with the card.
    Confirming(TerminalConfirming, Reader),
    /// More batches.
    Reading(Reader),
}

/// What the answers of a batch led to.
pub(crate) enum Heard {
    /// Another batch: the fields of the answer.
    More(Value),
    /// The files that were read, by group, and the groups that the card does not have.
    All(BTreeMap<u8, Vec<u8>>, BTreeSet<u8>),
}

impl Dialogue {
    /// Begins with an authentication request; also gives the fields of the answer that carries it.
    pub(crate) fn begin(portal: &Portal, request: &[u8], now: i64) -> (Self, Value) {
        // AuthAuxData: the card checks its validity on this day.
        let parameter = der::tlv(0x83, clock::card_date(now).as_bytes());
        let template = der::nest(0x73, &[&der::oid(oids::DOCUMENT_VALIDITY), &parameter]);
        let auxiliary = der::tlv(0x67, &template);
        let answer = json!({
            "btok_request": b64(request),
            "btok_terminal_certificates": texts(&portal.terminal_chain),
            "btok_auxiliary_data": b64(&auxiliary),
        });
        let dialogue = Self {
            hash: belt_hash(request),
            auxiliary,
            stage: Stage::Asked,
        };
        (dialogue, answer)
    }

    /// belt-hash of the authentication request.
    pub(crate) const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Whether M1 is to come.
    pub(crate) const fn is_asked(&self) -> bool {
        matches!(self.stage, Stage::Asked)
    }

    /// M1 from the card: the fields of the answer with M2 and the first batch, which reads `wanted`.
    pub(crate) fn meet(
        &mut self,
        portal: &Portal,
        access: &[u8],
        m1: &[u8],
        wanted: Vec<u8>,
    ) -> Result<Value, Reply> {
        let mut hello = der::tlv(0x80, oids::BAUTH);
        hello.extend(der::tlv(0x85, &self.hash));
        hello.extend(&self.auxiliary);
        hello.extend(access);
        let key = portal
            .authorities
            .key("terminal")
            .map_err(|error| broken(&error))?;
        let (confirming, m2, channel_key) = Terminal::new(key, &hello, true)
            .receive_m1(m1, &mut SystemRandom)
            .map_err(|_| oauth_error("terminal_refused", "M1 does not check out"))?;
        let mut reader = Reader::new(ClientChannel::new(&channel_key), wanted);
        let commands = reader.first_batch().map_err(refused)?;
        self.stage = Stage::Confirming(confirming, reader);
        Ok(json!({ "btok_m2": b64(&m2), "btok_commands": texts(&commands) }))
    }

    /// The answers of a batch, with M3 before the first.
    pub(crate) fn hear(&mut self, portal: &Portal, form: &Form) -> Result<Heard, Reply> {
        let mut reader = match std::mem::replace(&mut self.stage, Stage::Asked) {
            Stage::Asked => return Err(oauth_error("invalid_request", "out of order")),
            Stage::Reading(reader) => reader,
            Stage::Confirming(confirming, reader) => {
                confirm(portal, confirming, &octets(form, "btok_m3")?)?;
                reader
            }
        };
        let answers: Vec<String> = form
            .get("btok_responses")
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or_else(|| oauth_error("invalid_request", "btok_responses is not a list"))?;
        let answers: Option<Vec<Vec<u8>>> = answers.iter().map(|text| unb64(text)).collect();
        let answers = answers
            .ok_or_else(|| oauth_error("invalid_request", "btok_responses is not base64url"))?;
        let commands = reader.take(&answers).map_err(refused)?;
        if commands.is_empty() {
            let (files, absent) = reader.finish();
            return Ok(Heard::All(files, absent));
        }
        self.stage = Stage::Reading(reader);
        Ok(Heard::More(json!({ "btok_commands": texts(&commands) })))
    }
}

fn confirm(portal: &Portal, confirming: TerminalConfirming, m3: &[u8]) -> Result<(), Reply> {
    let authority = portal
        .authorities
        .key("cv-subordinate")
        .map_err(|error| broken(&error))?
        .public_key();
    let today = clock::card_date(clock::seconds()).split_off(2);
    confirming
        .receive_m3(m3, |certificate| {
            cv::check_card(certificate, &authority, &today)
        })
        .map(|_| ())
        .map_err(|_| oauth_error("card_invalid", "the card's proof does not check out"))
}

fn refused(refusal: Refusal) -> Reply {
    match refusal {
        Refusal::Card => oauth_error("card_invalid", "unexpected answers of the card"),
        Refusal::Expired => oauth_error("document_expired", "the card is no longer valid"),
    }
}

/// Whether the holder lets a group be read, by a list of CertHAT.
pub(crate) fn allowed(access: &[u8]) -> Result<impl Fn(u8) -> bool + use<>, Reply> {
    let word = eid_word(access)
        .ok_or_else(|| oauth_error("invalid_request", "btok_access is not a list of CertHAT"))?;
    Ok(move |group| word >> (u32::from(group) + 7) & 1 == 1)
}

/// The eID word in a list of CertHAT; zero when the list has none.
fn eid_word(access: &[u8]) -> Option<u64> {
    let mut word = 0;
    for template in tlv::children(access).ok()? {
        let parts = tlv::children(template.value).ok()?;
        let [id, value] = parts.as_slice() else {
            return None;
        };
        if template.tag != 0x7F4C {
            return None;
        }
        if id.value == oids::EID_ACCESS {
            if value.value.len() != 5 {
                return None;
            }
            word = value
                .value
                .iter()
                .fold(0, |word, octet| word << 8 | u64::from(*octet));
        }
    }
    Some(word)
}

/// A field with octets in base64url.
pub(crate) fn octets(form: &Form, name: &str) -> Result<Vec<u8>, Reply> {
    form.get(name).and_then(|text| unb64(text)).ok_or_else(|| {
        oauth_error(
            "invalid_request",
            &format!("{name} is missing or not base64url"),
        )
    })
}

fn texts(values: &[Vec<u8>]) -> Vec<String> {
    values.iter().map(|value| b64(value)).collect()
}
