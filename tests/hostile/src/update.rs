//! Newer versions of the program: what tells of them, and who publishes them.

use std::io::Cursor;
use std::sync::{Arc, LazyLock, Mutex};

use base64ct::{Base64, Encoding as _};
use kabinet_desk::{Code, Desk, Profile, Publisher, Surroundings};
use minisign::KeyPair;
use serde_json::json;

use crate::wire::{RUNTIME, Says};

/// A manifest and its signature.
static PUBLISHED: Mutex<(Vec<u8>, Vec<u8>)> = Mutex::new((Vec::new(), Vec::new()));

static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate_unencrypted_keypair().unwrap());

static DESK: LazyLock<Desk> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap().keep();
    let surroundings = Surroundings {
        wire: Some(Arc::new(Says(|request: &reqwest::Request| {
            let (manifest, signature) = PUBLISHED.lock().unwrap().clone();
            let is_signature = request.url().path().ends_with(".sig");
            Some((200, if is_signature { signature } else { manifest }))
        }))),
        ..Surroundings::default()
    };
    Desk::open_in(surroundings, Profile::open(&folder).unwrap()).unwrap()
});

/// As Tauri's command writes keys and signatures.
fn packed(text: &str) -> String {
    Base64::encode_string(text.as_bytes())
}

fn publisher() -> Publisher {
    let key = packed(&KEY.pk.to_box().unwrap().to_string());
    let file = json!({"manifest": "https://updates.example/latest.json", "key": key});
    Publisher::read(file.to_string().as_bytes()).unwrap()
}

fn signature(octets: &[u8]) -> String {
    let signed = minisign::sign(None, &KEY.sk, Cursor::new(octets), Some("of tests"), None);
    packed(&signed.unwrap().to_string())
}

/// A letter: a manifest that the publisher signed, a signature over another one, or who publishes.
pub(crate) fn update(octets: &[u8]) {
    let [what, octets @ ..] = octets else {
        return;
    };
    match what % 3 {
        0 => {
            *PUBLISHED.lock().unwrap() = (octets.to_vec(), signature(octets).into_bytes());
            match RUNTIME.block_on(DESK.newest_release(&publisher())) {
                Ok(release) => assert!(release.manifest.is_object()),
                Err(problem) => assert_ne!(problem.code, Code::UpdateForged),
            }
        }
        1 => {
            *PUBLISHED.lock().unwrap() = (b"{\"version\":\"9.0.0\"}".to_vec(), octets.to_vec());
            let found = RUNTIME.block_on(DESK.newest_release(&publisher()));
            assert!(found.is_err());
        }
        _ => {
            if let Ok(publisher) = Publisher::read(octets) {
                assert!(
                    publisher
                        .manifest
                        .trim_start()
                        .to_lowercase()
                        .starts_with("https:")
                );
                assert!(!publisher.host().is_empty());
            }
        }
    }
}
