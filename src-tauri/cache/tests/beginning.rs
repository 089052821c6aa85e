//! The first stores of a program, opened by many threads at one moment: SQLCipher is not yet ready
//! when SQLite already says so. Alone in its program, for that moment comes once.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::Barrier;
use std::thread;

use kabinet_cache::Store;
use kabinet_stb::Secret;

const THREADS: usize = 16;

#[test]
fn the_first_stores_open_together() {
    let folder = tempfile::tempdir().unwrap();
    let ready = Barrier::new(THREADS);
    thread::scope(|scope| {
        for number in 0..THREADS {
            let path = folder.path().join(format!("{number}.db"));
            let ready = &ready;
            scope.spawn(move || {
                let key = Secret::new(vec![5; 32]);
                ready.wait();
                Store::create(&path, &key).unwrap();
            });
        }
    });
}
