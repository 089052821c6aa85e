//! What an implementation that is not ours has made, for tests of what is said of it.

use std::path::Path;

/// A file of level 128 that OpenSSL made with bee2evp.
#[allow(clippy::unwrap_used)]
pub(crate) fn bee2evp(name: &str) -> Vec<u8> {
    let folder = "../pki/tests/fixtures/bee2evp/level-128";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    std::fs::read(folder.join(name)).unwrap()
}
