//! Content that is encrypted and decrypted: by us for us, by the other implementation for us, and what
//! of ours it opened.

use std::io::{Cursor, Read, Seek, SeekFrom, Write};

use kabinet_pki::{
    DecryptError, EncryptError, EncryptedContentType, Encryption, Mode, RecipientName, SoftwareKey,
    Time, certificate::Certificate, decrypt, decrypt_stream, encrypted_for,
};
use kabinet_stb::{
    Random, SystemRandom,
    bign::{Level, PrivateKey},
};

use super::{
    authority::{Identity, Spec, now, world},
    bee2evp::accepted,
    peers::{LEVELS, fixture, of_level},
};

/// The keys of recipient-128.cer, recipient-192.cer and recipient-256.cer, made for these files only.
const KEYS: [(&str, Level, &str); 3] = [
    (
        "128",
        Level::L128,
        "5c25cbe232649b0600a652d6810b68cf1a9cfe1c5bf3090506c068fd642d23c3",
    ),
    (
        "192",
        Level::L192,
        "b7470843955bdf427d877273aca974cdba73b62b2097646341d6253d4c6751863c394800476bd3f42d9b341a28379d3c",
    ),
    (
        "256",
        Level::L256,
        "6564f657f5e4e8a9c18f84dfa59721d628881af82ad948b38a7a76d8b02fd7791c592401bc4d4d9e61fcb07adcd36490dc6ace57fb28ba98ade912db14834b11",
    ),
];

/// A while after the other implementation's certificates began.
fn soon() -> Time {
    Time::new(2026, 12, 1, 0, 0, 0).unwrap()
}

fn encrypted(name: &str) -> Vec<u8> {
    fixture(&format!("bee2evp/encrypted/{name}"))
}

/// The recipients of the other implementation's files with their keys.
fn recipients() -> Vec<(PrivateKey, Vec<u8>)> {
    let recipient = |(name, level, key): (&str, Level, &str)| {
        let key = PrivateKey::from_bytes(level, &hex::decode(key).unwrap()).unwrap();
        (key, encrypted(&format!("recipient-{name}.cer")))
    };
    KEYS.map(recipient).into()
}

fn certificates() -> Vec<Certificate> {
    let recipients = recipients();
    let certificates = recipients.iter();
    certificates
        .map(|(_, certificate)| Certificate::from_der(certificate).unwrap())
        .collect()
}

fn of(identities: &[&Identity]) -> Vec<Certificate> {
    let identities = identities.iter();
    identities
        .map(|one| Certificate::from_der(&one.certificate).unwrap())
        .collect()
}

pub fn open(octets: &[u8], identity: &Identity) -> Result<Vec<u8>, String> {
    let mut key = SoftwareKey {
        key: &identity.key,
        certificate: &identity.certificate,
    };
    decrypt(octets, &mut key)
        .map(|(content, _)| content.expose().to_vec())
        .map_err(|error| error.to_string())
}

/// Gives the octets of belt-hash over a counter: random octets that are the same in every run.
#[derive(Default)]
pub struct Counted(u8);

impl Random for Counted {
    fn fill(&mut self, octets: &mut [u8]) {
        for piece in octets.chunks_mut(32) {
            self.0 += 1;
            piece.copy_from_slice(&kabinet_stb::hash::belt_hash(&[self.0])[..piece.len()]);
        }
    }
}

#[test]
fn what_the_other_implementation_encrypted_is_opened() {
    let content = fixture("signed.txt");
    for (name, algorithm, readers) in [
        ("cfb128-for-128", "belt-cfb128", &[0][..]),
        ("cfb192-for-192", "belt-cfb192", &[1]),
        ("cfb256-for-128", "belt-cfb256", &[0]),
        ("cfb256-for-192", "belt-cfb256", &[1]),
        ("cfb256-for-256", "belt-cfb256", &[2]),
        ("ctr256-for-128", "belt-ctr256", &[0]),
        ("ctr256-for-192", "belt-ctr256", &[1]),
        ("ctr256-for-256", "belt-ctr256", &[2]),
        ("ctr192-for-192-and-256", "belt-ctr192", &[1, 2]),
        ("ctr128-for-all", "belt-ctr128", &[0, 1, 2]),
        ("cfb256-for-all", "belt-cfb256", &[0, 1, 2]),
        ("by-key-identifier", "belt-cfb256", &[1]),
    ] {
        let octets = encrypted(&format!("{name}.p7m"));
        for (place, (key, certificate)) in recipients().iter().enumerate() {
            let mut key = SoftwareKey { key, certificate };
            let outcome = decrypt(&octets, &mut key);
            if !readers.contains(&place) {
                assert!(
                    matches!(outcome, Err(DecryptError::NotARecipient)),
                    "{name}"
                );
                continue;
            }
            let (opened, decrypted) = outcome.unwrap();
            assert_eq!(opened.expose(), content, "{name}");
            assert_eq!(decrypted.encryption.name(), algorithm, "{name}");
            assert_eq!(decrypted.length, content.len() as u64);
            assert_eq!(decrypted.content_type, EncryptedContentType::Data);
        }
    }
}

#[test]
fn lengths_that_are_not_definite_are_refused() {
    let outcome = encrypted_for(Cursor::new(encrypted("indefinite-lengths.p7m")));
    assert_eq!(
        outcome.unwrap_err().to_string(),
        "not encrypted content: a length is indefinite"
    );
}

#[test]
fn recipients_are_named() {
    let named = |name: &str| encrypted_for(Cursor::new(encrypted(name))).unwrap();
    let all = named("ctr128-for-all.p7m");
    assert_eq!(all.encryption.unwrap().name(), "belt-ctr128");
    assert_eq!(all.length, fixture("signed.txt").len() as u64);
    let mut numbers: Vec<_> = all
        .recipients
        .iter()
        .map(|name| match name {
            RecipientName::Certificate {
                issuer,
                serial_number,
            } => {
                assert_eq!(issuer, "ANNA KRASOUSKAYA");
                serial_number.as_str()
            }
            other => panic!("{other:?}"),
        })
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, ["1F6B00000128", "1F6B00000192", "1F6B00000256"]);
    let by_key = named("by-key-identifier.p7m").recipients;
    assert!(matches!(&by_key[..], [RecipientName::Key(key)] if key.len() == 40));
    for level in LEVELS {
        let both = of_level(level, "enveloped-ctr-two-recipients.p7m");
        assert_eq!(
            encrypted_for(Cursor::new(both)).unwrap().recipients.len(),
            2
        );
    }
}

/// With the same random octets these are the files that `openssl cms -decrypt` opened.
#[test]
fn ours_is_what_it_opened() {
    let all = certificates();
    let content = fixture("signed.txt");
    for (name, recipients, mode) in [
        ("accepted-cfb-for-128.p7m", &all[..1], Mode::Cfb),
        ("accepted-cfb-for-192.p7m", &all[1..2], Mode::Cfb),
        ("accepted-ctr-for-256.p7m", &all[2..], Mode::Ctr),
        ("accepted-ctr-for-192-and-256.p7m", &all[1..], Mode::Ctr),
        ("accepted-ctr-for-all.p7m", &all[..], Mode::Ctr),
    ] {
        let encryption = Encryption::new(recipients, mode, soon()).unwrap();
        let ours = encryption
            .encrypt(&content, &mut Counted::default())
            .unwrap();
        accepted(&format!("encrypted/{name}"), &ours);
    }
    let encryption = Encryption::new(&all[..1], Mode::Cfb, soon()).unwrap();
    let ours = encryption.with_longest_key();
    let ours = ours.encrypt(&content, &mut Counted::default()).unwrap();
    accepted("encrypted/accepted-cfb256-for-128.p7m", &ours);
}

#[test]
fn the_weakest_recipient_decides_the_content_key() {
    let all = certificates();
    for (recipients, name) in [
        (&all[..1], "belt-ctr128"),
        (&all[1..2], "belt-ctr192"),
        (&all[2..], "belt-ctr256"),
        (&all[1..], "belt-ctr192"),
        (&all[..], "belt-ctr128"),
    ] {
        let encryption = Encryption::new(recipients, Mode::Ctr, soon()).unwrap();
        assert_eq!(encryption.content_encryption().name(), name);
        let encryption = encryption.with_longest_key();
        assert_eq!(encryption.content_encryption().name(), "belt-ctr256");
    }
}

#[test]
fn everyone_named_and_nobody_else_reads() {
    let root = Identity::root(&Spec {
        level: Level::L256,
        ..Spec::authority("Strong Root")
    });
    let person = |subject, level| {
        root.issue(&Spec {
            level,
            ..Spec::person(subject)
        })
    };
    let first = person("First", Level::L128);
    let second = person("The second", Level::L192);
    let third = person("And the third", Level::L256);
    let other = person("Some other person", Level::L128);
    let named = of(&[&first, &second, &third, &first]);
    for mode in [Mode::Cfb, Mode::Ctr] {
        let encryption = Encryption::new(&named, mode, now()).unwrap();
        for length in [0, 1, 127, 128, 65_535, 65_537] {
            let content: Vec<u8> = (0..length).map(|index| (index * 7) as u8).collect();
            let octets = encryption.encrypt(&content, &mut SystemRandom).unwrap();
            for reader in [&first, &second, &third] {
                assert_eq!(open(&octets, reader), Ok(content.clone()), "{length}");
            }
            let names = encrypted_for(Cursor::new(&octets)).unwrap().recipients;
            assert_eq!(names.len(), 3, "who is named twice counts once");
            let outcome = open(&octets, &other).unwrap_err();
            assert_eq!(outcome, "the key is not a recipient's");
        }
    }
}

#[test]
fn the_same_is_never_encrypted_the_same() {
    let (_, person) = world();
    let recipients = of(&[&person]);
    let encryption = Encryption::new(&recipients, Mode::Ctr, now()).unwrap();
    let once = encryption.encrypt(&[0; 64], &mut SystemRandom).unwrap();
    let again = encryption.encrypt(&[0; 64], &mut SystemRandom).unwrap();
    assert_eq!(once.len(), again.len());
    assert_ne!(once[once.len() - 64..], again[again.len() - 64..]);
}

#[test]
fn who_cannot_be_a_recipient() {
    let (root, person) = world();
    let refusal = |certificates: &[Certificate]| {
        let refused = Encryption::new(certificates, Mode::Ctr, now());
        refused.unwrap_err().to_string()
    };
    let issue = |spec: &Spec| Certificate::from_der(&root.issue(spec).certificate).unwrap();
    let good = of(&[&person]).remove(0);
    assert_eq!(refusal(&[]), "there is no recipient");
    let signs_only = issue(&Spec {
        key_usage: Some(0xC0),
        ..Spec::person("Signs only")
    });
    assert_eq!(
        refusal(&[good.clone(), signs_only]),
        "the certificate of recipient 1 is not for encryption"
    );
    let ended = issue(&Spec {
        not_after: "251231235959Z",
        ..Spec::person("Ended")
    });
    assert_eq!(
        refusal(&[ended]),
        "the certificate of recipient 0 is not valid at that time"
    );
    let foreign = Certificate::from_der(&fixture("openssl/root-rsa.cer")).unwrap();
    assert_eq!(
        refusal(&[foreign]),
        "the key of recipient 0 is not of the profile"
    );
    let crowd: Vec<_> = (0..=256_u16)
        .map(|number| {
            issue(&Spec {
                serial: vec![1, (number >> 8) as u8, number as u8],
                ..Spec::person("One of many")
            })
        })
        .collect();
    assert_eq!(refusal(&crowd), "there are too many recipients");
    Encryption::new(&crowd[..256], Mode::Ctr, now()).unwrap();
}

/// A file that has another length when it is read than when it was asked.
struct Changing(Cursor<Vec<u8>>, i64);

impl Read for Changing {
    fn read(&mut self, octets: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(octets)
    }
}

impl Seek for Changing {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let at = self.0.seek(to)?;
        Ok(match to {
            SeekFrom::End(_) => at.saturating_add_signed(self.1),
            _ => at,
        })
    }
}

#[test]
fn content_that_changes_meanwhile_is_noticed() {
    let (_, person) = world();
    let recipients = of(&[&person]);
    let encryption = Encryption::new(&recipients, Mode::Ctr, now()).unwrap();
    for difference in [-1, 1] {
        let mut out = Vec::new();
        let content = Changing(Cursor::new(vec![0; 100_000]), difference);
        let outcome = encryption.encrypt_stream(content, &mut out, &mut SystemRandom);
        assert!(matches!(outcome, Err(EncryptError::ContentChanged)));
        // No more than one octet of what grew.
        assert!(out.len() < 101_000);
    }
}

/// A disk that is full after a while.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.0 = self
            .0
            .checked_sub(octets.len())
            .ok_or(std::io::ErrorKind::StorageFull)?;
        Ok(octets.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_said() {
    let (_, person) = world();
    let recipients = of(&[&person]);
    let encryption = Encryption::new(&recipients, Mode::Ctr, now()).unwrap();
    let content = vec![0; 100_000];
    let outcome = encryption.encrypt_stream(Cursor::new(&content), Full(70_000), &mut SystemRandom);
    assert!(matches!(outcome, Err(EncryptError::Io(_))));
    let octets = encryption.encrypt(&content, &mut SystemRandom).unwrap();
    let mut key = SoftwareKey {
        key: &person.key,
        certificate: &person.certificate,
    };
    let outcome = decrypt_stream(Cursor::new(&octets), Full(70_000), &mut key);
    assert!(matches!(outcome, Err(DecryptError::Io(_))));
}
