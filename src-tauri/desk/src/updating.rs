//! Journey J13: newer versions of the program. A publisher signs (minisign) a manifest that tells of a
//! version, so that nobody on the way can hide behind an old package a new number, and signs each
//! package with its number, so that nothing else is ever put in the program's place. docs/updates.md
//! says how both are made.

use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use jiff::Timestamp;
use kabinet_portal::{Options, web};
use minisign_verify::{PublicKey, Signature};
use serde::Deserialize;
use serde_json::Value;

use crate::causes::silent;
use crate::problem::{Code, Problem};
use crate::view::{ReleaseView, TextView};
use crate::{Desk, Outcome};

/// Most octets of a manifest, of its signature, and of a package.
const MANIFEST: usize = 64 * 1024;
const SIGNATURE: usize = 4 * 1024;
const PACKAGE: usize = 512 * 1024 * 1024;
/// Longest time of a package on its way.
const PATIENCE: Duration = Duration::from_secs(60 * 60);

/// Who publishes newer versions of this build: the file `updates.json` beside the program, which only
/// who installs the program can write.
#[derive(Clone, Debug, Deserialize)]
pub struct Publisher {
    /// Address of the manifest; that of its signature ends in `.sig` more.
    pub manifest: String,
    /// The public key, as Tauri's command writes it: Base64 of a minisign key with its comment.
    pub key: String,
}

/// A version that the publisher has signed for.
#[derive(Clone, Debug)]
pub struct Release {
    /// What people see of it.
    pub view: ReleaseView,
    /// The manifest, in the form that Tauri's updater reads.
    pub manifest: Value,
    /// When the publisher was asked, as RFC 3339 has it.
    pub asked: String,
}

/// What of a manifest people see. The rest is the updater's.
#[derive(Deserialize)]
struct Manifest {
    version: String,
    pub_date: Option<String>,
    /// In whichever language.
    notes: Option<String>,
    /// In the languages of the interface.
    texts: Option<TextView>,
}

impl Publisher {
    /// Reads `updates.json`.
    ///
    /// # Errors
    /// `update_unusable` when it is damaged, names no key, or an address that is not of HTTPS.
    pub fn read(octets: &[u8]) -> Outcome<Self> {
        let unusable = |reason: &str| Problem::new(Code::UpdateUnusable).because(reason);
        let publisher: Self =
            serde_json::from_slice(octets).map_err(|error| unusable(&error.to_string()))?;
        publisher.public_key().ok_or_else(|| unusable("no key"))?;
        match web::is_private(&publisher.manifest) {
            true => Ok(publisher),
            false => Err(unusable("the address is not of HTTPS")),
        }
    }

    /// Name of the computer that is asked.
    #[must_use]
    pub fn host(&self) -> String {
        web::host(&self.manifest).unwrap_or_default()
    }

    fn public_key(&self) -> Option<PublicKey> {
        PublicKey::decode(&text_of(self.key.as_bytes())?).ok()
    }

    /// What the manifest says, once its signature holds.
    fn release(&self, manifest: &[u8], signature: &[u8], asked: Timestamp) -> Outcome<Release> {
        let forged = || Problem::new(Code::UpdateForged).with("name", self.host());
        let signature = text_of(signature)
            .and_then(|text| Signature::decode(&text).ok())
            .ok_or_else(forged)?;
        let key = self.public_key().ok_or(Code::UpdateUnusable)?;
        key.verify(manifest, &signature, false)
            .map_err(|error| forged().because(error))?;
        let unusable = |error| Problem::new(Code::UpdateUnusable).because(error);
        let value: Value = serde_json::from_slice(manifest).map_err(unusable)?;
        let said = Manifest::deserialize(&value).map_err(unusable)?;
        let notes = said.notes.unwrap_or_default();
        let view = ReleaseView {
            version: said.version,
            published: said.pub_date,
            notes: said.texts.unwrap_or_else(|| TextView {
                be: notes.clone(),
                ru: notes.clone(),
                en: notes,
            }),
        };
        Ok(Release {
            view,
            manifest: value,
            asked: asked.to_string(),
        })
    }
}

impl Desk {
    /// Whether the publisher is asked once a day without the person.
    pub fn looks_for_updates(&self) -> bool {
        !self.settings().stays_with_version
    }

    /// Sets whether it is.
    ///
    /// # Errors
    /// `read_only` or `disk_full`; nothing is changed then.
    pub fn keep_looks_for_updates(&self, looks: bool) -> Outcome {
        self.keep_settings(|settings| settings.stays_with_version = !looks)
    }

    /// The version that the publisher has now, which may be older than this one.
    ///
    /// # Errors
    /// `update_silent`, `proxy_refused`, `proxy_script`; `update_forged` when the manifest is not the
    /// publisher's; `update_unusable`.
    pub async fn newest_release(&self, publisher: &Publisher) -> Outcome<Release> {
        let web = self.web_of_updates();
        let silent = |error| silent(&publisher.manifest, Code::UpdateSilent, error);
        let manifest = web.get(&publisher.manifest, MANIFEST).await;
        let manifest = manifest.map_err(silent)?;
        let address = format!("{}.sig", publisher.manifest);
        let signature = web.get(&address, SIGNATURE).await.map_err(silent)?;
        publisher.release(&manifest, &signature, self.now())
    }

    /// Fetches a package; whoever installs it checks its signature. Tells how many octets are here, of
    /// how many.
    ///
    /// # Errors
    /// `update_silent`, `proxy_refused`, `proxy_script`, `update_unusable` for an address that is not of
    /// HTTPS.
    pub async fn fetch_package(
        &self,
        address: &str,
        progress: impl FnMut(usize, Option<u64>),
    ) -> Outcome<Vec<u8>> {
        if !web::is_private(address) {
            return Err(Code::UpdateUnusable.into());
        }
        let web = self.web_of_updates();
        let fetched = web.fetch(address, PACKAGE, progress).await;
        fetched.map_err(|error| silent(address, Code::UpdateSilent, error))
    }

    fn web_of_updates(&self) -> web::Web {
        let options = Options {
            timeout: PATIENCE,
            ..self.options()
        };
        let clock = self.surroundings.clock.clone();
        web::Web::over(options, clock, self.surroundings.wire.clone())
    }
}

/// Keys and signatures are Base64 of text, as Tauri's command writes them.
fn text_of(octets: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(octets).ok()?.trim();
    String::from_utf8(Base64::decode_vec(text).ok()?).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Profile;

    /// Made with Tauri's command 2.12: `tauri signer generate`, `tauri signer sign`.
    const KEY: &str = include_str!("../tests/fixtures/updates/key.pub");
    const MANIFEST: &[u8] = include_bytes!("../tests/fixtures/updates/latest.json");
    const SIGNATURE: &[u8] = include_bytes!("../tests/fixtures/updates/latest.json.sig");
    /// The same manifest, signed by another key of the same command.
    const FOREIGN: &[u8] = include_bytes!("../tests/fixtures/updates/foreign.sig");

    fn publisher(manifest: &str) -> Outcome<Publisher> {
        let file = serde_json::json!({"manifest": manifest, "key": KEY.trim()});
        Publisher::read(file.to_string().as_bytes())
    }

    #[test]
    fn a_manifest_is_read_when_its_publisher_signed_it() {
        let publisher = publisher("https://updates.example/latest.json").unwrap();
        assert_eq!(publisher.host(), "updates.example");
        let asked = Timestamp::UNIX_EPOCH;
        let release = publisher.release(MANIFEST, SIGNATURE, asked).unwrap();
        assert_eq!(release.view.version, "0.2.0");
        assert_eq!(release.view.notes.be, "Хутчэй.");
        assert_eq!(
            release.view.published.as_deref(),
            Some("2026-11-20T00:00:00Z")
        );

        let code = |manifest: &[u8], signature: &[u8]| {
            publisher
                .release(manifest, signature, asked)
                .unwrap_err()
                .code
        };
        assert_eq!(code(MANIFEST, FOREIGN), Code::UpdateForged);
        for at in 0..MANIFEST.len() {
            let mut other = MANIFEST.to_vec();
            other[at] ^= 1;
            assert_eq!(code(&other, SIGNATURE), Code::UpdateForged, "{at}");
        }
        for signature in [&b""[..], b"AAAA", b"\xff\xfe", &SIGNATURE[..40]] {
            assert_eq!(code(MANIFEST, signature), Code::UpdateForged);
        }
    }

    #[test]
    fn a_publisher_has_a_key_and_an_address_that_nobody_can_listen_to() {
        for bad in [
            "http://updates.example/latest.json",
            "ftp://a/",
            "latest.json",
            "",
        ] {
            assert_eq!(publisher(bad).unwrap_err().code, Code::UpdateUnusable);
        }
        for bad in ["", "{}", r#"{"manifest": "https://a/", "key": "AAAA"}"#] {
            let read = Publisher::read(bad.as_bytes());
            assert_eq!(read.unwrap_err().code, Code::UpdateUnusable);
        }
    }

    #[test]
    fn the_publisher_is_asked_unless_the_person_does_not_want_it() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Desk::open(Profile::open(dir.path()).unwrap()).unwrap();
        let desk = open();
        assert!(desk.looks_for_updates());
        desk.keep_looks_for_updates(false).unwrap();
        assert!(!open().looks_for_updates());
    }
}
