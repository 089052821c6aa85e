//! What the application is issued with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::curve::Named;
use crate::card_file::{FileId, Hex, SecretHex};

/// The travel document application of a card file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IcaoFile {
    /// Number, date of birth and date of expiry of the printed lines with their check digits
    /// (Doc 9303-11, MRZ_information).
    pub mrz_information: String,
    /// Whole files by identifier: 011C EF.CardAccess (in the master file), 011D EF.SOD, 0101 to
    /// 0110 data groups. Without EF.CardAccess there is no PACE.
    pub files: BTreeMap<FileId, Hex>,
    /// Whether BAC opens the application too.
    #[serde(default)]
    pub bac: bool,
    /// The private key to DG14, a big-endian number; without it there is no chip authentication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chip_key: Option<SecretHex>,
    /// The curve of that key.
    #[serde(default)]
    pub chip_curve: Named,
}
