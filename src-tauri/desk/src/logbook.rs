//! What the program noted for whoever helps: a file in the profile's folder, at most two times
//! [`LONGEST`] octets. Nothing personal is logged in the first place; what could be personal all the
//! same, because the words of a library or of the system brought it, is blanked before it is written.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;

use crate::lock;
use crate::profile::file_problem;
use crate::view::LogLineView;
use crate::{Desk, Outcome};

/// When a file is this long, another is begun, and the one before it is thrown away.
const LONGEST: u64 = 256 * 1024;
/// What stands for what was blanked.
const BLANK: char = '█';
/// So long a word with a digit in it is a key, a token or a number of somebody's.
const TOKEN: usize = 20;
/// So many digits are a password, or the number of a document.
const DIGITS: usize = 6;

/// The file; clones write into the same.
#[derive(Clone)]
pub struct Logbook {
    file: Arc<Mutex<Book>>,
}

struct Book {
    path: PathBuf,
    /// Nothing where it cannot be written: the program goes on without.
    file: Option<File>,
    length: u64,
}

impl Logbook {
    /// Opens the file of a profile's folder.
    #[must_use]
    pub fn open(profile: &Path) -> Self {
        let path = path(profile);
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let file = file.ok();
        let length = file.as_ref().and_then(|file| file.metadata().ok());
        let length = length.map_or(0, |facts| facts.len());
        Self {
            file: Arc::new(Mutex::new(Book { path, file, length })),
        }
    }

    /// The moment that a line begins with.
    #[must_use]
    pub fn moment() -> String {
        let now = Timestamp::now();
        now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

impl Write for Logbook {
    /// One event at a time, as `tracing-subscriber` gives them.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = match text.trim_end().split_once(' ') {
            // The moment is not somebody's number.
            Some((moment, rest)) => format!("{moment} {}\n", blank(rest)),
            None => format!("{}\n", blank(text.trim_end())),
        };
        lock(&self.file).append(line.as_bytes());
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Book {
    fn append(&mut self, line: &[u8]) {
        if self.length > LONGEST {
            self.file = None;
            let _ = std::fs::rename(&self.path, older(&self.path));
            let begun = OpenOptions::new()
                .create(true)
                .append(true)
                .open(&self.path);
            (self.file, self.length) = (begun.ok(), 0);
        }
        if let Some(file) = &mut self.file
            && file.write_all(line).is_ok()
        {
            self.length += u64::try_from(line.len()).unwrap_or(0);
        }
    }
}

impl Desk {
    /// What was noted last, the newest first, at most so many lines.
    pub fn log(&self, most: usize) -> Vec<LogLineView> {
        let path = path(self.profile.dir());
        let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        let text = read(&older(&path)) + &read(&path);
        text.lines().rev().filter_map(line).take(most).collect()
    }

    /// Forgets what was noted.
    ///
    /// # Errors
    /// `read_only`.
    pub fn clear_log(&self) -> Outcome {
        let path = path(self.profile.dir());
        for path in [older(&path), path] {
            // The program may have it open: it is made empty, not removed.
            match OpenOptions::new().write(true).truncate(true).open(path) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(file_problem(&error)),
            }
        }
        Ok(())
    }
}

fn path(profile: &Path) -> PathBuf {
    profile.join("log.txt")
}

fn older(path: &Path) -> PathBuf {
    path.with_file_name("log.older.txt")
}

fn line(text: &str) -> Option<LogLineView> {
    let (at, rest) = text.split_once(' ')?;
    let (level, text) = rest.trim_start().split_once(' ')?;
    Some(LogLineView {
        at: at.to_owned(),
        level: level.to_lowercase(),
        text: text.to_owned(),
    })
}

/// The text without what could be somebody's: quoted values, places of files, queries, long numbers and
/// tokens, and whatever is not of the basic alphabet, since the program's own words are.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => quoted(rest),
            '/' | '\\' | '?' => rest.find(is_end).unwrap_or(rest.len()),
            _ if !first.is_ascii() => foreign(rest),
            _ if is_of_word(first) => {
                let length = rest.find(|one| !is_of_word(one)).unwrap_or(rest.len());
                let word = &rest[..length];
                if !is_secret(word) {
                    out.push_str(word);
                    rest = &rest[length..];
                    continue;
                }
                length
            }
            _ => {
                out.push(if first.is_control() { ' ' } else { first });
                rest = &rest[first.len_utf8()..];
                continue;
            }
        };
        if !out.ends_with(BLANK) {
            out.push(BLANK);
        }
        rest = &rest[length..];
    }
    out
}

/// Length of a quoted value with its marks; of the rest where it does not end.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, one) in text.char_indices().skip(1) {
        match one {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// Length of words of another alphabet, with what stands between them.
fn foreign(text: &str) -> usize {
    text.find(|one: char| one.is_ascii_alphanumeric() || is_end(one) && one != ' ')
        .unwrap_or(text.len())
}

fn is_end(one: char) -> bool {
    one.is_whitespace() || matches!(one, '"' | '\'' | '`' | ',' | ';' | ')' | ']' | '}' | '>')
}

fn is_of_word(one: char) -> bool {
    one.is_ascii_alphanumeric() || matches!(one, '_' | '-' | '+' | '=' | '@')
}

fn is_secret(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    digits >= DIGITS || word.len() >= TOKEN && digits > 0 || word.contains('@')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Profile;

    #[test]
    fn what_could_be_somebody_s_is_blanked() {
        for (said, kept) in [
            (
                "INFO kabinet_desk::raising: a file is not raised code=offline",
                "INFO kabinet_desk::raising: a file is not raised code=offline",
            ),
            ("number 4210587A001PB5 and 123456", "number █ and █"),
            (
                "invalid type: string \"Іваноў \\\" Іван\", expected u64",
                "invalid type: string █, expected u64",
            ),
            (
                "missing field `name` at line 3",
                "missing field `name` at line 3",
            ),
            (
                "cannot open /home/anna/Заява Іванова.pdf: denied",
                "cannot open █ █pdf: denied",
            ),
            ("C:\\Users\\Anna\\a.pdf", "C:█"),
            ("https://portal.example/a?code=xyz", "https:█"),
            ("Bearer eyJhbGciOiJFUzI1NiJ9abc.def", "Bearer █.def"),
            ("0197a1b2-aaaa-7bbb-8ccc-dddddddddddd", "█"),
            ("ann@example.by wrote", "█.by wrote"),
            (
                "status 503 after 30 s, port 35963",
                "status 503 after 30 s, port 35963",
            ),
            ("two\nlines", "two lines"),
            ("\"not ended", "█"),
        ] {
            assert_eq!(blank(said), kept, "{said}");
        }
    }

    #[test]
    fn it_is_kept_short_read_newest_first_and_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(Profile::open(dir.path()).unwrap()).unwrap();
        assert!(desk.log(10).is_empty());
        let mut book = Logbook::open(desk.profile.dir());
        let words = "x ".repeat(500);
        for count in 0..1200 {
            let line = format!("{} INFO n{count} {words}\n", Logbook::moment());
            assert_eq!(book.write(line.as_bytes()).unwrap(), line.len());
        }
        let lines = desk.log(usize::MAX);
        assert!(lines[0].text.starts_with("n1199 "));
        assert_eq!(lines[0].level, "info");
        assert!(lines.len() > 250, "{}", lines.len());
        let length = |path: &Path| path.metadata().unwrap().len();
        let path = path(desk.profile.dir());
        assert!(length(&path) + length(&older(&path)) < 2 * LONGEST + 4096);
        assert_eq!(desk.log(3).len(), 3);

        desk.clear_log().unwrap();
        assert!(desk.log(10).is_empty());
        book.write_all(b"2026-11-27T10:00:00Z WARN after\n")
            .unwrap();
        assert_eq!(desk.log(10)[0].level, "warn");
    }
}
