//! Pictures from a card: decoded in a process of its own that may do nothing else
//! ([`crate::enclosure`]), since a picture is what an attacker would write a card or a file for.
//!
//! The process is this same program, started with [`ARGUMENT`]; both programs ask [`decoder`] at the
//! very start of `main`. It gets the picture on standard input and answers with bare samples
//! ([`Pixels`]) on standard output, so that what comes back needs no decoder.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::process::{Command, ExitCode};
use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use kabinet_mrtd::portrait::{self, Pixels};

use crate::{child, enclosure, preview, proxy_script, scan};

/// The first argument of a start as decoder.
pub const ARGUMENT: &str = "__decode-photo";

/// How long a picture may take on a computer that is busy with other things. Photos of documents take a
/// tenth of a second, and what may be computed is bounded by processor time.
const PATIENCE: Duration = Duration::from_secs(20);
/// More than any picture on a card has, in octets.
const LONGEST_PICTURE: u64 = 1 << 20;
/// 4096 by 4096 pixels in colour and their head.
const LONGEST_ANSWER: u64 = 3 * 4096 * 4096 + 64;

/// Decodes the picture on standard input when the program was started for that, or reads the codes in
/// it ([`crate::scan`]), or draws the file there ([`preview`]), or runs the script ([`crate::proxy_script`]); `None` when it was started
/// for something else. Nothing may come before it in `main`.
pub fn decoder(mut arguments: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    let argument = arguments.nth(1)?;
    let done = if argument == ARGUMENT {
        decode_enclosed()
    } else if argument == scan::ARGUMENT {
        scan::read_enclosed()
    } else if argument == preview::ARGUMENT {
        preview::draw_enclosed()
    } else if argument == proxy_script::ARGUMENT {
        proxy_script::run_enclosed()
    } else {
        return None;
    };
    Some(match done {
        Some(()) => ExitCode::SUCCESS,
        None => ExitCode::FAILURE,
    })
}

fn decode_enclosed() -> Option<()> {
    enclosure::enclose().ok()?;
    let mut picture = Vec::new();
    let input = std::io::stdin().lock();
    input.take(LONGEST_PICTURE).read_to_end(&mut picture).ok()?;
    let pixels = portrait::decode(&picture).ok()?;
    let mut output = std::io::stdout().lock();
    pixels.write_netpbm(&mut output).ok()?;
    output.flush().ok()
}

/// The picture as a data URL of a PNG; nothing when it cannot be decoded.
pub(crate) fn shown(picture: &[u8]) -> Option<String> {
    let program = std::env::current_exe().ok()?;
    let decoded = decode_apart(Command::new(program).arg(ARGUMENT), picture, PATIENCE);
    if decoded.is_none() {
        tracing::warn!("a picture was not decoded");
    }
    data_url(&decoded?)
}

/// A decoded picture as a data URL of a PNG.
pub(crate) fn data_url(pixels: &Pixels) -> Option<String> {
    let png = pixels.to_png()?;
    Some(format!(
        "data:image/png;base64,{}",
        Base64::encode_string(&png)
    ))
}

/// Hands a picture to a process that decodes and waits for it. However the process ends, nothing of
/// it stays, and what it answered is taken only when it is exactly a picture.
pub fn decode_apart(command: &mut Command, picture: &[u8], patience: Duration) -> Option<Pixels> {
    Pixels::from_netpbm(&child::answer(command, picture, LONGEST_ANSWER, patience).ok()?)
}
