//! Messages of STB 34.101.78: round trips, and broken ones with exact verdicts.

use kabinet_pki::bpki::{
    MessageError, MessageKind, PasswordError, Response, ResponseError, RetrieveRequest,
    RevokeRequest, Status, new_password, read_new_password, read_response, read_signed, request_id,
    seal, sign_message,
};
use kabinet_pki::certificate::Certificate;
use kabinet_pki::{
    EncryptError, RevocationReason, SignError, SoftwareKey, Time, TspFailure, decrypt,
};
use kabinet_stb::bign::Level;
use kabinet_stb::{Secret, SystemRandom, tlv::encode};

use super::authority::{Identity, Spec, now, world};
use super::message::{Message, content_type, message_digest, signing_time};

const RESPONSE: &str = "2A7000020022654E0507";

fn policies(roles: &[u8]) -> (&'static [u8], bool, Vec<u8>) {
    let list: Vec<u8> = roles
        .iter()
        .flat_map(|role| {
            let oid = [&hex::decode("2A7000020022654E02").unwrap()[..], &[*role]].concat();
            encode(0x30, &encode(0x06, &oid))
        })
        .collect();
    (&[0x55, 0x1D, 0x20], false, encode(0x30, &list))
}

/// An authority and its agent.
fn authority() -> (Identity, Identity) {
    let root = Identity::root(&Spec::authority("Test CA"));
    let agent = root.issue(&Spec {
        purposes: Vec::new(),
        more: vec![policies(&[70, 1])],
        ..Spec::person("Test agent")
    });
    (root, agent)
}

fn response(status: &[u8], nonce: Option<[u8; 8]>) -> Vec<u8> {
    let nonce = nonce.map(|nonce| encode(0x04, &nonce)).unwrap_or_default();
    let parts = [encode(0x30, status), encode(0x04, &[7; 32]), nonce];
    encode(0x30, &parts.concat())
}

fn signed(agent: &mut Identity, content: &[u8]) -> Vec<u8> {
    let message = sign_message(MessageKind::Response, content, agent, now());
    message.unwrap().to_vec()
}

fn read(der: &[u8], authority: &Identity) -> Result<Status, ResponseError> {
    let authority = Certificate::from_der(&authority.certificate).unwrap();
    read_response(der, &authority, &[7; 32], None, now())
}

#[test]
fn a_signed_message_comes_back_at_every_level_and_of_every_kind() {
    let root = Identity::root(&Spec {
        level: Level::L256,
        ..Spec::authority("Strong CA")
    });
    for (level, kind) in [Level::L128, Level::L192, Level::L256]
        .into_iter()
        .flat_map(|level| MessageKind::ALL.map(|kind| (level, kind)))
    {
        let mut person = root.issue(&Spec {
            level,
            ..Spec::person("ADAM MITSKEVICH")
        });
        let message = sign_message(kind, b"what is asked for", &mut person, now()).unwrap();
        let back = read_signed(&message).unwrap();
        assert_eq!(
            (back.kind, &back.content[..]),
            (kind, &b"what is asked for"[..])
        );
        assert_eq!(back.signer.der(), person.certificate);
        assert_eq!(back.signing_time, Some(now()));
        assert_ne!(request_id(&message), [0; 32]);
        // Nothing of it can be changed.
        for at in (0..message.len()).step_by(29) {
            let mut changed = message.clone();
            changed[at] ^= 0x10;
            let same =
                read_signed(&changed).is_ok_and(|back| back.signer.der() == person.certificate);
            assert!(!same, "octet {at}");
        }
    }
}

#[test]
fn a_message_opens_for_the_authority_alone() {
    let authority = Identity::root(&Spec {
        level: Level::L192,
        key_usage: Some(0x26),
        ..Spec::authority("Test CA")
    });
    let mut person = authority.issue(&Spec::person("ADAM MITSKEVICH"));
    let message = sign_message(MessageKind::Revoke, b"content", &mut person, now()).unwrap();
    let recipient = Certificate::from_der(&authority.certificate).unwrap();
    let sealed = seal(&message, recipient, now(), &mut SystemRandom).unwrap();
    // Both versions are 0, and the content key has 256 bits (clause 8.7).
    assert!(
        sealed
            .windows(4)
            .any(|part| part == [0x02, 0x01, 0x00, 0x31])
    );
    let cfb256 = hex::decode("06092A7000020022651F21").unwrap();
    assert!(sealed.windows(cfb256.len()).any(|part| part == cfb256));
    let mut key = SoftwareKey {
        key: &authority.key,
        certificate: &authority.certificate,
    };
    let (opened, _) = decrypt(&sealed, &mut key).unwrap();
    assert_eq!(opened.expose(), &message[..]);
    let mut other = SoftwareKey {
        key: &person.key,
        certificate: &person.certificate,
    };
    assert!(decrypt(&sealed, &mut other).is_err());
    // Who has no key for messages gets none.
    let (root, _) = world();
    let unfit = Certificate::from_der(&root.certificate).unwrap();
    let refused = seal(&message, unfit, now(), &mut SystemRandom);
    assert!(matches!(refused, Err(EncryptError::NotForEncryption(0))));
}

#[test]
fn nobody_signs_outside_of_the_validity() {
    let (_, mut person) = world();
    let late = Time::new(2036, 1, 1, 0, 0, 0).unwrap();
    let refused = sign_message(MessageKind::Revoke, b"x", &mut person, late);
    assert!(matches!(refused, Err(SignError::OutsideValidity)));
}

#[test]
fn an_agents_answers_say_what_became_of_it() {
    let (root, mut agent) = authority();
    for (status, expected) in [
        (&[2, 1, 0][..], Status::Granted),
        (&[2, 1, 3], Status::Waiting),
        (
            &[2, 1, 2, 3, 2, 5, 0x20],
            Status::Rejected(Some(TspFailure::BadRequest)),
        ),
        (
            &[2, 1, 2, 0x30, 3, 0x0C, 1, b'x', 3, 2, 4, 0x10],
            Status::Rejected(Some(TspFailure::BadTime)),
        ),
        (&[2, 1, 2, 3, 2, 0, 0x01], Status::Rejected(None)),
    ] {
        let message = signed(&mut agent, &response(status, None));
        assert_eq!(read(&message, &root), Ok(expected));
    }
    let message = signed(&mut agent, &response(&[2, 1, 3], Some([5; 8])));
    let certificate = Certificate::from_der(&root.certificate).unwrap();
    let again = read_response(&message, &certificate, &[7; 32], Some(&[5; 8]), now());
    assert_eq!(again, Ok(Status::Waiting));
    let back = Response::from_der(&response(&[2, 1, 0], Some([5; 8]))).unwrap();
    assert_eq!((back.status, back.nonce), (Status::Granted, Some([5; 8])));
}

#[test]
fn broken_answers_have_exact_verdicts() {
    use ResponseError::{Format, NotAgent, OtherRequest, Repeated};
    let (root, mut agent) = authority();
    let (other_root, mut stranger) = {
        let root = Identity::root(&Spec::authority("Other CA"));
        let agent = root.issue(&Spec {
            more: vec![policies(&[70, 1])],
            ..Spec::person("Test agent")
        });
        (root, agent)
    };
    let certified = |roles: &[u8], not_after| {
        root.issue(&Spec {
            not_after,
            more: vec![policies(roles)],
            ..Spec::person("Test agent")
        })
    };
    let mut person = certified(&[60], "341231235959Z");
    let mut operator = certified(&[70], "341231235959Z");
    let mut authority_alone = certified(&[1], "341231235959Z");
    let granted = response(&[2, 1, 0], None);
    let format = |status: &[u8], agent: &mut Identity| signed(agent, &response(status, None));
    const STATUS: ResponseError = Format("the status does not fit");
    let mut of_another_type = Message::of(&agent, "Test CA");
    of_another_type.content = Some(granted.clone());
    let cases = [
        (
            "another kind",
            sign_message(MessageKind::Revoke, &granted, &mut agent, now())
                .unwrap()
                .to_vec(),
            MessageError::OtherKind.into(),
        ),
        (
            "id-data",
            of_another_type.sign(&agent.key),
            MessageError::OtherKind.into(),
        ),
        (
            "another authority",
            signed(&mut stranger, &granted),
            NotAgent("another authority certified it"),
        ),
        (
            "a person",
            signed(&mut person, &granted),
            NotAgent("it has other roles"),
        ),
        (
            "an automaton",
            signed(&mut operator, &granted),
            NotAgent("it has other roles"),
        ),
        (
            "no automaton",
            signed(&mut authority_alone, &granted),
            NotAgent("it has other roles"),
        ),
        (
            "another request",
            signed(
                &mut agent,
                &encode(
                    0x30,
                    &[encode(0x30, &[2, 1, 0]), encode(4, &[8; 32])].concat(),
                ),
            ),
            OtherRequest,
        ),
        (
            "a nonce that nobody sent",
            signed(&mut agent, &response(&[2, 1, 0], Some([1; 8]))),
            Repeated,
        ),
        (
            "a short identifier",
            signed(
                &mut agent,
                &encode(
                    0x30,
                    &[encode(0x30, &[2, 1, 0]), encode(4, &[7; 31])].concat(),
                ),
            ),
            Format("a string has another length"),
        ),
        (
            "more inside",
            signed(
                &mut agent,
                &encode(
                    0x30,
                    &[encode(0x30, &[2, 1, 0]), encode(4, &[7; 32]), vec![5, 0]].concat(),
                ),
            ),
            Format("there is more than the type has"),
        ),
        ("unknown status", format(&[2, 1, 4], &mut agent), STATUS),
        (
            "granted with a reason",
            format(&[2, 1, 0, 3, 2, 5, 0x20], &mut agent),
            STATUS,
        ),
        (
            "granted with a text",
            format(&[2, 1, 0, 0x30, 3, 0x0C, 1, b'x'], &mut agent),
            STATUS,
        ),
        (
            "waiting with a reason",
            format(&[2, 1, 3, 3, 2, 5, 0x20], &mut agent),
            STATUS,
        ),
        (
            "refused without a reason",
            format(&[2, 1, 2], &mut agent),
            STATUS,
        ),
        (
            "not DER",
            signed(&mut agent, &[0x30, 0x80, 0, 0]),
            Format("a length is indefinite"),
        ),
    ];
    for (case, message, verdict) in cases {
        assert_eq!(read(&message, &root), Err(verdict), "{case}");
    }
    // Ended before the answer came.
    let mut ended = certified(&[70, 1], "260101000000Z");
    let earlier = Time::new(2025, 6, 1, 0, 0, 0).unwrap();
    let message = sign_message(MessageKind::Response, &granted, &mut ended, earlier).unwrap();
    let verdict = NotAgent("its certificate is not valid now");
    assert_eq!(read(&message, &root), Err(verdict));
    assert_eq!(
        read(&signed(&mut stranger, &granted), &other_root),
        Ok(Status::Granted)
    );
}

#[test]
fn broken_messages_have_exact_verdicts() {
    use MessageError::{Algorithms, Content, Format, OtherKind, Signature};
    let (root, person) = world();
    let other = root.issue(&Spec::person("TADEUSZ REYTAN"));
    let kind = hex::decode(RESPONSE).unwrap();
    let fresh = || {
        let mut message = Message::of(&person, "Test Root");
        message.content_type = kind.clone();
        message.attributes = Some(vec![
            content_type(&kind),
            message_digest(super::message::CONTENT),
            signing_time("261123120000Z"),
        ]);
        message
    };
    let good = fresh().sign(&person.key);
    read_signed(&good).unwrap();
    let changed = |change: fn(&mut Message, &Identity)| {
        let mut message = fresh();
        change(&mut message, &other);
        message.sign(&person.key)
    };
    let cases = [
        ("nothing", vec![], Format("the file is cut off")),
        (
            "trailing",
            [&good[..], &[0]].concat(),
            Format("there is more in the file than the signature"),
        ),
        (
            "data",
            changed(|m, _| m.content_type = super::message::DATA.to_vec()),
            OtherKind,
        ),
        (
            "detached",
            changed(|m, _| m.content = None),
            Format("there is no content"),
        ),
        (
            "no certificate",
            changed(|m, _| m.certificates.clear()),
            Format("more or less inside than one signer"),
        ),
        (
            "two certificates",
            changed(|m, other| m.certificates.push(other.certificate.clone())),
            Format("more or less inside than one signer"),
        ),
        (
            "another certificate",
            changed(|m, other| m.certificates = vec![other.certificate.clone()]),
            Format("the certificate is not the signer's"),
        ),
        (
            "a list",
            changed(|m, _| m.revocations.push(vec![0x30, 0])),
            Format("more or less inside than one signer"),
        ),
        (
            "something not signed",
            changed(|m, _| {
                m.unsigned = encode(0xA1, &super::message::signing_time("261123120000Z"))
            }),
            Format("there is something that is not signed"),
        ),
        (
            "no attributes",
            changed(|m, _| m.attributes = None),
            Format("nothing but the content is signed"),
        ),
        (
            "another type signed",
            changed(|m, _| m.attributes()[0] = content_type(super::message::DATA)),
            Format("the signed content type is another"),
        ),
        (
            "another content",
            changed(|m, _| m.content = Some(b"Another.".to_vec())),
            Content,
        ),
        (
            "another algorithm",
            changed(|m, _| {
                m.signature_algorithm = super::authority::signature_algorithm(Level::L192);
            }),
            Algorithms,
        ),
        ("another key", fresh().sign(&other.key), Signature),
    ];
    for (case, message, verdict) in cases {
        assert_eq!(read_signed(&message).err(), Some(verdict), "{case}");
    }
}

#[test]
fn a_question_a_password_and_a_revocation_come_back() {
    let question = RetrieveRequest {
        request_id: [3; 32],
        nonce: [9; 8],
    };
    let octets = question.to_der();
    assert_eq!(hex::encode(&octets[..4]), "302c0420");
    assert_eq!(RetrieveRequest::from_der(&octets), Ok(question));
    assert!(RetrieveRequest::from_der(&octets[..44]).is_err());

    let secret = Secret::new("тайна №1".as_bytes().to_vec());
    let octets = new_password(&secret).unwrap();
    assert!(octets.expose().starts_with(b"\x0C\x15/RPWD:"));
    let back = read_new_password(octets.expose()).unwrap();
    assert_eq!(back.expose(), secret.expose());
    for broken in [
        &b""[..],
        b"\x0C\x06/RPWD:",
        b"\x0C\x07/EPWD:x",
        b"\x0C\x07/RPWD:\xFF",
    ] {
        assert_eq!(read_new_password(broken).err(), Some(PasswordError));
    }
    assert_eq!(
        new_password(&Secret::new(Vec::new())).err(),
        Some(PasswordError)
    );

    let (_, person) = world();
    let certificate = Certificate::from_der(&person.certificate).unwrap();
    let mut request = RevokeRequest::of(&certificate, RevocationReason::KeyCompromise);
    request.password = secret;
    request.invalid_since = Some(now());
    request.comment = Some("згублена".into());
    let back = RevokeRequest::from_der(request.to_der().unwrap().expose()).unwrap();
    assert!(back.is_about(&certificate));
    assert_eq!(back.reason, RevocationReason::KeyCompromise);
    assert_eq!(back.password.expose(), "тайна №1".as_bytes());
    assert_eq!(back.invalid_since, Some(now()));
    assert_eq!(back.comment.as_deref(), Some("згублена"));
    let bare = RevokeRequest::of(&certificate, RevocationReason::Superseded);
    let back = RevokeRequest::from_der(bare.to_der().unwrap().expose()).unwrap();
    assert!(back.password.expose().is_empty() && back.comment.is_none());
}
