//! Journey J10, the part of secrecy: a file is encrypted for the holders of certificates, and one that
//! came encrypted is opened with the card.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding as _};
use kabinet_pki::certificate::{Certificate, MAX_CERTIFICATE};
use kabinet_pki::{
    DecryptError, EncryptError, Encryption, Mode, RecipientName, Validation, check_certificate,
};
use kabinet_stb::{Secret, SystemRandom};
use kabinet_token::ReaderAddress;

use crate::decipher::CardDecipher;
use crate::new_file::{Readers, refuse_existing, write_new};
use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::view::{DecryptedView, EncryptedView, PromptView, RecipientView};
use crate::visible::visible;
use crate::{Desk, Outcome, signature_speech, signing, speech};

/// Told how many octets of how many are done.
pub type Progress<'a> = &'a dyn Fn(u64, u64);

/// What encrypted files are called: the name of what is in them and this.
const ENDING: &str = "p7m";

/// An encrypted file that waits for the person's PIN.
pub struct Decrypting {
    file: File,
    length: u64,
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
    /// Whose certificates these files (DER or PEM) are and whether somebody trusted vouches for them,
    /// in the order of the files.
    ///
    /// # Errors
    /// `file_unreadable`, `certificate_unreadable`.
    pub fn recipients(&self, certificates: &[PathBuf]) -> Outcome<Vec<RecipientView>> {
        let read = certificates.iter().map(|path| read_certificate(path));
        let certificates = read.collect::<Outcome<Vec<_>>>()?;
        self.recipient_views(&certificates)
    }

    fn recipient_views(&self, certificates: &[Certificate]) -> Outcome<Vec<RecipientView>> {
        let anchors = signing::anchors_in(&self.profile.trust_dir())?;
        let validation = Validation::new(&anchors, signing::now()?);
        let view = |certificate: &Certificate| {
            let report = check_certificate(certificate, &validation);
            let summary = certificate.summary();
            let reason = signature_speech::reason_of(report.verdict);
            let note = reason.as_ref().map(|reason| {
                let args = [("reason", reason.clone())];
                speech::say(self.language(), "recipient-unproven", None, &args.into())
            });
            RecipientView {
                name: visible(&summary.subject),
                issuer: visible(&summary.issuer),
                serial_number: summary.serial_number.clone(),
                valid_until: summary.not_after.to_string(),
                key_bits: summary.level.map_or(0, |level| level.bits() as u32),
                verdict: signature_speech::word_of(report.verdict).to_owned(),
                reason,
                note,
            }
        };
        Ok(certificates.iter().map(view).collect())
    }

    /// Encrypts a file for the holders of these certificates (files in DER or PEM) into a new file. The
    /// content key is as long as the weakest recipient's key allows, and the answer says so. The file is
    /// read in pieces, so its size does not matter.
    ///
    /// # Errors
    /// `file_unreadable`, `certificate_unreadable`, `file_exists`; `no_recipient`,
    /// `too_many_recipients`, `recipient_unfit`, `recipient_not_for_encryption`, `recipient_expired`;
    /// `disk_full`, `read_only`. Nothing is left at `output` then.
    pub fn encrypt_file(
        &self,
        file: &Path,
        certificates: &[PathBuf],
        output: &Path,
        progress: Progress<'_>,
    ) -> Outcome<EncryptedView> {
        refuse_existing(output)?;
        let content = File::open(file).map_err(|error| file_problem(&error))?;
        let length = length_of(&content)?;
        let read = certificates.iter().map(|path| read_certificate(path));
        let certificates = read.collect::<Outcome<Vec<_>>>()?;
        let encryption = Encryption::new(&certificates, Mode::Cfb, signing::now()?)
            .map_err(|error| encryption_problem(&error, &certificates))?;
        let recipients = self.recipient_views(&certificates)?;
        write_new(output, Readers::Usual, |target| {
            let content = Counted {
                inner: BufReader::new(content),
                done: 0,
                all: length,
                progress,
            };
            encryption
                .encrypt_stream(content, target, &mut SystemRandom)
                .map_err(|error| encryption_problem(&error, &certificates))
        })?;
        let chosen = encryption.content_encryption();
        let key_bits = chosen.key_length.bits() as u32;
        let weakest = recipients.iter().find(|one| one.key_bits == key_bits);
        let note = weakest.filter(|_| key_bits < 256).map(|weakest| {
            let args = [
                ("count", key_bits.to_string()),
                ("name", weakest.name.clone()),
            ];
            speech::say(self.language(), "encrypted-key", None, &args.into())
        });
        Ok(EncryptedView {
            path: output.display().to_string(),
            algorithm: chosen.name().to_owned(),
            key_bits,
            note,
            recipients,
        })
    }

    /// Where [`Desk::finish_decrypt`] would put the content of this file by itself: beside it, under its
    /// name without `.p7m`.
    #[must_use]
    pub fn decrypted_path(&self, file: &Path) -> PathBuf {
        if file.extension().is_some_and(|ending| ending == ENDING) {
            return file.with_extension("");
        }
        let mut name = file.as_os_str().to_owned();
        name.push(".decrypted");
        PathBuf::from(name)
    }

    /// Looks at an encrypted file and at the card. For whom the file is is known only when the card has
    /// given its certificate, after the PIN.
    ///
    /// # Errors
    /// `file_unreadable`, `file_not_encrypted`, and what is in the way of card or PIN.
    pub fn begin_decrypt(&self, file: &Path, reader: Option<&str>) -> Outcome<Decrypting> {
        let opened = File::open(file).map_err(|error| file_problem(&error))?;
        let found =
            kabinet_pki::encrypted_for(BufReader::new(&opened)).map_err(|error| match error {
                DecryptError::Io(error) => file_problem(&error),
                error => Problem::new(Code::FileNotEncrypted).because(error),
            })?;
        let address = self.choose_card(reader)?;
        let pin = self.usable_pin(&address)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let recipients = found.recipients.iter().map(|recipient| match recipient {
            RecipientName::Certificate {
                issuer,
                serial_number,
            } => format!("{serial_number} ({})", visible(issuer)),
            RecipientName::Key(identifier) => identifier.clone(),
            RecipientName::Other => "?".to_owned(),
        });
        let prompt = PromptView::Decrypt {
            name: visible(&name),
            size: found.length,
            recipients: recipients.collect(),
            pin,
        };
        Ok(Decrypting {
            file: opened,
            length: found.length,
            address,
            prompt,
        })
    }

    /// Decrypts the file with the card into a new file that only the person can read.
    ///
    /// # Errors
    /// `file_exists`; what the card says; `no_certificate`, `encrypted_for_others`,
    /// `content_key_too_long`, `content_key_damaged`, `encryption_unknown`; `file_unreadable`,
    /// `disk_full`, `read_only`. Nothing is left at `output` then.
    pub fn finish_decrypt(
        &self,
        decrypting: Decrypting,
        output: &Path,
        pin: Secret,
        progress: Progress<'_>,
    ) -> Outcome<DecryptedView> {
        refuse_existing(output)?;
        let mut key = CardDecipher::open(self, &decrypting.address, pin)?;
        let (decrypted, is_signed) = write_new(output, Readers::Ours, |target| {
            let mut target = CountedOut {
                inner: target,
                done: 0,
                all: decrypting.length,
                progress,
            };
            let file = BufReader::new(&decrypting.file);
            let decrypted = kabinet_pki::decrypt_stream(file, &mut target, &mut key)?;
            let written = *target.inner.get_ref();
            Ok((
                decrypted,
                kabinet_pki::is_signature(BufReader::new(written)),
            ))
        })?;
        let about = if is_signed {
            "decrypted-signed"
        } else {
            "decrypted-unsigned"
        };
        Ok(DecryptedView {
            path: output.display().to_string(),
            algorithm: decrypted.encryption.name().to_owned(),
            size: decrypted.length,
            is_signed,
            note: speech::text(self.language(), about),
        })
    }
}

fn length_of(file: &File) -> Outcome<u64> {
    let facts = file.metadata().map_err(|error| file_problem(&error))?;
    if facts.is_dir() {
        return Err(Code::FileUnreadable.into());
    }
    Ok(facts.len())
}

/// A certificate in DER or PEM (RFC 7468).
fn read_certificate(path: &Path) -> Outcome<Certificate> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let unreadable = || Problem::new(Code::CertificateUnreadable).with("name", visible(&name));
    let file = File::open(path).map_err(|error| file_problem(&error))?;
    // Twice as long as the longest certificate is more than its PEM.
    let mut octets = Vec::new();
    file.take(2 * MAX_CERTIFICATE as u64)
        .read_to_end(&mut octets)
        .map_err(|error| file_problem(&error))?;
    let der = if octets.starts_with(&[0x30]) {
        octets
    } else {
        from_pem(&octets).ok_or_else(unreadable)?
    };
    Certificate::from_der(&der).map_err(|error| unreadable().because(error))
}

/// The first certificate in a text.
fn from_pem(octets: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(octets).ok()?;
    let (_, rest) = text.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    let body: String = body.split_ascii_whitespace().collect();
    Base64::decode_vec(&body).ok()
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

/// Tells of what is read.
struct Counted<'p, R> {
    inner: R,
    done: u64,
    all: u64,
    progress: Progress<'p>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(octets)?;
        self.done += count as u64;
        (self.progress)(self.done.min(self.all), self.all);
        Ok(count)
    }
}

impl<R: Seek> Seek for Counted<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// Tells of what is written.
struct CountedOut<'p, W> {
    inner: W,
    done: u64,
    all: u64,
    progress: Progress<'p>,
}

impl<W: Write> Write for CountedOut<'_, W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(octets)?;
        self.done += count as u64;
        (self.progress)(self.done.min(self.all), self.all);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
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
