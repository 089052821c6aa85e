//! Signatures that last: a time stamp proves when they existed (level T), and what tells that no
//! certificate was revoked goes with them (level LT). What was signed without a network is raised when
//! the network is back: what waits in the outbox before it leaves, files as soon as it can be.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom, Write};
use std::path::Path;

use kabinet_cache::Raising;
use kabinet_pki::{RaiseError, SignatureLevel, TrustAnchors, Validation};
use kabinet_portal::{Backoff, PersonalArea, Portal as _};

use crate::files::replace;
use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::services::Asking;
use crate::view::{LevelView, RaisedView};
use crate::{Desk, Outcome};
use crate::{signing, verifying};

/// Most time stamps that are asked for one file: one a signer, and another where the authority does not
/// know the hash function of the first.
const MOST_STAMPS: usize = 2 * 16;

impl Desk {
    /// Raises the signature in a file to a level, in its place: there is the old file or the new one,
    /// whatever happens. What it has already stays.
    ///
    /// # Errors
    /// `no_time_stamping`, `service_silent`, `time_stamp_failed`, `not_lasting`, `file_not_signature`,
    /// `signature_unread`, `file_unreadable`. A file that was raised by one level keeps that.
    pub async fn raise_file(&self, file: &Path, level: LevelView) -> Outcome<RaisedView> {
        let mut asking = self.asking();
        let outcome = self.raise_in_place(file, level, &mut asking).await;
        if outcome.is_ok() {
            self.forget_raising(file);
        }
        Ok(RaisedView {
            path: file.display().to_string(),
            level: outcome?,
            asked: asking.asked(),
        })
    }

    /// As [`Desk::raise_file`], with who is asked; gives the level that is reached.
    pub(crate) async fn raise_in_place(
        &self,
        file: &Path,
        level: LevelView,
        asking: &mut Asking,
    ) -> Outcome<LevelView> {
        let _alone = self.raising.lock().await;
        let anchors = self.anchors()?;
        let open = || File::open(file).map_err(|error| file_problem(&error));
        let reached = self.level_of(&mut open()?, &anchors)?;
        if reached >= level {
            return Ok(reached);
        }
        if reached < LevelView::T {
            let mut signature = BufReader::new(open()?);
            let own = self.time_stamping().ok_or(Code::NoTimeStamping)?;
            let answers = self.stamps(&mut signature, &anchors, &own, asking).await?;
            replace(file, |target| {
                add_stamps(&mut signature, target, &answers, &self.now_with(&anchors)?)
            })?;
        }
        if level < LevelView::Lt {
            return Ok(LevelView::T);
        }
        let mut signature = BufReader::new(open()?);
        let learnt = self
            .learn(
                &mut |validation| kabinet_pki::survey(&mut signature, validation),
                &anchors,
                signing::time(self.now())?,
                asking,
            )
            .await
            .map_err(|error| file_problem(&error))?;
        let validation = learnt.validation(&anchors, signing::time(self.now())?);
        let mut signature = BufReader::new(open()?);
        replace(file, |target| {
            kabinet_pki::add_validation_data(&mut signature, target, &validation)
                .map_err(|error| not_raised(error, |never| match never {}))
        })?;
        Ok(LevelView::Lt)
    }

    /// What a pass does beside sending and fetching, now that there is a network: files that wait are
    /// raised, and it is asked what is not known of the certificates of documents.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub(crate) async fn look_after_signatures(&self) -> Outcome {
        self.raise_files(true).await?;
        self.ask_about_documents().await
    }

    /// Raises what waits in the outbox, as far as it was not offered to the portal yet. What cannot be
    /// raised leaves as it is: the portal notes itself when it came.
    pub(crate) async fn raise_outbox(&self, area: &PersonalArea) -> Outcome {
        let mut items = self.with_store(|store| Ok(store.outbox()?))?;
        items.retain(|item| !item.offered && !item.refused && !item.paused);
        if items.is_empty() {
            return Ok(());
        }
        let Some(address) = self.time_stamping_for(area).await? else {
            return Ok(());
        };
        let mut asking = self.asking();
        for item in items {
            match self.stamped(&item.cms, &address, &mut asking).await {
                Ok(Some(cms)) => {
                    self.with_store(|store| Ok(store.raise_waiting(&item, &cms)?))?;
                }
                Ok(None) => {}
                Err(problem) => {
                    tracing::info!(code = problem.code.name(), "a signature is not raised");
                    if problem.code == Code::ServiceSilent {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// Address of the authority that stamps what is sent to a portal: the person's own, else the one that
    /// the portal names. A portal that cannot say it is met again when something is sent to it, unless it
    /// asks to be left alone.
    async fn time_stamping_for(&self, area: &PersonalArea) -> Outcome<Option<String>> {
        if let Some(own) = self.time_stamping() {
            return Ok(Some(own));
        }
        match area.time_stamping().await {
            Ok(named) => Ok(named.and_then(|named| self.named_by_portal(&named))),
            Err(error) => {
                if let Some(seconds) = error.retry_after() {
                    let due = self.heed(seconds);
                    self.with_store(|store| Ok(store.postpone_outbox(due)?))?;
                    return Err(error.into());
                }
                Ok(None)
            }
        }
    }

    /// The address that the portal names, if it is one that may be called.
    fn named_by_portal(&self, named: &str) -> Option<String> {
        let address = self.check_time_stamping(named).ok().flatten();
        address.filter(|address| self.may_be_called(address))
    }

    /// The signature at the level T; nothing when it has that. What is needed to check it later is not
    /// put in: it would have to be printed too when the application is put on paper.
    async fn stamped(
        &self,
        cms: &[u8],
        authority: &str,
        asking: &mut Asking,
    ) -> Outcome<Option<Vec<u8>>> {
        let anchors = self.anchors()?;
        let mut signature = Cursor::new(cms);
        if self.level_of(&mut signature, &anchors)? >= LevelView::T {
            return Ok(None);
        }
        let answers = self
            .stamps(&mut signature, &anchors, authority, asking)
            .await?;
        let mut stamped = Vec::new();
        let validation = self.now_with(&anchors)?;
        add_stamps(&mut signature, &mut stamped, &answers, &validation)?;
        Ok(Some(stamped))
    }

    /// Raises files that wait for it and are due, or all of them `now`. What keeps one from being
    /// raised is noted; it is tried again. As long as the store cannot be written, they wait.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub async fn raise_files(&self, now: bool) -> Outcome<u32> {
        let waiting = self.with_store(|store| {
            // What was raised could not be forgotten, and would be raised without end.
            if store.is_read_only() {
                return Ok(Vec::new());
            }
            Ok(store.to_raise()?)
        })?;
        let due = waiting.into_iter().filter(|one| {
            let due = one.next_try_at <= self.now();
            now || due && self.in_vain.is_due(&one.path, self.now())
        });
        let mut raised = 0;
        let mut asking = self.asking();
        for one in due {
            let file = Path::new(&one.path);
            let level = LevelView::from_name(&one.level).unwrap_or(LevelView::T);
            match self.raise_in_place(file, level, &mut asking).await {
                Ok(_) => {
                    raised += 1;
                    self.forget_raising(file);
                }
                Err(problem) if is_lost(&problem) && !file.exists() => self.forget_raising(file),
                Err(problem)
                    if matches!(problem.code, Code::FileNotSignature | Code::SignatureUnread) =>
                {
                    self.forget_raising(file);
                }
                Err(problem) => self.not_raised_yet(&one, &problem)?,
            }
        }
        Ok(raised)
    }

    /// The files that wait to be raised, by their paths, with what kept them from it.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn files_to_raise(&self) -> Outcome<Vec<crate::view::RaisingView>> {
        let waiting = self.with_store(|store| Ok(store.to_raise()?))?;
        let view = |one: Raising| crate::view::RaisingView {
            level: LevelView::from_name(&one.level).unwrap_or(LevelView::T),
            last_problem: one.problem.as_deref().map(|kept| self.sentence(kept)),
            path: one.path,
        };
        Ok(waiting.into_iter().map(view).collect())
    }

    /// Lets a file wait; whether there is a store that remembers it.
    pub(crate) fn raise_later(&self, file: &Path, level: LevelView) -> bool {
        let Some(path) = file.to_str() else {
            return false;
        };
        let now = self.now();
        self.with_store(|store| Ok(store.raise_later(path, level.name(), now)?))
            .is_ok()
    }

    pub(crate) fn forget_raising(&self, file: &Path) {
        if let Some(path) = file.to_str() {
            // Without a store nothing waits.
            let _ = self.with_store(|store| Ok(store.raised(path)?));
        }
    }

    fn not_raised_yet(&self, one: &Raising, problem: &Problem) -> Outcome {
        tracing::info!(code = problem.code.name(), "a file is not raised");
        let chance = self.surroundings.number();
        // Also where the store cannot be written any more.
        self.in_vain.note(&one.path, self.now(), chance);
        let wait = Backoff::default().delay_with(one.tries, None, chance);
        let due = self
            .now()
            .checked_add(wait)
            .map_err(|error| Problem::new(Code::Internal).because(error))?;
        self.with_store(|store| Ok(store.raising_failed(&one.path, problem.code.name(), due)?))
    }

    /// The level that all signatures in a file have reached.
    fn level_of(
        &self,
        signature: &mut (impl Read + Seek),
        anchors: &TrustAnchors,
    ) -> Outcome<LevelView> {
        let report = kabinet_pki::survey(signature, &self.now_with(anchors)?)
            .map_err(|error| file_problem(&error))?;
        if let Some(problem) = verifying::unreadable(&report) {
            return Err(problem);
        }
        let levels = report.signers.iter().map(|signer| signer.level);
        Ok(match levels.min().flatten() {
            Some(SignatureLevel::Lt) => LevelView::Lt,
            Some(SignatureLevel::T) => LevelView::T,
            _ => LevelView::B,
        })
    }

    fn now_with<'a>(&self, anchors: &'a TrustAnchors) -> Outcome<Validation<'a>> {
        Ok(Validation::new(anchors, signing::time(self.now())?))
    }

    /// What the time-stamping authority at that address answers for each signature that has no valid time stamp.
    async fn stamps(
        &self,
        signature: &mut (impl Read + Seek),
        anchors: &TrustAnchors,
        authority: &str,
        asking: &mut Asking,
    ) -> Outcome<Stamps> {
        let mut answers = Stamps::new();
        for _ in 0..MOST_STAMPS {
            // Time passes while they come; a time stamp must not be much later than the check.
            let validation = self.now_with(anchors)?;
            let ask = |request: &[u8]| answers.get(request).cloned().ok_or(request.to_vec());
            rewound(signature)?;
            match kabinet_pki::add_time_stamps(&mut *signature, Nowhere, &validation, ask) {
                Err(RaiseError::Authority(request)) => {
                    let answer = asking.stamp(authority, request.clone()).await?;
                    answers.insert(request, answer);
                }
                Err(RaiseError::Io(error)) if error.kind() == ENOUGH => return Ok(answers),
                Ok(()) => return Ok(answers),
                Err(error) => return Err(not_raised(error, |_| Code::TimeStampFailed.into())),
            }
        }
        Err(Code::TimeStampFailed.into())
    }
}

/// Responses by their requests.
type Stamps = BTreeMap<Vec<u8>, Vec<u8>>;

/// How writing ends as soon as all time stamps are there: nothing has to be written to find that out.
const ENOUGH: std::io::ErrorKind = std::io::ErrorKind::WriteZero;

/// Takes nothing.
struct Nowhere;

impl Write for Nowhere {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(ENOUGH.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn rewound(file: &mut impl Seek) -> Outcome {
    file.seek(SeekFrom::Start(0))
        .map(|_| ())
        .map_err(|error| file_problem(&error))
}

fn add_stamps(
    signature: &mut (impl Read + Seek),
    output: impl Write,
    answers: &Stamps,
    validation: &Validation<'_>,
) -> Outcome {
    rewound(signature)?;
    let ask = |request: &[u8]| answers.get(request).cloned().ok_or(());
    kabinet_pki::add_time_stamps(signature, output, validation, ask)
        .map_err(|error| not_raised(error, |()| Code::TimeStampFailed.into()))
}

fn not_raised<E>(error: RaiseError<E>, unanswered: impl FnOnce(E) -> Problem) -> Problem {
    let cause = |code, cause: String| Problem::new(code).because(cause);
    match error {
        RaiseError::Authority(error) => unanswered(error),
        RaiseError::Response(error) => cause(Code::TimeStampFailed, error.to_string()),
        RaiseError::TimeStamp { reason, detail } => {
            cause(Code::TimeStampFailed, format!("{reason} ({detail})"))
        }
        RaiseError::Chain { reason, detail } => {
            cause(Code::NotLasting, format!("{reason} ({detail})"))
        }
        RaiseError::NoTimeStamp => cause(Code::NotLasting, "no valid time stamp".to_owned()),
        RaiseError::TooMuch => cause(Code::NotLasting, "too much to carry".to_owned()),
        RaiseError::Format(fault) => cause(Code::FileNotSignature, fault.to_owned()),
        RaiseError::Unread(fault) => cause(Code::SignatureUnread, fault.to_owned()),
        RaiseError::Io(error) => file_problem(&error),
    }
}

fn is_lost(problem: &Problem) -> bool {
    problem.code == Code::FileUnreadable
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Profile, Surroundings};

    #[test]
    fn a_portal_names_no_service_that_only_this_computer_can_see() {
        let dir = tempfile::tempdir().unwrap();
        let settings = r#"{"portal": "https://portal.example/"}"#;
        std::fs::write(dir.path().join("settings.json"), settings).unwrap();
        let profile = Profile::open(dir.path()).unwrap();
        let desk = Desk::open_in(Surroundings::default(), profile).unwrap();
        for good in ["https://portal.example/tsa", "http://stamps.example:8080/"] {
            assert_eq!(desk.named_by_portal(good).as_deref(), Some(good));
        }
        let bad = [
            "",
            "ftp://stamps.example/",
            "http://127.0.0.1:8080/tsa",
            "http://localhost/tsa",
            "http://printer.local/",
            "https://192.168.1.1/",
        ];
        for bad in bad {
            assert_eq!(desk.named_by_portal(bad), None, "{bad}");
        }
    }
}
