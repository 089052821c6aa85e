//! Files that are read while somebody watches: how far it is, and whether it shall stop.

use std::fs::{File, Metadata};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use crate::Outcome;
use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::view::FileProgressView;

/// Octets between two words on how far it is.
const WORD: u64 = 1024 * 1024;
/// Octets by which it is told what a file is.
const HEAD: u64 = 8 * 1024;

/// Who watches.
pub struct Watching<'a> {
    /// Is told how far it is.
    pub tell: &'a (dyn Fn(FileProgressView) + Sync),
    /// Stops everything as soon as it is true.
    pub stop: &'a AtomicBool,
}

impl Watching<'_> {
    /// Whether it shall stop.
    pub(crate) fn check(&self) -> Outcome {
        if self.stop.load(Ordering::SeqCst) {
            Err(Code::Cancelled.into())
        } else {
            Ok(())
        }
    }

    /// The problem that a stop is, instead of what reading made of it.
    pub(crate) fn problem(&self, problem: Problem) -> Problem {
        if self.stop.load(Ordering::SeqCst) {
            Code::Cancelled.into()
        } else {
            problem
        }
    }
}

/// A file that stays open from when the person was asked until it is signed.
pub(crate) struct Opened {
    file: File,
    pub(crate) name: String,
    pub(crate) size: u64,
    changed: Option<SystemTime>,
}

impl Opened {
    pub(crate) fn open(path: &Path, name: &str) -> Outcome<Self> {
        let file = File::open(path).map_err(|error| file_problem(&error))?;
        let metadata = file.metadata().map_err(|error| file_problem(&error))?;
        if !metadata.is_file() {
            return Err(Problem::new(Code::FileUnreadable).because("not a file"));
        }
        Ok(Self {
            name: name.to_owned(),
            size: metadata.len(),
            changed: changed(&metadata),
            file,
        })
    }

    /// What the content is, by its first octets.
    pub(crate) fn media_type(&mut self) -> Outcome<&'static str> {
        let mut head = Vec::new();
        let read = self
            .file
            .seek(SeekFrom::Start(0))
            .and_then(|_| (&self.file).take(HEAD).read_to_end(&mut head));
        read.map_err(|error| file_problem(&error))?;
        Ok(infer::get(&head).map_or("application/octet-stream", |kind| kind.mime_type()))
    }

    /// Whether it is still what the person was asked about, as far as its length and time tell.
    pub(crate) fn check(&self) -> Outcome {
        let metadata = self.file.metadata().map_err(|error| file_problem(&error))?;
        if metadata.len() == self.size && changed(&metadata) == self.changed {
            Ok(())
        } else {
            Err(Problem::new(Code::FileChanged).with("name", self.name.clone()))
        }
    }

    /// The content from its beginning, read by nobody who watches.
    pub(crate) fn whole(&self) -> Outcome<BufReader<&File>> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))
            .map_err(|error| file_problem(&error))?;
        Ok(BufReader::new(file))
    }

    /// The content from its beginning; it is read `passes` times in all.
    pub(crate) fn content<'a>(
        &'a self,
        passes: u64,
        at: (usize, usize),
        watching: &'a Watching<'a>,
    ) -> Outcome<Watched<'a, BufReader<&'a File>>> {
        Ok(Watched::new(
            self.whole()?,
            &self.name,
            self.size.saturating_mul(passes),
            at,
            watching,
        ))
    }
}

fn changed(metadata: &Metadata) -> Option<SystemTime> {
    metadata.modified().ok()
}

/// Something that is read while somebody watches.
pub(crate) struct Watched<'a, R> {
    inner: R,
    watching: &'a Watching<'a>,
    view: FileProgressView,
    said: u64,
}

impl<'a, R> Watched<'a, R> {
    /// `at` is the number of the file, from 1, and how many there are.
    pub(crate) fn new(
        inner: R,
        name: &str,
        size: u64,
        at: (usize, usize),
        watching: &'a Watching<'a>,
    ) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let view = FileProgressView {
            name: name.to_owned(),
            number: count(at.0),
            count: count(at.1),
            done: 0,
            size,
        };
        (watching.tell)(view.clone());
        Self {
            inner,
            watching,
            view,
            said: 0,
        }
    }
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.watching.stop.load(Ordering::SeqCst) {
            return Err(io::Error::other("stopped"));
        }
        let read = self.inner.read(buffer)?;
        // What is read back for the structure alone makes it no longer than the whole.
        let done = self.view.done.saturating_add(read as u64);
        self.view.done = done.min(self.view.size);
        if self.view.done >= self.said.saturating_add(WORD) || read == 0 {
            self.said = self.view.done;
            (self.watching.tell)(self.view.clone());
        }
        Ok(read)
    }
}

impl<R: Seek> Seek for Watched<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
