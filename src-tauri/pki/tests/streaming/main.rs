//! Files of any size in constant memory: 256 MiB here, as many MiB as `KABINET_MEBIOCTETS` says when
//! it is set.
//!
//! One test alone, so that nobody else allocates meanwhile.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, dead_code)]

mod allocation;
#[path = "../cades/authority.rs"]
mod authority;
#[path = "../cades/message.rs"]
mod message;
#[path = "../cades/services.rs"]
mod services;
mod sparse;

use std::{
    convert::Infallible,
    io::{Cursor, Read as _, Seek as _, SeekFrom, Write},
};

use allocation::most_during;
use authority::{Identity, Spec, now};
use kabinet_pki::{
    Encryption, Evidence, Mode, SignatureLevel, SoftwareKey, Validation, Verdict, add_signature,
    add_time_stamps, add_validation_data, certificate::Certificate, decrypt_stream,
    sign_attached_stream, sign_detached, verify,
};
use kabinet_stb::{SystemRandom, bign::Level};
use services::{List, answer, granted, stamper_spec};
use sparse::SparseFile;

/// Octets that one use may take at a time, the structure of the signature and the pieces of the
/// content included.
const MOST: usize = 1 << 20;

#[test]
fn memory_does_not_grow_with_the_file() {
    let asked_for = std::env::var("KABINET_MEBIOCTETS").ok();
    let is_asked_for = asked_for.is_some();
    let mebioctets = asked_for.map_or(256, |count| count.parse().unwrap());
    let length = mebioctets << 20_u64;
    let root = Identity::root(&Spec {
        level: Level::L256,
        ..Spec::authority("Strong Root")
    });
    let anchors = root.anchors();
    let person = |subject, level| {
        root.issue(&Spec {
            level,
            ..Spec::person(subject)
        })
    };
    let mut first = person("First", Level::L128);
    let mut second = person("The second", Level::L128);
    let validation = Validation::new(&anchors, now());
    let report = |use_of: &str, length: u64, most: usize| {
        println!(
            "{use_of} of {} MiB takes {most} octets at most",
            length >> 20
        );
        assert!(most <= MOST, "{use_of}: {most}");
    };

    let mut attached = SparseFile::default();
    let ((), most) = most_during(|| {
        let content = SparseFile::of_zeros(length);
        sign_attached_stream(content, &mut attached, &mut first, now()).unwrap();
    });
    report("an attached signature", length, most);
    assert!(attached.len() > length);

    let mut joined = SparseFile::default();
    let ((), most) = most_during(|| {
        add_signature(&mut attached, None, &mut joined, &mut second, now()).unwrap();
    });
    report("an added signature", length, most);

    let stamper = root.issue(&stamper_spec("Stamper"));
    let mut stamped = SparseFile::default();
    let ((), most) = most_during(|| {
        let ask = |request: &[u8]| {
            let token = answer(&stamper, &root, request, "20261123115900Z");
            Ok::<_, Infallible>(granted(&token))
        };
        add_time_stamps(&mut joined, &mut stamped, &validation, ask).unwrap();
    });
    report("adding time stamps", length, most);

    let mut evidence = Evidence::new();
    evidence
        .add_revocation_list(&List::of(&root).sign())
        .unwrap();
    let with_evidence = Validation {
        evidence: &evidence,
        ..validation
    };
    let mut lasting = SparseFile::default();
    let ((), most) = most_during(|| {
        add_validation_data(&mut stamped, &mut lasting, &with_evidence).unwrap();
    });
    report("adding validation data", length, most);

    let (found, most) = most_during(|| verify(&mut lasting, None, &validation).unwrap());
    assert_eq!(found.verdict, Verdict::Valid);
    let levels: Vec<_> = found.signers.iter().map(|signer| signer.level).collect();
    assert_eq!(levels, [Some(SignatureLevel::Lt); 2]);
    report("a check of an attached signature", length, most);

    let zeros = || std::io::repeat(0).take(length);
    let (detached, most) = most_during(|| sign_detached(zeros(), &mut first, now()).unwrap());
    report("a detached signature", length, most);
    let (verdict, most) = most_during(|| {
        let mut content = zeros();
        let report = verify(Cursor::new(&detached), Some(&mut content), &validation);
        report.unwrap().verdict
    });
    assert_eq!(verdict, Verdict::Valid);
    report("a check of a detached signature", length, most);

    // Encryption takes longer, so every run has a shorter file for it.
    let length = if is_asked_for { length } else { length / 4 };
    let recipients = [&first, &second].map(|one| Certificate::from_der(&one.certificate).unwrap());
    let encryption = Encryption::new(&recipients, Mode::Ctr, now()).unwrap();
    let mut head = Beginning::default();
    let ((), most) = most_during(|| {
        let content = SparseFile::of_zeros(length);
        let outcome = encryption.encrypt_stream(content, &mut head, &mut SystemRandom);
        outcome.unwrap();
    });
    report("an encryption", length, most);

    // Any octets decrypt to something, so zeros can stand for the encrypted content.
    let mut encrypted = SparseFile::default();
    encrypted
        .write_all(&head.octets[..(head.written - length) as usize])
        .unwrap();
    encrypted.seek(SeekFrom::Start(head.written - 1)).unwrap();
    encrypted.write_all(&[0]).unwrap();
    let mut key = SoftwareKey {
        key: &second.key,
        certificate: &second.certificate,
    };
    let (decrypted, most) =
        most_during(|| decrypt_stream(&mut encrypted, std::io::sink(), &mut key).unwrap());
    assert_eq!(decrypted.length, length);
    report("a decryption", length, most);
}

/// Keeps the first octets and counts the others.
#[derive(Default)]
struct Beginning {
    octets: Vec<u8>,
    written: u64,
}

impl Write for Beginning {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        let room = 4096_usize
            .saturating_sub(self.octets.len())
            .min(octets.len());
        self.octets.extend_from_slice(&octets[..room]);
        self.written += octets.len() as u64;
        Ok(octets.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
