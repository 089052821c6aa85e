//! Attributes of requests (STB 34.101.78, clause 8.2): challengePassword, extensionRequest,
//! certificateValidity.

use std::fmt::Write as _;

use kabinet_stb::{Secret, tlv};

use crate::{
    Time, attributes as cms, extensions,
    general_name::GeneralName,
    moment, oid,
    strict::{self, Fault, Fields, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE},
};

const UTF8_STRING: u32 = 0x0C;
/// Tag of rfc822Name.
const EMAIL: u32 = 0x81;

/// Characters of the information for the authority.
const MAX_INFO: usize = 128;
/// Attributes of a request.
const MAX_ATTRIBUTES: usize = 3;
/// Octets of an e-mail address.
const MAX_EMAIL: usize = 255;
/// Names beside the main one.
const MAX_EMAILS: usize = 100;
/// Octets of a ticket: l bits.
const TICKETS: [usize; 3] = [16, 24, 32];

/// For whom a certificate is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A natural person who is a resident.
    Resident,
    /// A natural person who is none.
    NonResident,
}

impl Role {
    const fn oid(self) -> &'static [u8] {
        match self {
            Self::Resident => oid::ROLE_NP,
            Self::NonResident => oid::ROLE_FNP,
        }
    }

    fn of(identifier: &[u8]) -> Option<Self> {
        let mut both = [Self::Resident, Self::NonResident].into_iter();
        both.find(|role| role.oid() == identifier)
    }
}

/// What a request asks for beside the certificate itself.
pub struct Wishes {
    /// For whom.
    pub role: Role,
    /// The ticket of Enroll3, l bits as 16, 24 or 32 octets (`/EPWD:`).
    pub ticket: Option<Secret>,
    /// A word for the authority, at most 128 characters, such as the number of a payment (`/INFO:`).
    pub information: Option<String>,
    /// E-mail addresses for subjectAltName.
    pub emails: Vec<String>,
    /// Whether the key is to serve in terminal mode (bpki-eku-clientTM).
    pub terminal_mode: bool,
    /// First and last moment of validity that would suit; the authority need not follow.
    pub validity: Option<(Time, Time)>,
}

impl Wishes {
    /// Only what has to be asked for: the role.
    #[must_use]
    pub const fn of(role: Role) -> Self {
        Self {
            role,
            ticket: None,
            information: None,
            emails: Vec::new(),
            terminal_mode: false,
            validity: None,
        }
    }

    /// The objects Attribute, in no order.
    pub(super) fn write(&self) -> Result<Vec<Vec<u8>>, Fault> {
        let mut attributes = vec![cms::attribute(oid::EXTENSION_REQUEST, &self.extensions()?)];
        if let Some(challenge) = self.challenge()? {
            let value = tlv::encode(UTF8_STRING, challenge.expose());
            attributes.push(cms::attribute(oid::CHALLENGE_PASSWORD, &value));
        }
        if let Some((from, until)) = self.validity {
            if from > until {
                return Err("the validity ends before it begins");
            }
            let time = |time| moment::write(time).map_err(|_| "a time cannot be written");
            let value = tlv::encode(SEQUENCE, &[time(from)?, time(until)?].concat());
            attributes.push(cms::attribute(oid::CERTIFICATE_VALIDITY, &value));
        }
        Ok(attributes)
    }

    /// The text of challengePassword.
    fn challenge(&self) -> Result<Option<Secret>, Fault> {
        let mut text = String::with_capacity(256);
        if let Some(ticket) = &self.ticket {
            if !TICKETS.contains(&ticket.expose().len()) {
                return Err("the ticket has another length");
            }
            text.push_str(TICKET);
            for octet in ticket.expose() {
                // Into memory that was reserved: nothing is left behind elsewhere.
                let _ = write!(text, "{octet:02X}");
            }
        }
        if let Some(information) = &self.information {
            check_information(information)?;
            text.push_str(INFORMATION);
            text.push_str(information);
        }
        Ok((!text.is_empty()).then(|| Secret::new(text.into_bytes())))
    }

    /// Extensions in DER, in the order of those who made the known answers: policies, other names.
    fn extensions(&self) -> Result<Vec<u8>, Fault> {
        let extension = |identifier, value: &[u8]| {
            let identifier = tlv::encode(OBJECT_IDENTIFIER, identifier);
            tlv::encode(
                SEQUENCE,
                &[identifier, tlv::encode(OCTET_STRING, value)].concat(),
            )
        };
        let nested = |octets: &[u8]| tlv::encode(SEQUENCE, octets);
        let policy = nested(&tlv::encode(OBJECT_IDENTIFIER, self.role.oid()));
        let mut list = extension(oid::CERTIFICATE_POLICIES, &nested(&policy));
        if !self.emails.is_empty() {
            let mut names = Vec::new();
            for email in &self.emails {
                if !is_email(email) {
                    return Err("an e-mail address is none");
                }
                names.extend(tlv::encode(EMAIL, email.as_bytes()));
            }
            if self.emails.len() > MAX_EMAILS {
                return Err("there are too many e-mail addresses");
            }
            list.extend(extension(oid::SUBJECT_ALT_NAME, &nested(&names)));
        }
        if self.terminal_mode {
            let purpose = tlv::encode(OBJECT_IDENTIFIER, oid::CLIENT_TERMINAL_MODE);
            list.extend(extension(oid::EXTENDED_KEY_USAGE, &nested(&purpose)));
        }
        Ok(nested(&list))
    }

    /// Reads the content of the SET OF attributes, which passed [`strict::check`].
    pub(super) fn read(octets: &[u8]) -> Result<Self, Fault> {
        let mut wishes = Self::of(Role::Resident);
        let mut seen: Vec<&[u8]> = Vec::new();
        for attribute in strict::children(octets, MAX_ATTRIBUTES)? {
            let (identifier, values) = cms::read_attribute(&attribute)?;
            if seen.contains(&identifier) {
                return Err("an attribute is there twice");
            }
            seen.push(identifier);
            match identifier {
                oid::CHALLENGE_PASSWORD => {
                    wishes.read_challenge(strict::only(UTF8_STRING, values)?)?
                }
                oid::EXTENSION_REQUEST => wishes.read_extensions(values)?,
                oid::CERTIFICATE_VALIDITY => {
                    let mut fields = Fields::new(strict::only(SEQUENCE, values)?);
                    let mut time = || moment::read(&fields.next()?.ok_or("a time is malformed")?);
                    let (from, until) = (time()?, time()?);
                    fields.end()?;
                    wishes.validity = Some((from, until));
                }
                _ => return Err("an attribute is not of the profile"),
            }
        }
        if !seen.contains(&oid::EXTENSION_REQUEST) {
            return Err("no role is asked for");
        }
        Ok(wishes)
    }

    fn read_challenge(&mut self, value: &[u8]) -> Result<(), Fault> {
        const BROKEN: Fault = "the challenge password is malformed";
        let text = std::str::from_utf8(value).map_err(|_| BROKEN)?;
        if text.is_empty() {
            return Err(BROKEN);
        }
        // Either part may come first; a part begins where a prefix stands.
        let (ticket, information) = match (text.find(TICKET), text.find(INFORMATION)) {
            (Some(0), None) => (Some(text), None),
            (Some(0), Some(at)) => {
                let (ticket, information) = text.split_at_checked(at).ok_or(BROKEN)?;
                (Some(ticket), Some(information))
            }
            (Some(at), Some(0)) if has_ticket_at(text, at) => {
                let (information, ticket) = text.split_at_checked(at).ok_or(BROKEN)?;
                (Some(ticket), Some(information))
            }
            (_, Some(0)) => (None, Some(text)),
            _ => return Err(BROKEN),
        };
        if let Some(ticket) = ticket.and_then(|ticket| ticket.strip_prefix(TICKET)) {
            self.ticket = Some(read_ticket(ticket).ok_or("the ticket is malformed")?);
        }
        if let Some(information) = information.and_then(|text| text.strip_prefix(INFORMATION)) {
            check_information(information)?;
            self.information = Some(information.to_owned());
        }
        Ok(())
    }

    fn read_extensions(&mut self, values: &[u8]) -> Result<(), Fault> {
        let mut role = None;
        for extension in extensions::read_list(values)? {
            match extension.identifier {
                oid::CERTIFICATE_POLICIES => {
                    let policies = extensions::read_policies(extension.value)?;
                    let [policy] = policies.as_slice() else {
                        return Err("a person has one role");
                    };
                    role = Some(Role::of(policy).ok_or("the role is none of a person")?);
                }
                oid::SUBJECT_ALT_NAME => {
                    strict::check(extension.value)?;
                    let names = GeneralName::read_list(strict::only(SEQUENCE, extension.value)?)?;
                    for name in names {
                        match name {
                            GeneralName::Email(email) if is_email(&email) => {
                                self.emails.push(email)
                            }
                            _ => return Err("another name is not an e-mail address"),
                        }
                    }
                }
                oid::EXTENDED_KEY_USAGE => {
                    strict::check(extension.value)?;
                    let purpose = strict::only(SEQUENCE, extension.value)?;
                    if strict::only(OBJECT_IDENTIFIER, purpose)? != oid::CLIENT_TERMINAL_MODE {
                        return Err("a purpose is none that a person may ask for");
                    }
                    self.terminal_mode = true;
                }
                _ => return Err("an extension is none that a person may ask for"),
            }
        }
        self.role = role.ok_or("no role is asked for")?;
        Ok(())
    }
}

const TICKET: &str = "/EPWD:";
const INFORMATION: &str = "/INFO:";

/// Whether the text ends in a whole ticket there: the word for the authority may hold the prefix.
fn has_ticket_at(text: &str, at: usize) -> bool {
    let ticket = text
        .get(at..)
        .and_then(|ticket| ticket.strip_prefix(TICKET));
    ticket.and_then(read_ticket).is_some()
}

/// The octets of upper-case hex of a ticket's length.
fn read_ticket(text: &str) -> Option<Secret> {
    let digit = |digit: &u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() || !TICKETS.contains(&pairs.len()) {
        return None;
    }
    let mut octets = Vec::with_capacity(pairs.len());
    for [high, low] in pairs {
        octets.push(digit(high)? << 4 | digit(low)?);
    }
    Some(Secret::new(octets))
}

fn check_information(text: &str) -> Result<(), Fault> {
    let fits = (1..=MAX_INFO).contains(&text.chars().count());
    // A prefix in it would be another part.
    let plain = !text.chars().any(char::is_control)
        && !text.contains(TICKET)
        && !text.contains(INFORMATION);
    if fits && plain {
        Ok(())
    } else {
        Err("the word for the authority is too long or not plain")
    }
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(mailbox, host)| {
        !mailbox.is_empty() && !host.is_empty() && !host.contains('@')
    }) && text.len() <= MAX_EMAIL
        && text.bytes().all(|octet| octet.is_ascii_graphic())
}
