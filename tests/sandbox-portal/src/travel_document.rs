//! The travel document applications of two of the cards (ICAO Doc 9303), from the holders' folders.

use serde_json::{Value, json};

/// The CSCA certificate above both.
pub(crate) const COUNTRY_SIGNER: &[u8] = include_bytes!("../holders/csca.der");

macro_rules! application {
    ($holder:literal, $curve:literal) => {{
        let file = |octets: &[u8]| hex::encode_upper(octets);
        json!({
            "mrz_information": include_str!(concat!("../holders/", $holder, "/mrz-information")).trim(),
            "chip_key": include_str!(concat!("../holders/", $holder, "/chip.key")).trim(),
            "chip_curve": $curve,
            "bac": true,
            "files": {
                "011C": file(include_bytes!(concat!("../holders/", $holder, "/card-access"))),
                "011D": file(include_bytes!(concat!("../holders/", $holder, "/sod"))),
                "0101": file(include_bytes!(concat!("../holders/", $holder, "/dg1"))),
                "0102": file(include_bytes!(concat!("../holders/", $holder, "/dg2"))),
                "010B": file(include_bytes!(concat!("../holders/", $holder, "/dg11"))),
                "010C": file(include_bytes!(concat!("../holders/", $holder, "/dg12"))),
                "010E": file(include_bytes!(concat!("../holders/", $holder, "/dg14"))),
            },
        })
    }};
}

/// The application of a holder's card, as a card file has it; not every card has one.
pub(crate) fn application(holder: &str) -> Option<Value> {
    match holder {
        "citizen" => Some(application!("citizen", "brainpoolp256r1")),
        "foreigner" => Some(application!("foreigner", "p256")),
        _ => None,
    }
}
