//! Before a file is encrypted it is asked whether the recipients' certificates were revoked, as for
//! signatures: the responder, then the list; what was told is kept.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use e2e::{Cli, World};
use serde_json::{Value, json};

use crate::{asked, certificate_of, file, seconds, wait_for, world};

/// The certificate of a holder's card as a file.
fn certificate_file(world: &World, holder: &str) -> String {
    let path = world.dir().join(format!("{holder}.cer"));
    std::fs::write(&path, hex::decode(certificate_of(world, holder)).unwrap()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Encrypts into a new file, with these words more.
fn encrypted(cli: &Cli, file: &str, to: &str, more: &[&str]) -> Value {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let output = format!("{file}.{}.p7m", NEXT.fetch_add(1, Ordering::Relaxed));
    let words = [&["encrypt", file, "-o", &output, "--to", to], more].concat();
    let made = cli.ok(&words).unwrap();
    assert!(Path::new(&output).exists());
    made
}

/// Verdict and reason of the only recipient.
fn judged(made: &Value) -> (&str, Option<&str>) {
    let recipient = &made["recipients"][0];
    let note = recipient["note"].as_str();
    let verdict = recipient["verdict"].as_str().unwrap();
    assert_eq!(note.is_none(), verdict == "valid", "{made}");
    (verdict, recipient["reason"].as_str())
}

#[test]
fn it_is_asked_whether_a_recipient_was_revoked_and_kept_what_was_told() {
    let (mut world, card) = world();
    let cli = world.cli("sender", Some(&card)).unwrap();
    cli.ok(&["login"]).unwrap();
    let (text, to) = (
        file(&world, "text.txt"),
        certificate_file(&world, "citizen"),
    );
    let made = encrypted(&cli, &text, &to, &[]);
    assert_eq!(judged(&made), ("valid", None), "{made}");
    assert_eq!((asked(&made, "status"), asked(&made, "list")), (1, 0));
    // It was told a moment ago, so nobody is asked again.
    let made = encrypted(&cli, &text, &to, &[]);
    assert_eq!(judged(&made), ("valid", None), "{made}");
    assert_eq!(made["asked"], json!([]));

    // The list where the responder is out of order.
    let out = json!({"match": "/ocsp", "kind": "status_500", "times": 100});
    world.sandbox.fault(&out).unwrap();
    let listed = world.cli("listed", None).unwrap();
    let made = encrypted(&listed, &text, &to, &[]);
    assert_eq!(judged(&made), ("valid", None), "{made}");
    assert_eq!((asked(&made, "status"), asked(&made, "list")), (0, 1));

    // Without a network: what is kept has to do, and what cannot be told is said and hinders nothing.
    world.sandbox.disconnect();
    for with_kept in [&cli, &listed] {
        let made = encrypted(with_kept, &text, &to, &[]);
        assert_eq!(judged(&made), ("valid", None), "{made}");
    }
    let fresh = world.cli("fresh", None).unwrap();
    let made = encrypted(&fresh, &text, &to, &[]);
    assert_eq!(judged(&made), ("cannot_tell", Some("TRY_LATER")), "{made}");
    assert_eq!(made["asked"][0]["answered"], false, "{made}");
    world.sandbox.connect().unwrap();
    let made = encrypted(&fresh, &text, &to, &["--offline"]);
    assert_eq!(judged(&made), ("cannot_tell", Some("TRY_LATER")), "{made}");
    assert_eq!(made["asked"], json!([]));
}

#[test]
fn nobody_encrypts_for_a_revoked_certificate_without_insisting() {
    let (mut world, _) = world();
    let (text, to) = (
        file(&world, "text.txt"),
        certificate_file(&world, "citizen"),
    );
    let others = certificate_file(&world, "foreigner");
    let since = seconds() + 1;
    wait_for(|| seconds() > since);
    let revoked = certificate_of(&world, "citizen");
    world.sandbox.revoke(&revoked, since).unwrap();

    let cli = world.cli("sender", None).unwrap();
    let output = format!("{text}.p7m");
    let encrypt = ["encrypt", text.as_str(), "--to", &others, &to];
    let mut sentences: Vec<String> = ["be", "ru", "en"]
        .into_iter()
        .map(|language| {
            let words = [&["--lang", language][..], &encrypt].concat();
            let error = cli.fails(&words, "recipient_revoked").unwrap();
            assert!(error["remedy"].as_str().unwrap().contains(' '));
            error["message"].to_string()
        })
        .collect();
    sentences.sort();
    sentences.dedup();
    assert_eq!(sentences.len(), 3, "{sentences:?}");
    assert!(!Path::new(&output).exists());

    let made = encrypted(&cli, &text, &to, &["--even-revoked"]);
    assert_eq!(judged(&made), ("invalid", Some("REVOKED")), "{made}");
    // The list tells the same, and still does without a network.
    let out = json!({"match": "/ocsp", "kind": "status_500", "times": 100});
    world.sandbox.fault(&out).unwrap();
    cli.fails(&encrypt, "recipient_revoked").unwrap();
    world.sandbox.disconnect();
    cli.fails(&encrypt, "recipient_revoked").unwrap();
    cli.fails(
        &[&encrypt[..], &["--offline"]].concat(),
        "recipient_revoked",
    )
    .unwrap();
    assert!(!Path::new(&output).exists());
}
