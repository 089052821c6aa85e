//! Reading of the vector files and a random source with prepared octets.
#![allow(dead_code, reason = "each test file uses its part")]

use std::path::Path;

use kabinet_stb::{Random, bign::Level};
use serde_json::Value;

/// The parsed file `tests/vectors/<name>.json`.
pub(crate) fn file(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/{name}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The list `vectors` of a file; never empty.
pub(crate) fn vectors(name: &str) -> Vec<Value> {
    list(&file(name)["vectors"])
}

/// A list that is not empty.
pub(crate) fn list(value: &Value) -> Vec<Value> {
    let list = value.as_array().unwrap().clone();
    assert!(!list.is_empty());
    list
}

/// Octets of a hexadecimal string.
pub(crate) fn octets(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

/// The level named in an input.
pub(crate) fn level(value: &Value) -> Level {
    match value.as_u64().unwrap() {
        128 => Level::L128,
        192 => Level::L192,
        256 => Level::L256,
        other => panic!("level {other}"),
    }
}

/// Gives out the prepared octets, piece by piece, each of the asked length.
pub(crate) struct Prepared(Vec<Vec<u8>>);

impl Prepared {
    /// The pieces in the order of their use.
    pub(crate) fn new<const N: usize>(pieces: [Vec<u8>; N]) -> Self {
        Self(pieces.into_iter().rev().collect())
    }
}

impl Random for Prepared {
    fn fill(&mut self, octets: &mut [u8]) {
        if !octets.is_empty() {
            octets.copy_from_slice(&self.0.pop().expect("a prepared piece"));
        }
    }
}
