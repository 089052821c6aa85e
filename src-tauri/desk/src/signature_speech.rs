//! What a signature says, in a person's words.

use std::collections::BTreeMap;

use kabinet_pki::{Report, RevocationStatus, SignerReport, Time, Verdict};

use crate::speech;
use crate::view::{Language, SignatureReportView, SignerView};

/// The report with its sentences.
pub(crate) fn view(report: &Report, language: Language) -> SignatureReportView {
    let signers: Vec<_> = report
        .signers
        .iter()
        .map(|signer| view_of_signer(signer, report.checked_at, language))
        .collect();
    let reason = reason_of(report.verdict);
    let sentence = match &signers[..] {
        [only] => only.sentence.clone(),
        _ => sentence_of(report.verdict, &names(&signers), language),
    };
    SignatureReportView {
        verdict: word_of(report.verdict).to_owned(),
        reason,
        sentence,
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

fn view_of_signer(signer: &SignerReport, checked_at: Time, language: Language) -> SignerView {
    let name = signer.certificate.as_ref().map(|one| one.subject.clone());
    let revocation = revocation_of(signer, checked_at);
    SignerView {
        verdict: word_of(signer.verdict).to_owned(),
        reason: reason_of(signer.verdict),
        sentence: sentence_of(
            signer.verdict,
            name.as_deref().unwrap_or_default(),
            language,
        ),
        level: signer.level.map(|level| level.name().to_owned()),
        claimed_at: signer.claimed_signing_time.map(|time| time.to_string()),
        proven_at: signer.proven_signing_time.map(|time| time.to_string()),
        revocation: revocation.map(|(word, _)| word.to_owned()),
        notes: notes(signer, revocation, language),
        chain: signer
            .chain
            .iter()
            .map(|member| member.certificate.summary().subject.clone())
            .collect(),
        name,
    }
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
fn sentence_of(verdict: Verdict, signer: &str, language: Language) -> String {
    let id = match verdict.reason() {
        None => "signature-valid".to_owned(),
        Some(reason) => {
            let reason = reason.indication().to_lowercase().replace('_', "-");
            format!("signature-why-{reason}")
        }
    };
    let values = BTreeMap::from([("signer", signer.to_owned())]);
    speech::say(language, &id, None, &values)
}

/// What there is to say of time and revocation.
fn notes(signer: &SignerReport, revocation: Option<Told>, language: Language) -> Vec<String> {
    let say = |id: &str, time: Option<Time>| {
        let time = time.map(|time| time.to_string().replace('T', " ").replace('Z', " UTC"));
        let values = BTreeMap::from([("time", time.unwrap_or_default())]);
        speech::say(language, id, None, &values)
    };
    let time = match (signer.proven_signing_time, signer.claimed_signing_time) {
        (Some(proven), _) => Some(say("signature-proven", Some(proven))),
        (None, Some(claimed)) => Some(say("signature-claimed", Some(claimed))),
        (None, None) => None,
    };
    let revocation = revocation.map(|(word, time)| {
        let id = format!("signature-{}", word.replace('_', "-"));
        say(&id, time)
    });
    time.into_iter().chain(revocation).collect()
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

    #[test]
    fn every_reason_has_a_sentence_of_its_own_in_every_language() {
        for language in LANGUAGES {
            let mut sentences: Vec<_> = Reason::ALL
                .iter()
                .map(|&reason| sentence_of(Verdict::CannotTell(reason), "N", language))
                .collect();
            sentences.push(sentence_of(Verdict::Valid, "N", language));
            for id in [
                "proven",
                "claimed",
                "not-revoked",
                "revoked-later",
                "unknown",
                "revoked",
            ] {
                let values = BTreeMap::from([("time", "T".to_owned())]);
                sentences.push(speech::say(
                    language,
                    &format!("signature-{id}"),
                    None,
                    &values,
                ));
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
            view(&report, Language::En)
        };
        let two = check("two-signers.p7s");
        assert_eq!(two.verdict, "valid");
        for name in ["ADAM MITSKEVICH", "TADEUSZ KASTSIUSHKA"] {
            assert!(two.sentence.contains(name), "{}", two.sentence);
        }
        let lasting = check("accepted-lt.p7s").signers.remove(0);
        assert_eq!(lasting.level.as_deref(), Some("CAdES-B-LT"));
        assert_eq!(lasting.revocation.as_deref(), Some("not_revoked"));
        assert!(lasting.proven_at.unwrap().starts_with("2026-11-27T09:2"));
        assert_eq!(lasting.notes.len(), 2);
        assert_eq!(two.signers[0].revocation.as_deref(), Some("unknown"));
    }
}
