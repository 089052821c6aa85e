//! Additional attributes (clause 7.2): the card answers yes or no to a parameter that came with
//! the initialisation of BAUTH, without giving the data away.

use kabinet_stb::apdu::Status;
use kabinet_stb::{oid, tlv};

use crate::card_file::FileId;
use crate::memory::Memory;
use crate::rights::Rights;
use crate::status;

/// Parameters from the AuthAuxData object, each as its characters.
#[derive(Default)]
pub struct Parameters {
    valid_on: Option<[u8; 8]>,
    born_by: Option<[u8; 8]>,
    region: Option<Vec<u8>>,
}

impl Parameters {
    /// Reads the value of AuthAuxData (tag 67). None when it is malformed or lacks the parameter
    /// of DocumentValidity, which is mandatory.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        let mut parameters = Self::default();
        for template in tlv::children(value).ok()? {
            let parts = tlv::children(template.value).ok()?;
            let [id, parameter] = parts.as_slice() else {
                return None;
            };
            if template.tag != 0x73 || id.tag != 0x06 {
                return None;
            }
            match parameter.tag {
                0x83 if id.value == oid::DOCUMENT_VALIDITY => {
                    parameters.valid_on = Some(date(parameter.value)?);
                }
                0x88 if id.value == oid::AGE_VERIFICATION => {
                    parameters.born_by = Some(date(parameter.value)?);
                }
                0x92 if id.value == oid::PLACE_VERIFICATION => {
                    parameters.region = Some(parameter.value.to_vec());
                }
                _ => return None,
            }
        }
        parameters.valid_on.map(|_| parameters)
    }

    /// Answers VERIFY for the attribute whose encoded identifier, tag and length included, is
    /// `attribute`.
    ///
    /// # Errors
    ///
    /// Anything but yes, as a status.
    pub fn verify(&self, attribute: &[u8], rights: Rights, memory: &Memory) -> Result<(), Status> {
        let (id, rest) = tlv::read(attribute).map_err(|_| status::WRONG_DATA)?;
        if id.tag != 0x06 || !rest.is_empty() {
            return Err(status::WRONG_DATA);
        }
        let holds = if id.value == oid::DOCUMENT_VALIDITY {
            // Anybody may ask this one.
            let day = self.valid_on.ok_or(status::NO_REFERENCE)?;
            date(group(memory, 3)?).ok_or(status::NO_REFERENCE)? >= day
        } else if id.value == oid::AGE_VERIFICATION {
            allowed(rights.eid & 1 != 0)?;
            let latest = self.born_by.ok_or(status::NO_REFERENCE)?;
            latest_birth(group(memory, 8)?).ok_or(status::NO_REFERENCE)? <= latest
        } else if id.value == oid::PLACE_VERIFICATION {
            allowed(rights.eid & 2 != 0)?;
            let region = self.region.as_ref().ok_or(status::NO_REFERENCE)?;
            group(memory, 18)? == region.as_slice()
        } else {
            return Err(status::WRONG_DATA);
        };
        if holds {
            Ok(())
        } else {
            Err(status::ATTRIBUTE_FALSE)
        }
    }
}

fn allowed(by_rights: bool) -> Result<(), Status> {
    if by_rights {
        Ok(())
    } else {
        Err(status::NOT_ALLOWED)
    }
}

/// The value of a data group whose type is a character string.
fn group(memory: &Memory, number: u8) -> Result<&[u8], Status> {
    let file = memory.eid.get(&FileId(0x0100 | u16::from(number)));
    let file = file.ok_or(status::NO_REFERENCE)?;
    let (group, _) = tlv::read(&file.0).map_err(|_| status::NO_REFERENCE)?;
    Ok(group.value)
}

fn date(digits: &[u8]) -> Option<[u8; 8]> {
    let date: [u8; 8] = digits.try_into().ok()?;
    date.iter().all(u8::is_ascii_digit).then_some(date)
}

/// The birth date with its unknown parts, which are spaces, taken as late as they can be.
fn latest_birth(digits: &[u8]) -> Option<[u8; 8]> {
    let mut birth: [u8; 8] = digits.try_into().ok()?;
    for (digit, latest) in birth.iter_mut().zip(*b"    1231") {
        if *digit == b' ' {
            *digit = latest;
        }
    }
    date(&birth)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_parameter_of_validity_is_mandatory() {
        let valid = hex::decode("7316060A2A7000020022654F050183083230323630373031").unwrap();
        let parameters = Parameters::parse(&valid).unwrap();
        assert_eq!(parameters.valid_on, Some(*b"20260701"));
        let age = hex::decode("7316060A2A7000020022654F050288083230303830373031").unwrap();
        assert!(Parameters::parse(&age).is_none());
        assert!(Parameters::parse(&[]).is_none());
        assert!(Parameters::parse(&[valid, age].concat()).is_some());
    }

    #[test]
    fn unknown_parts_of_a_birth_date_are_the_latest_possible() {
        assert_eq!(latest_birth(b"1990    "), Some(*b"19901231"));
        assert_eq!(latest_birth(b"199002  "), Some(*b"19900231"));
        assert_eq!(latest_birth(b"    0101"), None);
    }
}
