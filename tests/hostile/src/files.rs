//! Files: data groups, certificates, signatures, travel documents, photos.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use base64ct::{Base64, Encoding as _};
use kabinet_mrtd::portrait::{self, Pixels};
use kabinet_mrtd::{
    Authenticity, CountrySigners, DocumentDetails, Mrz, PersonalDetails, check_files,
};
use kabinet_pki::bpki::{
    Response, RetrieveRequest, RevokeRequest, new_password, read_new_password, read_signed,
};
use kabinet_pki::certificate::Certificate;
use kabinet_pki::request::{CertificateRequest, PersonName, UnsignedRequest};
use kabinet_pki::{
    ContentError, TrustAnchors, Validation, Verdict, certificate, content, detach, signed_digest,
    verify,
};
use kabinet_records::{Holder, group};

macro_rules! pki_fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../src-tauri/pki/tests/fixtures/", $name))
    };
}

/// The group's number, then its octets.
pub(crate) fn data_groups(octets: &[u8]) {
    let Some((number, octets)) = octets.split_first() else {
        return;
    };
    let number = number % 23;
    let _ = group::place(number, octets).map(|place| place.readable());
    if let Ok(text) = group::text(number, octets) {
        let _ = group::names(&text);
        let _ = group::date(&text);
        let _ = group::date_of_birth(&text);
    }
    if let Ok(entries) = group::optional_data(octets) {
        let _ = entries.iter().map(group::OptionalData::text).count();
    }
    if let Ok(Some(picture)) = group::written_signature(octets) {
        assert!(octets.ends_with(&picture.octets));
    }
    let groups = BTreeMap::from([(number, octets.to_vec())]);
    if let Ok(holder) = Holder::from_groups(&groups) {
        let _ = holder.display_name();
        // What the store keeps comes back the same.
        let kept = serde_json::to_string(&holder).unwrap();
        assert!(serde_json::from_str::<Holder>(&kept).unwrap() == holder);
    }
}

pub(crate) fn certificate(octets: &[u8]) {
    let _ = certificate::summary(octets);
    let _ = certificate::name(octets);
    let mut anchors = TrustAnchors::default();
    let _ = anchors.add(octets);
}

/// A certificate in DER or PEM. It stands in a text as it does without one.
pub(crate) fn pem(octets: &[u8]) {
    let _ = CountrySigners::default().add(octets);
    let Ok(read) = Certificate::from_der_or_pem(octets) else {
        assert!(Certificate::from_der(octets).is_err());
        return;
    };
    let body = Base64::encode_string(read.der());
    for end in ["\n", "\r\n"] {
        let text = [
            "-----BEGIN CERTIFICATE-----",
            &body,
            "-----END CERTIFICATE-----",
        ]
        .join(end);
        assert!(Certificate::from_der_or_pem(text.as_bytes()).unwrap() == read);
    }
    assert!(Certificate::from_der_or_pem(read.der()).unwrap() == read);
}

/// Roots under which the fixtures were signed, by keys of bign, RSA and P-256.
const ROOTS: [&[u8]; 4] = [
    pki_fixture!("bee2evp/root-256.cer"),
    pki_fixture!("bee2evp/level-128/root.cer"),
    pki_fixture!("openssl/rsa/root.cer"),
    pki_fixture!("openssl/p256/root.cer"),
];

/// All that anybody signed below them.
const SIGNED: [&[u8]; 2] = [
    pki_fixture!("signed.txt"),
    pki_fixture!("bee2evp/content.txt"),
];

/// The verdict under these trust anchors when the fixtures had been made.
fn verdict(octets: &[u8], content: Option<&[u8]>, roots: &[&[u8]]) -> Verdict {
    let at = kabinet_pki::Time::new(2026, 11, 28, 12, 0, 0).unwrap();
    let mut anchors = TrustAnchors::default();
    for root in roots {
        anchors.add(root).unwrap();
    }
    let mut content = content;
    let content = content.as_mut().map(|content| content as &mut dyn Read);
    let validation = Validation::new(&anchors, at);
    let report = verify(Cursor::new(octets), content, &validation);
    report.unwrap().verdict
}

/// Without trust anchors nothing is valid; with them, only what was signed.
pub(crate) fn signature(octets: &[u8]) {
    for content in [None, Some(&b"text"[..])] {
        assert_ne!(verdict(octets, content, &[]), Verdict::Valid);
    }
    assert_ne!(verdict(octets, Some(b"text"), &ROOTS), Verdict::Valid);
    if verdict(octets, None, &ROOTS) == Verdict::Valid {
        let inside = content(octets).unwrap();
        assert!(SIGNED.contains(&inside.as_slice()));
    }
    let _ = verdict(octets, Some(SIGNED[0]), &ROOTS);
    let _ = (content(octets), signed_digest(octets));
    if let Ok(detached) = detach(octets) {
        assert_eq!(content(&detached), Err(ContentError::Detached));
        assert!(detach(&detached).unwrap() == detached);
    }
}

/// A certificate request, and each message between a subject and an authority. What is taken is
/// written again the same.
pub(crate) fn authority_messages(octets: &[u8]) {
    if let Ok(request) = CertificateRequest::from_der(octets) {
        let name = PersonName::from_der(&request.subject).unwrap();
        assert!(name.to_der().unwrap() == request.subject);
        let again = UnsignedRequest::new(&request.subject, &request.key, &request.wishes);
        assert!(!again.unwrap().hash().is_empty());
    }
    let _ = PersonName::from_der(octets);
    if let Ok(question) = RetrieveRequest::from_der(octets) {
        assert_eq!(question.to_der(), octets);
    }
    if let Ok(password) = read_new_password(octets) {
        assert_eq!(new_password(&password).unwrap().expose(), octets);
    }
    if let Ok(request) = RevokeRequest::from_der(octets) {
        assert_eq!(request.to_der().unwrap().expose(), octets);
    }
    let _ = Response::from_der(octets);
    if let Ok(message) = read_signed(octets) {
        assert!(
            octets
                .windows(message.content.len().max(1))
                .any(|part| part == message.content)
                || message.content.is_empty()
        );
    }
}

/// Which file, then its octets.
pub(crate) fn travel_files(octets: &[u8]) {
    let Some((kind, octets)) = octets.split_first() else {
        return;
    };
    match kind % 5 {
        0 => drop(Mrz::parse(octets)),
        1 => drop(PersonalDetails::parse(octets)),
        2 => drop(DocumentDetails::parse(octets)),
        3 => drop(portrait::encoded(octets)),
        _ => {
            let files = BTreeMap::new();
            let verdict = check_files(octets, &files, &CountrySigners::default());
            assert!(!matches!(verdict, Ok(Authenticity::Genuine { .. })));
        }
    }
}

/// A picture; and the octets as what the process that decodes sends.
pub(crate) fn photo(octets: &[u8]) {
    if let Ok(pixels) = portrait::decode(octets) {
        let mut written = Vec::new();
        pixels.write_netpbm(&mut written).unwrap();
        assert!(Pixels::from_netpbm(&written) == Some(pixels));
    }
    if let Some(pixels) = Pixels::from_netpbm(octets) {
        assert!(pixels.to_png().unwrap().starts_with(b"\x89PNG"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Else the check would say nothing of what is valid.
    #[test]
    fn what_was_signed_is_valid_under_the_roots() {
        for signature in [
            &pki_fixture!("bee2evp/attached-256.p7s")[..],
            pki_fixture!("bee2evp/level-128/attached.p7s"),
            pki_fixture!("openssl/rsa/attached.p7s"),
            pki_fixture!("openssl/p256/attached.p7s"),
        ] {
            assert_eq!(verdict(signature, None, &ROOTS), Verdict::Valid);
        }
        let detached = pki_fixture!("openssl/p256/detached.p7s");
        assert_eq!(verdict(detached, Some(SIGNED[0]), &ROOTS), Verdict::Valid);
    }
}
