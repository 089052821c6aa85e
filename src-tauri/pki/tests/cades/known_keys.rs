//! An infrastructure of each level that OpenSSL with the engine bee2evp made and whose keys are here:
//! its keys, requests and messages to authorities, and what of ours it accepted.
//!
//! Signing is deterministic, so ours are octet by octet what it took.

use std::{convert::Infallible, io::Cursor};

use kabinet_pki::{
    Evidence, RevocationChecking, RevocationReason, SignatureLevel, SoftwareKey, Time,
    TrustAnchors, Validation, Verdict, add_time_stamps, add_validation_data,
    bpki::{
        MessageKind, RevokeRequest, Status, read_new_password, read_response, read_signed,
        request_id, seal, sign_message,
    },
    certificate::Certificate,
    decrypt,
    request::{CertificateRequest, PersonName, Role, UnsignedRequest, Wishes},
    sign_attached, sign_detached, verify,
};
use kabinet_stb::{
    Secret,
    bign::{Level, PrivateKey},
    tlv,
};

use super::{
    authority::{Identity, hash_oid},
    bee2evp::accepted,
    encryption::Counted,
    peers::fixture,
    requests::adam,
};

const LEVELS: [(&str, Level); 3] = [
    ("128", Level::L128),
    ("192", Level::L192),
    ("256", Level::L256),
];

fn name_of(level: &str, name: &str) -> String {
    format!("keys-{level}/{name}")
}

fn file(level: &str, name: &str) -> Vec<u8> {
    fixture(&format!("bee2evp/{}", name_of(level, name)))
}

/// Whose certificate and PrivateKeyInfo (PKCS #8) these files are.
fn identity((name, level): (&str, Level), whose: &'static str) -> Identity {
    let info = file(name, &format!("{whose}.p8"));
    let fields = tlv::children(tlv::read_only(0x30, &info).unwrap()).unwrap();
    Identity {
        name: whose,
        key: PrivateKey::from_bytes(level, fields[2].value).unwrap(),
        certificate: file(name, &format!("{whose}.cer")),
    }
}

fn anchors(level: &str) -> TrustAnchors {
    let mut anchors = TrustAnchors::default();
    anchors.add(&file(level, "root.cer")).unwrap();
    anchors
}

fn signed_at() -> Time {
    Time::new(2026, 11, 28, 0, 25, 0).unwrap()
}

fn holds(outer: &[u8], inner: &[u8]) -> bool {
    outer.windows(inner.len()).any(|octets| octets == inner)
}

#[test]
fn its_keys_are_read() {
    for level in LEVELS {
        let signer = identity(level, "signer");
        let public = signer.key.public_key();
        let certificate = Certificate::from_der(&signer.certificate).unwrap();
        assert_eq!(certificate.public_key(), Some(&public));
        // SubjectPublicKeyInfo is the same in its file, its certificate and our request.
        let info = file(level.0, "signer.spki");
        assert!(info.ends_with(&public.to_bytes()));
        assert!(holds(&signer.certificate, &info));
        assert!(holds(&request(&signer), &info));
    }
}

#[test]
fn its_requests_are_read_and_written_the_same() {
    for (level, _) in LEVELS {
        let octets = file(level, "signer.p10");
        let request = CertificateRequest::from_der(&octets).unwrap();
        let name = PersonName::from_der(&request.subject).unwrap();
        assert_eq!(name.given_name, "АДАМ МІКАЛАЕВІЧ/АДАМ НИКОЛАЕВИЧ");
        assert_eq!(name.serial_number, "PASBY-MP0112358");
        assert_eq!(request.wishes.role, Role::Resident);
        assert_eq!(request.wishes.information.as_deref(), Some("erip981210"));
        assert_eq!(request.wishes.emails, ["adam@example.by"]);
        let again = UnsignedRequest::new(&request.subject, &request.key, &request.wishes).unwrap();
        let parts = tlv::children(tlv::read_only(0x30, &octets).unwrap()).unwrap();
        assert_eq!(again.finish(&parts[2].value[1..]).unwrap(), octets);
    }
}

/// A request of ours with everything that can be asked for.
fn request(signer: &Identity) -> Vec<u8> {
    let name = adam().to_der().unwrap();
    let year = |year| Time::new(year, 11, 28, 0, 0, 0).unwrap();
    let level = signer.key.level();
    let wishes = Wishes {
        ticket: Some(Secret::new(vec![0xA5; level.bits() / 8])),
        information: Some("SN112358 пошліна".into()),
        emails: vec!["adam@example.by".into()],
        terminal_mode: true,
        validity: Some((year(2026), year(2036))),
        ..Wishes::of(Role::Resident)
    };
    let key = signer.key.public_key();
    let request = UnsignedRequest::new(&name, &key, &wishes).unwrap();
    let signature = signer.key.sign_hash(hash_oid(level), &request.hash());
    request.finish(&signature).unwrap()
}

#[test]
fn our_requests_are_what_it_accepted() {
    for level in LEVELS {
        let ours = request(&identity(level, "signer"));
        accepted(&name_of(level.0, "accepted-request.p10"), &ours);
    }
}

#[test]
fn our_signatures_are_what_it_accepted_at_every_level() {
    for level in LEVELS {
        let (name, _) = level;
        let mut signer = identity(level, "signer");
        let content = fixture("signed.txt");
        let detached = sign_detached(&content[..], &mut signer, signed_at()).unwrap();
        accepted(&name_of(name, "accepted-detached.p7s"), &detached);
        let attached = sign_attached(&content, &mut signer, signed_at()).unwrap();
        accepted(&name_of(name, "accepted-b.p7s"), &attached);

        // Its time stamp over ours, a moment after it was made.
        let anchors = anchors(name);
        let mut evidence = Evidence::new();
        let list = file(name, "root.crl");
        evidence.add_revocation_list(&list).unwrap();
        let validation = Validation {
            evidence: &evidence,
            ..Validation::new(&anchors, stamped_at())
        };
        let mut stamped = Vec::new();
        add_time_stamps(Cursor::new(&attached), &mut stamped, &validation, |asked| {
            assert_eq!(asked, file(name, "signature.tsq"));
            Ok::<_, Infallible>(file(name, "signature.tsr"))
        })
        .unwrap();
        accepted(&name_of(name, "accepted-t.p7s"), &stamped);
        let mut lasting = Vec::new();
        add_validation_data(Cursor::new(&stamped), &mut lasting, &validation).unwrap();
        accepted(&name_of(name, "accepted-lt.p7s"), &lasting);

        let alone = Validation {
            revocation: RevocationChecking::Required,
            ..Validation::new(&anchors, stamped_at())
        };
        let report = verify(Cursor::new(&lasting), None, &alone).unwrap();
        assert_eq!(report.verdict, Verdict::Valid, "{name}: {report:#?}");
        assert_eq!(report.signers[0].level, Some(SignatureLevel::Lt));
    }
}

fn stamped_at() -> Time {
    Time::new(2026, 11, 28, 0, 28, 0).unwrap()
}

#[test]
fn its_message_to_an_authority_is_opened_and_read() {
    for level in LEVELS {
        let authority = identity(level, "root");
        let sealed = file(level.0, "setpwd.p7m");
        let mut key = SoftwareKey {
            key: &authority.key,
            certificate: &authority.certificate,
        };
        let (message, _) = decrypt(&sealed, &mut key).unwrap();
        let message = read_signed(message.expose()).unwrap();
        assert_eq!(message.kind, MessageKind::SetPassword);
        assert_eq!(message.signer.der(), file(level.0, "signer.cer"));
        let password = read_new_password(&message.content).unwrap();
        assert_eq!(password.expose(), "тайна №1".as_bytes());
    }
}

#[test]
fn our_message_to_an_authority_is_what_it_accepted() {
    for level in LEVELS {
        let mut signer = identity(level, "signer");
        let certificate = Certificate::from_der(&signer.certificate).unwrap();
        let request = RevokeRequest {
            comment: Some("згублена".into()),
            ..RevokeRequest::of(&certificate, RevocationReason::KeyCompromise)
        };
        let content = request.to_der().unwrap();
        let signed = sign_message(
            MessageKind::Revoke,
            content.expose(),
            &mut signer,
            signed_at(),
        );
        let authority = Certificate::from_der(&file(level.0, "root.cer")).unwrap();
        let sealed = seal(
            &signed.unwrap(),
            authority,
            signed_at(),
            &mut Counted::default(),
        );
        let name = name_of(level.0, "accepted-revoke.p7m");
        accepted(&name, &sealed.unwrap());
    }
}

/// The answer of the authority's agent to that message.
#[test]
fn its_answer_is_read() {
    for (level, _) in LEVELS {
        let authority = Certificate::from_der(&file(level, "root.cer")).unwrap();
        let asked = request_id(&file(level, "accepted-revoke.p7m"));
        let answer = file(level, "granted.p7s");
        let status = read_response(&answer, &authority, &asked, None, stamped_at());
        assert_eq!(status, Ok(Status::Granted), "{level}");
    }
}
