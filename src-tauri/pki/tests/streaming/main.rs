//! Files of any size in constant memory: 256 MiB here, as many MiB as `KABINET_MEBIOCTETS` says when
//! it is set.
//!
//! One test alone, so that nobody else allocates meanwhile.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, dead_code)]

mod allocation;
#[path = "../cades/authority.rs"]
mod authority;
mod sparse;

use std::io::{Cursor, Read as _, Seek as _, SeekFrom, Write};

use allocation::most_during;
use authority::{Identity, Spec, now};
use kabinet_pki::{
    Encryption, Mode, SoftwareKey, Validation, Verdict, add_signature, certificate::Certificate,
    decrypt_stream, sign_attached_stream, sign_detached, verify,
};
use kabinet_stb::{SystemRandom, bign::Level};
use sparse::SparseFile;

/// Octets that one use may take at a time, the structure of the signature and the pieces of the
/// content included.
const MOST: usize = 1 << 20;

#[test]
fn memory_does_not_grow_with_the_file() {
    let mebioctets = std::env::var("KABINET_MEBIOCTETS").ok();
    let mebioctets = mebioctets.map_or(256, |count| count.parse().unwrap());
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
    let report = |use_of: &str, most: usize| {
        println!("{use_of} of {mebioctets} MiB takes {most} octets at most");
        assert!(most <= MOST, "{use_of}: {most}");
    };

    let mut attached = SparseFile::default();
    let ((), most) = most_during(|| {
        let content = SparseFile::of_zeros(length);
        sign_attached_stream(content, &mut attached, &mut first, now()).unwrap();
    });
    report("an attached signature", most);
    assert!(attached.len() > length);

    let mut joined = SparseFile::default();
    let ((), most) = most_during(|| {
        add_signature(&mut attached, None, &mut joined, &mut second, now()).unwrap();
    });
    report("an added signature", most);

    let (verdict, most) = most_during(|| verify(&mut joined, None, &validation).unwrap().verdict);
    assert_eq!(verdict, Verdict::Valid);
    report("a check of an attached signature", most);

    let zeros = || std::io::repeat(0).take(length);
    let (detached, most) = most_during(|| sign_detached(zeros(), &mut first, now()).unwrap());
    report("a detached signature", most);
    let (verdict, most) = most_during(|| {
        let mut content = zeros();
        let report = verify(Cursor::new(&detached), Some(&mut content), &validation);
        report.unwrap().verdict
    });
    assert_eq!(verdict, Verdict::Valid);
    report("a check of a detached signature", most);

    // Encryption takes longer, and what it takes in memory does not depend on the length either.
    let length = length / 4;
    let recipients = [&first, &second].map(|one| Certificate::from_der(&one.certificate).unwrap());
    let encryption = Encryption::new(&recipients, Mode::Ctr, now()).unwrap();
    let mut head = Beginning::default();
    let ((), most) = most_during(|| {
        let content = SparseFile::of_zeros(length);
        let outcome = encryption.encrypt_stream(content, &mut head, &mut SystemRandom);
        outcome.unwrap();
    });
    report("an encryption (of a quarter)", most);

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
    report("a decryption (of a quarter)", most);
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
