//! Codes in a scan or photo of a paper, read in the process of its own that decodes pictures too
//! ([`crate::photo`]): whoever hands a paper in may have made the picture for the decoder.
//!
//! It answers with the texts of the codes, each in a line.

use std::io::{Read as _, Write as _};
use std::process::Command;
use std::time::Duration;

use crate::{child, enclosure};

/// The first argument of a start for this.
pub(crate) const ARGUMENT: &str = "__read-codes";

/// How long a picture may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Most octets of a picture.
pub(crate) const LONGEST_PICTURE: u64 = 32 << 20;
/// More than the codes of several papers have.
const LONGEST_ANSWER: u64 = 256 << 10;

pub(crate) fn read_enclosed() -> Option<()> {
    enclosure::enclose().ok()?;
    let mut picture = Vec::new();
    let input = std::io::stdin().lock();
    input.take(LONGEST_PICTURE).read_to_end(&mut picture).ok()?;
    let texts = kabinet_paper::codes_in(&picture).ok()?;
    let mut output = std::io::stdout().lock();
    // The end tells a whole answer, which may be that there are none.
    output.write_all(texts.join("\n").as_bytes()).ok()?;
    output.write_all(b"\n.").ok()?;
    output.flush().ok()
}

/// The texts of the codes in a picture; `None` when it is none that can be read.
pub(crate) fn codes(picture: &[u8]) -> Option<Vec<String>> {
    let program = std::env::current_exe().ok()?;
    codes_by(Command::new(program).arg(ARGUMENT), picture)
}

fn codes_by(command: &mut Command, picture: &[u8]) -> Option<Vec<String>> {
    let answer = child::answer(command, picture, LONGEST_ANSWER, PATIENCE).ok()?;
    let texts = String::from_utf8(answer).ok()?;
    let texts = texts.strip_suffix("\n.")?;
    Some(texts.lines().map(str::to_owned).collect())
}
