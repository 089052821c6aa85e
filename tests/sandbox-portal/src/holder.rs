//! The people whose cards the sandbox issues, in a readable form (folder `holders`).

use serde::Deserialize;

/// One person and what their card says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Holder {
    /// Name of the card's file.
    pub card: String,
    /// DG1, with the prefix `IDCBY-`.
    pub serial_number: String,
    /// DG3, `YYYY-MM-DD`.
    pub expires: String,
    /// DG4.
    pub given_name: Name,
    /// DG5.
    pub family_name: Name,
    /// DG6; a person may have none.
    #[serde(default)]
    pub middle_name: Option<Name>,
    /// DG7, with the prefix `PNOBY-`.
    pub personal_number: String,
    /// DG8: `YYYY-MM-DD`, `YYYY-MM` or `YYYY`, as far as it is known.
    pub birth_date: String,
    /// DG9.
    pub birth_place: Place,
    /// DG10: three letters, `XXX` for a person without a nationality.
    pub nationality: String,
    /// Two letters for the certificate's countryName.
    pub country_code: String,
    /// DG11: `M`, `F` or a space.
    pub sex: String,
    /// DG12.
    #[serde(default)]
    pub optional_data: Vec<OptionalData>,
    /// DG15, `YYYY-MM-DD`.
    pub issued: String,
    /// DG16.
    pub board: Bilingual,
    /// DG17.
    #[serde(default)]
    pub residence: Option<Place>,
    /// DG18; empty when no place of residence is given.
    #[serde(default)]
    pub district: Option<String>,
    /// DG21, RFC 3966 global number.
    #[serde(default)]
    pub phone: Option<String>,
    /// DG22.
    #[serde(default)]
    pub email: Option<String>,
}

/// A part of a name in the three writings of DG4 to DG6.
#[derive(Deserialize)]
pub struct Name {
    /// Belarusian.
    pub be: String,
    /// Russian.
    pub ru: String,
    /// Latin letters.
    pub latin: String,
}

/// A text in both state languages.
#[derive(Deserialize)]
pub struct Bilingual {
    /// Belarusian.
    pub be: String,
    /// Russian.
    pub ru: String,
}

/// A thing that the issuer puts beside the groups that have names.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionalData {
    /// What it is: the numbers of an object identifier.
    pub kind: Vec<u32>,
    /// Its text; the kind may say everything.
    #[serde(default)]
    pub text: Option<Bilingual>,
}

/// The forms that a place can take (clause 7.1, type GeneralPlace).
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Place {
    /// Nothing is known: the standard's fixed text goes into the card.
    Unknown {
        /// Always true.
        unknown: bool,
    },
    /// One line.
    Free {
        /// The line.
        #[serde(rename = "freeText")]
        free_text: Bilingual,
    },
    /// Part by part.
    Structured {
        /// Street, house, flat.
        #[serde(default)]
        street: Option<Bilingual>,
        /// Town or village.
        city: Bilingual,
        /// Region and district.
        #[serde(default)]
        state: Option<Bilingual>,
        /// Three letters.
        country: String,
        /// Postal code.
        #[serde(default)]
        zipcode: Option<String>,
    },
}

impl Holder {
    /// The three people of the sandbox.
    ///
    /// # Errors
    /// When one of the built-in files does not read.
    pub fn all() -> Result<Vec<Self>, serde_json::Error> {
        [
            include_str!("../holders/citizen.json"),
            include_str!("../holders/foreigner.json"),
            include_str!("../holders/stateless.json"),
        ]
        .into_iter()
        .map(serde_json::from_str)
        .collect()
    }
}
