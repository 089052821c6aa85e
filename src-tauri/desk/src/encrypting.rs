//! Journey J10, the part of secrecy: a file is encrypted for the holders of certificates, and one that
//! came encrypted is opened with the card.

mod ours;
mod several;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use kabinet_pki::certificate::{Certificate, MAX_CERTIFICATE};
use kabinet_pki::{EncryptError, Encryption, Mode};
use kabinet_stb::{Secret, SystemRandom};
use kabinet_token::ReaderAddress;

use crate::decipher::{self, CardDecipher};
use crate::files::{Place, write_new_for};
use crate::new_file::{Readers, refuse_existing};
use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::recipients::{EncryptWishes, Standing, refuse_revoked};
use crate::view::{AskedView, DecryptedView, EncryptedView, PromptView, RecipientView};
use crate::visible::visible;
use crate::watched::{Opened, Watched, Watching};
use crate::{Desk, Outcome, keys, signature_speech, signing, speech};

pub use ours::OwnCertificate;
pub use several::FileToCrypt;

/// What encrypted files are called: the name of what is in them and this.
const ENDING: &str = ".p7m";

/// An encrypted file that waits for the person's PIN.
pub struct Decrypting {
    opened: Opened,
    /// Reference of the key that opens it.
    key: u8,
    address: ReaderAddress,
    prompt: PromptView,
}

impl Decrypting {
    /// What will be decrypted; what the trusted prompt shows.
    #[must_use]
    pub fn prompt(&self) -> &PromptView {
        &self.prompt
    }
}

impl Desk {
    /// Whose certificates these files (DER or PEM) are, whether somebody trusted vouches for them and
    /// whether they were revoked, as far as that is known here, in the order of the files.
    ///
    /// # Errors
    /// `file_unreadable`, `certificate_unreadable`.
    pub fn recipients(&self, certificates: &[PathBuf]) -> Outcome<Vec<RecipientView>> {
        self.recipient_views(&read_certificates(certificates)?)
    }

    /// As [`Desk::recipients`], for one file that the person calls so.
    ///
    /// # Errors
    /// As [`Desk::recipients`].
    pub fn recipient(&self, certificate: &Path, name: &str) -> Outcome<RecipientView> {
        let read = read_certificate_named(certificate, name)?;
        let view = self.recipient_views(std::slice::from_ref(&read))?.pop();
        view.ok_or_else(|| Code::CertificateUnreadable.into())
    }

    fn recipient_views(&self, certificates: &[Certificate]) -> Outcome<Vec<RecipientView>> {
        let now = signing::now()?;
        let standings = self.standings(certificates)?;
        let view = |(certificate, standing): (&Certificate, Standing)| {
            let summary = certificate.summary();
            let alone = std::slice::from_ref(certificate);
            let refused = Encryption::new(alone, Mode::Cfb, now).err();
            RecipientView {
                name: visible(&summary.subject),
                issuer: visible(&summary.issuer),
                serial_number: summary.serial_number.clone(),
                valid_until: summary.not_after.to_string(),
                key_bits: summary.level.map_or(0, |level| level.bits() as u32),
                verdict: signature_speech::word_of(standing.verdict).to_owned(),
                reason: standing.reason,
                note: standing.note,
                problem: refused
                    .map(|error| encryption_problem(&error, alone).view(self.language())),
            }
        };
        Ok(certificates.iter().zip(standings).map(view).collect())
    }

    /// The encryption for the holders of these certificates, who was asked whether one was revoked, and
    /// what is known of the recipients.
    async fn prepare<'a>(
        &self,
        certificates: &'a [Certificate],
        wishes: EncryptWishes,
    ) -> Outcome<(Encryption<'a>, Vec<AskedView>, Vec<RecipientView>)> {
        let encryption = Encryption::new(certificates, Mode::Cfb, signing::now()?)
            .map_err(|error| encryption_problem(&error, certificates))?;
        let asked = if wishes.offline {
            Vec::new()
        } else {
            self.ask_about(certificates).await?
        };
        let recipients = self.recipient_views(certificates)?;
        if !wishes.even_revoked {
            refuse_revoked(&recipients)?;
        }
        Ok((encryption, asked, recipients))
    }

    /// Encrypts a file for the holders of these certificates (files in DER or PEM) into a new file. It is
    /// asked first whether one was revoked; that nobody answered is said with the recipient, and
    /// hinders nothing. The content key is as long as the weakest recipient's key allows, and the
    /// answer says so. The file is read in pieces, so its size does not matter.
    ///
    /// # Errors
    /// `file_unreadable`, `certificate_unreadable`, `file_exists`; `no_recipient`,
    /// `too_many_recipients`, `recipient_unfit`, `recipient_not_for_encryption`, `recipient_expired`,
    /// `recipient_revoked`; `disk_full`, `read_only`, `cancelled`. Nothing is left at `place` then.
    pub async fn encrypt_file(
        &self,
        file: &Path,
        certificates: &[PathBuf],
        wishes: EncryptWishes,
        place: &Place,
        watching: &Watching<'_>,
    ) -> Outcome<EncryptedView> {
        refuse_taken(place)?;
        let opened = Opened::open(file, &name_of(file))?;
        let certificates = read_certificates(certificates)?;
        let (encryption, asked, recipients) = self.prepare(&certificates, wishes).await?;
        let path = encrypt_to(place, &opened, &encryption, (1, 1), watching)
            .map_err(|problem| watching.problem(problem))?;
        let key_bits = encryption.content_encryption().key_length.bits() as u32;
        let weakest = recipients.iter().find(|one| one.key_bits == key_bits);
        let note = weakest.filter(|_| key_bits < 256).map(|weakest| {
            let args = [
                ("count", key_bits.to_string()),
                ("name", weakest.name.clone()),
            ];
            speech::say(self.language(), "encrypted-key", None, &args.into())
        });
        Ok(EncryptedView {
            path: path.display().to_string(),
            algorithm: encryption.content_encryption().name().to_owned(),
            key_bits,
            note,
            recipients,
            asked,
        })
    }

    /// Where the content of this file goes unless somebody says otherwise: beside it, under its name
    /// without `.p7m`.
    #[must_use]
    pub fn decrypted_path(&self, file: &Path) -> PathBuf {
        file.with_file_name(decrypted_name(&name_of(file)))
    }

    /// Looks at an encrypted file and at the card, whose key of the level `key_level` in bits is to open
    /// it. Whether it does is known for sure only when the card has given the certificate of that key,
    /// after the PIN; what no key of the level could open is refused before.
    ///
    /// # Errors
    /// `usage` for a level that no key has; `file_unreadable`, `file_not_encrypted`;
    /// `encrypted_for_others`, `content_key_too_long`, `encryption_unknown` for what no such key opens;
    /// what is in the way of card or PIN.
    pub fn begin_decrypt(
        &self,
        file: &Path,
        name: Option<&str>,
        key_level: u16,
        reader: Option<&str>,
    ) -> Outcome<Decrypting> {
        let (key, _) = keys::place(key_level)?;
        let name = name.map_or_else(|| name_of(file), str::to_owned);
        let opened = Opened::open(file, &name)?;
        let found = ours::encrypted_for(&opened)?;
        decipher::could_open(&found, key_level)?;
        let address = self.choose_card(reader)?;
        let pin = self.usable_pin(&address)?;
        let prompt = PromptView::Decrypt {
            name: visible(&name),
            size: found.length,
            recipients: ours::names(&found),
            ours: self.is_for_us(&found),
            pin,
        };
        Ok(Decrypting {
            opened,
            key,
            address,
            prompt,
        })
    }

    /// Decrypts the file with the card into a new file that only the person can read.
    ///
    /// # Errors
    /// `file_exists`; what the card says; `no_certificate`, `encrypted_for_others`,
    /// `content_key_damaged`, `encryption_unknown`; `file_unreadable`, `file_changed`, `disk_full`,
    /// `read_only`, `cancelled`. Nothing is left at `place` then.
    pub fn finish_decrypt(
        &self,
        decrypting: Decrypting,
        place: &Place,
        pin: Secret,
        at: (usize, usize),
        watching: &Watching<'_>,
    ) -> Outcome<DecryptedView> {
        refuse_taken(place)?;
        let opened = &decrypting.opened;
        let mut key = CardDecipher::open(self, &decrypting.address, pin, decrypting.key)?;
        opened.check()?;
        let written = write_new_for(place, Readers::Ours, |target| {
            let file = opened.content(1, at, watching)?;
            let decrypted = kabinet_pki::decrypt_stream(file, &mut *target, &mut key)?;
            let written = *target.get_ref();
            Ok((
                decrypted,
                kabinet_pki::is_signature(BufReader::new(written)),
            ))
        });
        let (path, (decrypted, is_signed)) =
            written.map_err(|problem| watching.problem(problem))?;
        let about = if is_signed {
            "decrypted-signed"
        } else {
            "decrypted-unsigned"
        };
        Ok(DecryptedView {
            path: path.display().to_string(),
            algorithm: decrypted.encryption.name().to_owned(),
            size: decrypted.length,
            is_signed,
            note: speech::text(self.language(), about),
        })
    }
}

/// Encrypts one opened file to its place.
fn encrypt_to(
    place: &Place,
    opened: &Opened,
    encryption: &Encryption<'_>,
    at: (usize, usize),
    watching: &Watching<'_>,
) -> Outcome<PathBuf> {
    let (path, ()) = write_new_for(place, Readers::Usual, |target| {
        let content: Watched<'_, _> = opened.content(1, at, watching)?;
        encryption
            .encrypt_stream(content, target, &mut SystemRandom)
            .map_err(|error| encryption_problem(&error, &[]))?;
        opened.check()
    })?;
    Ok(path)
}

/// Says before the work that its result would have no place.
fn refuse_taken(place: &Place) -> Outcome {
    match place {
        Place::File(path) => refuse_existing(path),
        Place::Folder(..) => Ok(()),
    }
}

fn name_of(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The name of what is in an encrypted file of that name.
#[must_use]
pub fn decrypted_name(name: &str) -> String {
    match name.strip_suffix(ENDING) {
        Some(inner) if !inner.is_empty() => inner.to_owned(),
        _ => format!("{name}.decrypted"),
    }
}

/// The name of the encrypted file of a file of that name.
#[must_use]
pub fn encrypted_name(name: &str) -> String {
    format!("{name}{ENDING}")
}

fn read_certificates(paths: &[PathBuf]) -> Outcome<Vec<Certificate>> {
    paths.iter().map(|path| read_certificate(path)).collect()
}

/// A certificate in DER or PEM (RFC 7468).
pub(crate) fn read_certificate(path: &Path) -> Outcome<Certificate> {
    read_certificate_named(path, &name_of(path))
}

fn read_certificate_named(path: &Path, name: &str) -> Outcome<Certificate> {
    let unreadable = || Problem::new(Code::CertificateUnreadable).with("name", visible(name));
    let file = File::open(path).map_err(|error| file_problem(&error))?;
    // Twice as long as the longest certificate is more than its PEM.
    let mut octets = Vec::new();
    file.take(2 * MAX_CERTIFICATE as u64)
        .read_to_end(&mut octets)
        .map_err(|error| file_problem(&error))?;
    Certificate::from_der_or_pem(&octets).map_err(|error| unreadable().because(error))
}

fn encryption_problem(error: &EncryptError, certificates: &[Certificate]) -> Problem {
    let about = |code, place: &usize| {
        let certificate = certificates.get(*place);
        let name = certificate.map(|one| visible(&one.summary().subject));
        Problem::new(code).with("name", name.unwrap_or_default())
    };
    match error {
        EncryptError::NoRecipient => Code::NoRecipient.into(),
        EncryptError::TooManyRecipients => Code::TooManyRecipients.into(),
        EncryptError::UnsupportedKey(place) => about(Code::RecipientUnfit, place),
        EncryptError::NotForEncryption(place) => about(Code::RecipientNotForEncryption, place),
        EncryptError::OutsideValidity(place) => about(Code::RecipientExpired, place),
        EncryptError::Io(error) => file_problem(error),
        EncryptError::ContentChanged => Problem::new(Code::FileUnreadable).because(error),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use base64ct::{Base64, Encoding as _};

    use super::*;

    #[test]
    fn certificates_are_read_in_both_forms() {
        let folder = tempfile::tempdir().unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pki/tests/fixtures/bee2evp");
        let der = std::fs::read(fixtures.join("signer-256.cer")).unwrap();
        let body = Base64::encode_string(&der);
        let lines: Vec<_> = body
            .as_bytes()
            .chunks(64)
            .map(String::from_utf8_lossy)
            .collect();
        let pem = format!(
            "Subject: somebody\r\n-----BEGIN CERTIFICATE-----\r\n{}\r\n-----END CERTIFICATE-----\r\n",
            lines.join("\r\n")
        );
        let read = |octets: &[u8]| {
            let path = folder.path().join("somebody.cer");
            std::fs::write(&path, octets).unwrap();
            read_certificate(&path).map(|certificate| certificate.der().to_vec())
        };
        assert_eq!(read(&der).unwrap(), der);
        assert_eq!(read(pem.as_bytes()).unwrap(), der);
        for wrong in [&b""[..], b"text", &der[1..], &pem.as_bytes()[..200]] {
            assert_eq!(read(wrong).unwrap_err().code, Code::CertificateUnreadable);
        }
    }
}
