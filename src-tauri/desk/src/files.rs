//! Journey J10, the part of the first line: a file is signed and a signature is checked.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write as _};
use std::path::Path;

use jiff::Timestamp;
use kabinet_pki::{Reason, Validation, Verdict};
use kabinet_stb::Secret;

use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::signing::{self, CardSigner};
use crate::view::SignatureReportView;
use crate::{Desk, Outcome, signature_speech};

impl Desk {
    /// Signs a file with the card: the signature with the file inside when `attached`, else beside
    /// it. The file is read in pieces, so its size does not matter.
    ///
    /// # Errors
    /// `file_unreadable`; what the card says; what is wrong with its certificate. Nothing is left at
    /// `output` then.
    pub fn sign_file(
        &self,
        file: &Path,
        output: &Path,
        attached: bool,
        reader: Option<&str>,
        pin: Secret,
    ) -> Outcome {
        let content = File::open(file).map_err(|error| file_problem(&error))?;
        let address = self.choose_card(reader)?;
        self.usable_pin(&address)?;
        let mut signer = CardSigner::open(self, &address, pin)?;
        write_beside(output, |target| {
            let content = BufReader::new(content);
            if attached {
                kabinet_pki::sign_attached_stream(content, target, &mut signer, signing::now()?)?;
            } else {
                let cms = kabinet_pki::sign_detached(content, &mut signer, signing::now()?)?;
                target
                    .write_all(&cms)
                    .map_err(|error| file_problem(&error))?;
            }
            Ok(())
        })
    }

    /// Checks a signature against the trust anchors of the profile, or those in `trust`; now, or as
    /// it stood at another moment.
    ///
    /// # Errors
    /// `file_unreadable`, `file_not_signature`.
    pub fn verify_file(
        &self,
        file: &Path,
        content: Option<&Path>,
        trust: Option<&Path>,
        at: Option<Timestamp>,
    ) -> Outcome<SignatureReportView> {
        let open = |path: &Path| {
            File::open(path)
                .map(BufReader::new)
                .map_err(|error| file_problem(&error))
        };
        let folder = trust.map_or_else(|| self.profile.trust_dir(), Path::to_path_buf);
        let anchors = signing::anchors_in(&folder)?;
        let mut content = content.map(open).transpose()?;
        let content = content.as_mut().map(|content| content as &mut dyn Read);
        let at = at.map_or_else(signing::now, signing::time)?;
        let validation = Validation::new(&anchors, at);
        let report = kabinet_pki::verify(open(file)?, content, &validation)
            .map_err(|error| file_problem(&error))?;
        if report.verdict == Verdict::Invalid(Reason::FormatFailure) && report.signers.is_empty() {
            return Err(
                Problem::new(Code::FileNotSignature).because(report.detail.unwrap_or_default())
            );
        }
        Ok(signature_speech::view(&report, self.language()))
    }

    /// Writes the signed application, as it was sent, to a file.
    ///
    /// # Errors
    /// `application_not_found`, also for one that was sent from elsewhere; `file_unreadable`.
    pub fn save_application(&self, id: &str, output: &Path) -> Outcome {
        let id = crate::drafting::parse_id(id, Code::ApplicationNotFound)?;
        let cms = self
            .with_store(|store| Ok(store.signed_copy(id)?.ok_or(Code::ApplicationNotFound)?))?;
        write_beside(output, |target| {
            target.write_all(&cms).map_err(|error| file_problem(&error))
        })
    }
}

/// Writes beside `output` and renames, so that there is a whole file or none.
pub(crate) fn write_beside(
    output: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Outcome,
) -> Outcome {
    let mut name = output.as_os_str().to_owned();
    name.push(".part");
    let part = Path::new(&name);
    let whole = || -> Outcome {
        let mut target = BufWriter::new(File::create(part).map_err(|error| file_problem(&error))?);
        write(&mut target)?;
        let file = target
            .into_inner()
            .map_err(|error| file_problem(error.error()))?;
        file.sync_all().map_err(|error| file_problem(&error))?;
        fs::rename(part, output).map_err(|error| file_problem(&error))
    };
    whole().inspect_err(|_| {
        let _ = fs::remove_file(part);
    })
}
