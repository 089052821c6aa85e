//! A sign-in, and the person who is signed in.

use std::collections::BTreeMap;

use serde::Serialize;
use ts_rs::TS;

use super::TextView;

/// One thing that is asked for at sign-in.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ClaimView {
    /// Number of the data group (STB 34.101.79, clause 7.1).
    pub group: u8,
    /// Its stable name, such as `family_name`.
    pub name: String,
    /// Whether the portal refuses the sign-in without it.
    pub required: bool,
}

/// Who asks for a sign-in, and for what.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ConsentView {
    /// Handle of this sign-in.
    pub id: String,
    /// The portal's name.
    pub relying_party: TextView,
    /// Why it asks.
    pub purpose: TextView,
    /// Address of the portal.
    pub issuer: String,
    /// Holder of the terminal's certificate.
    pub terminal: String,
    /// Authority that certified the terminal.
    pub terminal_authority: String,
    /// First day of the terminal's certificate, YYYY-MM-DD.
    pub terminal_from: String,
    /// Last day, YYYY-MM-DD.
    pub terminal_until: String,
    /// What is asked.
    pub claims: Vec<ClaimView>,
}

/// The person who is signed in, or whose store is open.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct PersonView {
    /// Names for display in the order given name, family name, by language (`be`, `ru`, `latin`).
    pub name: BTreeMap<String, String>,
    /// Personal number, where it was shared.
    pub personal_number: Option<String>,
    /// Nationality as on the card, where it was shared.
    pub nationality: Option<String>,
    /// Date of birth, `YYYY-MM-DD` with spaces for unknown parts, where it was shared.
    pub birth_date: Option<String>,
    /// Last day of the ID card's validity, `YYYY-MM-DD`, where it was shared.
    pub card_expires: Option<String>,
    /// The portal.
    pub portal: String,
    /// Whether the session can still be used or refreshed.
    pub session: bool,
}

/// What a card told at the sign-in beside the groups that have names of their own.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct AdditionalDataView {
    /// What the issuer put there.
    pub optional_data: Vec<OptionalDataView>,
    /// The handwritten signature as a data URL of a PNG; nothing when the card has none, it was not
    /// shared, or it cannot be shown.
    pub written_signature: Option<String>,
}

/// One thing that the issuer put on a card.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct OptionalDataView {
    /// What it is: an object identifier with dots.
    pub kind: String,
    /// Its text, or its octets in hex where it is no text; nothing where the kind says everything.
    pub value: Option<String>,
}
