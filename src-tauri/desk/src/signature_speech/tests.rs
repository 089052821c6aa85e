//! Sentences on reports of files that another implementation made.

#![allow(clippy::unwrap_used)]

use std::io::Cursor;

use kabinet_pki::{Evidence, RevocationReason, StatusSource, TrustAnchors, Validation, verify};

use super::*;
use crate::fixtures::bee2evp;

const LANGUAGES: [Language; 3] = [Language::Be, Language::Ru, Language::En];
const NOTES: [&str; 10] = [
    "proven",
    "stamp-unknown",
    "claimed",
    "not-revoked",
    "revoked-later",
    "revoked-after-check",
    "unknown",
    "revoked",
    "suspended",
    "never-issued",
];

#[test]
fn every_reason_has_a_sentence_of_its_own_in_every_language() {
    for language in LANGUAGES {
        let said = |verdict, told| {
            let sentence = sentence_of(verdict, "N", told);
            sentence.in_language(language).to_owned()
        };
        let mut sentences: Vec<_> = Reason::ALL
            .iter()
            .map(|&reason| said(Verdict::CannotTell(reason), None))
            .collect();
        sentences.push(said(Verdict::Valid, None));
        sentences.push(said(Verdict::Valid, Some(UNKNOWN)));
        sentences.push(said(Verdict::Valid, Some(STAMP_UNKNOWN)));
        for word in [SUSPENDED, NEVER_ISSUED] {
            sentences.push(said(Verdict::CannotTell(Reason::TryLater), Some(word)));
        }
        for what in NOTES {
            let view = SignatureNoteView {
                what: what.to_owned(),
                at: Some("2026-11-27T09:21:00Z".to_owned()),
            };
            sentences.push(note(language, &view));
        }
        for sentence in &sentences {
            assert!(sentence.ends_with('.'), "{language:?}: {sentence}");
            assert!(
                !sentence.starts_with("signature-"),
                "{language:?}: {sentence}"
            );
        }
        let count = sentences.len();
        sentences.sort();
        sentences.dedup();
        assert_eq!(sentences.len(), count, "{language:?}");
    }
}

/// What the check of a file finds where nothing else is at hand.
fn report(name: &str) -> Report {
    report_with(name, &Evidence::new())
}

/// What it finds with these lists and responses.
fn report_with(name: &str, evidence: &Evidence) -> Report {
    let mut anchors = TrustAnchors::default();
    anchors.add(&bee2evp("root.cer")).unwrap();
    let validation = Validation {
        evidence,
        ..Validation::new(&anchors, time(2026, 11, 27))
    };
    verify(Cursor::new(bee2evp(name)), None, &validation).unwrap()
}

fn time(year: u16, month: u8, day: u8) -> Time {
    Time::new(year, month, day, 9, 36, 0).unwrap()
}

/// The same report where that is known of the signer's certificate.
fn with_status(verdict: Verdict, at: Time, reason: RevocationReason) -> Report {
    let mut report = report("attached.p7s");
    report.verdict = verdict;
    report.signers[0].verdict = verdict;
    for member in &mut report.signers[0].chain {
        member.status = RevocationStatus::Trusted;
    }
    report.signers[0].chain[0].status = RevocationStatus::Revoked {
        at,
        reason,
        source: StatusSource::Ocsp,
    };
    report
}

#[test]
fn what_is_not_known_goes_with_valid_wherever_it_is_said() {
    for name in ["attached.p7s", "two-signers.p7s"] {
        let report = report(name);
        assert!(is_status_unknown(&report));
        let view = view(&report);
        assert_eq!(view.verdict, "valid");
        let sentences = view.signers.iter().map(|signer| &signer.sentence);
        for sentence in sentences.chain([&view.sentence]) {
            let said = sentence.in_language(Language::En);
            assert!(said.contains("is not known"), "{said}");
        }
        // Said once.
        let mut notes = view.signers.iter().flat_map(|signer| &signer.notes);
        assert!(notes.all(|note| note.what != "unknown"));
    }
    let lasting = report("accepted-lt.p7s");
    assert!(!is_status_unknown(&lasting));
    let said = view(&lasting).sentence;
    assert!(!said.in_language(Language::En).contains("not known"));
}

/// Who stamped is looked at like who signed: what is not known of them goes with the sentence, or into a
/// note where the sentence says as much of the signer.
#[test]
fn what_is_not_known_of_the_time_stamp_is_said_too() {
    const NOTE: &str = "stamp-unknown";
    let responses = |names: &[&str]| {
        let mut evidence = Evidence::new();
        evidence.add_revocation_list(&bee2evp("root.crl")).unwrap();
        for name in names {
            evidence.add_ocsp_response(&bee2evp(name)).unwrap();
        }
        evidence
    };
    let [signer, stamper] = ["adam-good.ocsp-response", "tsa-good.ocsp-response"];
    for (names, sentence, is_noted) in [
        (&[signer][..], "signature-valid-stamp-unknown", false),
        (&[stamper], "signature-valid-unknown", false),
        (&[], "signature-valid-unknown", true),
        (&[signer, stamper], "signature-valid", false),
    ] {
        let report = report_with("accepted-t.p7s", &responses(names));
        assert_eq!(is_status_unknown(&report), sentence != "signature-valid");
        let view = view(&report);
        assert_eq!(view.verdict, "valid");
        let values = BTreeMap::from([("signer", "ADAM MITSKEVICH".to_owned())]);
        let expected = speech::in_all(sentence, None, &values);
        let notes = &view.signers[0].notes;
        assert_eq!(notes[0].what, "proven", "{names:?}");
        assert_eq!(notes.iter().any(|note| note.what == NOTE), is_noted);
        for language in LANGUAGES {
            for said in [&view.sentence, &view.signers[0].sentence] {
                assert_eq!(said.in_language(language), expected.in_language(language));
            }
        }
    }
    // Of what is not stamped nothing is said of a stamp.
    let plain = view(&report_with("attached.p7s", &responses(&[signer])));
    let sure = sentence_of(Verdict::Valid, "ADAM MITSKEVICH", None);
    let said = plain.sentence.in_language(Language::En);
    assert_eq!(said, sure.in_language(Language::En));
}

#[test]
fn on_hold_and_never_issued_are_said_as_such() {
    let hold = RevocationReason::CertificateHold;
    let later = Verdict::CannotTell(Reason::TryLater);
    let since = time(2026, 11, 1);
    let never = Time::from_unix_duration(std::time::Duration::ZERO).unwrap();
    for (at, word, what, moment) in [
        (since, SUSPENDED, "suspended", Some(since.to_string())),
        (never, NEVER_ISSUED, "never-issued", None),
    ] {
        let view = view(&with_status(later, at, hold));
        let signer = &view.signers[0];
        let told = signer.notes.last().unwrap();
        assert_eq!((&*told.what, &told.at), (what, &moment));
        assert_eq!(signer.revocation.as_deref(), Some(word));
        let member = &signer.chain[0];
        assert_eq!((&*member.status, &member.status_at), (word, &moment));
        for language in LANGUAGES {
            let sentence = view.sentence.in_language(language);
            assert_eq!(sentence, signer.sentence.in_language(language));
            let unsure = sentence_of(later, "", None);
            assert_ne!(sentence, unsure.in_language(language));
            let said = note(language, told);
            assert!(
                !said.contains("1970") && !said.contains("revoked"),
                "{said}"
            );
        }
    }
}

#[test]
fn later_than_the_signature_is_only_said_where_its_time_is_proven() {
    let compromise = RevocationReason::KeyCompromise;
    let mut report = with_status(Verdict::Valid, time(2026, 12, 1), compromise);
    let told = |report: &Report| {
        let signer = view(report).signers.remove(0);
        assert_eq!(signer.revocation.as_deref(), Some("revoked_later"));
        signer.notes.last().unwrap().what.clone()
    };
    assert_eq!(told(&report), "revoked-after-check");
    report.signers[0].proven_signing_time = Some(time(2026, 11, 27));
    assert_eq!(told(&report), "revoked-later");
}

#[test]
fn who_signed_and_for_which_moment_it_was_checked() {
    let view = view(&report("attached.p7s"));
    let signer = &view.signers[0];
    assert_eq!(signer.number.as_deref(), Some("IDCBY-590082394654"));
    for language in LANGUAGES {
        let line = signed_by(language, signer).unwrap();
        let name = signer.name.as_deref().unwrap();
        assert!(
            line.contains(&format!(": {name}, IDCBY-590082394654")),
            "{line}"
        );
        let line = checked_at(language, &view);
        assert!(line.contains("2026-11-27 09:36:00 UTC"), "{line}");
    }
}

#[test]
fn a_signature_of_two_and_one_that_lasts() {
    let check = |name| view(&report(name));
    let two = check("two-signers.p7s");
    assert_eq!(two.verdict, "valid");
    for name in ["ADAM MITSKEVICH", "TADEUSZ KASTSIUSHKA"] {
        for language in LANGUAGES {
            let sentence = two.sentence.in_language(language);
            assert!(sentence.contains(name), "{sentence}");
        }
    }
    let lasting = check("accepted-lt.p7s").signers.remove(0);
    assert_eq!(lasting.level.as_deref(), Some("CAdES-B-LT"));
    assert_eq!(lasting.revocation.as_deref(), Some("not_revoked"));
    let at = lasting.proven_at.as_deref().unwrap();
    assert!(at.starts_with("2026-11-27T09:2"));
    let [proven, revocation] = &lasting.notes[..] else {
        panic!("{:?}", lasting.notes);
    };
    assert_eq!((&*proven.what, proven.at.as_deref()), ("proven", Some(at)));
    assert_eq!(revocation.what, "not-revoked");
    let said = note(Language::En, proven);
    assert!(said.contains("2026-11-27 09:2"), "{said}");
    assert!(said.contains(" UTC"), "{said}");
    assert_eq!(two.signers[0].revocation.as_deref(), Some("unknown"));
    // Both are over the same, which is inside.
    let signed = two.signers[0].content.as_ref().unwrap();
    assert_eq!(two.signers[1].content.as_ref(), Some(signed));
    assert_eq!(
        (&*signed.hash_algorithm, signed.digest.len()),
        ("belt-hash", 64)
    );
    for language in LANGUAGES {
        let lines = signed_content(language, signed);
        let [file, size, digest] = &lines[..] else {
            panic!("{lines:?}");
        };
        assert!(!lines.concat().contains("checked-"), "{lines:?}");
        assert!(
            file.contains(": ") && digest.contains("belt-hash"),
            "{lines:?}"
        );
        assert!(size.ends_with(&format!(": {}", signed.size.unwrap())));
    }
    // What the sentence rests on.
    assert_eq!(two.checked_at, "2026-11-27T09:36:00Z");
    let [stamp] = &lasting.time_stamps[..] else {
        panic!("{:?}", lasting.time_stamps);
    };
    assert_eq!((&*stamp.over, &*stamp.verdict), ("signature", "valid"));
    assert_eq!(stamp.at, lasting.proven_at);
    assert!(stamp.policy.is_some() && stamp.chain.len() > 1, "{stamp:?}");
    for chain in [&lasting.chain, &stamp.chain] {
        let (anchor, below) = chain.split_last().unwrap();
        assert_eq!((&*anchor.status, &anchor.status_at), ("trusted", &None));
        for member in below {
            assert_eq!(member.status, "not_revoked", "{member:?}");
            assert!(member.status_at.is_some() && member.valid_from < member.valid_until);
        }
    }
}
