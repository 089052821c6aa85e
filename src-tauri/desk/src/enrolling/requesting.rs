//! A request that somebody else takes to an authority, as Enroll1 does, and the certificate that comes
//! back in a file.

use std::path::Path;
use std::sync::Arc;

use kabinet_stb::Secret;

use super::KeyWish;
use super::card::{self, KeyPlace, Plan, Prepared};
use crate::problem::{Code, Problem};
use crate::view::CertificateView;
use crate::{Desk, Outcome, profile};

/// Octets of a certificate in a file.
const MAX_FILE: u64 = 64 * 1024;

impl Desk {
    /// Makes a request for a certificate, and the key where there is none, and writes the request into
    /// a file (DER). Its hash waits on the card for the certificate.
    ///
    /// # Errors
    /// As [`Desk::finish_enrolment`] says of the card; what is in the way of the file.
    pub fn request_certificate(
        &self,
        reader: Option<&str>,
        pin: Secret,
        (level, wish): (u16, KeyWish),
        information: Option<String>,
        output: &Path,
    ) -> Outcome {
        let plan = Plan {
            place: KeyPlace::of_level(level)?,
            wish,
            passes_over: true,
            information,
            holder: self.name_of_holder(),
            profile: self.profile.clone(),
        };
        let address = self.choose_card(reader)?;
        let (_, prepared) = card::prepare(&address, &pin, &plan)?;
        let (Prepared::Request(asked) | Prepared::Waiting(asked)) = prepared;
        std::fs::write(output, &asked.request).map_err(|error| profile::file_problem(&error))
    }

    /// Checks the certificate in a file (DER) against the key on the card and the trust anchors, and
    /// writes it to the card. `issuers` are files with certificates between it and an anchor.
    ///
    /// # Errors
    /// `file_not_certificate`, `certificate_other_key`, `certificate_untrusted`, `no_trust_anchors`,
    /// `certificate_not_for_signing`; what card and files say.
    pub fn install_certificate(
        &self,
        reader: Option<&str>,
        pin: Secret,
        level: u16,
        file: &Path,
        issuers: &[std::path::PathBuf],
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
            holder: None,
            profile: self.profile.clone(),
        };
        let address = self.choose_card(reader)?;
        let pin = Arc::new(pin);
        let asked = card::awaited(&address, &pin, &plan)?;
        let view = self.check_certificate(&der, &asked.key_hash, &issuers, plan.place)?;
        card::install(&address, &pin, &plan, &asked, &der)?;
        self.remember_certificate(&view);
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
