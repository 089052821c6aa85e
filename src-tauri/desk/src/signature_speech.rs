//! What a signature says, in a person's words.

use std::collections::BTreeMap;

use kabinet_pki::{
    ChainMember, Report, RevocationStatus, SignedContent, SignerReport, Time, TimeStampKind,
    TimeStampReport, Verdict,
};

use crate::signing_in::hex;
use crate::speech;
use crate::view::{
    ChainMemberView, Language, SignatureNoteView, SignatureReportView, SignedContentView,
    SignerView, TextView, TimeStampView,
};

/// The rules of a check (`docs/signatures.md`). No signature policy is asked for.
const PROFILE: &str = "STB 34.101.80, ETSI EN 319 102-1, RFC 5280";

/// The report with its sentences.
pub(crate) fn view(report: &Report) -> SignatureReportView {
    let signers: Vec<_> = report
        .signers
        .iter()
        .map(|signer| view_of_signer(signer, report.checked_at))
        .collect();
    let reason = reason_of(report.verdict);
    let sentence = match &signers[..] {
        [only] => only.sentence.clone(),
        _ => sentence_of(report.verdict, &names(&signers)),
    };
    SignatureReportView {
        verdict: word_of(report.verdict).to_owned(),
        reason,
        detail: report.detail.map(str::to_owned),
        sentence,
        checked_at: report.checked_at.to_string(),
        profile: PROFILE.to_owned(),
        signers,
        asked: Vec::new(),
    }
}

fn names(signers: &[SignerView]) -> String {
    let names: Vec<_> = signers
        .iter()
        .filter_map(|one| one.name.as_deref())
        .collect();
    names.join(", ")
}

fn view_of_signer(signer: &SignerReport, checked_at: Time) -> SignerView {
    let name = signer.certificate.as_ref().map(|one| one.subject.clone());
    let revocation = revocation_of(signer, checked_at);
    SignerView {
        verdict: word_of(signer.verdict).to_owned(),
        reason: reason_of(signer.verdict),
        detail: signer.detail.map(str::to_owned),
        sentence: sentence_of(signer.verdict, name.as_deref().unwrap_or_default()),
        content: signer.content.as_ref().map(view_of_content),
        level: signer.level.map(|level| level.name().to_owned()),
        claimed_at: signer.claimed_signing_time.map(|time| time.to_string()),
        proven_at: signer.proven_signing_time.map(|time| time.to_string()),
        revocation: revocation.map(|(word, _)| word.to_owned()),
        notes: notes(signer, revocation),
        chain: chain_of(&signer.chain),
        time_stamps: signer.time_stamps.iter().map(view_of_stamp).collect(),
        name,
    }
}

/// What was signed; which file that is, only who gave the content knows.
fn view_of_content(content: &SignedContent) -> SignedContentView {
    SignedContentView {
        hash_algorithm: content.hash_algorithm.to_owned(),
        digest: hex(&content.message_digest),
        size: content.length,
        name: None,
    }
}

fn view_of_stamp(stamp: &TimeStampReport) -> TimeStampView {
    TimeStampView {
        over: match stamp.kind {
            TimeStampKind::Content => "content",
            TimeStampKind::Signature => "signature",
        }
        .to_owned(),
        verdict: word_of(stamp.verdict).to_owned(),
        reason: reason_of(stamp.verdict),
        detail: stamp.detail.map(str::to_owned),
        at: stamp.time.map(|time| time.to_string()),
        policy: stamp.policy.clone(),
        chain: chain_of(&stamp.chain),
    }
}

fn chain_of(chain: &[ChainMember]) -> Vec<ChainMemberView> {
    let view = |member: &ChainMember| {
        let summary = member.certificate.summary();
        let (status, at) = match member.status {
            RevocationStatus::Trusted => ("trusted", None),
            RevocationStatus::NotRevoked { as_of, .. } => ("not_revoked", Some(as_of)),
            RevocationStatus::Revoked { at, .. } => ("revoked", Some(at)),
            RevocationStatus::Unknown(_) => ("unknown", None),
        };
        ChainMemberView {
            name: summary.subject.clone(),
            serial_number: summary.serial_number.clone(),
            valid_from: summary.not_before.to_string(),
            valid_until: summary.not_after.to_string(),
            status: status.to_owned(),
            status_at: at.map(|at| at.to_string()),
        }
    };
    chain.iter().map(view).collect()
}

pub(crate) fn word_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => "valid",
        Verdict::Invalid(_) => "invalid",
        Verdict::CannotTell(_) => "cannot_tell",
    }
}

pub(crate) fn reason_of(verdict: Verdict) -> Option<String> {
    let reason = verdict.reason();
    reason.map(|reason| reason.indication().to_owned())
}

/// The sentence on a verdict: `signature-valid`, or `signature-why-` and the reason.
fn sentence_of(verdict: Verdict, signer: &str) -> TextView {
    let id = match verdict.reason() {
        None => "signature-valid".to_owned(),
        Some(reason) => {
            let reason = reason.indication().to_lowercase().replace('_', "-");
            format!("signature-why-{reason}")
        }
    };
    let values = BTreeMap::from([("signer", signer.to_owned())]);
    speech::in_all(&id, None, &values)
}

/// What there is to say of time and revocation.
fn notes(signer: &SignerReport, revocation: Option<Told>) -> Vec<SignatureNoteView> {
    let note = |what: &str, at: Option<Time>| SignatureNoteView {
        what: what.replace('_', "-"),
        at: at.map(|at| at.to_string()),
    };
    let time = match (signer.proven_signing_time, signer.claimed_signing_time) {
        (Some(proven), _) => Some(note("proven", Some(proven))),
        (None, Some(claimed)) => Some(note("claimed", Some(claimed))),
        (None, None) => None,
    };
    let revocation = revocation.map(|(what, at)| note(what, at));
    time.into_iter().chain(revocation).collect()
}

/// The note as a sentence for the command line, with its moment in UTC.
#[must_use]
pub fn note(language: Language, note: &SignatureNoteView) -> String {
    let at = note.at.as_deref().unwrap_or_default();
    let values = BTreeMap::from([("time", at.replace('T', " ").replace('Z', " UTC"))]);
    speech::say(language, &format!("signature-{}", note.what), None, &values)
}

/// What was signed, in lines for the command line.
#[must_use]
pub fn signed_content(language: Language, content: &SignedContentView) -> Vec<String> {
    let label = |id: &str| {
        let values = BTreeMap::from([("algorithm", content.hash_algorithm.clone())]);
        speech::say(language, &format!("checked-content-{id}"), None, &values)
    };
    let mut lines = Vec::new();
    if let Some(size) = content.size {
        let name = content.name.clone().unwrap_or_else(|| label("inside"));
        lines.push(format!("{}: {name}", label("file")));
        lines.push(format!("{}: {size}", label("size")));
    }
    lines.push(format!("{}: {}", label("digest"), content.digest));
    lines
}

/// What is told of revocation: a word and a time.
type Told = (&'static str, Option<Time>);

/// The worst that is known of the certificates' revocation, with the earliest time that was told.
fn revocation_of(signer: &SignerReport, checked_at: Time) -> Option<Told> {
    let moment = signer.proven_signing_time.unwrap_or(checked_at);
    let known = signer.chain.iter().filter_map(|member| {
        Some(match member.status {
            RevocationStatus::Trusted => return None,
            RevocationStatus::Revoked { at, .. } if at <= moment => (0, "revoked", Some(at)),
            RevocationStatus::Unknown(_) => (1, "unknown", None),
            RevocationStatus::Revoked { at, .. } => (2, "revoked_later", Some(at)),
            RevocationStatus::NotRevoked { as_of, .. } => (3, "not_revoked", Some(as_of)),
        })
    });
    let (_, word, time) = known.min()?;
    Some((word, time))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Cursor;

    use kabinet_pki::{Reason, TrustAnchors, Validation, verify};

    use super::*;

    const LANGUAGES: [Language; 3] = [Language::Be, Language::Ru, Language::En];
    const NOTES: [&str; 6] = [
        "proven",
        "claimed",
        "not-revoked",
        "revoked-later",
        "unknown",
        "revoked",
    ];

    #[test]
    fn every_reason_has_a_sentence_of_its_own_in_every_language() {
        for language in LANGUAGES {
            let said = |verdict| sentence_of(verdict, "N").in_language(language).to_owned();
            let mut sentences: Vec<_> = Reason::ALL
                .iter()
                .map(|&reason| said(Verdict::CannotTell(reason)))
                .collect();
            sentences.push(said(Verdict::Valid));
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

    #[test]
    fn a_signature_of_two_and_one_that_lasts() {
        let fixtures = "../pki/tests/fixtures/bee2evp/level-128";
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(fixtures);
        let file = |name| std::fs::read(folder.join(name)).unwrap();
        let mut anchors = TrustAnchors::default();
        anchors.add(&file("root.cer")).unwrap();
        let at = Time::new(2026, 11, 27, 9, 36, 0).unwrap();
        let check = |name| {
            let validation = Validation::new(&anchors, at);
            let report = verify(Cursor::new(file(name)), None, &validation).unwrap();
            view(&report)
        };
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
}
