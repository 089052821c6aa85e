//! What a document of an authority is called, by what the check of its signature found.

use std::collections::BTreeMap;

use kabinet_pki::{Reason, Report, Verdict};

use crate::view::{DocumentTrustView, TextView};
use crate::{signature_speech, speech};

/// Whether a document can be believed, in a word and in a sentence.
pub(crate) struct Judgement {
    pub(crate) trust: DocumentTrustView,
    pub(crate) sentence: TextView,
    /// Whether it is genuine and nothing about that is left open.
    pub(crate) certain: bool,
    /// Who signed it, where somebody vouches for the name.
    pub(crate) signer: Option<String>,
}

/// Of a document whose octets have not come.
pub(crate) fn missing() -> Judgement {
    Judgement {
        trust: DocumentTrustView::Missing,
        sentence: speech::in_all("issued-missing", None, &BTreeMap::new()),
        certain: false,
        signer: None,
    }
}

/// What the check of the signature comes to.
pub(crate) fn judgement(report: &Report) -> Judgement {
    let (trust, id) = verdict(report);
    // A name that nobody vouches for is not repeated.
    let signer = report
        .signers
        .first()
        .filter(|_| trust == DocumentTrustView::Genuine)
        .and_then(|signer| signer.certificate.as_ref())
        .map(|summary| summary.subject.clone());
    let values = BTreeMap::from([("signer", signer.clone().unwrap_or_default())]);
    Judgement {
        trust,
        sentence: speech::in_all(id, None, &values),
        certain: trust == DocumentTrustView::Genuine
            && !signature_speech::is_status_unknown(report),
        signer,
    }
}

/// The word and the name of the sentence. Only what is not as it was signed is called false: of
/// everything else that keeps a signature from being valid nothing follows for the octets.
fn verdict(report: &Report) -> (DocumentTrustView, &'static str) {
    use DocumentTrustView::{CannotTell, Genuine, NotGenuine};
    match report.verdict {
        Verdict::Valid if signature_speech::is_status_unknown(report) => {
            (Genuine, "issued-genuine-unknown")
        }
        Verdict::Valid => (Genuine, "issued-genuine"),
        Verdict::Invalid(reason) | Verdict::CannotTell(reason) => match reason {
            Reason::HashFailure | Reason::SigCryptoFailure => (NotGenuine, "issued-not-genuine"),
            Reason::Revoked | Reason::RevokedNoPoe | Reason::RevokedCaNoPoe => {
                (CannotTell, "issued-revoked")
            }
            Reason::FormatNotRead => (CannotTell, "issued-unread"),
            _ => (CannotTell, "issued-cannot-tell"),
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Cursor;

    use kabinet_pki::{Evidence, Time, TrustAnchors, Validation, verify};

    use super::*;
    use crate::fixtures::bee2evp;
    use crate::view::Language;

    fn judged(octets: &[u8], evidence: &[&str]) -> (DocumentTrustView, String, Option<String>) {
        let mut anchors = TrustAnchors::default();
        anchors.add(&bee2evp("root.cer")).unwrap();
        let mut known = Evidence::new();
        for name in evidence {
            known.add_revocation_list(&bee2evp(name)).unwrap();
        }
        let at = Time::new(2026, 11, 27, 9, 36, 0).unwrap();
        let validation = Validation {
            evidence: &known,
            ..Validation::new(&anchors, at)
        };
        let report = verify(Cursor::new(octets), None, &validation).unwrap();
        let Judgement {
            trust,
            sentence,
            certain,
            signer,
        } = judgement(&report);
        for language in [Language::Be, Language::Ru, Language::En] {
            let said = sentence.in_language(language);
            assert!(
                said.ends_with('.') && !said.starts_with("issued-"),
                "{said}"
            );
        }
        let english = sentence.in_language(Language::En);
        let sure = trust == DocumentTrustView::Genuine && !english.contains("not known");
        assert_eq!(certain, sure, "{english}");
        (trust, english.to_owned(), signer)
    }

    #[test]
    fn what_is_not_known_of_a_certificate_is_said_with_genuine() {
        let signed = bee2evp("attached.p7s");
        let (trust, sure, signer) = judged(&signed, &["root.crl", "ca.crl"]);
        assert_eq!(trust, DocumentTrustView::Genuine);
        assert!(sure.contains(&signer.unwrap()), "{sure}");
        let (trust, unsure, signer) = judged(&signed, &[]);
        assert_eq!(trust, DocumentTrustView::Genuine);
        assert!(unsure.contains(&signer.unwrap()), "{unsure}");
        assert!(unsure.contains("not known") && !sure.contains("not known"));
    }

    #[test]
    fn only_what_was_changed_is_called_false() {
        let signed = bee2evp("attached.p7s");
        let mut changed = signed.clone();
        *changed.last_mut().unwrap() ^= 1;
        let (trust, changed, _) = judged(&changed, &[]);
        assert_eq!(trust, DocumentTrustView::NotGenuine);
        assert!(changed.contains("Do not trust"), "{changed}");
        let open = [&[0x30, 0x80], &signed[4..], &[0, 0]].concat();
        let others = [
            judged(&open, &[]),
            // The second of the two signers was revoked.
            judged(&bee2evp("two-signers.p7s"), &["root.crl", "ca.crl"]),
            judged(b"text", &[]),
        ];
        for (trust, sentence, signer) in &others {
            assert_eq!(*trust, DocumentTrustView::CannotTell, "{sentence}");
            assert!(!sentence.contains("changed"), "{sentence}");
            assert_eq!(*signer, None);
        }
        let [unread, revoked, text] = others.map(|(_, sentence, _)| sentence);
        assert!(unread.contains("does not read"), "{unread}");
        assert!(revoked.contains("was revoked"), "{revoked}");
        assert!(unread != text && revoked != text);
    }
}
