//! DG11, additional personal details, and DG12, additional document details (Doc 9303-10, clauses
//! 4.7.11 and 4.7.12). Every field is optional there.

use kabinet_stb::tlv::{self, Tlv};

use crate::MrtdError;

const GROUP: u32 = 0xA0;

/// What DG11 says more about the holder.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PersonalDetails {
    /// Full name in national characters, primary identifier first.
    pub full_name: Option<String>,
    /// Other names.
    pub other_names: Vec<String>,
    /// Personal number.
    pub personal_number: Option<String>,
    /// Full date of birth, YYYYMMDD.
    pub date_of_birth: Option<String>,
    /// Place of birth, parts joined by a comma.
    pub place_of_birth: Option<String>,
    /// Permanent address, parts joined by a comma.
    pub address: Option<String>,
    /// Telephone.
    pub telephone: Option<String>,
    /// Profession.
    pub profession: Option<String>,
    /// Title.
    pub title: Option<String>,
}

/// What DG12 says more about the document.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DocumentDetails {
    /// Who issued it.
    pub issuing_authority: Option<String>,
    /// Date of issue, YYYYMMDD.
    pub date_of_issue: Option<String>,
    /// Endorsements and observations.
    pub endorsements: Option<String>,
    /// Tax and exit requirements.
    pub tax_or_exit: Option<String>,
}

impl PersonalDetails {
    /// Reads DG11.
    ///
    /// # Errors
    ///
    /// [`MrtdError::Malformed`]. Fields that are not known are passed over.
    pub fn parse(file: &[u8]) -> Result<Self, MrtdError> {
        let mut details = Self::default();
        for field in tlv::children(tlv::read_only(0x6B, file)?)? {
            match field.tag {
                0x5F0E => details.full_name = name(&field),
                0x5F10 => details.personal_number = text(&field),
                0x5F2B => details.date_of_birth = date(&field),
                0x5F11 => details.place_of_birth = parts(&field),
                0x5F42 => details.address = parts(&field),
                0x5F12 => details.telephone = text(&field),
                0x5F13 => details.profession = text(&field),
                0x5F14 => details.title = text(&field),
                GROUP => {
                    let names = tlv::children(field.value)?;
                    let names = names.iter().filter(|field| field.tag == 0x5F0F);
                    details.other_names = names.filter_map(name).collect();
                }
                // A proof of citizenship and other pictures, custody, and what comes in future.
                _ => {}
            }
        }
        Ok(details)
    }
}

impl DocumentDetails {
    /// Reads DG12.
    ///
    /// # Errors
    ///
    /// [`MrtdError::Malformed`]. Fields that are not known are passed over.
    pub fn parse(file: &[u8]) -> Result<Self, MrtdError> {
        let mut details = Self::default();
        for field in tlv::children(tlv::read_only(0x6C, file)?)? {
            match field.tag {
                0x5F19 => details.issuing_authority = parts(&field),
                0x5F26 => details.date_of_issue = date(&field),
                0x5F1B => details.endorsements = text(&field),
                0x5F1C => details.tax_or_exit = text(&field),
                _ => {}
            }
        }
        Ok(details)
    }
}

/// UTF-8; octets that are none are shown as such, since a name in an old code page is better than
/// none.
fn text(field: &Tlv<'_>) -> Option<String> {
    let text = String::from_utf8_lossy(field.value).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// `<` between the parts.
fn parts(field: &Tlv<'_>) -> Option<String> {
    let text = text(field)?;
    let parts = text
        .split('<')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let joined = parts.collect::<Vec<_>>().join(", ");
    (!joined.is_empty()).then_some(joined)
}

/// `<<` after the primary identifier, `<` between words.
fn name(field: &Tlv<'_>) -> Option<String> {
    let text = text(field)?;
    let words = text.split('<').filter(|word| !word.is_empty());
    Some(words.collect::<Vec<_>>().join(" "))
}

/// Eight digits, or four octets of two digits each in old documents.
fn date(field: &Tlv<'_>) -> Option<String> {
    let digits = match field.value.len() {
        8 => String::from_utf8(field.value.to_vec()).ok()?,
        4 => field
            .value
            .iter()
            .map(|octet| format!("{octet:02x}"))
            .collect(),
        _ => return None,
    };
    digits
        .bytes()
        .all(|octet| octet.is_ascii_digit())
        .then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_strange_ones_passed_over() {
        let text = |tag, text: &str| tlv::encode(tag, text.as_bytes());
        let others = [tlv::encode(2, &[1]), text(0x5F0F, "ІВАНОВА<<АННА")].concat();
        let fields = [
            tlv::encode(0x5C, &[0x5F, 0x0E, 0x5F, 0x2B]),
            text(0x5F0E, "ПЯТРОВА<<ГАННА<ІВАНАЎНА"),
            tlv::encode(GROUP, &others),
            tlv::encode(0x5F2B, &[0x19, 0x90, 0x12, 0x31]),
            text(0x5F11, "МІНСК<БЕЛАРУСЬ"),
            text(0x5F18, "custody"),
            text(0x5F12, " "),
        ];
        let details = PersonalDetails::parse(&tlv::encode(0x6B, &fields.concat())).unwrap();
        assert_eq!(details.full_name.as_deref(), Some("ПЯТРОВА ГАННА ІВАНАЎНА"));
        assert_eq!(details.other_names, ["ІВАНОВА АННА"]);
        assert_eq!(details.date_of_birth.as_deref(), Some("19901231"));
        assert_eq!(details.place_of_birth.as_deref(), Some("МІНСК, БЕЛАРУСЬ"));
        assert_eq!(details.telephone, None);

        let fields = [
            text(0x5F19, "МУС"),
            text(0x5F26, "20230115"),
            text(0x5F1B, "2023-1<<5"),
        ];
        let details = DocumentDetails::parse(&tlv::encode(0x6C, &fields.concat())).unwrap();
        assert_eq!(details.issuing_authority.as_deref(), Some("МУС"));
        assert_eq!(details.date_of_issue.as_deref(), Some("20230115"));
        assert!(PersonalDetails::parse(&tlv::encode(0x6C, &[])).is_err());
        let wrong = tlv::encode(0x6C, &text(0x5F26, "2023011X"));
        assert_eq!(DocumentDetails::parse(&wrong).unwrap().date_of_issue, None);
    }
}
