//! What a running process has in its memory: everything that a core dump of it would hold.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};

use memchr::memmem;

use crate::Outcome;

/// Octets of a page.
const PAGE: usize = 4096;
/// Pages looked at together.
const PAGES: usize = 256;

/// How often each of `needles` stands in the memory of a process.
///
/// # Errors
/// When the process cannot be looked into.
pub fn count(process: u32, needles: &[&[u8]]) -> Outcome<Vec<usize>> {
    let fail = |error: std::io::Error| format!("memory of process {process}: {error}");
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).map_err(fail)?;
    let mut memory = Memory {
        octets: File::open(format!("/proc/{process}/mem")).map_err(fail)?,
        pages: File::open(format!("/proc/{process}/pagemap")).map_err(fail)?,
    };
    let longest = needles.iter().map(|needle| needle.len()).max().unwrap_or(1);
    let mut counts = vec![0; needles.len()];
    let mut looked_at = 0;
    for (start, end) in maps.lines().filter_map(readable) {
        let mut piece = Vec::new();
        let mut at = start;
        while at < end {
            let pages = ((end - at) / PAGE as u64).min(PAGES as u64);
            // What the last piece ended with: a needle may lie across.
            let kept = piece.len().min(longest - 1);
            piece.drain(..piece.len() - kept);
            if let Some(octets) = memory.read(at, pages as usize) {
                piece.extend_from_slice(&octets);
                for (count, needle) in counts.iter_mut().zip(needles) {
                    let found = memmem::find_iter(&piece, needle);
                    // What ends within the kept part was counted with the piece before.
                    *count += found.filter(|place| place + needle.len() > kept).count();
                }
                looked_at += octets.len();
            } else {
                piece.clear();
            }
            at += pages * PAGE as u64;
        }
    }
    if looked_at == 0 {
        return Err(format!("nothing of process {process} could be read"));
    }
    Ok(counts)
}

struct Memory {
    octets: File,
    pages: File,
}

impl Memory {
    /// Pages from an address on; zeros for those that are not there. `None` when none is there.
    fn read(&mut self, address: u64, pages: usize) -> Option<Vec<u8>> {
        let mut entries = vec![0; pages * 8];
        self.pages
            .seek(SeekFrom::Start(address / PAGE as u64 * 8))
            .ok()?;
        self.pages.read_exact(&mut entries).ok()?;
        let mut octets = vec![0; pages * PAGE];
        let mut some = false;
        for ((entry, page), number) in entries
            .chunks_exact(8)
            .zip(octets.chunks_exact_mut(PAGE))
            .zip(0_u64..)
        {
            // Bits 63 and 62: in memory, swapped out (proc_pid_pagemap(5)).
            if entry[7] & 0xC0 == 0 {
                continue;
            }
            let place = SeekFrom::Start(address + number * PAGE as u64);
            // Pages of a device cannot be read this way.
            if self.octets.seek(place).is_ok() && self.octets.read_exact(page).is_ok() {
                some = true;
            }
        }
        some.then_some(octets)
    }
}

/// The process and all that it started, as far as they still run.
#[must_use]
pub fn family(process: u32) -> Vec<u32> {
    let mut found = vec![process];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        let tasks = fs::read_dir(format!("/proc/{parent}/task"));
        for task in tasks.into_iter().flatten().flatten() {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            found.extend(
                children
                    .split_whitespace()
                    .filter_map(|id| id.parse::<u32>().ok()),
            );
        }
        next += 1;
    }
    found
}

/// The name of a process, as its program file is called.
#[must_use]
pub fn name(process: u32) -> String {
    let link = fs::read_link(format!("/proc/{process}/exe"));
    link.ok()
        .and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .unwrap_or_default()
}

/// Start and end of a readable line of `maps`.
fn readable(line: &str) -> Option<(u64, u64)> {
    let mut words = line.split_whitespace();
    let (range, rights) = (words.next()?, words.next()?);
    let (start, end) = range.split_once('-')?;
    let hex = |text| u64::from_str_radix(text, 16).ok();
    rights.starts_with('r').then_some((hex(start)?, hex(end)?))
}
