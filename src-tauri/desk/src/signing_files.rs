//! Journey J10: files are signed with the card, several with one PIN, each by a signature of its own.
//!
//! The trusted prompt lists the files; they stay open from then on, and one that is another by length
//! or time when it is its turn is not signed. The PIN is confirmed once for as many signatures as there
//! are files, and no more (STB 34.101.79, clause 12.2.8).

use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use kabinet_pki::Signer as _;
use kabinet_stb::Secret;
use kabinet_token::ReaderAddress;

use crate::files::{Place, write_new};
use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::signing::{self, CardSigner};
use crate::verifying::{FileToVerify, VerifyWishes};
use crate::view::{
    AskedView, FileView, FilesPromptView, LevelView, ProblemView, PromptView, SignedBeforeView,
    SignedFileView,
};
use crate::visible::visible;
use crate::watched::{Opened, Watching};
use crate::{Desk, Outcome, keys};

/// Most files at a time: a person should be able to look at the list.
const MOST: usize = 100;

/// A file that is to be signed.
#[derive(Clone, Debug)]
pub struct FileToSign {
    /// Where it is.
    pub path: PathBuf,
    /// What the person calls it.
    pub name: String,
    /// Where the signature goes.
    pub place: Place,
    /// The content of a signature that stands beside it, where a signature is added to that.
    pub content: Option<PathBuf>,
}

/// How files are signed.
#[derive(Clone, Copy, Debug)]
pub struct SignWishes {
    /// Whether the files go into the signatures.
    pub attached: bool,
    /// Whether the files are signatures to which others are added.
    pub added: bool,
    /// The level.
    pub level: LevelView,
    /// The level of the key that signs, in bits: 128, 192 or 256.
    pub key_level: u16,
}

/// Files that wait for the person's PIN.
pub struct FileSigning {
    jobs: Option<Vec<Job>>,
    wishes: SignWishes,
    key: u8,
    address: ReaderAddress,
    prompt: PromptView,
}

struct Job {
    file: FileToSign,
    opened: Opened,
    /// What the others signed beside the signature, where one is added to theirs.
    content: Option<Opened>,
}

impl Job {
    fn open(file: FileToSign) -> Outcome<Self> {
        let opened = Opened::open(&file.path, &file.name)?;
        let content = file.content.as_deref().map(|path| {
            let name = path.file_name().unwrap_or_default();
            Opened::open(path, &name.to_string_lossy())
        });
        Ok(Self {
            content: content.transpose()?,
            opened,
            file,
        })
    }

    /// Whether everything is still what the person was asked about.
    fn check(&self) -> Outcome {
        self.opened.check()?;
        self.content.as_ref().map_or(Ok(()), Opened::check)
    }
}

impl FileSigning {
    /// What is signed; what the trusted prompt shows.
    #[must_use]
    pub fn prompt(&self) -> &PromptView {
        &self.prompt
    }

    /// The files as the person is asked about them.
    #[must_use]
    pub fn files(&self) -> &[FileView] {
        match &self.prompt {
            PromptView::SignFiles { files, .. } => &files.files,
            _ => &[],
        }
    }
}

impl Desk {
    /// Opens the files and looks at the card. Signatures to which others are added are checked first, by
    /// what is known here, so that nobody signs beside what is forged without knowing it.
    ///
    /// # Errors
    /// `usage` for a level that no key has, `file_unreadable`, `too_many_files`, `no_time_stamping`,
    /// `file_not_signature`, `cancelled`, and what is in the way of card or PIN.
    pub async fn begin_sign_files(
        &self,
        files: Vec<FileToSign>,
        wishes: SignWishes,
        reader: Option<&str>,
        watching: &Watching<'_>,
    ) -> Outcome<FileSigning> {
        let (key, _) = keys::place(wishes.key_level)?;
        if files.is_empty() || files.len() > MOST {
            return Err(Problem::new(Code::TooManyFiles).with("count", MOST.to_string()));
        }
        if wishes.level > LevelView::B && self.time_stamping().is_none() {
            return Err(Code::NoTimeStamping.into());
        }
        let mut jobs = Vec::with_capacity(files.len());
        let mut views = Vec::with_capacity(files.len());
        let count = files.len();
        for (index, file) in files.into_iter().enumerate() {
            let mut job = Job::open(file)?;
            let signed = match wishes.added {
                true => Some(
                    self.signed_before(&job.file, (index + 1, count), watching)
                        .await?,
                ),
                false => None,
            };
            views.push(FileView {
                name: visible(&job.file.name),
                size: job.opened.size,
                media_type: job.opened.media_type()?.to_owned(),
                signed,
            });
            jobs.push(job);
        }
        let address = self.choose_card(reader)?;
        let prompt = PromptView::SignFiles {
            files: FilesPromptView {
                files: views,
                attached: wishes.attached,
                added: wishes.added,
                level: wishes.level,
            },
            pin: self.usable_pin(&address)?,
        };
        Ok(FileSigning {
            jobs: Some(jobs),
            wishes,
            key,
            address,
            prompt,
        })
    }

    /// How a signature stands, by what is known here.
    async fn signed_before(
        &self,
        file: &FileToSign,
        at: (usize, usize),
        watching: &Watching<'_>,
    ) -> Outcome<SignedBeforeView> {
        let content = file.content.clone();
        let signature = FileToVerify {
            path: file.path.clone(),
            name: file.name.clone(),
            content: content.map(|path| (path, file.name.clone())),
        };
        let wishes = VerifyWishes {
            offline: true,
            ..VerifyWishes::default()
        };
        let report = self.verify_one(&signature, &wishes, at, watching).await?;
        Ok(SignedBeforeView {
            verdict: report.verdict,
            sentence: report.sentence,
        })
    }

    /// Signs the files with the card, and raises the signatures where another level is wanted. A
    /// signature that cannot be raised now stays, and waits for it in the person's store.
    ///
    /// # Errors
    /// What the card says, and what is wrong with its certificate, before anything is signed;
    /// `cancelled` when this was used before. What is wrong with one file is said with it.
    pub async fn finish_sign_files(
        &self,
        signing: &mut FileSigning,
        pin: Secret,
        watching: &Watching<'_>,
    ) -> Outcome<(Vec<SignedFileView>, Vec<AskedView>)> {
        let jobs = signing.jobs.take().ok_or(Code::Cancelled)?;
        let count = u8::try_from(jobs.len()).map_err(|_| Code::TooManyFiles)?;
        let mut signer = CardSigner::open_for(&signing.address, &pin, signing.key, count)?;
        self.remember_read(signing.key, signer.certificate());
        let wishes = signing.wishes;
        let mut signed = Vec::with_capacity(jobs.len());
        for (index, job) in jobs.iter().enumerate() {
            let at = (index + 1, jobs.len());
            let outcome = watching
                .check()
                .and_then(|()| self.sign_one(job, wishes, &mut signer, at, watching))
                .map_err(|problem| watching.problem(problem));
            signed.push((job, outcome));
        }
        drop(signer);
        let mut asking = self.asking();
        let mut views = Vec::with_capacity(signed.len());
        for (job, outcome) in signed {
            views.push(match outcome {
                Ok(path) => {
                    let (level, waiting, problem) =
                        self.reach(&path, wishes.level, &mut asking).await;
                    SignedFileView {
                        name: job.file.name.clone(),
                        path: Some(path.display().to_string()),
                        level: Some(level),
                        waiting,
                        problem,
                    }
                }
                Err(problem) => SignedFileView {
                    name: job.file.name.clone(),
                    path: None,
                    level: None,
                    waiting: false,
                    problem: Some(problem.view(self.language())),
                },
            });
        }
        Ok((views, asking.asked()))
    }

    fn sign_one(
        &self,
        job: &Job,
        wishes: SignWishes,
        signer: &mut CardSigner,
        at: (usize, usize),
        watching: &Watching<'_>,
    ) -> Outcome<PathBuf> {
        job.check()?;
        let now = signing::time(self.now())?;
        let twice = wishes.attached || wishes.added;
        write_new(&job.file.place, |target| {
            let content = job
                .opened
                .content(if twice { 2 } else { 1 }, at, watching)?;
            if wishes.added {
                let mut beside = job.content.as_ref().map(Opened::whole).transpose()?;
                let beside = beside.as_mut().map(|file| file as &mut dyn Read);
                kabinet_pki::add_signature(content, beside, target, signer, now)?;
            } else if wishes.attached {
                kabinet_pki::sign_attached_stream(content, target, signer, now)?;
            } else {
                let cms = kabinet_pki::sign_detached(content, signer, now)?;
                target
                    .write_all(&cms)
                    .map_err(|error| file_problem(&error))?;
            }
            job.check()
        })
    }

    /// Raises a fresh signature as far as that can be done now: the level that it has, whether it waits
    /// for the other one, and why it has not got it.
    async fn reach(
        &self,
        path: &Path,
        level: LevelView,
        asking: &mut crate::services::Asking,
    ) -> (LevelView, bool, Option<ProblemView>) {
        if level == LevelView::B {
            return (LevelView::B, false, None);
        }
        // Kept before it is tried: a power cut in the middle only lets it wait.
        let waiting = self.raise_later(path, level);
        match self.raise_in_place(path, level, asking).await {
            Ok(reached) => {
                self.forget_raising(path);
                (reached, false, None)
            }
            Err(problem) => {
                tracing::info!(code = problem.code.name(), "{problem}");
                let reached = if problem.code == Code::NotLasting {
                    LevelView::T
                } else {
                    LevelView::B
                };
                (reached, waiting, Some(problem.view(self.language())))
            }
        }
    }
}

/// Where the signature of a file goes unless somebody says otherwise: into that folder, or beside it.
#[must_use]
pub fn place_beside(file: &Path, folder: Option<&Path>, name: &str, wishes: SignWishes) -> Place {
    let folder = folder.unwrap_or_else(|| crate::new_file::folder_of(file));
    let name = if wishes.added {
        name.to_owned()
    } else {
        format!("{name}{}", if wishes.attached { ".p7m" } else { ".p7s" })
    };
    Place::Folder(folder.to_path_buf(), name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// What is signed beside a signature is the file that was there when the person was asked.
    #[test]
    fn content_that_changes_after_the_question_is_not_signed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("a.p7s"), b"signature").unwrap();
        std::fs::write(path("a"), b"What was shown.").unwrap();
        let job = Job::open(FileToSign {
            path: path("a.p7s"),
            name: "a.p7s".to_owned(),
            place: Place::Folder(folder.path().to_path_buf(), "a.p7s".to_owned()),
            content: Some(path("a")),
        })
        .unwrap();
        job.check().unwrap();

        // Another one in its place is another file; this one stays.
        std::fs::write(path("b"), b"Something else.").unwrap();
        std::fs::rename(path("b"), path("a")).unwrap();
        job.check().unwrap();
        let mut octets = Vec::new();
        let mut content = job.content.as_ref().unwrap().whole().unwrap();
        content.read_to_end(&mut octets).unwrap();
        assert_eq!(octets, b"What was shown.");

        let job = Job::open(job.file).unwrap();
        std::fs::write(path("a"), b"Longer than before.").unwrap();
        assert_eq!(job.check().unwrap_err().code, Code::FileChanged);
    }

    #[test]
    fn the_most_files_fit_into_what_the_card_counts() {
        assert!(u8::try_from(MOST).is_ok());
    }
}
