//! What a signature says, in a person's words.

use std::collections::BTreeMap;

use kabinet_pki::{
    ChainMember, Reason, Report, RevocationStatus, SignedContent, SignerReport, Time,
    TimeStampKind, TimeStampReport, Verdict,
};

use crate::signing_in::hex;
use crate::speech;
use crate::view::{
    ChainMemberView, Language, SignatureNoteView, SignatureReportView, SignedContentView,
    SignerView, TextView, TimeStampView,
};
use crate::visible::visible;

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
        _ => sentence_of(report.verdict, &names(&signers), worst(report)),
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

/// What the sentence on several signers says of revocation: of any of them where all are valid, else of
/// the one whose verdict it is.
fn worst(report: &Report) -> Option<&'static str> {
    let mut words = report
        .signers
        .iter()
        .filter(|signer| signer.verdict == report.verdict)
        .filter_map(|signer| said_of(signer, report.checked_at));
    match report.verdict {
        Verdict::Valid => {
            let words: Vec<_> = words.collect();
            let mut unknown = [UNKNOWN, STAMP_UNKNOWN].into_iter();
            unknown.find(|word| words.contains(word))
        }
        _ => words.next(),
    }
}

/// What the sentence on one signer says of revocation: of the signer's certificates before those of the
/// time stamp.
fn said_of(signer: &SignerReport, checked_at: Time) -> Option<&'static str> {
    let word = revocation_of(signer, checked_at).map(|told| told.word);
    let is_valid = signer.verdict == Verdict::Valid;
    if is_valid && word != Some(UNKNOWN) && is_stamp_unknown(signer) {
        return Some(STAMP_UNKNOWN);
    }
    word
}

/// Whether a signature is valid only as far as is known: of a certificate of a signer, or of the time
/// stamp by which the time of the signature is proven, it is not known whether it was revoked.
pub(crate) fn is_status_unknown(report: &Report) -> bool {
    report.verdict == Verdict::Valid && worst(report).is_some()
}

/// Whether the time is proven by a stamp of which that is not known.
fn is_stamp_unknown(signer: &SignerReport) -> bool {
    let is_proof = |stamp: &&TimeStampReport| {
        stamp.kind == TimeStampKind::Signature
            && stamp.verdict == Verdict::Valid
            && stamp.time == signer.proven_signing_time
    };
    let is_unknown = |member: &ChainMember| matches!(member.status, RevocationStatus::Unknown(_));
    let stamp = signer.time_stamps.iter().find(is_proof);
    stamp.is_some_and(|stamp| stamp.chain.iter().any(is_unknown))
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
    let number = signer.certificate.as_ref();
    let number = number.and_then(|one| one.subject_serial_number.clone());
    let revocation = revocation_of(signer, checked_at);
    let word = revocation.map(|told| told.word);
    SignerView {
        verdict: word_of(signer.verdict).to_owned(),
        reason: reason_of(signer.verdict),
        detail: signer.detail.map(str::to_owned),
        sentence: sentence_of(
            signer.verdict,
            name.as_deref().unwrap_or_default(),
            said_of(signer, checked_at),
        ),
        content: signer.content.as_ref().map(view_of_content),
        level: signer.level.map(|level| level.name().to_owned()),
        claimed_at: signer.claimed_signing_time.map(|time| time.to_string()),
        proven_at: signer.proven_signing_time.map(|time| time.to_string()),
        revocation: word.map(str::to_owned),
        notes: notes(signer, revocation, said_of(signer, checked_at)),
        chain: chain_of(&signer.chain),
        time_stamps: signer.time_stamps.iter().map(view_of_stamp).collect(),
        name,
        number,
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
            RevocationStatus::Revoked { .. } if member.status.is_never_issued() => {
                (NEVER_ISSUED, None)
            }
            RevocationStatus::Revoked { at, .. } => match member.status.on_hold_since() {
                Some(since) => (SUSPENDED, Some(since)),
                None => ("revoked", Some(at)),
            },
            RevocationStatus::Unknown(_) => (UNKNOWN, None),
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

/// The sentence on a verdict, with what is told of revocation: `signature-valid`, or `signature-why-` and
/// the reason. What is not known goes with it wherever it is said.
fn sentence_of(verdict: Verdict, signer: &str, told: Option<&str>) -> TextView {
    let id = match (verdict.reason(), told) {
        (None, Some(UNKNOWN)) => "signature-valid-unknown".to_owned(),
        (None, Some(STAMP_UNKNOWN)) => "signature-valid-stamp-unknown".to_owned(),
        (None, _) => "signature-valid".to_owned(),
        (Some(Reason::TryLater), Some(word @ (SUSPENDED | NEVER_ISSUED))) => {
            format!("signature-why-{}", word.replace('_', "-"))
        }
        (Some(reason), _) => {
            let reason = reason.indication().to_lowercase().replace('_', "-");
            format!("signature-why-{reason}")
        }
    };
    let values = BTreeMap::from([("signer", signer.to_owned())]);
    speech::in_all(&id, None, &values)
}

/// What there is to say of time and revocation; what the sentence says already (`said`) is not said again.
fn notes(
    signer: &SignerReport,
    revocation: Option<Told>,
    said: Option<&str>,
) -> Vec<SignatureNoteView> {
    let note = |what: &str, at: Option<Time>| SignatureNoteView {
        what: what.replace('_', "-"),
        at: at.map(|at| at.to_string()),
    };
    let time = match (signer.proven_signing_time, signer.claimed_signing_time) {
        (Some(proven), _) => Some(note("proven", Some(proven))),
        (None, Some(claimed)) => Some(note("claimed", Some(claimed))),
        (None, None) => None,
    };
    let is_valid = signer.verdict == Verdict::Valid;
    let stamp = is_stamp_unknown(signer) && said != Some(STAMP_UNKNOWN);
    let stamp = stamp.then(|| note(STAMP_UNKNOWN, None));
    let revocation = revocation.filter(|told| !(is_valid && told.word == UNKNOWN));
    let revocation = revocation.map(|told| match signer.proven_signing_time {
        // Nothing proves when it was signed, so that nothing is known to be later.
        None if told.word == "revoked_later" => note("revoked_after_check", told.at),
        _ => note(told.word, told.at),
    });
    time.into_iter().chain(stamp).chain(revocation).collect()
}

/// The note as a sentence for the command line, with its moment in UTC.
#[must_use]
pub fn note(language: Language, note: &SignatureNoteView) -> String {
    let at = note.at.as_deref().unwrap_or_default();
    with_moment(language, &format!("signature-{}", note.what), at)
}

/// For which moment it was checked, as a sentence for the command line, in UTC.
#[must_use]
pub fn checked_at(language: Language, report: &SignatureReportView) -> String {
    with_moment(language, "checked-at", &report.checked_at)
}

/// Who signed, by name and number, in a line for the command line; none without a certificate.
#[must_use]
pub fn signed_by(language: Language, signer: &SignerView) -> Option<String> {
    let name = signer.name.as_deref()?;
    let label = speech::text(language, "checked-signer");
    let number = signer.number.as_deref();
    let number = number.map_or(String::new(), |number| format!(", {number}"));
    Some(visible(&format!("{label}: {name}{number}")))
}

fn with_moment(language: Language, id: &str, at: &str) -> String {
    let values = BTreeMap::from([("time", at.replace('T', " ").replace('Z', " UTC"))]);
    speech::say(language, id, None, &values)
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

const UNKNOWN: &str = "unknown";
const STAMP_UNKNOWN: &str = "stamp_unknown";
const SUSPENDED: &str = "suspended";
const NEVER_ISSUED: &str = "never_issued";

/// What is told of revocation: the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    rank: u8,
    word: &'static str,
    at: Option<Time>,
}

/// The worst that is known of the certificates' revocation, with the earliest time that was told.
fn revocation_of(signer: &SignerReport, checked_at: Time) -> Option<Told> {
    let moment = signer.proven_signing_time.unwrap_or(checked_at);
    let known = signer.chain.iter().filter_map(|member| {
        let (rank, word, at) = match member.status {
            RevocationStatus::Trusted => return None,
            RevocationStatus::Revoked { at, .. } => {
                let rank = if at <= moment { 0 } else { 2 };
                match member.status.on_hold_since() {
                    _ if member.status.is_never_issued() => (0, NEVER_ISSUED, None),
                    Some(since) => (rank, SUSPENDED, Some(since)),
                    None if rank == 0 => (rank, "revoked", Some(at)),
                    None => (rank, "revoked_later", Some(at)),
                }
            }
            RevocationStatus::Unknown(_) => (1, UNKNOWN, None),
            RevocationStatus::NotRevoked { as_of, .. } => (3, "not_revoked", Some(as_of)),
        };
        Some(Told { rank, word, at })
    });
    known.min()
}

#[cfg(test)]
mod tests;
