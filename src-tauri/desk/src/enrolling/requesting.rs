//! A request that somebody else takes to an authority, as Enroll1 does, and the certificate that comes
//! back in a file.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kabinet_pki::certificate::Certificate;
use kabinet_stb::Secret;

use super::KeyWish;
use super::card::{self, KeyPlace, Plan, Prepared};
use crate::files::{Place, write_new};
use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::view::{CertificateView, PromptView};
use crate::visible::visible;
use crate::{Desk, Outcome};

/// Octets of a certificate in a file.
const MAX_FILE: u64 = 64 * 1024;

impl Desk {
    /// What the trusted prompt shows before [`Desk::request_certificate`].
    ///
    /// # Errors
    /// `usage` for a level that is none; what is in the way of card or PIN.
    pub fn begin_request(
        &self,
        reader: Option<&str>,
        level: u16,
        wish: KeyWish,
    ) -> Outcome<PromptView> {
        KeyPlace::of_level(level)?;
        let address = self.choose_card(reader)?;
        Ok(PromptView::RequestCertificate {
            level,
            new_key: wish == KeyWish::Anew,
            pin: self.usable_pin(&address)?,
        })
    }

    /// Makes a request for a certificate, and the key where there is none, and writes the request into
    /// a file (DER), whose path is the answer: a named file is written anew, in a folder nothing is
    /// overwritten. Its hash waits on the card for the certificate.
    ///
    /// # Errors
    /// As [`Desk::finish_enrolment`] says of the card; what is in the way of the file.
    pub fn request_certificate(
        &self,
        reader: Option<&str>,
        pin: Secret,
        (level, wish): (u16, KeyWish),
        information: Option<String>,
        output: &Place,
    ) -> Outcome<PathBuf> {
        let plan = Plan {
            place: KeyPlace::of_level(level)?,
            wish,
            passes_over: true,
            information,
            holder: self.name_of_holder(),
            profile: self.profile.clone(),
        };
        let address = self.choose_card(reader)?;
        let (_, prepared) = card::prepare(&address, &pin, &plan, &|_| ())?;
        let (Prepared::Request(asked) | Prepared::Waiting(asked)) = prepared;
        match output {
            Place::File(path) => {
                let written = std::fs::write(path, &asked.request);
                written.map_err(|error| file_problem(&error))?;
                Ok(path.clone())
            }
            Place::Folder(..) => write_new(output, |target| {
                let written = target.write_all(&asked.request);
                written.map_err(|error| file_problem(&error))
            }),
        }
    }

    /// Which of these files (DER) has the certificate and which those of authorities above it: the
    /// certificate is the one that issued none of the others.
    ///
    /// # Errors
    /// `file_not_certificate`, also for none or for several that nobody issued; `file_unreadable`.
    pub fn certificate_and_issuers(&self, files: Vec<PathBuf>) -> Outcome<(PathBuf, Vec<PathBuf>)> {
        let mut read_files = Vec::new();
        for file in files {
            let certificate = Certificate::from_der(&read(&file)?)
                .map_err(|error| Problem::new(Code::FileNotCertificate).because(error))?;
            read_files.push((file, certificate));
        }
        let issued_none = |one: &(PathBuf, Certificate)| {
            let mut others = read_files.iter().filter(|other| other.0 != one.0);
            !others.any(|other| one.1.has_issued(&other.1))
        };
        let mut last = read_files.iter().filter(|one| issued_none(one));
        let (Some((file, _)), None) = (last.next(), last.next()) else {
            return Err(Code::FileNotCertificate.into());
        };
        let issuers = read_files.iter().filter(|other| other.0 != *file);
        Ok((
            file.clone(),
            issuers.map(|(path, _)| path.clone()).collect(),
        ))
    }

    /// What the trusted prompt shows before [`Desk::install_certificate`].
    ///
    /// # Errors
    /// `file_not_certificate`; what is in the way of file, card or PIN.
    pub fn begin_install(&self, reader: Option<&str>, file: &Path) -> Outcome<PromptView> {
        let certificate = Certificate::from_der(&read(file)?)
            .map_err(|error| Problem::new(Code::FileNotCertificate).because(error))?;
        let address = self.choose_card(reader)?;
        let summary = certificate.summary();
        Ok(PromptView::InstallCertificate {
            subject: visible(&summary.subject),
            issuer: visible(&summary.issuer),
            valid_until: summary.not_after.to_string(),
            pin: self.usable_pin(&address)?,
        })
    }

    /// Checks the certificate in a file (DER) against the key on the card and the trust anchors, and
    /// writes it to the card. `issuers` are files with certificates between it and an anchor.
    ///
    /// # Errors
    /// `file_not_certificate`, `certificate_other_key`, `certificate_other_name`,
    /// `certificate_untrusted`, `no_trust_anchors`, `certificate_not_for_signing`; what card and files
    /// say.
    pub fn install_certificate(
        &self,
        reader: Option<&str>,
        pin: Secret,
        level: u16,
        file: &Path,
        issuers: &[PathBuf],
    ) -> Outcome<CertificateView> {
        let der = read(file)?;
        let issuers = issuers
            .iter()
            .map(|file| read(file))
            .collect::<Outcome<Vec<_>>>()?;
        let plan = Plan {
            place: KeyPlace::of_level(level)?,
            wish: KeyWish::Keep,
            passes_over: false,
            information: None,
            holder: self.name_of_holder(),
            profile: self.profile.clone(),
        };
        let address = self.choose_card(reader)?;
        let pin = Arc::new(pin);
        let asked = card::awaited(&address, &pin, &plan)?;
        let view = self.check_certificate(&der, &asked, &issuers, plan.place)?;
        card::install(&address, &pin, &plan, &asked, &der)?;
        self.remember_read(plan.place.reference, &der);
        Ok(view)
    }
}

fn read(file: &Path) -> Outcome<Vec<u8>> {
    let unreadable = |error| Problem::new(Code::FileUnreadable).because(error);
    if std::fs::metadata(file).map_err(unreadable)?.len() > MAX_FILE {
        return Err(Code::FileNotCertificate.into());
    }
    std::fs::read(file).map_err(unreadable)
}
