//! The personal area: what a portal answers over JMAP (RFC 8620, RFC 9404), and what it pushes.

use std::collections::BTreeSet;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;

use kabinet_portal::{
    Client, DraftUpdate, DraftsSet, KeepFailed, Options, Pass, PersonalArea, Portal, PortalError,
    Session, SessionKeeper, Source, States, Submission, Upload, Uploaded,
};
use kabinet_records::{ClientName, Draft, DraftDocument, HybridClock};
use kabinet_stb::{Secret, hash};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::wire::{self, Lines, PORTAL, RUNTIME};

/// The account of the area.
const ACCOUNT: &str = "a1";
const APPLICATION: Uuid = Uuid::from_u128(0x0190_B2F0_0000_7000_8000_0000_0000_0001);
/// A file that is sent.
const FILE: &[u8] = b"content";

/// Keeps nothing.
struct Forgets;

impl SessionKeeper for Forgets {
    fn keep(&self, session: &Secret) -> Result<(), KeepFailed> {
        // What is kept can be read again.
        assert!(Session::from_secret(session).is_ok());
        Ok(())
    }

    fn ended(&self, _session: &Session) {}
}

/// A session with a portal; where it knows the area, that is not asked for.
fn session(portal: &str, knows_area: bool) -> Session {
    let area = json!({"account": ACCOUNT, "api": "/api", "upload": "/upload", "max_upload": 1_000_000,
        "state": "0", "blob": {"max_set": null, "max_sources": 64}, "download": "/d/{blobId}",
        "events": "/events?{types}{closeafter}{ping}", "max_get": 500});
    let area = if knows_area { area } else { Value::Null };
    let session = json!({"version": 1, "portal": portal, "access": "a", "refresh": "r",
        "expires_at": 4_102_444_800_i64, "key": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
        "area": area});
    Session::from_secret(&Secret::new(session.to_string().into_bytes())).unwrap()
}

/// `blobId` of octets.
fn blob_id(octets: &[u8]) -> String {
    format!("G{}", hex(&hash::belt_hash(octets)))
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// A letter that says what is asked, small when the session object is asked for first; then the
/// answers, one a line.
pub(crate) fn jmap(octets: &[u8]) {
    let [what, octets @ ..] = octets else {
        return;
    };
    let lines = Lines::of(octets);
    let client = wire::client(move |_| lines.next());
    let knows_area = what & 0x20 == 0;
    let area = PersonalArea::new(&client, session(PORTAL, knows_area), Arc::new(Forgets)).unwrap();
    RUNTIME.block_on(async {
        match what % 16 {
            1 => pass(&area, &States::default()).await,
            2 => pass(&area, &known()).await,
            3 => {
                if let Ok(found) = area.procedures(None).await {
                    assert!(found.complete && found.changed.is_sorted_by(|a, b| a.id < b.id));
                }
            }
            4 => {
                if let Ok(found) = area.applications(Some("1")).await {
                    assert!(found.changed.is_sorted_by_key(|one| one.id.to_string()));
                }
            }
            5 => {
                if let Ok(found) = area.drafts(Some("1")).await {
                    // They were read, so they can be used.
                    for one in found.changed {
                        let _ = (one.draft(), one.conflicts(), one.files());
                    }
                }
            }
            6 => set_drafts(&area).await,
            7 => drop(area.withdraw_drafts("1", &[APPLICATION]).await),
            8 => {
                if let Ok(Submission::Submitted(one)) = area.submit(APPLICATION, "G1", &[]).await {
                    assert_eq!(one.id, APPLICATION);
                }
            }
            9 => {
                if let Ok(Submission::Submitted(one)) = area.write(APPLICATION, "G1", &[]).await {
                    assert_eq!(one.id, APPLICATION);
                }
            }
            10 => is_named(area.upload_signature(FILE).await),
            11 => is_named(area.upload(&file()).await),
            12 => {
                let hashes = [hex(&[1; 32]), hex(&[2; 32])];
                if let Ok(Some(lacking)) = area.lacking(&hashes).await {
                    assert!(lacking.is_subset(&BTreeSet::from(hashes)));
                }
            }
            13 => {
                if let Ok(Some(part)) = area.part(&hex(&[1; 32]), 0, 8).await {
                    assert!((1..=8).contains(&part.len()));
                }
            }
            14 => {
                let id = blob_id(FILE);
                if let Ok(found) = area.blob(&id, 64).await {
                    assert_eq!(found, FILE);
                }
            }
            _ => drop(area.logout().await),
        }
    });
}

fn known() -> States {
    let state = || Some("1".to_owned());
    States {
        procedures: state(),
        applications: state(),
        messages: state(),
        documents: state(),
        drafts: state(),
        with_drafts: true,
    }
}

/// As many parts as come.
async fn pass(area: &PersonalArea, since: &States) {
    let mut pass = Pass::new(since);
    while let Ok(Some(part)) = area.sync(&mut pass).await {
        assert!(!part.is_empty());
        assert!(since.with_drafts || part.drafts.is_empty());
    }
}

/// Each draft that was sent has become something.
async fn set_drafts(area: &PersonalArea) {
    let sent = [true, false].map(|known| {
        let draft = Draft {
            id: if known { Uuid::max() } else { APPLICATION },
            procedure_id: "2.2".into(),
            procedure_version: 1,
            data: json!({"a": 1}),
            prefilled: [].into(),
            attachments: Vec::new(),
            changed_at: wire::now(),
        };
        let stamp = HybridClock::new(ClientName(1)).tick(draft.changed_at, ClientName(2));
        DraftUpdate {
            document: DraftDocument::begin(&draft, stamp),
            known,
        }
    });
    if let Ok(DraftsSet::Done(done)) = area.set_drafts("1", &sent).await {
        let refused = done.refused.map_or(0, |(count, _)| count);
        let all = done.kept.len() + done.there.len() + done.missing.len() + refused;
        assert_eq!(all, sent.len());
        assert!(
            done.there
                .iter()
                .all(|one| one.id == APPLICATION || one.id == Uuid::max())
        );
    }
}

/// What was uploaded has the name of its octets.
fn is_named(uploaded: Result<Uploaded, PortalError>) {
    if let Ok(Uploaded::Done(name)) = uploaded {
        assert_eq!(name, blob_id(FILE));
    }
}

struct Octets;

impl Source for Octets {
    fn read(&self, offset: u64) -> io::Result<Vec<u8>> {
        Ok(FILE.get(offset as usize..).unwrap_or_default().to_vec())
    }
}

fn file() -> Upload {
    Upload {
        hash: hex(&hash::belt_hash(FILE)),
        media_type: "text/plain".to_owned(),
        size: FILE.len() as u64,
        source: Arc::new(Octets),
        progress: Arc::new(|_| ()),
    }
}

/// A server of this computer that answers each request with the next stream; and a client of it.
static STREAMS: LazyLock<(Client, Mutex<Sender<Vec<u8>>>)> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let (sender, streams) = mpsc::channel::<Vec<u8>>();
    thread::spawn(move || {
        while let (Ok((connection, _)), Ok(stream)) = (listener.accept(), streams.recv()) {
            // It ends when either side has had enough.
            let _ = answer(connection, &stream);
        }
    });
    (
        Client::new(&address, Options::default()).unwrap(),
        Mutex::new(sender),
    )
});

/// Gives the stream in two pieces, of which its first octet tells the length of the first.
fn answer(mut connection: TcpStream, stream: &[u8]) -> io::Result<()> {
    const HEAD: &[u8] =
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    let mut question = Vec::new();
    while !question.ends_with(b"\r\n\r\n") {
        let mut octets = [0; 1024];
        match connection.read(&mut octets)? {
            0 => return Ok(()),
            count => question.extend_from_slice(&octets[..count]),
        }
    }
    connection.set_nodelay(true)?;
    connection.write_all(HEAD)?;
    let (first, octets) = stream.split_first().unwrap_or((&0, &[]));
    let (first, second) = octets.split_at(octets.len().min(usize::from(*first)));
    connection.write_all(first)?;
    connection.write_all(second)
}

/// What an event source sends. Nothing has changed unless it says so of this account.
pub(crate) fn events(octets: &[u8]) {
    let (client, streams) = &*STREAMS;
    streams.lock().unwrap().send(octets.to_vec()).unwrap();
    let session = session(client.address(), true);
    let area = PersonalArea::new(client, session, Arc::new(Forgets)).unwrap();
    RUNTIME.block_on(async {
        let Ok(mut source) = area.listen().await else {
            return;
        };
        let mut changes = 0;
        while source.next().await.is_ok() {
            changes += 1;
        }
        let says = |word: &[u8]| octets.windows(word.len()).any(|part| part == word);
        assert!(changes == 0 || says(b"state") && says(b"data"));
        assert!(changes <= octets.len() / ACCOUNT.len());
    });
}
