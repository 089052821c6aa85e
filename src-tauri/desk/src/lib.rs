//! The use cases of Kabinet, one module a journey. Shell and command line call these and nothing
//! below; errors leave as [`Problem`]s, answers as the types of [`view`].

mod additional;
mod applying;
mod arrivals;
mod attaching;
mod attachment;
mod cards;
mod carrying;
mod catalogue;
mod causes;
mod child;
mod decipher;
mod doctor;
mod draft_files;
mod drafting;
mod encrypting;
mod enrolling;
mod exporting;
mod field_speech;
mod files;
#[cfg(test)]
mod fixtures;
mod following;
mod forgetting;
mod handing_over;
mod heeding;
mod holders;
mod in_vain;
mod issued;
mod issuers;
mod keys;
mod leaving;
mod listening;
mod locking;
mod logbook;
mod new_file;
mod noticing;
mod outside;
mod paper;
mod persons;
mod pins;
mod portal;
mod prefilling;
mod prompt_sign;
mod proxying;
mod raising;
mod recipients;
mod repairing;
mod retaining;
mod revocation;
mod running;
mod scan;
mod searching;
mod sent;
mod service;
mod services;
mod sharing;
mod signature_speech;
mod signing;
mod signing_files;
mod signing_in;
mod speech;
mod storing;
mod surroundings;
mod syncing;
mod travel;
mod updating;
mod uploading;
mod usb;
mod verifying;
mod visible;
mod waiting;
mod watched;
mod writing;

pub mod enclosure;
pub mod photo;
pub mod preview;
pub mod problem;
pub mod profile;
pub mod proxy_script;
pub mod view;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use applying::Signing;
pub use cards::Watch;
pub use encrypting::{Decrypting, FileToCrypt, OwnCertificate, decrypted_name, encrypted_name};
pub use enrolling::{Ending, Enrolling, KeyWish};
pub use files::Place;
pub use handing_over::HandOver;
pub use kabinet_pki::RevocationReason;
pub use kabinet_stb::Secret;
pub use keys::KeyChange;
pub use listening::{CATALOGUE_SPREAD, PortalWatch};
pub use locking::card_left;
pub use logbook::Logbook;
pub use outside::PREFIX as OUTSIDE_PREFIX;
pub use problem::{Code, Problem};
pub use profile::{Profile, Settings};
pub use proxying::ProxySettings;
pub use recipients::EncryptWishes;
pub use signature_speech::{checked_at, note as signature_note, signed_by, signed_content};
pub use signing::KEY_LEVEL;
pub use signing_files::{FileSigning, FileToSign, SignWishes, place_beside};
pub use signing_in::SignIn;
pub use speech::text;
pub use storing::Passphrases;
pub use surroundings::Surroundings;
pub use travel::DocumentKey;
pub use updating::{Publisher, Release};
pub use verifying::{FileToVerify, VerifyWishes, content_among, content_beside, content_name};
pub use watched::Watching;
pub use writing::LetterSigning;

use storing::SharedArea;
use view::{AppearanceView, Language, SettingsView};

/// Sizes of text that a window can have, in percent: between them nothing is cut off.
const SIZES: std::ops::RangeInclusive<u16> = 75..=200;

/// Answer of a use case.
pub type Outcome<T = ()> = Result<T, Problem>;

/// The use cases, over one profile. Shared by reference between all callers of one program.
pub struct Desk {
    profile: Profile,
    surroundings: Surroundings,
    settings: Mutex<Settings>,
    /// The person's store, once it is open.
    area: SharedArea,
    /// Held while it is looked whose another store is, and while one is opened or removed.
    looking: Mutex<()>,
    /// The person's area at the portal, once it was used.
    online: Mutex<Option<Arc<kabinet_portal::PersonalArea>>>,
    /// Which portals are to be left alone.
    waits: heeding::Waits,
    /// Documents and time stamps that were asked for and did not come.
    in_vain: in_vain::InVain,
    /// Wakes whoever shows that the portal ended the session.
    session_end: Arc<tokio::sync::Notify>,
    /// One pass of synchronisation at a time, so that nothing is sent twice side by side.
    passing: tokio::sync::Mutex<()>,
    /// Held by whoever signs with a card for the store, until it is in there.
    signing: tokio::sync::RwLock<()>,
    /// Who wants to close the store does not wait for a pass.
    leaving: leaving::Leaving,
    /// Whether the store stays closed until the person asks for it, although its key is at hand.
    held: std::sync::atomic::AtomicBool,
    /// How often the store was closed, or somebody asked for it: a sign-in that began before does not
    /// open it.
    lockings: std::sync::atomic::AtomicU64,
    /// Held while folders outside are remembered or removed.
    outside: Mutex<()>,
    /// The file that is being handed over.
    receiving: Mutex<Option<attaching::Receiving>>,
    /// The proxy's password, where no key store keeps it.
    proxy_password: Mutex<proxying::Kept>,
    /// The script that names the proxies.
    proxy_script: Mutex<proxy_script::InUse>,
    /// What was said of certificates while no store was open.
    answers: Mutex<revocation::Answers>,
    /// Who of those that tell of certificates was silent.
    silent: Mutex<services::Silent>,
    /// One at a time asks about documents.
    asking_about: tokio::sync::Mutex<()>,
    /// One file is raised at a time, so that no two write the same.
    raising: tokio::sync::Mutex<()>,
    /// What is on its way to the portal.
    uploads: uploading::Uploads,
    /// What is on its way from other computers.
    fetching: draft_files::Fetching,
    /// Wakes a pass that moves files of drafts: another one waits, perhaps with something signed.
    hurry: tokio::sync::Notify,
}

impl Desk {
    /// The desk over a profile. Opens no store and sends nothing.
    ///
    /// # Errors
    /// `settings_unreadable`.
    pub fn open(profile: Profile) -> Outcome<Self> {
        Self::open_in(Surroundings::default(), profile)
    }

    /// As [`Desk::open`], in other surroundings than the system's.
    ///
    /// # Errors
    /// `settings_unreadable`.
    pub fn open_in(surroundings: Surroundings, profile: Profile) -> Outcome<Self> {
        let settings = profile.settings()?;
        let keeper = profile.clone();
        kabinet_token::recall(profile.short_only(), move |pairs| {
            // Without it the next run finds it out again.
            if let Err(problem) = keeper.keep_short_only(pairs) {
                tracing::info!("what was learnt of a reader is not kept: {problem}");
            }
        });
        let desk = Self {
            profile,
            surroundings,
            settings: Mutex::new(settings),
            area: SharedArea::default(),
            looking: Mutex::new(()),
            online: Mutex::new(None),
            waits: heeding::Waits::default(),
            in_vain: in_vain::InVain::default(),
            session_end: Arc::default(),
            passing: tokio::sync::Mutex::new(()),
            signing: tokio::sync::RwLock::new(()),
            leaving: leaving::Leaving::default(),
            held: std::sync::atomic::AtomicBool::new(false),
            lockings: std::sync::atomic::AtomicU64::new(0),
            outside: Mutex::new(()),
            receiving: Mutex::new(None),
            proxy_password: Mutex::new(None),
            proxy_script: Mutex::new(None),
            answers: Mutex::default(),
            silent: Mutex::default(),
            asking_about: tokio::sync::Mutex::new(()),
            raising: tokio::sync::Mutex::new(()),
            uploads: uploading::Uploads::default(),
            fetching: draft_files::Fetching::default(),
            hurry: tokio::sync::Notify::new(),
        };
        desk.settled_store();
        Ok(desk)
    }

    /// The language of sentences.
    pub fn language(&self) -> Language {
        lock(&self.settings).language
    }

    /// Speaks another language until the program ends.
    pub fn speak(&self, language: Language) {
        lock(&self.settings).language = language;
    }

    /// Speaks another language from now on.
    ///
    /// # Errors
    /// `read_only` or `disk_full` when it cannot be remembered; it is spoken all the same.
    pub fn keep_language(&self, language: Language) -> Outcome {
        self.speak(language);
        self.keep_settings(|settings| settings.language = language)
    }

    /// Uses another portal until the program ends.
    pub fn use_portal(&self, address: &str) {
        lock(&self.settings).portal = Some(address.to_owned());
    }

    /// Uses another registration authority until the program ends.
    pub fn use_registration(&self, address: &str) {
        lock(&self.settings).registration = Some(address.to_owned());
    }

    /// The address in the form in which it would be used.
    ///
    /// # Errors
    /// `insecure_address` for what is neither HTTPS nor this computer.
    pub fn portal_address(&self, address: &str) -> Outcome<String> {
        let client =
            kabinet_portal::Client::new(address.trim(), kabinet_portal::Options::default())?;
        Ok(client.address().to_owned())
    }

    /// Uses another portal from now on. Stores of persons at other portals stay as they are.
    ///
    /// # Errors
    /// As [`Desk::portal_address`]; `read_only` or `disk_full` when it cannot be remembered.
    pub fn keep_portal(&self, address: &str) -> Outcome {
        let address = self.portal_address(address)?;
        self.keep_settings(|settings| settings.portal = Some(address.clone()))
    }

    /// What the window shows of the settings.
    pub fn settings_view(&self) -> SettingsView {
        let settings = self.settings();
        SettingsView {
            language: settings.language,
            portal: settings.portal.unwrap_or_default(),
            appearance: settings.appearance,
            demo: settings.demo,
        }
    }

    /// How the windows look from now on.
    ///
    /// # Errors
    /// `usage` for a size outside [`SIZES`]; `read_only` or `disk_full` when it cannot be remembered.
    pub fn keep_appearance(&self, appearance: AppearanceView) -> Outcome {
        if !SIZES.contains(&appearance.size) {
            return Err(Problem::new(Code::Usage).with("reason", "size"));
        }
        lock(&self.settings).appearance = appearance;
        self.keep_settings(|settings| settings.appearance = appearance)
    }

    /// Changes what is kept, and then what holds in this program: some of that ends with it.
    fn keep_settings(&self, change: impl Fn(&mut Settings)) -> Outcome {
        // So that of two changes at once both end in the same order.
        let mut settings = lock(&self.settings);
        self.profile.change_settings(&change)?;
        change(&mut settings);
        Ok(())
    }

    fn settings(&self) -> Settings {
        lock(&self.settings).clone()
    }
}

/// 32 octets of the system's random generator.
#[must_use]
pub fn random_octets() -> [u8; 32] {
    kabinet_stb::random::bytes()
}

/// Runs what waits for a card apart from the tasks that wait for the network.
async fn apart<T: Send + 'static>(act: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
    tokio::task::spawn_blocking(act)
        .await
        .unwrap_or_else(|error| Err(Problem::new(Code::Internal).because(error)))
}

/// A panic elsewhere leaves data that are whole: each change is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
