//! Whole dialogues with a virtual card.

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::thread;

use kabinet_mrtd::{
    AccessKey, Authenticity, CountrySigners, Document, MrtdError, MrzKey, portrait, read,
};
use kabinet_stb::Secret;
use kabinet_token::{CancelToken, Card, PlainCard, ReaderAddress};
use serde_json::{Value, json};
use virtual_token::card_file::answer_to_reset;
use virtual_token::reader::Slot;

macro_rules! sandbox {
    ($name:expr) => {
        include_bytes!(concat!("../../../tests/sandbox-portal/holders/", $name)).as_slice()
    };
}

macro_rules! files {
    ($who:literal) => {
        BTreeMap::from([
            ("011C", sandbox!(concat!($who, "/card-access"))),
            ("011D", sandbox!(concat!($who, "/sod"))),
            ("0101", sandbox!(concat!($who, "/dg1"))),
            ("0102", sandbox!(concat!($who, "/dg2"))),
            ("010B", sandbox!(concat!($who, "/dg11"))),
            ("010C", sandbox!(concat!($who, "/dg12"))),
            ("010E", sandbox!(concat!($who, "/dg14"))),
        ])
    };
}

const CAN: &str = "654321";

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec())
        .unwrap()
        .trim()
        .to_owned()
}

/// The application of the citizen's card, as a card file has it.
fn citizen() -> Value {
    json!({
        "mrz_information": text(sandbox!("citizen/mrz-information")),
        "files": files!("citizen").into_iter().map(|(id, file)| (id, hex::encode(file))).collect::<BTreeMap<_, _>>(),
        "bac": true,
        "chip_key": text(sandbox!("citizen/chip.key")),
        "chip_curve": "brainpoolp256r1",
    })
}

fn foreigner() -> Value {
    json!({
        "mrz_information": text(sandbox!("foreigner/mrz-information")),
        "files": files!("foreigner").into_iter().map(|(id, file)| (id, hex::encode(file))).collect::<BTreeMap<_, _>>(),
        "chip_key": text(sandbox!("foreigner/chip.key")),
        "chip_curve": "p256",
    })
}

/// A card with this application, and a dialogue with it.
fn card_with(icao: &Value, extended: bool) -> PlainCard {
    let mut file = json!({
        "name": "card",
        "atr": hex::encode(answer_to_reset(extended).0),
        "extended_length": extended,
        "passwords": {"pin": "123456", "can": CAN, "puk": "0123456789"},
        "eid": {}, "esign": {},
        "bauth": {"private_key": "00", "certificate": "7F2100", "root": "7F2100"},
    });
    if !icao.is_null() {
        file["icao"] = icao.clone();
    }
    let slot = Slot::new(virtual_token::Card::from_json(&file.to_string()).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = ReaderAddress::Tcp(listener.local_addr().unwrap().to_string());
    thread::spawn(move || slot.accept_from(&listener));
    Card::connect(&address, CancelToken::new())
        .unwrap()
        .into_plain()
}

fn can(digits: &str) -> AccessKey {
    AccessKey::Can(Secret::new(digits.as_bytes().to_vec()))
}

fn citizen_lines() -> AccessKey {
    AccessKey::Mrz(MrzKey::new("590082394", "870521", "350314").unwrap())
}

fn anchors() -> CountrySigners {
    let mut anchors = CountrySigners::default();
    assert!(anchors.add(sandbox!("csca.der")));
    anchors
}

fn open(icao: &Value, key: &AccessKey) -> Result<Document, MrtdError> {
    read(&mut card_with(icao, true), key, &anchors())
}

fn genuine() -> Authenticity {
    Authenticity::Genuine {
        country: "BY".into(),
    }
}

fn size_of_png(png: &[u8]) -> (u32, u32) {
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn a_citizen_by_can() {
    let document = open(&citizen(), &can(CAN)).unwrap();
    let mrz = &document.mrz;
    assert_eq!(
        (mrz.surname.as_str(), mrz.given_names.as_str()),
        ("YANKOUSKAYA", "ALENA")
    );
    assert_eq!(
        (mrz.number.as_str(), mrz.optional_data.as_str()),
        ("590082394", "4210587A001PB5")
    );
    assert_eq!(
        (mrz.date_of_birth.as_str(), mrz.sex.as_str()),
        ("870521", "F")
    );
    let personal = document.personal.unwrap();
    assert_eq!(
        personal.full_name.as_deref(),
        Some("ЯНКОЎСКАЯ АЛЕНА СЯРГЕЕЎНА")
    );
    let issued = document.document.unwrap().date_of_issue;
    assert_eq!(issued.as_deref(), Some("20250314"));
    assert_eq!(document.authenticity, genuine());
    assert_eq!(document.chip_is_original, Some(true));
    let png = portrait::decode(&document.portrait.unwrap())
        .unwrap()
        .to_png()
        .unwrap();
    assert_eq!(size_of_png(&png), (240, 320));
}

#[test]
fn a_foreigner_by_integrated_mapping_and_aes_256() {
    let document = open(&foreigner(), &can(CAN)).unwrap();
    assert_eq!(document.mrz.nationality, "D");
    assert_eq!(document.mrz.given_names, "HANS PETER");
    assert_eq!(document.authenticity, genuine());
    assert_eq!(document.chip_is_original, Some(true));
    let png = portrait::decode(&document.portrait.unwrap())
        .unwrap()
        .to_png()
        .unwrap();
    assert_eq!(size_of_png(&png), (240, 320));
}

#[test]
fn a_citizen_by_the_printed_lines() {
    let document = open(&citizen(), &citizen_lines()).unwrap();
    assert_eq!(document.mrz.surname, "YANKOUSKAYA");
    // An old chip without PACE.
    let mut old = citizen();
    old["files"].as_object_mut().unwrap().remove("011C");
    let document = open(&old, &citizen_lines()).unwrap();
    assert_eq!(document.authenticity, genuine());
    assert_eq!(open(&old, &can(CAN)).err(), Some(MrtdError::NeedsMrz));
}

#[test]
fn every_cipher_and_both_mappings_of_the_chip() {
    for mapping in [2, 4] {
        for cipher in 1..=4 {
            for parameters in [12, 13] {
                let info = format!(
                    "060A04007F0007020204{mapping:02X}{cipher:02X}0201020201{parameters:02X}"
                );
                let mut chip = citizen();
                chip["files"]["011C"] = json!(format!("31143012{info}"));
                let document = open(&chip, &can(CAN));
                let what = format!("mapping {mapping}, cipher {cipher}, parameters {parameters}");
                assert_eq!(
                    document.map(|document| document.authenticity),
                    Ok(genuine()),
                    "{what}"
                );
            }
        }
    }
}

#[test]
fn a_card_that_takes_only_short_lengths() {
    let mut card = card_with(&citizen(), false);
    let document = read(&mut card, &can(CAN), &anchors()).unwrap();
    assert_eq!(document.authenticity, genuine());
}

/// The least that the protocols need: EF.CardAccess 2, PACE 5, selection 1, chip authentication 2,
/// and for each file one command and one more for each 2048 octets beyond its beginning.
#[test]
fn nothing_is_asked_twice() {
    let mut card = card_with(&citizen(), true);
    read(&mut card, &can(CAN), &anchors()).unwrap();
    let further = |length: usize| length.saturating_sub(32).div_ceil(2048) as u64 + 1;
    let files = files!("citizen");
    let least: u64 = files.values().map(|file| further(file.len())).sum::<u64>() + 5 + 1 + 2;
    assert_eq!(card.apdu_count(), least);
}

#[test]
fn another_can_or_other_lines_are_told() {
    assert_eq!(
        open(&citizen(), &can("111111")).err(),
        Some(MrtdError::AccessKeyWrong)
    );
    let lines = || AccessKey::Mrz(MrzKey::new("590082395", "870521", "350314").unwrap());
    assert_eq!(
        open(&citizen(), &lines()).err(),
        Some(MrtdError::AccessKeyWrong)
    );
    let mut old = citizen();
    old["files"].as_object_mut().unwrap().remove("011C");
    assert_eq!(open(&old, &lines()).err(), Some(MrtdError::AccessKeyWrong));
}

#[test]
fn a_card_without_the_application_says_so() {
    assert_eq!(
        open(&Value::Null, &can(CAN)).err(),
        Some(MrtdError::NoApplication)
    );
}

#[test]
fn a_copy_of_the_files_on_another_chip_is_found_out() {
    for mut copy in [citizen(), foreigner()] {
        let mut key = copy["chip_key"].as_str().unwrap().to_owned();
        key.replace_range(62..63, if &key[62..63] == "5" { "7" } else { "5" });
        copy["chip_key"] = json!(key);
        assert_eq!(open(&copy, &can(CAN)).err(), Some(MrtdError::ChipRefused));
    }
}

#[test]
fn changed_files_and_unknown_signers_are_told() {
    let mut forged = citizen();
    let changed = forged["files"]["010C"]
        .as_str()
        .unwrap()
        .replace("3230323530333134", "3230323630333134");
    forged["files"]["010C"] = json!(changed);
    assert_eq!(
        open(&forged, &can(CAN)).unwrap().authenticity,
        Authenticity::Broken
    );
    let nobody = CountrySigners::default();
    let document = read(&mut card_with(&citizen(), true), &can(CAN), &nobody).unwrap();
    let unknown = Authenticity::SignerUnknown {
        country: "BY".into(),
    };
    assert_eq!(document.authenticity, unknown);
}

#[test]
fn a_document_without_optional_parts_is_read() {
    let mut poor = citizen();
    for id in ["0102", "010B", "010C", "010E"] {
        poor["files"].as_object_mut().unwrap().remove(id);
    }
    let document = open(&poor, &can(CAN)).unwrap();
    assert!(document.portrait.is_none() && document.personal.is_none());
    assert_eq!(document.chip_is_original, None);
    assert_eq!(document.authenticity, genuine());
}

#[test]
fn pictures_that_are_none_are_refused() {
    for picture in [
        &b""[..],
        b"\xFF\xD8",
        b"\xFF\xD8\xFF\xE0",
        b"\0\0\0\x0CjP  \r\n\x87\n",
        b"GIF89a",
    ] {
        assert!(portrait::decode(picture).is_err());
    }
    let good = portrait::encoded(sandbox!("citizen/dg2")).unwrap();
    for end in (0..good.len()).step_by(97) {
        let _ = portrait::decode(&good[..end]);
    }
}
