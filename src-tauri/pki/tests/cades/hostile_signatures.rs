//! Signatures that must not be taken, each with the exact verdict.

use std::io::Cursor;

use kabinet_pki::{
    Reason::{
        CryptoConstraintsFailure, Expired, FormatFailure, FormatNotRead, HashFailure,
        NoSigningCertificateFound, NotYetValid, OutOfBoundsNoPoe, SigConstraintsFailure,
        SigCryptoFailure, SignaturePolicyNotAvailable,
    },
    Time, Validation,
    Verdict::{CannotTell, Invalid, Valid},
    sign_attached, verify,
};
use kabinet_stb::{hash::belt_hash, oid, tlv::encode};

use super::{
    authority::{Identity, Spec, algorithm, now, world},
    message::{
        CONTENT, DATA, Message, SIGNED_DATA, attribute, check, content_type, expect,
        message_digest, pkcs9, signing_certificate, signing_time, wrap_signed_data,
    },
};

const ROOT: &str = "Test Root";

/// The usual world with an honest message.
fn honest() -> (Identity, Identity, Message) {
    let (root, person) = world();
    let message = Message::of(&person, ROOT);
    (root, person, message)
}

#[test]
fn the_test_writer_is_honest_unless_told() {
    let (root, person, message) = honest();
    expect(&message.sign(&person.key), &root.anchors(), Valid);
}

#[test]
fn changed_content() {
    let (root, person, mut message) = honest();
    message.content = Some(b"What was Signed.".to_vec());
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        Invalid(HashFailure),
    );
}

#[test]
fn changed_signature_value() {
    let (root, person, message) = honest();
    let mut signature = message.sign(&person.key);
    *signature.last_mut().unwrap() ^= 1;
    expect(&signature, &root.anchors(), Invalid(SigCryptoFailure));
}

#[test]
fn changed_signing_time() {
    let (root, person, message) = honest();
    let mut signature = message.sign(&person.key);
    let position = signature
        .windows(13)
        .rposition(|text| text == b"261123120000Z")
        .unwrap();
    signature[position + 3] = b'2';
    expect(&signature, &root.anchors(), Invalid(SigCryptoFailure));
}

#[test]
fn signed_with_another_key() {
    let (root, _, message) = honest();
    let other = root.issue(&Spec::person("Somebody Else"));
    expect(
        &message.sign(&other.key),
        &root.anchors(),
        Invalid(SigCryptoFailure),
    );
}

#[test]
fn swapped_signer() {
    // The identifier and the certificate are another person's; the signed reference is not.
    let (root, person, mut message) = honest();
    let other = root.issue(&Spec::person("Somebody Else"));
    let theirs = Message::of(&other, ROOT);
    message.identifier = theirs.identifier;
    message.certificates = theirs.certificates;
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        CannotTell(NoSigningCertificateFound),
    );
    // Nor does it help to leave the right certificate in beside the other.
    message.certificates.push(person.certificate.clone());
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        CannotTell(NoSigningCertificateFound),
    );
}

#[test]
fn certificate_of_the_same_number_for_the_same_key() {
    // Another certificate with the same issuer, number and key, as a careless authority makes it.
    let (root, person, mut message) = honest();
    let twin = root.issue(&Spec {
        not_after: "361231235959Z",
        ..Spec::person(person.name)
    });
    message.certificates = vec![twin.certificate.clone()];
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        CannotTell(NoSigningCertificateFound),
    );
    // Among both, the reference finds the right one.
    message.certificates.push(person.certificate.clone());
    expect(&message.sign(&person.key), &root.anchors(), Valid);
}

#[test]
fn certificate_missing() {
    let (root, person, mut message) = honest();
    message.certificates.clear();
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        CannotTell(NoSigningCertificateFound),
    );
}

#[test]
fn missing_attributes() {
    for (index, verdict) in [
        (0, Invalid(FormatFailure)),
        (1, Invalid(FormatFailure)),
        (2, CannotTell(SigConstraintsFailure)),
        (3, CannotTell(SigConstraintsFailure)),
    ] {
        let (root, person, mut message) = honest();
        message.attributes().remove(index);
        expect(&message.sign(&person.key), &root.anchors(), verdict);
    }
    let (root, person, mut message) = honest();
    message.attributes = None;
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        Invalid(FormatFailure),
    );
}

#[test]
fn doubled_attributes() {
    let (root, person, _) = honest();
    for double in [
        content_type(DATA),
        message_digest(b"Another content."),
        signing_time("261123120001Z"),
        signing_certificate(&root.certificate, None),
    ] {
        let mut message = Message::of(&person, ROOT);
        message.attributes().push(double);
        expect(
            &message.sign(&person.key),
            &root.anchors(),
            Invalid(FormatFailure),
        );
    }
}

#[test]
fn doubled_values() {
    let (root, person, mut message) = honest();
    let mut values = [encode(0x04, &belt_hash(CONTENT)), encode(0x04, &[0; 32])];
    values.sort();
    message.attributes()[1] = pkcs9(&[4], &values.concat());
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        Invalid(FormatFailure),
    );
}

#[test]
fn attributes_out_of_order() {
    let (root, person, mut message) = honest();
    message.attributes().sort();
    message.attributes().reverse();
    message.keep_order = true;
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        CannotTell(FormatNotRead),
    );
}

#[test]
fn signed_content_type_is_another() {
    let (root, person, mut message) = honest();
    message.attributes()[0] = content_type(SIGNED_DATA);
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        Invalid(FormatFailure),
    );
}

#[test]
fn reference_that_names_another() {
    let (root, person, mut message) = honest();
    message.attributes()[3] =
        signing_certificate(&person.certificate, Some(("Other Root", person.name)));
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        CannotTell(SigConstraintsFailure),
    );
}

#[test]
fn reference_by_another_hash() {
    // Without an algorithm the reference is by SHA-256, so this one is of no certificate.
    let (root, person, mut message) = honest();
    let hash = encode(0x04, &belt_hash(&person.certificate));
    let md5 = algorithm(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x02, 0x05]);
    for (octets, reason) in [
        (hash.clone(), NoSigningCertificateFound),
        ([md5, hash].concat(), CryptoConstraintsFailure),
    ] {
        let reference = encode(0x30, &octets);
        message.attributes()[3] = pkcs9(&[16, 2, 47], &encode(0x30, &encode(0x30, &reference)));
        expect(
            &message.sign(&person.key),
            &root.anchors(),
            CannotTell(reason),
        );
    }
}

#[test]
fn signature_policy() {
    let (root, person, mut message) = honest();
    let policy = encode(0x30, &[encode(0x06, DATA), encode(0x30, &[])].concat());
    message.attributes().push(pkcs9(&[16, 2, 15], &policy));
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        CannotTell(SignaturePolicyNotAvailable),
    );
}

#[test]
fn other_attributes_do_no_harm() {
    let (root, person, mut message) = honest();
    message
        .attributes()
        .push(attribute(DATA, &encode(0x04, b"anything")));
    message.unsigned = encode(0xA1, &attribute(DATA, &encode(0x04, b"anything")));
    expect(&message.sign(&person.key), &root.anchors(), Valid);
}

#[test]
fn other_algorithms() {
    let sha256 = algorithm(&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]);
    let (root, person, mut message) = honest();
    message.digest_algorithm = sha256.clone();
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        Invalid(FormatFailure),
    );
    message.listed_digest = sha256.clone();
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        Invalid(HashFailure),
    );

    let mut message = Message::of(&person, ROOT);
    message.signature_algorithm = sha256;
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        CannotTell(CryptoConstraintsFailure),
    );
}

#[test]
fn parameters_of_algorithms() {
    let (root, person, mut message) = honest();
    // Left out, they are taken as NULL.
    message.digest_algorithm = encode(0x30, &encode(0x06, oid::BELT_HASH));
    expect(&message.sign(&person.key), &root.anchors(), Valid);
    let parameters = [encode(0x06, oid::BELT_HASH), encode(0x04, &[])].concat();
    message.digest_algorithm = encode(0x30, &parameters);
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        Invalid(FormatFailure),
    );
}

#[test]
fn times_of_the_signers_certificate() {
    let (root, person, message) = honest();
    let time = |year| Time::new(year, 6, 1, 0, 0, 0).unwrap();
    let at = |signature: &[u8], at| {
        verify(
            Cursor::new(signature),
            None,
            &Validation::new(&root.anchors(), at),
        )
        .unwrap()
        .verdict
    };
    let signature = message.sign(&person.key);
    assert_eq!(at(&signature, time(2036)), CannotTell(OutOfBoundsNoPoe));
    assert_eq!(at(&signature, time(2024)), CannotTell(OutOfBoundsNoPoe));
    for (claimed, reason) in [("350101000000Z", Expired), ("241231235959Z", NotYetValid)] {
        let mut message = Message::of(&person, ROOT);
        message.attributes()[2] = signing_time(claimed);
        assert_eq!(at(&message.sign(&person.key), now()), CannotTell(reason));
    }
}

#[test]
fn malformed_signing_times() {
    for value in [
        encode(0x17, b"2611231200Z"),
        encode(0x17, b"261323120000Z"),
        encode(0x17, b"261123120000+0300"),
        // The years up to 2049 have two digits.
        encode(0x18, b"20261123120000Z"),
        encode(0x0C, b"261123120000Z"),
    ] {
        let (root, person, mut message) = honest();
        message.attributes()[2] = pkcs9(&[5], &value);
        expect(
            &message.sign(&person.key),
            &root.anchors(),
            Invalid(FormatFailure),
        );
    }
}

#[test]
fn one_good_signer_does_not_cover_a_bad_one() {
    let (root, person, mut message) = honest();
    let other = root.issue(&Spec::person("Somebody Else"));
    let theirs = Message::of(&other, ROOT);
    message.certificates.push(other.certificate.clone());
    let sign = |their_key| {
        let mut infos = [
            message.signer_info(&person.key),
            theirs.signer_info(their_key),
        ];
        infos.sort();
        message.wrap(&infos.concat())
    };
    expect(&sign(&other.key), &root.anchors(), Valid);
    assert_eq!(check(&sign(&other.key), &root.anchors()).signers.len(), 2);
    expect(
        &sign(&person.key),
        &root.anchors(),
        Invalid(SigCryptoFailure),
    );
}

#[test]
fn nobody_signed() {
    let (root, _, message) = honest();
    expect(&message.wrap(&[]), &root.anchors(), Invalid(FormatFailure));
}

#[test]
fn too_many_signers() {
    let (root, person, message) = honest();
    let infos = message.signer_info(&person.key).repeat(17);
    expect(
        &message.wrap(&infos),
        &root.anchors(),
        CannotTell(FormatNotRead),
    );
}

#[test]
fn looser_encodings() {
    let (root, person, message) = honest();
    let good = message.sign(&person.key);
    let body = &good[4..];
    let indefinite = [&[0x30, 0x80], body, &[0x00, 0x00]].concat();
    let padded = [&[0x30, 0x83, 0x00, good[2], good[3]], body].concat();
    let trailing = [&good[..], &[0x00]].concat();
    let twice = good.repeat(2);
    for bad in [trailing, twice] {
        expect(&bad, &root.anchors(), Invalid(FormatFailure));
    }
    for loose in [indefinite, padded] {
        expect(&loose, &root.anchors(), CannotTell(FormatNotRead));
    }
}

#[test]
fn content_in_pieces() {
    let (root, person, message) = honest();
    let pieces = encode(0x24, &encode(0x04, CONTENT));
    let encapsulated = [encode(0x06, DATA), encode(0xA0, &pieces)].concat();
    let fields = [
        encode(0x02, &[1]),
        encode(0x31, &message.listed_digest),
        encode(0x30, &encapsulated),
        encode(0xA0, &person.certificate),
        encode(0x31, &message.signer_info(&person.key)),
    ];
    let signature = wrap_signed_data(&fields.concat());
    expect(&signature, &root.anchors(), CannotTell(FormatNotRead));
}

#[test]
fn deep_nesting() {
    let (root, person, mut message) = honest();
    let nested = (0..20_000).fold(encode(0x05, &[]), |inner, _| encode(0x30, &inner));
    message.unsigned = encode(0xA1, &attribute(DATA, &nested));
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        CannotTell(FormatNotRead),
    );
}

#[test]
fn huge_lengths() {
    let (root, ..) = honest();
    for head in [
        &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF][..],
        &[0x30, 0x88, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        &[0x30, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0x30, 0xFF],
        &[0x30],
        &[],
    ] {
        expect(head, &root.anchors(), Invalid(FormatFailure));
    }
    // The outer lengths are right, the inner is not.
    let inner = [encode(0x02, &[1]), vec![0x31, 0x88], vec![0x7F; 8]].concat();
    expect(
        &wrap_signed_data(&inner),
        &root.anchors(),
        Invalid(FormatFailure),
    );
}

#[test]
fn very_long_parts() {
    let (root, person, mut message) = honest();
    message.unsigned = encode(0xA1, &attribute(DATA, &encode(0x04, &vec![0; 9 << 20])));
    expect(
        &message.sign(&person.key),
        &root.anchors(),
        CannotTell(FormatNotRead),
    );
}

#[test]
fn cut_off_anywhere() {
    let (root, mut person) = world();
    let signature = sign_attached(CONTENT, &mut person, now()).unwrap();
    for length in 0..signature.len() {
        expect(
            &signature[..length],
            &root.anchors(),
            Invalid(FormatFailure),
        );
    }
}

#[test]
fn any_changed_octet_is_noticed() {
    let (root, mut person) = world();
    let good = sign_attached(CONTENT, &mut person, now()).unwrap();
    let anchors = root.anchors();
    // The version of SignedData is not signed, and each of its values may be read.
    let version = good
        .windows(3)
        .position(|octets| octets == [0x02, 0x01, 0x01])
        .unwrap()
        + 2;
    for index in (0..good.len()).filter(|index| *index != version) {
        for mask in [0x01, 0x80] {
            let mut bad = good.clone();
            bad[index] ^= mask;
            assert_ne!(
                check(&bad, &anchors).verdict,
                Valid,
                "octet {index}, mask {mask:02X}"
            );
        }
    }
}
