//! One computer of the person.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use argon2::{Algorithm, Argon2, Params, Version};
use belt_kwp::{BeltKwp, KeyInit as _};
use jiff::Timestamp;
use kabinet_cache::{Changes, Store};
use kabinet_desk::view::SyncView;
use kabinet_desk::{Desk, Outcome, Profile, Surroundings, profile};
use kabinet_portal::{Clock, PortalError};
use kabinet_stb::Secret;
use rusqlite::Connection;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::chance::Chance;
use crate::mistake::Mistake;
use crate::network::{Line, registers};
use crate::portal::Portal;
use crate::power::Power;

pub(crate) const PASSPHRASE: &[u8] = b"correct horse";
/// Key of every store.
const KEY: [u8; 32] = [7; 32];
/// Most times that a pass is asked to go on before it must have come to something.
const PATIENCE: usize = 100;

/// A computer, on or off.
pub(crate) struct Computer {
    pub(crate) name: char,
    pub(crate) line: Line,
    folder: PathBuf,
    /// The true time in milliseconds, and how far this computer's clock is ahead of it.
    now: Arc<AtomicI64>,
    pub(crate) skew: Arc<AtomicI64>,
    chance: Arc<Mutex<Chance>>,
    power: Arc<Power>,
    running: Option<Running>,
    mistake: Option<Mistake>,
    /// The store's file as it was when the program was started; for a disk that loses what is written.
    earlier: Option<Vec<u8>>,
}

type Pass = Pin<Box<dyn Future<Output = Outcome<SyncView>>>>;

/// The program. The pass goes before what it runs on.
struct Running {
    pass: Option<Pass>,
    desk: Arc<Desk>,
    runtime: Runtime,
}

/// What every new store begins with: made once, for it takes longer than a whole schedule.
pub(crate) struct Template {
    store: Vec<u8>,
    key_file: Vec<u8>,
    key: Secret,
}

impl Template {
    /// A store with the catalogue in it.
    pub(crate) fn new(portal: &Portal) -> Self {
        let folder = tempfile::tempdir_in(crate::portal::memory()).unwrap();
        let path = folder.path().join("store.db");
        let mut store = Store::create(&path, &Secret::new(KEY.to_vec())).unwrap();
        let catalogue: Vec<_> = sandbox_portal::procedures::all()
            .unwrap()
            .iter()
            .map(|procedure| serde_json::from_value(procedure.clone()).unwrap())
            .collect();
        store
            .change_procedures(&Changes {
                complete: true,
                changed: &catalogue,
                removed: &[],
                state: Some(&portal.catalogue()),
            })
            .unwrap();
        drop(store);
        Self {
            store: std::fs::read(&path).unwrap(),
            key_file: key_file(&KEY),
            key: Secret::new(KEY.to_vec()),
        }
    }

    /// The store of that account in the profile below `folder`; made where there is none yet.
    pub(crate) fn store_of(&self, portal: &Portal, subject: &str, folder: &Path) -> Store {
        let name = profile::store_name(&portal.address, subject);
        let persons = folder.join("persons");
        let path = persons.join(&name).join("store.db");
        if !path.exists() {
            std::fs::create_dir_all(persons.join(&name)).unwrap();
            std::fs::write(persons.join("current"), &name).unwrap();
            std::fs::write(path.with_extension("key"), &self.key_file).unwrap();
            std::fs::write(&path, &self.store).unwrap();
        }
        Store::open(&path, &self.key).unwrap()
    }
}

/// The key under the passphrase, at the least cost that there is: a store is opened after every
/// crash.
fn key_file(key: &[u8; 32]) -> Vec<u8> {
    let (memory, passes, lanes, salt) = (8, 1, 1, [1; 16]);
    let parameters = Params::new(memory, passes, lanes, Some(32)).unwrap();
    let mut wrapping = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into(PASSPHRASE, &salt, &mut wrapping)
        .unwrap();
    let mut wrapped = [0; 48];
    BeltKwp::new((&wrapping).into())
        .wrap_key(key, &[0; 16], &mut wrapped)
        .unwrap();
    let file = json!({
        "kdf": "argon2id", "memory": memory, "passes": passes, "lanes": lanes,
        "salt": hex::encode(salt), "key": hex::encode(wrapped),
    });
    file.to_string().into_bytes()
}

impl Computer {
    /// A computer on which that person has signed in.
    pub(crate) fn new(
        name: char,
        folder: &Path,
        now: &Arc<AtomicI64>,
        chance: Chance,
        mistake: Option<Mistake>,
    ) -> Self {
        let folder = folder.join(name.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        Self {
            name,
            line: Line::default(),
            folder,
            now: Arc::clone(now),
            skew: Arc::default(),
            chance: Arc::new(Mutex::new(chance)),
            power: Arc::default(),
            running: None,
            mistake,
            earlier: None,
        }
    }

    /// The person signs in; the program is closed for it.
    pub(crate) fn sign_in(&mut self, template: &Template, portal: &Portal, subject: &str) {
        self.running = None;
        let mut store = template.store_of(portal, subject, &self.folder);
        let number = self.chance.lock().unwrap().number();
        let now = self.now.load(Ordering::Relaxed) / 1000;
        portal.sign_in(&mut store, subject, number, now);
    }

    /// The desk; the program is started where it does not run.
    pub(crate) fn desk(&mut self) -> Arc<Desk> {
        Arc::clone(&self.on().desk)
    }

    fn on(&mut self) -> &mut Running {
        if self.running.is_none() {
            if self.mistake == Some(Mistake::LosesTransactions) {
                self.earlier = Some(std::fs::read(self.store_path()).unwrap());
            }
            let (now, skew) = (Arc::clone(&self.now), Arc::clone(&self.skew));
            let (chance, power) = (Arc::clone(&self.chance), Arc::clone(&self.power));
            let surroundings = Surroundings {
                clock: Clock::showing(move || {
                    let now = now.load(Ordering::Relaxed) + skew.load(Ordering::Relaxed);
                    Timestamp::from_millisecond(now).unwrap()
                }),
                chance: Some(Arc::new(move || chance.lock().unwrap().number())),
                wire: Some(Arc::new(self.line.clone())),
                power: Some(Arc::new(move || power.lasts())),
            };
            let profile = Profile::open(&self.folder).unwrap();
            let desk = Desk::open_in(surroundings, profile).unwrap();
            desk.unlock(Some(&Secret::new(PASSPHRASE.to_vec())))
                .unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread();
            self.running = Some(Running {
                pass: None,
                desk: Arc::new(desk),
                runtime: { runtime }.enable_time().build().unwrap(),
            });
        }
        self.running.as_mut().unwrap()
    }

    /// The power goes after so many more transactions.
    pub(crate) fn let_power_last(&self, transactions: u32) {
        self.power.last(transactions);
    }

    /// Whether the program runs.
    pub(crate) fn is_on(&self) -> bool {
        self.running.is_some()
    }

    /// Whether the power has gone.
    pub(crate) fn is_without_power(&self) -> bool {
        self.power.is_out()
    }

    /// The program is gone, wherever it was; the power is back.
    pub(crate) fn crash(&mut self) {
        self.running = None;
        let waiting = self.line.take();
        self.power.restore();
        if let Some(earlier) = self.earlier.take() {
            std::fs::write(self.store_path(), earlier).unwrap();
        }
        if self.mistake == Some(Mistake::ForgetsBeforeAnswer)
            && let Some(waiting) = waiting
        {
            self.forget(&registers(&waiting.request));
        }
    }

    /// Closes the person's store, also in the middle of a pass, and opens it again; gives how the pass
    /// ended. Only a session that is being renewed still hears of its answer.
    pub(crate) fn lock(&mut self) -> Option<Outcome<SyncView>> {
        let line = self.line.clone();
        let Running {
            pass,
            desk,
            runtime,
        } = self.running.as_mut()?;
        let ended = runtime.block_on(async {
            let mut locking = std::pin::pin!(desk.lock_store());
            let mut ended = None;
            for _ in 0..PATIENCE {
                let once = std::future::poll_fn(|context| {
                    let locked = locking.as_mut().poll(context).is_ready();
                    if ended.is_none()
                        && let Some(under_way) = pass.as_mut()
                        && let Poll::Ready(how) = under_way.as_mut().poll(context)
                    {
                        ended = Some(how);
                    }
                    Poll::Ready(locked)
                });
                if once.await {
                    return ended;
                }
                if ended.is_some()
                    && let Some(mut waiting) = line.take()
                {
                    let told = waiting.answer.take();
                    waiting.tell(told.unwrap_or(Err(PortalError::Offline)));
                }
                tokio::task::yield_now().await;
            }
            panic!("the store does not close");
        });
        line.take();
        *pass = None;
        assert_eq!(desk.store_state().state, "locked");
        desk.let_in();
        desk.unlock(Some(&Secret::new(PASSPHRASE.to_vec())))
            .unwrap();
        ended
    }

    /// Takes what waits under these identifiers out of the store, behind the back of the program.
    fn forget(&self, ids: &[String]) {
        if ids.is_empty() {
            return;
        }
        let store = Connection::open(self.store_path()).unwrap();
        let key = hex::encode(KEY);
        store
            .execute_batch(&format!("PRAGMA key = \"x'{key}'\""))
            .unwrap();
        for id in ids {
            store
                .execute("DELETE FROM outbox WHERE id = ?", [id])
                .unwrap();
        }
    }

    fn store_path(&self) -> PathBuf {
        let persons = self.folder.join("persons");
        let name = std::fs::read_to_string(persons.join("current")).unwrap();
        persons.join(name).join("store.db")
    }

    /// Whether a pass is under way.
    pub(crate) fn is_passing(&self) -> bool {
        let pass = self.running.as_ref().map(|running| running.pass.is_some());
        pass.unwrap_or(false)
    }

    /// Begins a pass, up to its first request.
    pub(crate) fn begin_pass(&mut self, send_now: bool) -> Option<Outcome<SyncView>> {
        let running = self.on();
        let desk = Arc::clone(&running.desk);
        running.pass = Some(Box::pin(async move {
            if send_now {
                desk.send_now().await
            } else {
                desk.sync().await
            }
        }));
        self.go_on()
    }

    /// The pass goes on to its next request, or to its end.
    pub(crate) fn go_on(&mut self) -> Option<Outcome<SyncView>> {
        let (line, power) = (self.line.clone(), Arc::clone(&self.power));
        let Running { pass, runtime, .. } = self.running.as_mut()?;
        let under_way = pass.as_mut()?;
        let ended = runtime.block_on(async {
            for _ in 0..PATIENCE {
                let once =
                    std::future::poll_fn(|context| Poll::Ready(under_way.as_mut().poll(context)));
                if let Poll::Ready(ended) = once.await {
                    return Some(ended);
                }
                if line.is_busy() || power.is_out() {
                    return None;
                }
                // What the pass waits for may run beside it.
                tokio::task::yield_now().await;
            }
            panic!("the pass waits for nothing");
        });
        if ended.is_some() {
            *pass = None;
        }
        ended
    }
}
