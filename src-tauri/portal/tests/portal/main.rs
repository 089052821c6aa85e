//! The client against a real server on a loopback socket.
#![allow(clippy::unwrap_used, missing_docs)]

mod area;
mod faults;
mod sessions;
mod signing_in;
mod submitting;
mod syncing;
mod world;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kabinet_portal::{
    Changes, Client, KeepFailed, Next, Options, Part, Pass, PersonalArea, Portal as _, PortalError,
    Session, SessionKeeper, SignIn, SignedIn, States,
};
use kabinet_records::{Application, Document, DraftDocument, Message, Procedure};
use kabinet_stb::Secret;
use world::World;

/// Keeps sessions and notes what the portal had seen by then.
struct Store {
    world: World,
    kept: Mutex<Vec<Secret>>,
    refuse: Mutex<bool>,
    used_before_kept: Mutex<bool>,
    /// Octets of sessions that the portal ended.
    ended: Mutex<Vec<Secret>>,
}

impl SessionKeeper for Store {
    fn keep(&self, session: &Secret) -> Result<(), KeepFailed> {
        if *self.refuse.lock().unwrap() {
            return Err(KeepFailed);
        }
        let known = self
            .kept
            .lock()
            .unwrap()
            .iter()
            .any(|kept| contains_token(&self.world, kept));
        let used = {
            let state = self.world.state();
            state
                .seen
                .contains(&format!("DPoP at-{}", state.generation))
        };
        if used && !known && self.world.state().generation > 1 {
            *self.used_before_kept.lock().unwrap() = true;
        }
        self.kept
            .lock()
            .unwrap()
            .push(Secret::new(session.expose().to_vec()));
        Ok(())
    }

    fn ended(&self, session: &Session) {
        self.ended.lock().unwrap().push(session.to_secret());
    }
}

fn contains_token(world: &World, session: &Secret) -> bool {
    let token = format!("\"at-{}\"", world.state().generation);
    String::from_utf8_lossy(session.expose()).contains(&token)
}

/// Some tests wait for the end of this; what is answered takes no time.
fn quick() -> Options {
    Options {
        timeout: Duration::from_secs(10),
        ..Options::default()
    }
}

async fn sign_in(client: &Client) -> Result<SignedIn, PortalError> {
    let mut sign_in = SignIn::begin(client).await?;
    let down = sign_in.answer_m1(b"ACCESS", b"M1").await?;
    let responses: Vec<Vec<u8>> = down.commands.iter().map(|_| vec![0x90, 0]).collect();
    let mut next = sign_in.answer_m3(b"M3", &responses).await?;
    while let Next::More(commands) = next {
        let responses: Vec<Vec<u8>> = commands.iter().map(|_| vec![0x90, 0]).collect();
        next = sign_in.answer_more(&responses).await?;
    }
    sign_in.finish().await
}

/// A world in which the holder has signed in.
async fn signed_in() -> (World, PersonalArea, Arc<Store>) {
    let world = World::start().await;
    let client = Client::new(&world.url, quick()).unwrap();
    let session = sign_in(&client).await.ok().unwrap().session;
    let store = Arc::new(Store {
        world: world.clone(),
        kept: Mutex::new(Vec::new()),
        refuse: Mutex::new(false),
        used_before_kept: Mutex::new(false),
        ended: Mutex::new(Vec::new()),
    });
    let area = open(&client, session, &store);
    (world, area, store)
}

fn open(client: &Client, session: Session, store: &Arc<Store>) -> PersonalArea {
    PersonalArea::new(client, session, Arc::clone(store) as Arc<dyn SessionKeeper>).unwrap()
}

/// What a whole pass brought.
struct Synced {
    procedures: Changes<Procedure>,
    applications: Changes<Application>,
    messages: Changes<Message>,
    documents: Changes<Document>,
    drafts: Changes<DraftDocument>,
    /// In how many parts.
    parts: usize,
}

/// A whole pass.
async fn sync(area: &PersonalArea, since: &States) -> Result<Synced, PortalError> {
    let mut pass = Pass::new(since);
    let mut synced = Synced {
        procedures: nothing(&since.procedures),
        applications: nothing(&since.applications),
        messages: nothing(&since.messages),
        documents: nothing(&since.documents),
        drafts: nothing(&since.drafts),
        parts: 0,
    };
    while let Some(part) = area.sync(&mut pass).await? {
        add(&mut synced.procedures, part.procedures);
        add(&mut synced.applications, part.applications);
        add(&mut synced.messages, part.messages);
        add(&mut synced.documents, part.documents);
        add(&mut synced.drafts, part.drafts);
        synced.parts += 1;
    }
    Ok(synced)
}

fn nothing<T>(since: &Option<String>) -> Changes<T> {
    Changes {
        state: since.clone().unwrap_or_default(),
        complete: false,
        changed: Vec::new(),
        removed: Vec::new(),
        unreadable: 0,
    }
}

fn add<T>(changes: &mut Changes<T>, part: Part<T>) {
    changes.changed.extend(part.changed);
    changes.removed.extend(part.removed);
    changes.complete |= part.all.is_some();
    changes.unreadable += part.unreadable;
    changes.state = part.state.unwrap_or(changes.state.clone());
}
