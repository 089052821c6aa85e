//! Content in pieces.

use std::io::{self, Read, Write};

use kabinet_stb::belt::StreamCipher;
use zeroize::Zeroizing;

use crate::algorithm::{HashAlgorithm, Hasher};

/// Octets that are read at a time.
const PIECE: usize = 64 * 1024;

/// Hash values of one content, and its length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Digests {
    values: Vec<(HashAlgorithm, Vec<u8>)>,
    /// Octets of the content.
    pub(crate) length: u64,
}

impl Digests {
    /// The hash value by this function.
    pub(crate) fn find(&self, algorithm: HashAlgorithm) -> Option<&[u8]> {
        let mut found = self.values.iter().filter(|(one, _)| *one == algorithm);
        found.next().map(|(_, value)| &value[..])
    }

    /// Those of content that is at hand as a whole.
    pub(crate) fn of(content: &[u8], algorithm: HashAlgorithm) -> Self {
        Self {
            values: vec![(algorithm, algorithm.digest(content))],
            length: content.len() as u64,
        }
    }
}

/// Copies and hashes what is left to read.
pub(crate) fn copy(
    input: &mut (impl Read + ?Sized),
    output: &mut (impl Write + ?Sized),
    algorithms: &[HashAlgorithm],
) -> io::Result<Digests> {
    let mut hashers: Vec<_> = algorithms
        .iter()
        .map(|algorithm| (*algorithm, Hasher::new(*algorithm)))
        .collect();
    let length = pieces(input, |octets| {
        for (_, hasher) in &mut hashers {
            hasher.update(octets);
        }
        output.write_all(octets)
    })?;
    let values = hashers
        .into_iter()
        .map(|(algorithm, hasher)| (algorithm, hasher.finish()))
        .collect();
    Ok(Digests { values, length })
}

/// Copies what is left to read through a cipher; gives the number of octets.
pub(crate) fn turn_over(
    input: &mut (impl Read + ?Sized),
    output: &mut (impl Write + ?Sized),
    cipher: &mut StreamCipher,
) -> io::Result<u64> {
    pieces(input, |octets| {
        cipher.apply(octets).map_err(io::Error::other)?;
        output.write_all(octets)
    })
}

/// Reads to the end, piece by piece, in memory that is wiped; gives the number of octets.
fn pieces(
    input: &mut (impl Read + ?Sized),
    mut each: impl FnMut(&mut [u8]) -> io::Result<()>,
) -> io::Result<u64> {
    let mut piece = Zeroizing::new(vec![0; PIECE]);
    let mut length = 0;
    loop {
        let read = match input.read(&mut piece) {
            Ok(0) => return Ok(length),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        each(piece.get_mut(..read).unwrap_or_default())?;
        length += read as u64;
    }
}

/// Hashes what is left to read.
pub(crate) fn digest(
    input: &mut (impl Read + ?Sized),
    algorithms: &[HashAlgorithm],
) -> io::Result<Digests> {
    copy(input, &mut io::sink(), algorithms)
}
