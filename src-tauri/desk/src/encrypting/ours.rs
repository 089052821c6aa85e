//! What is known of the card's own certificate without asking for the PIN: who encrypts can be among those
//! who read it, and who gets something encrypted is told before the PIN whether it is for their card.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::path::PathBuf;

use kabinet_pki::certificate::{Certificate, Summary};
use kabinet_pki::{DecryptError, EncryptedFor, RecipientName};
use kabinet_stb::Secret;

use crate::files::{Place, write_new};
use crate::keys::{self, certificate_view};
use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::signing::{KEY, KEY_LEVEL};
use crate::view::{CertificateView, EncryptedFileView};
use crate::visible::{hides, visible};
use crate::watched::Opened;
use crate::{Desk, Outcome, decipher, lock};

/// Most characters of a name that becomes the name of a file.
const LONGEST_NAME: usize = 80;

/// The certificate of a key on the card for signatures and secrets.
pub struct OwnCertificate {
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// What it says.
    pub view: CertificateView,
    /// A name for a file with it, such as `YANKOUSKAYA NASTASSIA.cer`.
    pub file_name: String,
}

impl Desk {
    /// The person's certificate, when their card was read since their store was opened.
    pub fn own_certificate(&self) -> Option<OwnCertificate> {
        let der = lock(&self.area).as_ref()?.own.clone()?;
        self.describe(KEY, der).ok()
    }

    /// Reads the certificate of the card's key of this level in bits. Uses the PIN once.
    ///
    /// # Errors
    /// `usage` for a level that no key has; what is in the way of card or PIN; `no_certificate`.
    pub fn read_certificate(
        &self,
        reader: Option<&str>,
        pin: Secret,
        level: u16,
    ) -> Outcome<OwnCertificate> {
        let (key, _) = keys::place(level)?;
        let address = self.choose_card(reader)?;
        let mut session = self.open_to_use_keys(&address, pin)?;
        let der = session.read_certificate(key)?.ok_or(Code::NoCertificate)?;
        self.remember_read(key, &der);
        self.describe(key, der)
    }

    /// Writes the certificate into a new file (DER), for those who encrypt for the person or check their
    /// signatures; a folder gets a file by the person's name.
    ///
    /// # Errors
    /// As [`Desk::read_certificate`]; `file_exists`, `disk_full`, `read_only`.
    pub fn save_certificate(
        &self,
        reader: Option<&str>,
        pin: Secret,
        level: u16,
        place: impl FnOnce(&OwnCertificate) -> Place,
    ) -> Outcome<PathBuf> {
        use std::io::Write as _;
        let own = self.read_certificate(reader, pin, level)?;
        write_new(&place(&own), |target| {
            target
                .write_all(&own.der)
                .map_err(|error| file_problem(&error))
        })
    }

    /// For whom a file is encrypted, and whether it is for the person's card as far as that is known. No
    /// card is asked.
    ///
    /// # Errors
    /// `file_unreadable`; `file_not_encrypted`.
    pub fn look_at_encrypted(
        &self,
        file: &std::path::Path,
        name: &str,
    ) -> Outcome<EncryptedFileView> {
        let found = encrypted_for(&Opened::open(file, name)?)?;
        Ok(EncryptedFileView {
            size: found.length,
            recipients: names(&found),
            ours: self.is_for_us(&found),
            problem: decipher::could_open(&found, KEY_LEVEL)
                .err()
                .map(|problem| problem.view(self.language())),
        })
    }

    /// Notes the certificate of the key `key` (01..03) that was read from the card or written to it. That
    /// of the key which every card has is kept with the open store until that closes, if it is the
    /// person's.
    pub(crate) fn remember_read(&self, key: u8, der: &[u8]) {
        let Ok(certificate) = Certificate::from_der(der) else {
            return;
        };
        let view = certificate_view(key, certificate.summary().clone(), self.now());
        self.remember_certificate(&view);
        if key != KEY {
            return;
        }
        let mut area = lock(&self.area);
        let Some(area) = area.as_mut() else { return };
        let person = area.store.person().ok().flatten();
        let ours = person.and_then(|person| person.holder.serial_number);
        if ours.is_none() || ours == view.subject_serial_number {
            area.own = Some(der.to_vec());
        }
    }

    /// Whether one of the recipients is a certificate of the person; nothing when no certificate is
    /// known, or recipients are named in a way that does not tell.
    pub(super) fn is_for_us(&self, found: &EncryptedFor) -> Option<bool> {
        let known = self.known_serial_numbers();
        if known.is_empty() {
            return None;
        }
        let mut unclear = false;
        for recipient in &found.recipients {
            match recipient {
                RecipientName::Certificate { serial_number, .. } => {
                    if known.contains(serial_number) {
                        return Some(true);
                    }
                }
                RecipientName::Key(_) => unclear = true,
                RecipientName::Other => {}
            }
        }
        (!unclear).then_some(false)
    }

    fn known_serial_numbers(&self) -> BTreeSet<String> {
        let own = self.own_certificate();
        let own = own.map(|own| own.view.serial_number);
        let noted = self.noted_certificates().into_iter();
        noted.map(|(serial, _)| serial).chain(own).collect()
    }

    fn describe(&self, key: u8, der: Vec<u8>) -> Outcome<OwnCertificate> {
        let certificate = Certificate::from_der(&der)?;
        let summary = certificate.summary();
        Ok(OwnCertificate {
            view: certificate_view(key, summary.clone(), self.now()),
            file_name: file_name(summary),
            der,
        })
    }
}

pub(super) fn encrypted_for(opened: &Opened) -> Outcome<EncryptedFor> {
    let found: Result<_, DecryptError<Infallible>> = kabinet_pki::encrypted_for(opened.whole()?);
    found.map_err(|error| match error {
        DecryptError::Io(error) => file_problem(&error),
        error => Problem::new(Code::FileNotEncrypted).because(error),
    })
}

/// The recipients as a person reads them: numbers and issuers of certificates.
pub(super) fn names(found: &EncryptedFor) -> Vec<String> {
    let name = |recipient: &RecipientName| match recipient {
        RecipientName::Certificate {
            issuer,
            serial_number,
        } => format!("{serial_number} ({})", visible(issuer)),
        RecipientName::Key(identifier) => identifier.clone(),
        RecipientName::Other => "?".to_owned(),
    };
    found.recipients.iter().map(name).collect()
}

/// The name in the certificate without what a name of a file cannot have.
fn file_name(summary: &Summary) -> String {
    let fits = |sign: &char| !hides(*sign) && !"\\/:*?\"<>|\n".contains(*sign);
    let name: String = summary.subject.chars().filter(fits).collect();
    let name: String = name
        .trim_matches(['.', ' '])
        .chars()
        .take(LONGEST_NAME)
        .collect();
    if name.is_empty() {
        return "certificate.cer".to_owned();
    }
    format!("{name}.cer")
}
