//! The travel document of a card on the command line.

#![allow(clippy::unwrap_used, missing_docs)]

use e2e::{Cli, World};
use serde_json::json;

const READ: [&str; 4] = ["card", "read", "--with", "can"];

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
