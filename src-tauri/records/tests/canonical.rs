//! Known answers of RFC 8785 and round trips of manifests.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;

use kabinet_records::{Applicant, Manifest, ProcedureReference};
use serde_json::{Value, json};
use uuid::Uuid;

fn manifest(data: Value) -> Manifest {
    Manifest::new(
        Uuid::from_u128(7),
        ProcedureReference {
            id: "2.2".into(),
            version: 1,
        },
        Applicant {
            name: BTreeMap::new(),
            personal_number: Some("4210587A001PB5".into()),
        },
        data,
        "2026-11-23T10:00:00.5Z".parse().unwrap(),
    )
}

/// The octets of `data` inside a manifest.
fn canonical(data: Value) -> String {
    let octets = manifest(data).to_canonical().unwrap();
    let text = String::from_utf8(octets).unwrap();
    let (_, rest) = text.split_once(r#""data":"#).unwrap();
    let (data, _) = rest.split_once(r#","procedure":"#).unwrap();
    data.to_owned()
}

/// RFC 8785, appendix B: octets of an IEEE 754 number and its text.
#[test]
fn numbers_of_appendix_b() {
    for (bits, text) in [
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
        (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xC340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"),
        (0x44B5_2D02_C7E1_4AF6, "1e+23"),
        (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"),
        (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"),
        (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"),
        (0x444B_1AE4_D6E2_EF50, "1e+21"),
        (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"),
        (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
        (0x41B3_DE43_5555_5553, "333333333.3333332"),
        (0x41B3_DE43_5555_5554, "333333333.33333325"),
        (0x41B3_DE43_5555_5555, "333333333.3333333"),
        (0x41B3_DE43_5555_5556, "333333333.3333334"),
        (0x41B3_DE43_5555_5557, "333333333.33333343"),
        (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
        (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
    ] {
        assert_eq!(canonical(json!(f64::from_bits(bits))), text, "{bits:016X}");
    }
}

/// RFC 8785, section 3.2.2 and 3.2.4.
#[test]
fn primitive_values_of_section_3_2_2() {
    let value: Value = serde_json::from_str(
        r#"{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"#,
    )
    .unwrap();
    assert_eq!(
        canonical(value),
        concat!(
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#,
            r#""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        )
    );
}

/// RFC 8785, section 3.2.3: members are sorted by UTF-16 code units.
#[test]
fn sorting_of_section_3_2_3() {
    let value = json!({"\u{20ac}": "Euro Sign", "\r": "Carriage Return",
        "\u{fb33}": "Hebrew Letter Dalet With Dagesh", "1": "One", "\u{1f600}": "Emoji: Grinning Face",
        "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis"});
    assert_eq!(
        canonical(value),
        concat!(
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",",
            "\"\u{f6}\":\"Latin Small Letter O With Diaeresis\",\"\u{20ac}\":\"Euro Sign\",",
            "\"\u{1f600}\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
        )
    );
}

/// What was signed must be read again, whatever numbers stand in it.
#[test]
fn canonical_octets_are_read_and_written_alike() {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut numbers: Vec<f64> = (0..5000)
        .map(|_| f64::from_bits(next()))
        .filter(|number| number.is_finite())
        .collect();
    numbers.extend((0..5000).map(|cents| f64::from(cents) / 100.0));
    assert!(numbers.len() > 9000);
    let octets = manifest(json!(numbers)).to_canonical().unwrap();
    let read = Manifest::parse_canonical(&octets).unwrap();
    assert_eq!(read.to_canonical().unwrap(), octets);
}

#[test]
fn hostile_octets_are_refused() {
    for octets in [
        &b""[..],
        b"{}",
        b"[]",
        b"\xFF\xFE",
        &b"[".repeat(200_000),
        &vec![b' '; 5 * 1024 * 1024],
    ] {
        assert!(Manifest::parse_canonical(octets).is_err());
    }
    // Every cut, and every changed octet, is an error or other octets than were signed.
    let whole = manifest(json!({"a": "b", "n": [1, true]}))
        .to_canonical()
        .unwrap();
    for length in 0..whole.len() {
        assert!(Manifest::parse_canonical(&whole[..length]).is_err());
        let mut changed = whole.clone();
        changed[length] ^= 1;
        if let Ok(read) = Manifest::parse_canonical(&changed) {
            assert_eq!(read.to_canonical().unwrap(), changed);
        }
    }
}
