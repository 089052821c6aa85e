//! Journey J10: signatures in files are checked, with what authorities say now of the certificates.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use kabinet_pki::{Reason, Report, TrustAnchors, Validation};

use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::view::{SignatureReportView, VerifiedFileView};
use crate::watched::{Watched, Watching};
use crate::{Desk, Outcome, signature_speech, signing};

/// A signature that is to be checked.
#[derive(Clone, Debug)]
pub struct FileToVerify {
    /// Where it is.
    pub path: PathBuf,
    /// What the person calls it.
    pub name: String,
    /// What it is over, where that is not inside, by path and name.
    pub content: Option<(PathBuf, String)>,
}

/// How signatures are checked.
#[derive(Clone, Debug, Default)]
pub struct VerifyWishes {
    /// Folder of trust anchors, instead of the profile's.
    pub trust: Option<PathBuf>,
    /// The moment to check for, instead of now.
    pub at: Option<Timestamp>,
    /// Nobody is asked: only what is kept counts.
    pub offline: bool,
}

impl Desk {
    /// Checks signatures, each against the trust anchors. What is wrong with a file is said with it.
    ///
    /// # Errors
    /// `file_unreadable` for trust anchors that cannot be read; `cancelled`.
    pub async fn verify_files(
        &self,
        files: &[FileToVerify],
        wishes: &VerifyWishes,
        watching: &Watching<'_>,
    ) -> Outcome<Vec<VerifiedFileView>> {
        let mut views = Vec::with_capacity(files.len());
        for (index, file) in files.iter().enumerate() {
            let at = (index + 1, files.len());
            let checked = self.verify_one(file, wishes, at, watching).await;
            watching.check()?;
            let (report, problem) = match checked {
                Ok(report) => (Some(report), None),
                Err(problem) => (None, Some(problem.view(self.language()))),
            };
            views.push(VerifiedFileView {
                name: file.name.clone(),
                content: file.content.as_ref().map(|(_, name)| name.clone()),
                report,
                problem,
            });
        }
        Ok(views)
    }

    pub(crate) async fn verify_one(
        &self,
        file: &FileToVerify,
        wishes: &VerifyWishes,
        at: (usize, usize),
        watching: &Watching<'_>,
    ) -> Outcome<SignatureReportView> {
        let open = |path: &Path| File::open(path).map_err(|error| file_problem(&error));
        let anchors = match &wishes.trust {
            Some(folder) => signing::anchors_in(std::slice::from_ref(folder))?,
            None => self.anchors()?,
        };
        let moment = wishes.at.map_or_else(signing::now, signing::time)?;
        let mut signature = BufReader::new(open(&file.path)?);
        let mut survey = |validation: &kabinet_pki::Validation<'_>| {
            kabinet_pki::survey(&mut signature, validation)
        };
        let mut asking = self.asking();
        let learnt = if wishes.offline {
            self.recall(&mut survey, &anchors, moment)
        } else {
            self.learn(&mut survey, &anchors, moment, &mut asking).await
        };
        let learnt = learnt.map_err(|error| file_problem(&error))?;

        let content = file.content.as_ref();
        let beside = content.map(|(path, _)| open(path)).transpose()?;
        let whole = beside.as_ref().unwrap_or(signature.get_ref());
        let size = whole
            .metadata()
            .map_err(|error| file_problem(&error))?
            .len();
        let name = content.map_or(&file.name, |(_, name)| name);
        let report = match beside {
            Some(beside) => {
                let mut content = Watched::new(BufReader::new(beside), name, size, at, watching);
                let content: &mut dyn Read = &mut content;
                let validation = learnt.validation(&anchors, moment);
                kabinet_pki::verify(&mut signature, Some(content), &validation)
            }
            None => {
                let watched = Watched::new(&mut signature, name, size, at, watching);
                kabinet_pki::verify(watched, None, &learnt.validation(&anchors, moment))
            }
        };
        let report = report.map_err(|error| watching.problem(file_problem(&error)))?;
        if let Some(problem) = unreadable(&report) {
            return Err(problem);
        }
        let mut view = signature_speech::view(&report);
        view.asked = asking.asked();
        if let Some((_, name)) = content {
            for (signer, found) in view.signers.iter_mut().zip(&report.signers) {
                // A file that is another one is not what was signed, even where that is at hand.
                let is_other = found.verdict.reason() == Some(Reason::HashFailure);
                if let Some(signed) = signer.content.as_mut().filter(|_| !is_other) {
                    signed.name = Some(name.clone());
                }
            }
        }
        Ok(view)
    }
}

/// Why there is nothing to say of any signer: the file is no signature, or none that is read here.
pub(crate) fn unreadable(report: &Report) -> Option<Problem> {
    if !report.signers.is_empty() {
        return None;
    }
    let code = match report.verdict.reason() {
        Some(Reason::FormatNotRead) => Code::SignatureUnread,
        _ => Code::FileNotSignature,
    };
    Some(Problem::new(code).because(report.detail.unwrap_or_default()))
}

/// What a signature that stands beside its file is over, by the name: `a` of `a.p7s` and of
/// `a (2).p7s`.
#[must_use]
pub fn content_name(signature: &str) -> Option<&str> {
    let stem = signature.strip_suffix(".p7s")?;
    let unnumbered = stem.strip_suffix(')').and_then(|rest| {
        let (name, number) = rest.rsplit_once(" (")?;
        let is_number = !number.is_empty() && number.bytes().all(|octet| octet.is_ascii_digit());
        is_number.then_some(name)
    });
    Some(unnumbered.unwrap_or(stem)).filter(|name| !name.is_empty())
}

/// The file beside a signature that it is over, by the name; where two may be meant, `a (2)` and `a` of
/// `a (2).p7s`, as [`content_among`].
#[must_use]
pub fn content_beside(signature: &Path) -> Option<PathBuf> {
    let name = signature.file_name()?.to_str()?;
    let exact = name
        .strip_suffix(".p7s")
        .map(|stem| signature.with_file_name(stem));
    let other = content_name(name).map(|name| signature.with_file_name(name));
    let mut named: Vec<_> = exact.into_iter().chain(other).collect();
    named.retain(|path| path.is_file());
    named.dedup();
    content_among(signature, named, PathBuf::as_path)
}

/// Of several files that a signature may be over by their names, the first whose hash value is the
/// signed one; the first of all where that is none's, or cannot be told. One alone is not read.
#[must_use]
pub fn content_among<T>(
    signature: &Path,
    candidates: Vec<T>,
    path: impl Fn(&T) -> &Path,
) -> Option<T> {
    let is_signed = |one: &T| is_over(signature, path(one)).unwrap_or_default();
    let place = match &candidates[..] {
        [_, _, ..] => candidates.iter().position(is_signed).unwrap_or_default(),
        _ => 0,
    };
    candidates.into_iter().nth(place)
}

/// Whether every signer of a signature signed the content of that file, whoever they are.
fn is_over(signature: &Path, content: &Path) -> std::io::Result<bool> {
    let nobody = TrustAnchors::default();
    let validation = match signing::now() {
        Ok(now) => Validation::new(&nobody, now),
        Err(_) => return Ok(false),
    };
    let mut content = BufReader::new(File::open(content)?);
    let content: &mut dyn Read = &mut content;
    let signature = BufReader::new(File::open(signature)?);
    let report = kabinet_pki::verify(signature, Some(content), &validation)?;
    // The length is known of content with the signed hash value only.
    let is_at_hand = |signer: &kabinet_pki::SignerReport| {
        let signed = signer.content.as_ref();
        signed.is_some_and(|signed| signed.length.is_some())
    };
    Ok(!report.signers.is_empty() && report.signers.iter().all(is_at_hand))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use kabinet_pki::Time;

    use super::*;
    use crate::fixtures::bee2evp;

    #[test]
    fn of_two_files_by_the_name_the_signed_one_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let signed = bee2evp("../../signed.txt");
        fs::write(at("a (2).p7s"), bee2evp("detached.p7s")).unwrap();
        let signature = at("a (2).p7s");
        assert_eq!(content_beside(&signature), None);
        fs::write(at("a (2)"), b"another").unwrap();
        // Alone it is taken by its name, and the check tells that it is another.
        assert_eq!(content_beside(&signature), Some(at("a (2)")));
        fs::write(at("a"), &signed).unwrap();
        assert_eq!(content_beside(&signature), Some(at("a")));
        fs::write(at("a (2)"), &signed).unwrap();
        assert_eq!(content_beside(&signature), Some(at("a (2)")));
        // In either order.
        fs::write(at("a"), b"another").unwrap();
        assert_eq!(content_beside(&signature), Some(at("a (2)")));
        // Where neither is it, the nearest name stays.
        fs::write(at("a (2)"), b"another, too").unwrap();
        assert_eq!(content_beside(&signature), Some(at("a (2)")));
    }

    #[test]
    fn what_is_not_read_is_not_called_nothing() {
        let anchors = TrustAnchors::default();
        let at = Time::new(2026, 11, 27, 9, 36, 0).unwrap();
        let code = |octets: &[u8]| {
            let validation = Validation::new(&anchors, at);
            let report = kabinet_pki::verify(std::io::Cursor::new(octets), None, &validation);
            unreadable(&report.unwrap()).map(|problem| problem.code)
        };
        let good = bee2evp("attached.p7s");
        assert_eq!(code(&good), None);
        assert_eq!(good[..2], [0x30, 0x82]);
        let open = [&[0x30, 0x80], &good[4..], &[0, 0]].concat();
        assert_eq!(code(&open), Some(Code::SignatureUnread));
        assert_eq!(code(b"text"), Some(Code::FileNotSignature));
        assert_eq!(code(&good[..good.len() - 1]), Some(Code::FileNotSignature));
    }

    #[test]
    fn a_signature_beside_a_file_is_known_by_its_name() {
        for (signature, content) in [
            ("a.pdf.p7s", Some("a.pdf")),
            ("a.pdf (12).p7s", Some("a.pdf")),
            ("a (b).p7s", Some("a (b)")),
            ("a ().p7s", Some("a ()")),
            (".p7s", None),
            ("a.pdf.p7m", None),
        ] {
            assert_eq!(content_name(signature), content, "{signature}");
        }
    }
}
