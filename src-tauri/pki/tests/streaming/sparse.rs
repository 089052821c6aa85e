//! A file in memory that takes none for zeros.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom, Write};

const BLOCK: u64 = 4096;

#[derive(Default)]
pub struct SparseFile {
    /// The blocks that are not all zeros, by their number.
    blocks: BTreeMap<u64, Vec<u8>>,
    length: u64,
    position: u64,
}

impl SparseFile {
    pub fn of_zeros(length: u64) -> Self {
        Self {
            length,
            ..Self::default()
        }
    }

    pub fn len(&self) -> u64 {
        self.length
    }

    /// The number of the block at the position, the place in it, and the octets up to its end.
    fn place(&self) -> (u64, usize, usize) {
        let offset = self.position % BLOCK;
        (
            self.position / BLOCK,
            offset as usize,
            (BLOCK - offset) as usize,
        )
    }
}

impl Read for SparseFile {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        let (number, offset, left) = self.place();
        let left = (left as u64).min(self.length.saturating_sub(self.position)) as usize;
        let count = piece.len().min(left);
        match self.blocks.get(&number) {
            Some(block) => piece[..count].copy_from_slice(&block[offset..offset + count]),
            None => piece[..count].fill(0),
        }
        self.position += count as u64;
        Ok(count)
    }
}

impl Write for SparseFile {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let (number, offset, left) = self.place();
        let octets = &piece[..piece.len().min(left)];
        if octets.iter().any(|octet| *octet != 0) || self.blocks.contains_key(&number) {
            let block = self.blocks.entry(number);
            let block = block.or_insert_with(|| vec![0; BLOCK as usize]);
            block[offset..offset + octets.len()].copy_from_slice(octets);
        }
        self.position += octets.len() as u64;
        self.length = self.length.max(self.position);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for SparseFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        }
        .ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
