//! The person's store: which one, whether it is open, how its key is kept.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use kabinet_cache::{Person, Protection, Store, StoreError, protection, settle};
use kabinet_portal::{KeepFailed, Session, SessionKeeper};
use kabinet_stb::Secret;
use tokio::sync::Notify;

use crate::problem::{Code, Problem};
use crate::profile::store_name;
use crate::view::StoreView;
use crate::{Desk, Outcome, lock};

/// Fewest characters of a passphrase.
const SHORTEST_PASSPHRASE: usize = 8;

/// An open store.
pub(crate) struct Area {
    pub(crate) store: Store,
    protection: Protection,
    /// The certificate of the person's card, DER, once the card was read.
    pub(crate) own: Option<Vec<u8>>,
}

/// Passphrases that a person typed for a sign-in. One that opens a store makes none: it was typed once,
/// and perhaps for the store of somebody else.
#[derive(Clone, Copy, Default)]
pub struct Passphrases<'a> {
    /// For a store that is there.
    pub opens: Option<&'a Secret>,
    /// Chosen for a new one.
    pub makes: Option<&'a Secret>,
}

impl<'a> Passphrases<'a> {
    /// What was typed: as a `new` one twice, else to open a store.
    #[must_use]
    pub fn typed(passphrase: &'a Secret, new: bool) -> Self {
        Self {
            opens: (!new).then_some(passphrase),
            makes: new.then_some(passphrase),
        }
    }

    /// One for whichever store it is, as a program that calls this one has it.
    #[must_use]
    pub fn either(passphrase: &'a Secret) -> Self {
        Self {
            opens: Some(passphrase),
            makes: Some(passphrase),
        }
    }
}

/// Where the open store is, shared with what keeps renewed sessions.
pub(crate) type SharedArea = Arc<Mutex<Option<Area>>>;

impl Desk {
    /// Opens the store of the person who used this profile last; an open one stays as it is. The
    /// passphrase is for a store whose key is not in the system's key store.
    ///
    /// # Errors
    /// `no_store` before the first sign-in, `store_locked` without a needed passphrase,
    /// `passphrase_wrong`, `second_instance`, `store_damaged`, `store_too_new`.
    pub fn unlock(&self, passphrase: Option<&Secret>) -> Outcome<StoreView> {
        self.open_into(&mut lock(&self.area), passphrase)?;
        Ok(self.store_state())
    }

    /// As [`Desk::unlock`], by who holds the place of the open store.
    pub(crate) fn open_into(
        &self,
        area: &mut Option<Area>,
        passphrase: Option<&Secret>,
    ) -> Outcome {
        if area.is_none() {
            let _looked = lock(&self.looking);
            let path = self.settled_store().ok_or(Code::NoStore)?;
            if self.is_held() {
                return Err(Code::StoreLocked.into());
            }
            *area = Some(self.powered(open(&path, passphrase)?)?);
        }
        Ok(())
    }

    /// A store that could only be read is written again as soon as it can be. If that goes wrong it is
    /// closed; whoever opens it is told why.
    fn write_again(&self, area: &mut Option<Area>) {
        let Some(Area {
            store,
            protection,
            own,
        }) = area.take_if(|area| area.store.is_writable_by_now())
        else {
            return;
        };
        *area = match store.reopen() {
            Ok(store) => self
                .powered(Area {
                    store,
                    protection,
                    own,
                })
                .ok(),
            Err(error) => {
                tracing::warn!("a store that could only be read was closed: {error}");
                None
            }
        };
    }

    fn is_held(&self) -> bool {
        self.held.load(std::sync::atomic::Ordering::SeqCst)
    }

    /// Whether there is a store and whether it is open. One that could only be read is written again from
    /// now on, where it can be.
    pub fn store_state(&self) -> StoreView {
        let name = |protection| match protection {
            Protection::KeyStore => "keyring".to_owned(),
            Protection::Passphrase => "passphrase".to_owned(),
        };
        let mut open = lock(&self.area);
        self.write_again(&mut open);
        // One that is being closed is no longer open to anybody.
        if let Some(area) = &*open
            && !self.is_held()
        {
            return StoreView {
                state: "open".to_owned(),
                protection: Some(name(area.protection)),
                read_only: area.store.is_read_only(),
            };
        }
        drop(open);
        match self.current_store() {
            Some(path) => StoreView {
                state: "locked".to_owned(),
                protection: protection::protection(&path).map(name),
                read_only: false,
            },
            None => StoreView {
                state: "none".to_owned(),
                protection: None,
                read_only: false,
            },
        }
    }

    /// Whether somebody has signed in on this profile before.
    pub fn has_store(&self) -> bool {
        self.current_store().is_some()
    }

    /// Whether the system can keep a store's key.
    pub fn has_key_store(&self) -> bool {
        protection::has_key_store()
    }

    /// Whether the first sign-in on this computer makes a store for which the system keeps no key.
    pub fn needs_new_passphrase(&self) -> bool {
        !self.has_store() && !self.has_key_store()
    }

    /// A new store's passphrase must be long enough; said before a card is asked for anything.
    pub(crate) fn check_passphrase(&self, passphrases: Passphrases<'_>) -> Outcome {
        if self.has_store() {
            return Ok(());
        }
        long_enough(passphrases.makes)
    }

    /// Puts a person's sign-in into their store, which is made when they are new here. One that could not
    /// keep it stays closed: nobody is let in by a sign-in that failed.
    pub(crate) fn keep_sign_in(
        &self,
        person: &Person,
        session: &Secret,
        passphrases: Passphrases<'_>,
        lockings: u64,
    ) -> Outcome {
        let name = store_name(&person.portal, &person.subject);
        let mut area = lock(&self.area);
        let _looked = lock(&self.looking);
        if self.lockings.load(std::sync::atomic::Ordering::SeqCst) != lockings {
            return Err(Code::ClosedMeanwhile.into());
        }
        // Not before: of somebody who was forgotten meanwhile not even a folder comes back.
        let path = self.profile.person_dir(&name)?.join("store.db");
        let theirs = area.as_ref().is_some_and(|area| area.store.path() == path);
        // The store of whoever was here before is closed first: it may be opened by its lock.
        let open_already = area.take().filter(|_| theirs);
        let was_open = open_already.is_some();
        let mut opened = match open_already {
            Some(opened) => opened,
            None => self.powered(if path.exists() {
                open(&path, passphrases.opens)?
            } else {
                create(path, passphrases.makes)?
            })?,
        };
        let kept = if opened.store.is_read_only() {
            Err(Code::ReadOnly.into())
        } else {
            opened.store.sign_in(person, session).map_err(Problem::from)
        };
        let kept = kept.and_then(|()| self.profile.keep_current_person(&name));
        // Who was in it stays in it.
        if kept.is_ok() || was_open {
            *area = Some(opened);
        }
        if kept.is_ok() {
            self.let_in();
        }
        kept
    }

    /// The store with the chance of what is around the desk, which keeps nothing when the power is
    /// out.
    fn powered(&self, mut area: Area) -> Outcome<Area> {
        if let Some(chance) = self.surroundings.chance.clone() {
            area.store.named_by(move || chance())?;
        }
        if let Some(power) = self.surroundings.power.clone() {
            area.store.powered_by(move || power())?;
        }
        Ok(area)
    }

    /// Fails where the open store can only be read: before a card or the portal is asked for something
    /// that could not be kept.
    pub(crate) fn check_writable(&self) -> Outcome {
        match &*lock(&self.area) {
            Some(area) if area.store.is_read_only() => Err(Code::ReadOnly.into()),
            _ => Ok(()),
        }
    }

    /// Does something with the open store.
    pub(crate) fn with_store<T>(&self, act: impl FnOnce(&mut Store) -> Outcome<T>) -> Outcome<T> {
        match &mut *lock(&self.area) {
            Some(area) => act(&mut area.store),
            None if self.has_store() => Err(Code::StoreLocked.into()),
            None => Err(Code::NoStore.into()),
        }
    }

    /// Which store is open: what is begun in it ends in it.
    pub(crate) fn open_store(&self) -> Outcome<PathBuf> {
        self.with_store(|store| Ok(store.path().to_owned()))
    }

    /// As [`Desk::with_store`], in the store in which something was begun. That of somebody else who came
    /// meanwhile is none of its business.
    pub(crate) fn with_store_of<T>(
        &self,
        path: &Path,
        act: impl FnOnce(&mut Store) -> Outcome<T>,
    ) -> Outcome<T> {
        self.with_store(|store| {
            if store.path() == path {
                act(store)
            } else {
                Err(Code::StoreLocked.into())
            }
        })
    }

    /// Where the store of the person is who used this profile last.
    pub(crate) fn current_store(&self) -> Option<PathBuf> {
        let path = self.profile.store_path(&self.profile.current_person()?);
        path.exists().then_some(path)
    }

    /// As [`Desk::current_store`], after a repair that was interrupted is ended: before anything is
    /// done with the file, and once when the program begins, so that what is looked at later is there.
    pub(crate) fn settled_store(&self) -> Option<PathBuf> {
        let path = self.profile.store_path(&self.profile.current_person()?);
        if let Err(error) = settle(&path) {
            tracing::warn!("an interrupted repair could not be ended: {error}");
        }
        self.current_store()
    }
}

pub(crate) fn open(path: &Path, passphrase: Option<&Secret>) -> Outcome<Area> {
    let protection = protection::protection(path).ok_or(Code::NoStore)?;
    if protection == Protection::Passphrase && passphrase.is_none() {
        return Err(Code::StoreLocked.into());
    }
    let key = protection::key(path, passphrase)?;
    Ok(Area {
        store: Store::open(path, &key)?,
        protection,
        own: None,
    })
}

fn long_enough(passphrase: Option<&Secret>) -> Outcome {
    let short = passphrase.is_some_and(|passphrase| {
        String::from_utf8_lossy(passphrase.expose()).chars().count() < SHORTEST_PASSPHRASE
    });
    if short {
        return Err(Code::PassphraseShort.into());
    }
    Ok(())
}

fn create(path: PathBuf, passphrase: Option<&Secret>) -> Outcome<Area> {
    long_enough(passphrase)?;
    let protection = match passphrase {
        Some(_) => Protection::Passphrase,
        None => Protection::KeyStore,
    };
    let key = protection::new_key(&path, passphrase).map_err(|error| match error {
        StoreError::NoKeyStore => Problem::new(Code::PassphraseNeeded).because(error),
        other => other.into(),
    })?;
    Ok(Area {
        store: Store::create(&path, &key)?,
        protection,
        own: None,
    })
}

/// Keeps renewed sessions in the store that they came from, as long as it is open.
pub(crate) struct Keeper {
    pub(crate) area: SharedArea,
    /// That store: another person's may be open by the time that a session is renewed.
    pub(crate) path: PathBuf,
    /// The session that the store had when this keeper last read or wrote it: only that one is replaced.
    pub(crate) known: Mutex<Secret>,
    /// Told when the portal has ended the session.
    pub(crate) ended: Arc<Notify>,
}

impl Keeper {
    /// Does something with its store, where that is the open one.
    fn with_store<T>(&self, act: impl FnOnce(&Store) -> Result<T, StoreError>) -> Option<T> {
        let area = lock(&self.area);
        let area = area
            .as_ref()
            .filter(|area| area.store.path() == self.path)?;
        act(&area.store)
            .inspect_err(|error| tracing::warn!("what became of the session is not kept: {error}"))
            .ok()
    }
}

impl SessionKeeper for Keeper {
    fn keep(&self, session: &Secret) -> Result<(), KeepFailed> {
        // Whoever signed out while it was being renewed stays signed out, and whoever signed in anew
        // has the newer session.
        let mut known = lock(&self.known);
        let before = Session::from_secret(&known).map_err(|_| KeepFailed)?;
        self.with_store(|store| match store.session()? {
            Some(kept) if before.is_stored_in(&kept) => store.set_session(Some(session)).map(Some),
            _ => Ok(None),
        })
        .flatten()
        .ok_or(KeepFailed)?;
        *known = Secret::new(session.expose().to_vec());
        Ok(())
    }

    fn ended(&self, session: &Session) {
        let forgotten = self.with_store(|store| {
            let kept = store.session()?;
            let theirs = kept.is_some_and(|kept| session.is_stored_in(&kept));
            if theirs {
                store.set_session(None)?;
            }
            Ok(theirs)
        });
        if forgotten == Some(true) {
            self.ended.notify_one();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use kabinet_records::Holder;

    use super::*;
    use crate::Profile;

    fn person(subject: &str) -> Person {
        Person {
            portal: "https://portal.example/".into(),
            subject: subject.into(),
            holder: Holder::default(),
        }
    }

    #[tokio::test]
    async fn a_sign_in_that_cannot_be_kept_opens_no_store() {
        let dir = tempfile::tempdir().unwrap();
        let lasts = Arc::new(std::sync::atomic::AtomicBool::new(true));
        let power = Arc::clone(&lasts);
        let surroundings = crate::Surroundings {
            power: Some(Arc::new(move || {
                power.load(std::sync::atomic::Ordering::SeqCst)
            })),
            ..crate::Surroundings::default()
        };
        let profile = Profile::open(dir.path()).unwrap();
        let desk = Desk::open_in(surroundings, profile).unwrap();
        let passphrase = Secret::new(b"correct horse battery".to_vec());
        let session = Secret::new(b"session".to_vec());
        let keep = |subject| {
            let lockings = desk.lockings.load(std::sync::atomic::Ordering::SeqCst);
            let passphrases = Passphrases::either(&passphrase);
            desk.keep_sign_in(&person(subject), &session, passphrases, lockings)
        };
        for subject in ["bob", "ann"] {
            keep(subject).unwrap();
        }
        let lose_power = |lost: bool| lasts.store(!lost, std::sync::atomic::Ordering::SeqCst);
        let is_open = || desk.with_store(|_| Ok(())).is_ok();
        // In the store that is open nothing is kept, and it stays open to whoever was in it.
        lose_power(true);
        assert!(keep("ann").is_err());
        assert!(is_open());
        // Neither a closed store nor another person's is open afterwards.
        for subject in ["ann", "bob"] {
            desk.lock_store().await;
            lose_power(true);
            assert!(keep(subject).is_err());
            assert_eq!(desk.store_state().state, "locked");
            assert!(!is_open(), "{subject}");
            lose_power(false);
            keep("ann").unwrap();
            assert!(is_open());
        }
        lose_power(true);
        assert!(keep("bob").is_err());
        assert!(!is_open());
    }

    /// A session with that refresh token, as it is kept.
    fn session(refresh: &str) -> Secret {
        let session = serde_json::json!({
            "version": 1, "portal": "https://portal.example/", "access": "a", "refresh": refresh,
            "expires_at": 4_000_000_000_i64, "key": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
        });
        Secret::new(session.to_string().into_bytes())
    }

    /// A desk where somebody has signed in, and what keeps their session as it is renewed.
    fn signed_in(dir: &Path) -> (Desk, Keeper) {
        let desk = Desk::open(Profile::open(dir).unwrap()).unwrap();
        let passphrase = Secret::new(b"correct horse battery".to_vec());
        let passphrases = Passphrases::either(&passphrase);
        desk.keep_sign_in(&person("ann"), &session("first"), passphrases, 0)
            .unwrap();
        let keeper = Keeper {
            area: Arc::clone(&desk.area),
            path: desk.current_store().unwrap(),
            known: Mutex::new(session("first")),
            ended: Arc::clone(&desk.session_end),
        };
        (desk, keeper)
    }

    #[test]
    fn a_session_that_is_renewed_during_a_sign_out_is_not_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (desk, keeper) = signed_in(dir.path());
        for renewed in ["second", "third"] {
            keeper.keep(&session(renewed)).unwrap();
            let kept = desk.with_store(|store| Ok(store.session()?)).unwrap();
            assert_eq!(kept.unwrap().expose(), session(renewed).expose());
        }
        desk.with_store(|store| Ok(store.set_session(None)?))
            .unwrap();
        assert!(keeper.keep(&session("fourth")).is_err());
        let kept = desk.with_store(|store| Ok(store.session()?)).unwrap();
        assert!(kept.is_none());
    }

    #[test]
    fn a_session_that_is_renewed_takes_the_place_of_no_newer_one() {
        let dir = tempfile::tempdir().unwrap();
        let (desk, keeper) = signed_in(dir.path());
        let newer = session("of another sign-in");
        desk.with_store(|store| Ok(store.set_session(Some(&newer))?))
            .unwrap();
        assert!(keeper.keep(&session("second")).is_err());
        let kept = desk.with_store(|store| Ok(store.session()?)).unwrap();
        assert_eq!(kept.unwrap().expose(), newer.expose());
    }

    #[test]
    fn what_is_begun_in_one_store_ends_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let (desk, keeper) = signed_in(dir.path());
        assert!(desk.with_store_of(&keeper.path, |_| Ok(())).is_ok());
        let other = keeper.path.with_file_name("other.db");
        let refused = desk.with_store_of(&other, |_| Ok(())).unwrap_err();
        assert_eq!(refused.code, Code::StoreLocked);
    }

    #[test]
    fn what_was_typed_to_open_a_store_makes_none_for_somebody_else() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(Profile::open(dir.path()).unwrap()).unwrap();
        let secret = |text: &str| Secret::new(text.as_bytes().to_vec());
        let (first, second) = (
            secret("correct horse battery"),
            secret("staple and some more"),
        );
        let session = secret("session");
        let keep =
            |subject, passphrases| desk.keep_sign_in(&person(subject), &session, passphrases, 0);
        keep("ann", Passphrases::typed(&first, true)).unwrap();
        // Bob types what he takes for asked: without a key store he is asked for a new one.
        let made = keep("bob", Passphrases::typed(&first, false));
        if desk.has_key_store() {
            assert_eq!(desk.store_state().protection.as_deref(), Some("keyring"));
        } else {
            assert_eq!(made.unwrap_err().code, Code::PassphraseNeeded);
            keep("bob", Passphrases::typed(&second, true)).unwrap();
        }
        // Each store opens by its own alone.
        let few = secret("short");
        let short = keep("eve", Passphrases::typed(&few, true));
        assert_eq!(short.unwrap_err().code, Code::PassphraseShort);
        let locked = keep("ann", Passphrases::typed(&second, true));
        assert_eq!(locked.unwrap_err().code, Code::StoreLocked);
        let wrong = keep("ann", Passphrases::typed(&second, false));
        assert_eq!(wrong.unwrap_err().code, Code::PassphraseWrong);
        keep("ann", Passphrases::typed(&first, false)).unwrap();
        assert!(desk.person().is_ok());
    }
}
