//! What a file looks like: a picture, or the first page of a PDF, made small by the process of its own
//! that decodes photos too ([`crate::photo`]), since a file of a stranger is where an attack would be.
//! What comes back are bare samples of which a PNG is made anew: nobody above meets the file itself.
//!
//! What cannot be drawn, for whatever reason, has no preview; nothing depends on there being one.

pub(crate) mod drawing;

use std::io::{Read as _, Write as _};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use kabinet_cache::StoreError;
use kabinet_mrtd::portrait::Pixels;

use crate::{Desk, Outcome, attachment, child, enclosure, lock, photo};

/// The first argument of a start for this.
pub const ARGUMENT: &str = "__draw-preview";

/// How long a file may take on a computer that is busy with other things; what may be computed is
/// bounded by processor time.
const PATIENCE: Duration = Duration::from_secs(30);
/// More than any picture that is drawn has, in octets: colour and the head.
const LONGEST_ANSWER: u64 = (3 * drawing::LONGEST * drawing::LONGEST + 64) as u64;

/// One file at a time is drawn: each may need a quarter of a gibibyte.
static ALONE: Mutex<()> = Mutex::new(());

impl Desk {
    /// A file of a draft, of a letter or of something that was sent, as a data URL of a PNG; nothing
    /// for what cannot be drawn or is not here.
    ///
    /// # Errors
    /// `no_store`, `store_locked`, and what keeps the store from reading.
    pub fn preview_file(&self, hash: &str) -> Outcome<Option<String>> {
        let read = |at| {
            self.with_store(|store| match store.read_attachment(hash, at) {
                Err(StoreError::NotFound) => Ok(Vec::new()),
                other => Ok(other?),
            })
        };
        let mut octets = read(0)?;
        if !drawing::can_be_drawn(&octets) {
            return Ok(None);
        }
        while octets.len() as u64 <= attachment::LARGEST {
            let more = read(octets.len() as u64)?;
            if more.is_empty() {
                return Ok(shown(&octets));
            }
            octets.extend_from_slice(&more);
        }
        Ok(None)
    }
}

pub(crate) fn draw_enclosed() -> Option<()> {
    enclosure::enclose().ok()?;
    let mut file = Vec::new();
    let input = std::io::stdin().lock();
    input
        .take(attachment::LARGEST)
        .read_to_end(&mut file)
        .ok()?;
    let pixels = drawing::draw(file)?;
    let mut output = std::io::stdout().lock();
    pixels.write_netpbm(&mut output).ok()?;
    output.flush().ok()
}

/// The file as a data URL of a PNG; nothing when it cannot be drawn.
pub(crate) fn shown(file: &[u8]) -> Option<String> {
    if !drawing::can_be_drawn(file) {
        return None;
    }
    let program = std::env::current_exe().ok()?;
    let _alone = lock(&ALONE);
    let drawn = draw_apart(Command::new(program).arg(ARGUMENT), file, PATIENCE);
    if drawn.is_none() {
        tracing::info!("a file has no preview");
    }
    photo::data_url(&drawn?)
}

/// Hands a file to a process that draws and waits for it, as [`photo::decode_apart`] does.
pub fn draw_apart(command: &mut Command, file: &[u8], patience: Duration) -> Option<Pixels> {
    Pixels::from_netpbm(&child::answer(command, file, LONGEST_ANSWER, patience).ok()?)
}
