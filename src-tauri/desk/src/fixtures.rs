//! What an implementation that is not ours has made, for tests of what is said of it.

use std::path::Path;

/// A file of level 128 that OpenSSL made with bee2evp.
pub(crate) fn bee2evp(name: &str) -> Vec<u8> {
    read("level-128", name)
}

/// One of those whose keys are there too.
pub(crate) fn known_key(name: &str) -> Vec<u8> {
    read("keys-128", name)
}

#[allow(clippy::unwrap_used)]
fn read(folder: &str, name: &str) -> Vec<u8> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pki/tests/fixtures/bee2evp");
    std::fs::read(all.join(folder).join(name)).unwrap()
}
