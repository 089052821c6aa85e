//! Files: data groups, certificates, signatures, travel documents, photos.

use std::collections::BTreeMap;
use std::io::Cursor;

use kabinet_mrtd::portrait::{self, Pixels};
use kabinet_mrtd::{
    Authenticity, CountrySigners, DocumentDetails, Mrz, PersonalDetails, check_files,
};
use kabinet_pki::bpki::{
    Response, RetrieveRequest, RevokeRequest, new_password, read_new_password, read_signed,
};
use kabinet_pki::request::{CertificateRequest, PersonName, UnsignedRequest};
use kabinet_pki::{
    ContentError, TrustAnchors, Validation, Verdict, certificate, content, detach, signed_digest,
    verify,
};
use kabinet_records::{Holder, group};

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

/// Without trust anchors nothing is valid.
pub(crate) fn signature(octets: &[u8]) {
    let at = kabinet_pki::Time::new(2026, 11, 24, 12, 0, 0).unwrap();
    let anchors = TrustAnchors::default();
    let validation = Validation::new(&anchors, at);
    let report = verify(Cursor::new(octets), None, &validation).unwrap();
    assert_ne!(report.verdict, Verdict::Valid);
    let report = verify(Cursor::new(octets), Some(&mut &b"text"[..]), &validation).unwrap();
    assert_ne!(report.verdict, Verdict::Valid);
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
