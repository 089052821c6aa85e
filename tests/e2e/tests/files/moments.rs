//! Signatures are checked for another moment than now (`verify --at`).

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{certificate, file, seconds, verdict, wait_for, world};

#[test]
fn what_came_later_than_the_moment_does_not_count() {
    let (mut world, card) = world();
    let cli = world.cli("signer", Some(&card)).unwrap();
    let name = file(&world, "lasting.txt");
    cli.ok(&["sign", "--level", "lt", &name]).unwrap();
    let signature = format!("{name}.p7s");
    // It carries what it needs.
    world.sandbox.disconnect();
    let at = |moment: &str| verdict(&cli, &["--at", moment, &signature]);

    let now = Timestamp::now();
    let (code, report) = at(&now.to_string());
    assert_eq!(code, 0, "{report}");
    let signer = &report["signers"][0];
    assert_eq!(signer["level"], "CAdES-B-LT", "{report}");
    let valid_from = signer["chain"][0]["valid_from"].as_str().unwrap();
    let valid_from: Timestamp = valid_from.parse().unwrap();

    // The time stamp was not there yet, and proves nothing then.
    let earlier = now - SignedDuration::from_mins(10);
    let (code, report) = at(&earlier.to_string());
    assert_eq!(code, 0, "{report}");
    let signer = &report["signers"][0];
    assert_eq!(signer["level"], "CAdES-B-B", "{report}");
    assert_eq!(signer["proven_at"], Value::Null);
    let stamp = &signer["time_stamps"][0];
    assert_eq!(stamp["reason"], "TIMESTAMP_ORDER_FAILURE", "{stamp}");

    // Neither was the certificate.
    let before = valid_from - SignedDuration::from_secs(1);
    let (code, report) = at(&before.to_string());
    assert_eq!(code, 2, "{report}");
    assert_eq!(report["reason"], "OUT_OF_BOUNDS_NO_POE", "{report}");
    assert_eq!(report["checked_at"], before.to_string());

    // Any zone may be given, and the answer is in UTC.
    let (_, report) = at("2026-01-01T02:30:00+03:00");
    assert_eq!(report["checked_at"], "2025-12-31T23:30:00Z");
    let said = cli
        .said(&["verify", "--at", "2026-01-01T02:30:00+03:00", &signature])
        .unwrap();
    assert!(said.contains("2025-12-31 23:30:00 UTC"), "{said}");
    for nonsense in ["yesterday", "2026-01-01", "2026-01-01T02:30:00"] {
        cli.fails(&["verify", "--at", nonsense, &signature], "usage")
            .unwrap();
    }
}

#[test]
fn a_revocation_counts_from_its_moment_on() {
    let (world, card) = world();
    let cli = world.cli("signer", Some(&card)).unwrap();
    let name = file(&world, "plain.txt");
    cli.ok(&["sign", &name]).unwrap();
    let signature = format!("{name}.p7s");
    let since = seconds() + 1;
    wait_for(|| seconds() > since);
    world.sandbox.revoke(&certificate(&world), since).unwrap();
    for (moment, code, reason, word) in [
        (since - 1, 0, Value::Null, "revoked_later"),
        (since, 2, json!("REVOKED_NO_POE"), "revoked"),
    ] {
        let moment = Timestamp::from_second(moment).unwrap().to_string();
        let (exit, report) = verdict(&cli, &["--at", &moment, &signature]);
        assert_eq!((exit, &report["reason"]), (code, &reason), "{report}");
        let signer = &report["signers"][0];
        assert_eq!(signer["revocation"], word, "{report}");
        assert_eq!(signer["chain"][0]["status"], "revoked");
    }
}
