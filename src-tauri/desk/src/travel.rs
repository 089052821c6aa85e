//! Journey J2: the printed data and the photo of a card, by the CAN or the lines for machines that are
//! printed on it.

use kabinet_mrtd::{
    AccessKey, Authenticity, CountrySigners, Document, MrtdError, MrzKey, MrzMistake, read,
};
use kabinet_stb::Secret;
use kabinet_token::{CancelToken, Card, Password};

use crate::persons::Told;
use crate::problem::{Code, Problem};
use crate::view::{AuthenticityView, TravelDocumentView};
use crate::{Desk, Outcome, photo, pins};

/// What is printed on a card and opens its photo and printed data.
pub enum DocumentKey {
    /// Six digits.
    Can(Secret),
    /// The lines for machines as a person copies them, see [`MrzKey::from_lines`].
    Lines(Secret),
    /// The three values in them, see [`MrzKey::new`].
    Values {
        /// The document's number.
        number: Secret,
        /// YYMMDD, with or without its check digit.
        date_of_birth: Secret,
        /// YYMMDD, with or without its check digit.
        date_of_expiry: Secret,
    },
}

impl DocumentKey {
    /// In the form that the chip takes. What has another form never goes to the card.
    fn checked(self) -> Outcome<AccessKey> {
        let lines = match self {
            Self::Can(can) => {
                pins::check_form(Password::Can, &can)?;
                return Ok(AccessKey::Can(can));
            }
            Self::Lines(lines) => MrzKey::from_lines(lines.expose()),
            Self::Values {
                number,
                date_of_birth,
                date_of_expiry,
            } => MrzKey::new(
                number.expose(),
                date_of_birth.expose(),
                date_of_expiry.expose(),
            ),
        };
        Ok(AccessKey::Mrz(lines?))
    }
}

impl Desk {
    /// What is printed on the card and the photo, read from its travel document application. No
    /// attempt is used: neither a CAN nor the lines can be blocked.
    ///
    /// # Errors
    /// `can_format`, `can_wrong`, `mrz_format`, `mrz_mistyped`, `mrz_wrong`, `no_travel_document`,
    /// `document_needs_mrz`, `document_locked`, `document_forged`, `document_unreadable`; what is in
    /// the way of a card.
    pub fn read_document(
        &self,
        reader: Option<&str>,
        key: DocumentKey,
    ) -> Outcome<TravelDocumentView> {
        let key = key.checked()?;
        let address = self.choose_card(reader)?;
        let mut signers = CountrySigners::default();
        for folder in self.profile.trust_dirs() {
            let added = signers.add_folder(&folder.join("csca"));
            added.map_err(|error| Problem::new(Code::FileUnreadable).because(error))?;
        }
        let mut card = Card::connect(&address, CancelToken::new())?.into_plain();
        let document = read(&mut card, &key, &signers).map_err(|error| match (error, &key) {
            (MrtdError::AccessKeyWrong, AccessKey::Mrz(_)) => Code::MrzWrong.into(),
            _ => Problem::from(error),
        })?;
        let mut view = view_of(&document);
        view.other_person = self.other_person(Told {
            personal_number: view.personal_number.as_deref(),
            ..Told::default()
        });
        Ok(view)
    }
}

fn view_of(document: &Document) -> TravelDocumentView {
    let Document {
        mrz,
        personal,
        document: details,
        ..
    } = document;
    let personal = personal.as_ref();
    let of_person = |field: fn(&kabinet_mrtd::PersonalDetails) -> &Option<String>| {
        personal.and_then(|details| field(details).clone())
    };
    let of_document = |field: fn(&kabinet_mrtd::DocumentDetails) -> &Option<String>| {
        details.as_ref().and_then(|details| field(details).clone())
    };
    let birth = of_person(|details| &details.date_of_birth).and_then(|date| full_date(&date));
    let name = [mrz.given_names.as_str(), mrz.surname.as_str()];
    TravelDocumentView {
        name: name.join(" ").trim().to_owned(),
        full_name: of_person(|details| &details.full_name),
        number: mrz.number.clone(),
        personal_number: of_person(|details| &details.personal_number)
            .or_else(|| (!mrz.optional_data.is_empty()).then(|| mrz.optional_data.clone())),
        issuing_state: mrz.issuing_state.clone(),
        nationality: mrz.nationality.clone(),
        // Two digits of a year alone tell no century.
        date_of_birth: birth.unwrap_or_else(|| born(&mrz.date_of_birth, &today())),
        place_of_birth: of_person(|details| &details.place_of_birth),
        sex: mrz.sex.clone(),
        date_of_expiry: expires(&mrz.date_of_expiry),
        date_of_issue: of_document(|details| &details.date_of_issue)
            .and_then(|date| full_date(&date)),
        issuing_authority: of_document(|details| &details.issuing_authority),
        photo: document.portrait.as_deref().and_then(photo::shown),
        authenticity: match &document.authenticity {
            Authenticity::Genuine { country } => AuthenticityView::Genuine {
                country: country.clone(),
            },
            Authenticity::SignerUnknown { country } => AuthenticityView::SignerUnknown {
                country: country.clone(),
            },
            Authenticity::Broken => AuthenticityView::Broken,
        },
        chip_is_original: document.chip_is_original,
        other_person: None,
    }
}

/// `YYYY-MM-DD` of `YYYYMMDD`; what is not known is left out from the end.
fn full_date(digits: &str) -> Option<String> {
    let (year, rest) = digits.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    Some(match (month, day) {
        ("00", _) => year.to_owned(),
        (_, "00") => format!("{year}-{month}"),
        _ => format!("{year}-{month}-{day}"),
    })
}

fn today() -> String {
    jiff::Timestamp::now().strftime("%Y%m%d").to_string()
}

/// Documents expire in this century.
fn expires(yymmdd: &str) -> String {
    dated("20", yymmdd)
}

/// Nobody is born in the future; who is older than a hundred years has a full date in DG11.
fn born(yymmdd: &str, today: &str) -> String {
    let in_this = format!("20{yymmdd}").as_str() <= today;
    dated(if in_this { "20" } else { "19" }, yymmdd)
}

fn dated(century: &str, yymmdd: &str) -> String {
    let known = yymmdd.replace("<<", "00");
    full_date(&format!("{century}{known}")).unwrap_or_default()
}

impl From<MrtdError> for Problem {
    fn from(error: MrtdError) -> Self {
        let code = match error {
            MrtdError::Card(error) => return error.into(),
            MrtdError::AccessKeyWrong => Code::CanWrong,
            MrtdError::NoApplication => Code::NoTravelDocument,
            MrtdError::NeedsMrz => Code::DocumentNeedsMrz,
            MrtdError::NoKnownAccess => Code::DocumentLocked,
            MrtdError::ChipRefused => Code::DocumentForged,
            MrtdError::FileMissing
            | MrtdError::Channel
            | MrtdError::Status(_)
            | MrtdError::Malformed(_) => Code::DocumentUnreadable,
        };
        Self::new(code).because(error)
    }
}

impl From<MrzMistake> for Problem {
    fn from(mistake: MrzMistake) -> Self {
        let field = match mistake {
            MrzMistake::Format => return Code::MrzFormat.into(),
            MrzMistake::Number => "number",
            MrzMistake::DateOfBirth => "birth",
            MrzMistake::DateOfExpiry => "expiry",
        };
        Self::new(Code::MrzMistyped).with("field", field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_get_their_century() {
        assert_eq!(born("870521", "20261124"), "1987-05-21");
        assert_eq!(born("261124", "20261124"), "2026-11-24");
        assert_eq!(born("261125", "20261124"), "1926-11-25");
        assert_eq!(born("62<<<<", "20261124"), "1962");
        assert_eq!(expires("350314"), "2035-03-14");
        assert_eq!(full_date("19620000").as_deref(), Some("1962"));
        assert_eq!(full_date("196"), None);
    }
}
