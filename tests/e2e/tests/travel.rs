//! The travel document of a card on the command line.

#![allow(clippy::unwrap_used, missing_docs)]

use e2e::{Cli, World};
use serde_json::json;

const READ: [&str; 4] = ["card", "read", "--with", "can"];
const READ_BY_LINES: [&str; 4] = ["card", "read", "--with", "mrz"];
/// The upper two of the lines that are printed on the citizen's card.
const LINES: &str = "IDBLR59008239404210587A001PB5<\n8705219F3503144BLR<<<<<<<<<<<3";

#[test]
fn printed_data_and_photo_by_can() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let mut cli = world.cli("travel", Some(&card)).unwrap();
    let document = cli.ok(&READ).unwrap();
    assert_eq!(document["full_name"], "ЯНКОЎСКАЯ АЛЕНА СЯРГЕЕЎНА");
    assert_eq!(document["date_of_birth"], "1987-05-21");
    assert_eq!(document["date_of_expiry"], "2035-03-14");
    let genuine = json!({"verdict": "genuine", "country": "BY"});
    assert_eq!(document["authenticity"], genuine);
    assert_eq!(document["chip_is_original"], true);
    let photo = document["photo"].as_str().unwrap();
    assert!(
        photo.starts_with("data:image/png;base64,iVBORw0KGgo"),
        "{photo:.40}"
    );

    // No attempt at the PIN was used, and the PIN works at once after it.
    assert_eq!(card.pin_attempts().unwrap(), 3);
    cli.ok(&["card", "read"]).unwrap();

    cli.secrets["can"] = json!("123456");
    cli.fails(&READ, "can_wrong").unwrap();
    cli.secrets["can"] = json!("12345");
    cli.fails(&READ, "can_format").unwrap();
}

#[test]
fn a_state_whose_certificate_is_not_there() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("foreigner").unwrap();
    let cli = world.cli("travel", Some(&card)).unwrap();
    assert_eq!(cli.ok(&READ).unwrap()["authenticity"]["verdict"], "genuine");
    std::fs::remove_dir_all(cli.profile.join("trust/csca")).unwrap();
    let document = cli.ok(&READ).unwrap();
    let unknown = json!({"verdict": "signer_unknown", "country": "BY"});
    assert_eq!(document["authenticity"], unknown);
    assert_eq!(document["name"], "HANS PETER MUELLER");
}

#[test]
fn a_card_without_a_travel_document() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("stateless").unwrap();
    let cli: Cli = world.cli("travel", Some(&card)).unwrap();
    cli.fails(&READ, "no_travel_document").unwrap();
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

/// A chip of before PACE: basic access control with the printed lines is all that it knows.
#[test]
fn a_chip_that_takes_only_the_printed_lines() {
    let world = World::start().unwrap();
    let card = world.old_chip_over_tcp("citizen").unwrap();
    let mut cli = world.cli("travel", Some(&card)).unwrap();
    cli.fails(&READ, "document_needs_mrz").unwrap();

    let values =
        json!({"number": "590082394", "date_of_birth": "870521", "date_of_expiry": "350314"});
    for mrz in [
        json!(LINES),
        json!(LINES.replace('\n', "").to_lowercase()),
        values,
    ] {
        cli.secrets["mrz"] = mrz;
        let document = cli.ok(&READ_BY_LINES).unwrap();
        assert_eq!(document["full_name"], "ЯНКОЎСКАЯ АЛЕНА СЯРГЕЕЎНА");
        assert_eq!(document["authenticity"]["verdict"], "genuine");
        assert_eq!(document["chip_is_original"], true);
        let photo = document["photo"].as_str().unwrap();
        assert!(
            photo.starts_with("data:image/png;base64,iVBORw0KGgo"),
            "{photo:.40}"
        );
    }

    // The lines of another card cost nothing.
    cli.secrets["mrz"] =
        json!({"number": "590082395", "date_of_birth": "790202", "date_of_expiry": "310801"});
    cli.fails(&READ_BY_LINES, "mrz_wrong").unwrap();
    assert_eq!(card.pin_attempts().unwrap(), 3);
}

/// What is mistyped is found before the card is asked.
#[test]
fn mistyped_lines_never_reach_the_card() {
    let world = World::start().unwrap();
    let card = world.old_chip_over_tcp("citizen").unwrap();
    let mut cli = world.cli("travel", Some(&card)).unwrap();
    card.reset_counters().unwrap();
    let mistyped = |from: &str, to: &str| json!(LINES.replacen(from, to, 1));
    for (mrz, code, word) in [
        (mistyped("590082", "590028"), "mrz_mistyped", "number"),
        (mistyped("870521", "870512"), "mrz_mistyped", "birth"),
        (mistyped("350314", "350341"), "mrz_mistyped", "expiry"),
        (mistyped("870521", "87O521"), "mrz_format", "printed lines"),
        (json!("654321"), "mrz_format", "printed lines"),
        (
            json!({"number": "", "date_of_birth": "", "date_of_expiry": ""}),
            "mrz_format",
            "printed lines",
        ),
    ] {
        cli.secrets["mrz"] = mrz;
        let error = cli.fails(&READ_BY_LINES, code).unwrap();
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(word), "{message}");
    }
    assert_eq!(card.status().unwrap()["apdus"], 0);
    // There is no argument for them.
    let answer = cli.call(&["card", "read", "--with", "mrz", LINES]).unwrap();
    assert_eq!(answer.code, 2);
}

/// A chip with PACE takes the lines as well as the CAN.
#[test]
fn pace_by_the_printed_lines() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let mut cli = world.cli("travel", Some(&card)).unwrap();
    cli.secrets["mrz"] = json!(LINES);
    let document = cli.ok(&READ_BY_LINES).unwrap();
    assert_eq!(document["number"], "590082394");
}

/// Optional data and the picture of the handwritten signature come through a sign-in: read by the
/// terminal, kept in the store, decoded apart and shown.
#[test]
fn a_portal_that_asks_for_optional_groups() {
    let world = World::start().unwrap();
    let card = world.card_over_tcp("citizen").unwrap();
    let cli = world.cli("asked", Some(&card)).unwrap();
    cli.ok(&["login"]).unwrap();
    let person = cli.ok(&["whoami"]).unwrap();
    assert_eq!(person["optional_data"], json!([]));
    assert_eq!(person["written_signature"], json!(null));

    world.sandbox.ask_for(&[12, 14]).unwrap();
    cli.ok(&["login"]).unwrap();
    let person = cli.ok(&["whoami"]).unwrap();
    let optional = json!([
        {"kind": "1.3.6.1.4.1.32473.2", "value": null},
        {"kind": "1.3.6.1.4.1.32473.1", "value": "Група крыві O (I), Rh+/Группа крови O (I), Rh+"},
    ]);
    assert_eq!(person["optional_data"], optional);
    let signature = person["written_signature"].as_str().unwrap();
    assert!(
        signature.starts_with("data:image/png;base64,iVBORw0KGgo"),
        "{signature:.40}"
    );

    // A card that has neither is no error.
    let other = world.card_over_tcp("foreigner").unwrap();
    let cli = world.cli("without", Some(&other)).unwrap();
    cli.ok(&["login"]).unwrap();
    let person = cli.ok(&["whoami"]).unwrap();
    assert_eq!(person["written_signature"], json!(null));
}
