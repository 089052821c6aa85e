//! A store that is closed, changed for another person's or removed in the middle of a pass: at once,
//! with nothing lost, doubled or left open. The real desk, real HTTP, and the sandbox portal as a
//! program of its own.
//!
//! Needs the programs (`cargo xtask test` builds them).

#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use e2e::sandbox::Sandbox;
use e2e::{Hold, VirtualCard};
use kabinet_desk::view::SyncView;
use kabinet_desk::{Code, Desk, Outcome, Profile, Secret};
use serde_json::json;
use simulation::{Applicant, passphrase};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// How long a person may wait until nothing of them is there any more. The portal says nothing for a
/// minute.
const AT_ONCE: Duration = Duration::from_secs(20);
const SILENCE: u64 = 60_000;
const API: &str = "/jmap/api";
const UPLOAD: &str = "/jmap/upload/";

struct Place {
    sandbox: Sandbox,
    applicant: Applicant,
    runtime: Runtime,
    data: TempDir,
    folder: TempDir,
}

impl Place {
    /// One person; another one beside them where there is a neighbour.
    fn new(with_neighbour: bool) -> Self {
        let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut sandbox = Sandbox::start(data.path()).unwrap();
        sandbox.disconnect();
        if with_neighbour {
            Applicant::neighbour(data.path(), &sandbox.url, folder.path());
        }
        let applicant = Applicant::enrol(data.path(), &sandbox.url, folder.path());
        if with_neighbour {
            let persons = applicant.desk.persons();
            let mine = persons.iter().find(|one| one.is_current);
            assert_eq!(persons.len(), 2);
            assert!(mine.is_some());
        }
        sandbox.connect().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        Self {
            sandbox,
            applicant,
            runtime,
            data,
            folder,
        }
    }

    fn fault(&self, path: &str, kind: &str, milliseconds: u64) {
        let fault = json!({"match": path, "kind": kind, "times": 1, "milliseconds": milliseconds});
        self.sandbox.fault(&fault).unwrap();
    }

    /// Requests to paths that begin so.
    fn requests(&self, path: &str) -> u64 {
        let counts = self.sandbox.requests().unwrap();
        let counts = counts.as_object().unwrap().iter();
        let ours = counts.filter(|(name, _)| name.starts_with(path));
        ours.filter_map(|(_, count)| count.as_u64()).sum()
    }

    /// Begins a pass and does that as soon as a request to `path` is under way; gives how the pass
    /// ended, what was done, and how long that took.
    fn amid<T>(
        &self,
        path: &str,
        act: impl AsyncFnOnce(&Desk) -> T,
    ) -> (Outcome<SyncView>, T, Duration) {
        let desk = &self.applicant.desk;
        let before = self.requests(path);
        self.runtime.block_on(async {
            let (ended, (done, took)) = tokio::join!(desk.send_now(), async {
                while self.requests(path) == before {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                let begun = Instant::now();
                let done = act(desk).await;
                (done, begun.elapsed())
            });
            (ended, done, took)
        })
    }

    /// One pass over a portal that does what it should.
    fn pass(&self) -> SyncView {
        self.sandbox.behave().unwrap();
        self.runtime.block_on(self.applicant.pass()).unwrap()
    }

    fn registered(&self) -> Vec<String> {
        let list = self.sandbox.applications().unwrap().into_iter();
        list.map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// Nobody has the person's store open: another program could open it.
fn is_free(folder: &Path) -> bool {
    let other = Desk::open(Profile::open(folder).unwrap()).unwrap();
    match other.unlock(Some(&passphrase())) {
        Ok(view) => view.state == "open",
        Err(problem) => {
            assert_eq!(problem.code, Code::SecondInstance);
            false
        }
    }
}

#[test]
fn the_store_closes_in_the_middle_of_a_pass_and_what_was_signed_arrives_once() {
    let mut place = Place::new(false);
    let cases = [
        // Nothing of the file has come to the portal.
        (UPLOAD, "hang", 3_000_000),
        // The portal does not hear of it.
        (API, "hang", 0),
        // The portal has it, and nobody hears of that.
        (API, "late", 0),
    ];
    let mut signed = Vec::new();
    for (path, kind, size) in cases {
        place.pass();
        let id = if size > 0 {
            place.applicant.file_with(size).unwrap()
        } else {
            place.applicant.file(signed.len()).unwrap()
        };
        signed.push(id.clone());
        if kind == "late" {
            place.fault(API, "drop_after", 0);
            place.runtime.block_on(place.applicant.pass()).unwrap_err();
            assert_eq!(place.registered().len(), signed.len());
        }
        place.fault(path, "hang", SILENCE);
        let (ended, (), took) = place.amid(path, async |desk| {
            desk.lock_store().await;
            // Nothing of it is open any more, not only for those who ask nicely.
            assert_eq!(desk.store_state().state, "locked");
            assert!(is_free(place.folder.path()));
            assert_eq!(desk.outbox().unwrap_err().code, Code::StoreLocked);
        });
        assert_eq!(ended.unwrap_err().code, Code::Cancelled, "{path} {kind}");
        assert!(took < AT_ONCE, "{path} {kind}: {took:?}");
        // It stays closed, also for a pass that somebody wants now.
        let pass = place.runtime.block_on(place.applicant.pass());
        assert_eq!(pass.unwrap_err().code, Code::StoreLocked);

        assert_eq!(place.applicant.let_in().unwrap().state, "open");
        let waiting = place.applicant.desk.outbox().unwrap();
        assert_eq!(waiting.len(), 1, "{path} {kind}");
        assert_eq!(waiting[0].id, id);
        assert!(waiting[0].upload.is_none());
        assert_eq!(place.pass().waiting, 0);
        assert_eq!(place.registered(), signed, "{path} {kind}");
        let shown = place.applicant.desk.applications(9).unwrap();
        assert_eq!(shown.len(), signed.len());
    }
}

#[test]
fn a_session_that_is_renewed_meanwhile_is_not_lost() {
    let place = Place::new(false);
    place.pass();
    place.fault(API, "expired_token", 0);
    place.fault("/oauth/token", "delay", 700);
    let (ended, (), took) = place.amid("/oauth/token", async |desk| {
        desk.lock_store().await;
        assert!(is_free(place.folder.path()));
    });
    assert_eq!(ended.unwrap_err().code, Code::Cancelled);
    assert!(took < AT_ONCE, "{took:?}");
    // The portal has used the old one up: only with the new one this goes on.
    place.applicant.let_in().unwrap();
    place.pass();
}

#[test]
fn another_person_comes_in_the_middle_of_a_pass_and_finds_nothing_of_it() {
    let mut place = Place::new(true);
    place.pass();
    let id = place.applicant.file_with(3_000_000).unwrap();
    let persons = place.applicant.desk.persons();
    let of = |current: bool| {
        let one = persons.iter().find(|one| one.is_current == current);
        one.unwrap().id.clone()
    };
    let (mine, theirs) = (of(true), of(false));
    place.fault(UPLOAD, "hang", SILENCE);
    let (ended, switched, took) = place.amid(UPLOAD, async |desk| {
        desk.switch_person(&theirs, Some(&passphrase())).await
    });
    assert_eq!(ended.unwrap_err().code, Code::Cancelled);
    assert!(took < AT_ONCE, "{took:?}");
    assert_eq!(switched.unwrap().state, "open");
    let desk = &place.applicant.desk;
    assert!(desk.outbox().unwrap().is_empty());
    assert!(desk.watch_uploads().borrow().is_none());
    // The portal is asked with their session, which it has ended, and with nobody else's.
    place.sandbox.behave().unwrap();
    let pass = place.runtime.block_on(place.applicant.pass());
    assert_eq!(pass.unwrap_err().code, Code::SessionExpired);
    assert!(place.registered().is_empty());

    place
        .runtime
        .block_on(async { desk.switch_person(&mine, Some(&passphrase())).await })
        .unwrap();
    assert_eq!(place.pass().sent[0].id, id);
    assert_eq!(place.registered(), [id]);
}

/// The window asks whose store is open at any time, and opens it where it can.
#[test]
fn a_person_is_forgotten_in_the_middle_of_a_pass_whoever_asks_for_the_store_meanwhile() {
    let mut place = Place::new(false);
    place.pass();
    place.applicant.file_with(3_000_000).unwrap();
    place.fault(UPLOAD, "hang", SILENCE);
    let over = AtomicBool::new(false);
    let (ended, forgotten, took) = std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !over.load(Ordering::SeqCst) {
                    let _ = place.applicant.desk.unlock(Some(&passphrase()));
                    place.applicant.desk.persons();
                }
            });
        }
        let done = place.amid(UPLOAD, async |desk| {
            desk.forget(&desk.whose().unwrap()).await
        });
        over.store(true, Ordering::SeqCst);
        done
    });
    forgotten.unwrap();
    assert_eq!(ended.unwrap_err().code, Code::Cancelled);
    assert!(took < AT_ONCE, "{took:?}");
    assert_eq!(place.applicant.desk.store_state().state, "none");
    let left: Vec<_> = std::fs::read_dir(place.folder.path().join("persons"))
        .unwrap()
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// The PIN is spent by then, and the person has done all that they can.
#[test]
fn what_a_card_signs_comes_into_the_outbox_before_the_store_closes() {
    const SIGN: &str = "2A9E9A";
    let place = Place::new(false);
    place.pass();
    let card = VirtualCard::over_tcp(
        &place.sandbox.card_file("citizen"),
        &place.data.path().join("citizen.state"),
    );
    let card = card.unwrap();
    let hold = Hold::before(&card, SIGN, 1).unwrap();
    let desk = &place.applicant.desk;
    let draft = place.applicant.fill_in(1).unwrap();
    let mut signing = desk.begin_apply(&draft, Some(&hold.reader)).unwrap();
    std::thread::scope(|scope| {
        let signed = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread();
            let pin = Secret::new(b"123456".to_vec());
            { runtime }
                .enable_all()
                .build()
                .unwrap()
                .block_on(desk.finish_apply(&mut signing, pin, &|_| {}))
        });
        hold.wait().unwrap();
        place.runtime.block_on(async {
            let locking = desk.lock_store();
            tokio::pin!(locking);
            let early = tokio::time::timeout(Duration::from_millis(300), &mut locking).await;
            assert!(early.is_err(), "the store closed before it was signed");
            // It is shown to nobody meanwhile.
            assert_eq!(desk.store_state().state, "locked");
            drop(hold);
            assert!(locking.await);
        });
        assert_eq!(signed.join().unwrap().unwrap().id, draft);
    });
    assert!(is_free(place.folder.path()));
    place.applicant.let_in().unwrap();
    assert_eq!(desk.outbox().unwrap()[0].id, draft);
    assert_eq!(place.pass().sent.len(), 1);
    assert_eq!(place.registered(), [draft]);
}
