use std::io::{self, Cursor, Read, Seek, SeekFrom};

use kabinet_pki::{
    ContentError, Reason, SignError, Time, TrustAnchors, Validation, Verdict, certificate, content,
    detach, sign_attached, sign_attached_stream, sign_detached, signed_digest, verify,
};
use kabinet_stb::bign::Level;

use super::{
    authority::{Identity, Spec, now, world},
    message::{CONTENT, check},
};

#[test]
fn attached() {
    let (root, mut person) = world();
    let signature = sign_attached(CONTENT, &mut person, now()).unwrap();
    let report = check(&signature, &root.anchors());
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert_eq!(report.checked_at, now());
    let signer = &report.signers[0];
    assert_eq!(signer.claimed_signing_time, Some(now()));
    let names: Vec<_> = signer
        .chain
        .iter()
        .map(|member| &member.certificate.summary().subject[..])
        .collect();
    assert_eq!(names, ["ADAM MITSKEVICH", "Test Root"]);
    assert_eq!(content(&signature).unwrap(), CONTENT);
}

#[test]
fn taken_out_of_the_signature() {
    let (root, mut person) = world();
    let attached = sign_attached(CONTENT, &mut person, now()).unwrap();
    let detached = detach(&attached).unwrap();
    assert_eq!(content(&detached), Err(ContentError::Detached));
    assert_eq!(detach(&detached).unwrap(), detached);
    let against = |mut content: &[u8]| {
        verify(
            Cursor::new(&detached),
            Some(&mut content),
            &Validation::new(&root.anchors(), now()),
        )
        .unwrap()
        .verdict
    };
    assert_eq!(against(CONTENT), Verdict::Valid);
    assert_eq!(against(b"Another."), Verdict::Invalid(Reason::HashFailure));
    assert_eq!(
        check(&detached, &root.anchors()).verdict,
        Verdict::CannotTell(Reason::SignedDataNotFound)
    );
    let hash = kabinet_stb::hash::belt_hash(CONTENT);
    assert_eq!(signed_digest(&detached).unwrap(), hash);
    // It is the signature that signing beside the content would have given, but for the random part.
    let beside = sign_detached(CONTENT, &mut person, now()).unwrap();
    assert_eq!(beside.len(), detached.len());
    for cut in 0..attached.len() {
        assert!(detach(&attached[..cut]).is_err(), "{cut}");
        assert!(signed_digest(&attached[..cut]).is_err(), "{cut}");
    }
    assert!(detach(&[&attached[..], &[0]].concat()).is_err());
}

#[test]
fn lengths_of_every_form() {
    let (root, mut person) = world();
    for length in [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x1_0000] {
        let octets = vec![0xA5; length];
        let signature = sign_attached(&octets, &mut person, now()).unwrap();
        assert_eq!(
            check(&signature, &root.anchors()).verdict,
            Verdict::Valid,
            "{length}"
        );
        assert_eq!(content(&signature).unwrap(), octets);
    }
}

#[test]
fn every_level() {
    for level in [Level::L128, Level::L192, Level::L256] {
        let root = Identity::root(&Spec {
            level,
            ..Spec::authority("Strong Root")
        });
        let mut person = root.issue(&Spec {
            level,
            ..Spec::person("Strong Person")
        });
        let signature = sign_attached(CONTENT, &mut person, now()).unwrap();
        let report = check(&signature, &root.anchors());
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
        let summary = report.signers[0].certificate.clone().unwrap();
        assert_eq!(summary.level, Some(level));
    }
}

#[test]
fn detached() {
    let (root, mut person) = world();
    let signature = sign_detached(CONTENT, &mut person, now()).unwrap();
    let verdict = |content: Option<&mut dyn Read>| {
        verify(
            Cursor::new(&signature),
            content,
            &Validation::new(&root.anchors(), now()),
        )
        .unwrap()
        .verdict
    };
    assert_eq!(verdict(Some(&mut &CONTENT[..])), Verdict::Valid);
    assert_eq!(
        verdict(Some(&mut &b"Another content."[..])),
        Verdict::Invalid(Reason::HashFailure)
    );
    assert_eq!(
        verdict(None),
        Verdict::CannotTell(Reason::SignedDataNotFound)
    );
    assert_eq!(content(&signature), Err(ContentError::Detached));
}

#[test]
fn attached_content_must_be_the_given_content() {
    let (root, mut person) = world();
    let signature = sign_attached(CONTENT, &mut person, now()).unwrap();
    let verdict = |mut given: &[u8]| {
        verify(
            Cursor::new(&signature),
            Some(&mut given),
            &Validation::new(&root.anchors(), now()),
        )
        .unwrap()
        .verdict
    };
    assert_eq!(verdict(CONTENT), Verdict::Valid);
    assert_eq!(
        verdict(b"Another content."),
        Verdict::Invalid(Reason::HashFailure)
    );
}

#[test]
fn through_an_authority_below_the_root() {
    let (root, _) = world();
    let middle = root.issue(&Spec {
        authority: Some(Some(0)),
        ..Spec::authority("Middle")
    });
    let mut person = middle.issue(&Spec::person("Somebody"));
    let signature = sign_attached(CONTENT, &mut person, now()).unwrap();
    let mut anchors = root.anchors();
    assert_eq!(
        check(&signature, &anchors).verdict,
        Verdict::CannotTell(Reason::NoCertificateChainFound)
    );
    anchors.add(&middle.certificate).unwrap();
    assert_eq!(check(&signature, &anchors).verdict, Verdict::Valid);
}

/// Content of 5 MiB that exists nowhere in memory.
struct Pattern {
    position: u64,
    length: u64,
    largest_request: usize,
}

impl Read for Pattern {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        self.largest_request = self.largest_request.max(piece.len());
        // Odd portions, as from a pipe.
        let left = usize::try_from(self.length - self.position).unwrap();
        let count = piece.len().min(left).min(40_009);
        for (index, octet) in piece[..count].iter_mut().enumerate() {
            *octet = (self.position + index as u64).wrapping_mul(31) as u8;
        }
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Pattern {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Start(position) = to else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        self.position = position;
        Ok(position)
    }
}

#[test]
fn some_mebioctets_in_pieces() {
    const LENGTH: u64 = 5 * 1024 * 1024 + 17;
    let (root, mut person) = world();
    let mut pattern = Pattern {
        position: 0,
        length: LENGTH,
        largest_request: 0,
    };
    let mut file = tempfile::tempfile().unwrap();
    sign_attached_stream(&mut pattern, &mut file, &mut person, now()).unwrap();
    assert!(pattern.largest_request <= 64 * 1024);
    let report = verify(&mut file, None, &Validation::new(&root.anchors(), now())).unwrap();
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");

    // The same content detached gives the same verdict, and one octet less another.
    pattern.position = 0;
    let signature = sign_detached(&mut pattern, &mut person, now()).unwrap();
    for (length, verdict) in [
        (LENGTH, Verdict::Valid),
        (LENGTH - 1, Verdict::Invalid(Reason::HashFailure)),
    ] {
        let mut again = Pattern {
            position: 0,
            length,
            largest_request: 0,
        };
        let report = verify(
            Cursor::new(&signature),
            Some(&mut again),
            &Validation::new(&root.anchors(), now()),
        )
        .unwrap();
        assert_eq!(report.verdict, verdict);
    }
}

/// Content that is another each time it is read.
struct Restless(Cursor<Vec<u8>>);

impl Read for Restless {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        self.0.read(piece)
    }
}

impl Seek for Restless {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.get_mut()[0] ^= 1;
        self.0.seek(to)
    }
}

#[test]
fn content_that_changes_is_not_signed() {
    let (_, mut person) = world();
    let restless = Restless(Cursor::new(CONTENT.to_vec()));
    let outcome = sign_attached_stream(restless, io::sink(), &mut person, now());
    assert!(matches!(outcome, Err(SignError::ContentChanged)));
}

#[test]
fn unfit_certificates_do_not_sign() {
    let (root, mut person) = world();
    let later = Time::new(2035, 1, 1, 0, 0, 0).unwrap();
    assert!(matches!(
        sign_attached(CONTENT, &mut person, later),
        Err(SignError::OutsideValidity)
    ));
    let mut sealed = root.issue(&Spec {
        key_usage: Some(0x20),
        ..Spec::person("Cipher")
    });
    assert!(matches!(
        sign_attached(CONTENT, &mut sealed, now()),
        Err(SignError::NotForSigning)
    ));
    person.key = sealed.key;
    assert!(matches!(
        sign_attached(CONTENT, &mut person, now()),
        Err(SignError::WrongKey)
    ));
    person.certificate.clear();
    assert!(matches!(
        sign_attached(CONTENT, &mut person, now()),
        Err(SignError::Certificate(_))
    ));
}

#[test]
fn summary_of_a_certificate() {
    let (_, person) = world();
    let summary = certificate::summary(&person.certificate).unwrap();
    assert_eq!(summary.subject, "ADAM MITSKEVICH");
    assert_eq!(summary.issuer, "Test Root");
    assert_eq!(summary.serial_number, "1F0F");
    assert_eq!(
        summary.subject_serial_number.as_deref(),
        Some("IDCBY-590082394654")
    );
    assert_eq!(summary.not_before.to_string(), "2025-01-01T00:00:00Z");
    assert_eq!(summary.not_after.to_string(), "2034-12-31T23:59:59Z");
    assert_eq!(
        summary.key_usage.unwrap().names(),
        ["digitalSignature", "nonRepudiation", "keyEncipherment"]
    );
    assert!(!summary.is_authority);
}

#[test]
fn anchors_from_a_folder() {
    let (root, mut person) = world();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("root.cer"), &root.certificate).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "not a certificate").unwrap();
    let anchors = TrustAnchors::from_folder(folder.path()).unwrap();
    assert_eq!(anchors.len(), 1);
    let signature = sign_attached(CONTENT, &mut person, now()).unwrap();
    assert_eq!(check(&signature, &anchors).verdict, Verdict::Valid);
    std::fs::write(folder.path().join("bad.cer"), "not a certificate").unwrap();
    assert!(TrustAnchors::from_folder(folder.path()).is_err());
}
