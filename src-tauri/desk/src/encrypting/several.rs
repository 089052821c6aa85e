//! Several files at once, as the window has them.

use std::path::PathBuf;

use super::{encrypt_to, read_certificates};
use crate::files::Place;
use crate::problem::{Code, Problem};
use crate::recipients::EncryptWishes;
use crate::view::CryptedFileView;
use crate::watched::{Opened, Watching};
use crate::{Desk, Outcome};

/// A file that is to be encrypted.
#[derive(Clone, Debug)]
pub struct FileToCrypt {
    /// Where it is.
    pub path: PathBuf,
    /// What the person calls it.
    pub name: String,
    /// Where the result goes.
    pub place: Place,
}

impl Desk {
    /// Encrypts each of the files for the holders of these certificates (files in DER or PEM), once it was
    /// asked whether one was revoked, as for one file ([`Desk::encrypt_file`]).
    ///
    /// # Errors
    /// What is wrong with the recipients, before anything is written: `certificate_unreadable`,
    /// `no_recipient`, `too_many_recipients`, `recipient_unfit`, `recipient_not_for_encryption`,
    /// `recipient_expired`, `recipient_revoked`;
    /// `too_many_files` for none. What is wrong with one file is said with it.
    pub async fn encrypt_files(
        &self,
        files: &[FileToCrypt],
        certificates: &[PathBuf],
        watching: &Watching<'_>,
    ) -> Outcome<Vec<CryptedFileView>> {
        if files.is_empty() {
            return Err(Problem::new(Code::TooManyFiles).with("count", "100"));
        }
        let wishes = EncryptWishes::default();
        let certificates = read_certificates(certificates)?;
        let (encryption, ..) = self.prepare(&certificates, wishes).await?;
        let views = files.iter().enumerate().map(|(index, file)| {
            let at = (index + 1, files.len());
            let written = watching
                .check()
                .and_then(|()| Opened::open(&file.path, &file.name))
                .and_then(|opened| encrypt_to(&file.place, &opened, &encryption, at, watching))
                .map_err(|problem| watching.problem(problem));
            let (path, problem) = match written {
                Ok(path) => (Some(path.display().to_string()), None),
                Err(problem) => (None, Some(problem.view(self.language()))),
            };
            CryptedFileView {
                name: file.name.clone(),
                path,
                is_signed: false,
                problem,
            }
        });
        Ok(views.collect())
    }
}
