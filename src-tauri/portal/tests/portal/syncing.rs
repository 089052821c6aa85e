use kabinet_portal::{Portal as _, PortalError, States};
use kabinet_stb::hash::belt_hash;

use crate::area::{application, message};
use crate::{Synced, signed_in, sync};

const ID: &str = "0190b2f0-0000-7000-8000-000000000001";

/// The states that changes lead to, where drafts travel.
fn states(changes: Synced) -> States {
    States {
        procedures: Some(changes.procedures.state),
        applications: Some(changes.applications.state),
        messages: Some(changes.messages.state),
        documents: Some(changes.documents.state),
        drafts: Some(changes.drafts.state),
        with_drafts: true,
    }
}

#[tokio::test]
async fn an_idle_sync_is_one_request() {
    let (world, area, _store) = signed_in().await;
    let everything = States {
        with_drafts: true,
        ..States::default()
    };
    let first = sync(&area, &everything).await.unwrap();
    assert!(first.procedures.complete && first.applications.complete && first.drafts.complete);
    let states = states(first);
    let sent = area.client().round_trips();
    let idle = sync(&area, &states).await.unwrap();
    assert_eq!(area.client().round_trips(), sent + 1);
    assert!(idle.applications.changed.is_empty() && !idle.applications.complete);
    let (request, answer) = world.state().area.octets;
    assert!(request <= 600 && answer <= 600, "{request} {answer}");
    world
        .state()
        .area
        .applications
        .insert(ID.into(), application(ID));
    let busy = sync(&area, &states).await.unwrap();
    // One that says that something moved, and one that says what.
    assert_eq!(area.client().round_trips(), sent + 3);
    assert_eq!(busy.applications.changed.len(), 1);
    assert_eq!(busy.applications.unreadable, 0);
    assert_eq!(busy.applications.state, "1");
}

#[tokio::test]
async fn a_state_that_the_portal_forgot_gets_all() {
    let (world, area, _store) = signed_in().await;
    world
        .state()
        .area
        .applications
        .insert(ID.into(), application(ID));
    world.state().area.forgotten.insert("old".into());
    let states = States {
        procedures: Some("0".into()),
        applications: Some("old".into()),
        messages: Some("0".into()),
        documents: Some("0".into()),
        ..States::default()
    };
    let changes = sync(&area, &states).await.unwrap();
    assert!(changes.applications.complete && !changes.procedures.complete);
    // The others are not fetched again.
    assert!(!changes.messages.complete && !changes.documents.complete);
    assert_eq!(changes.applications.changed.len(), 1);
    // That it moved, that the changes cannot be told, everything, and that this was all.
    assert_eq!(world.count("POST /jmap"), 4);
    let alone = area.applications(Some("old")).await.unwrap();
    assert!(alone.complete);
}

#[tokio::test]
async fn an_object_from_the_future_does_not_stop_the_rest() {
    let (world, area, _store) = signed_in().await;
    world
        .state()
        .area
        .applications
        .insert(ID.into(), application(ID));
    world
        .state()
        .area
        .applications
        .insert("x".into(), serde_json::json!({"id": "x", "shape": "new"}));
    let changes = area.applications(None).await.unwrap();
    assert_eq!((changes.changed.len(), changes.unreadable), (1, 1));
}

#[tokio::test]
async fn a_changed_session_object_is_fetched_again() {
    let (world, area, _store) = signed_in().await;
    sync(&area, &States::default()).await.unwrap();
    world.state().area.session = 1;
    sync(&area, &States::default()).await.unwrap();
    sync(&area, &States::default()).await.unwrap();
    sync(&area, &States::default()).await.unwrap();
    assert_eq!(world.count("GET /.well-known/jmap"), 2);
}

/// An identifier by its number.
fn id(number: u32) -> String {
    format!("0190b2f0-0000-7000-8000-{number:012}")
}

#[tokio::test]
async fn a_long_history_comes_in_pages() {
    let (world, area, _store) = signed_in().await;
    {
        let mut state = world.state();
        state.area.page = 10;
        for number in 0..35 {
            state.area.messages.insert(id(number), message(&id(number)));
        }
    }
    let first = sync(&area, &States::default()).await.unwrap();
    assert!(first.messages.complete);
    assert_eq!(first.messages.changed.len(), 35);
    // Each page can be stored as it comes.
    assert_eq!(first.parts, 5);
    // Four pages, and the empty one after the last: the portal does not tell how many there are.
    assert_eq!(world.count("POST /jmap"), 5);
    for number in 35..62 {
        let mut state = world.state();
        state.area.messages.insert(id(number), message(&id(number)));
    }
    let states = States {
        with_drafts: false,
        ..states(first)
    };
    let more = sync(&area, &states).await.unwrap();
    assert!(!more.messages.complete);
    assert_eq!(more.messages.changed.len(), 27);
    assert_eq!(more.messages.state, "62");
    assert_eq!(world.count("POST /jmap"), 5 + 1 + 3);
}

#[tokio::test]
async fn a_blob_is_what_its_name_says() {
    let (world, area, _store) = signed_in().await;
    let name: String = belt_hash(b"content")
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect();
    let name = format!("G{name}");
    let put = |octets: &[u8]| {
        let mut state = world.state();
        let path = format!("{name}?n=blob&t=application%2Foctet-stream");
        state.area.downloads.insert(path.clone(), octets.to_vec());
        // The test's server may or may not leave the query on.
        state.area.downloads.insert(name.clone(), octets.to_vec());
    };
    put(b"content");
    assert_eq!(area.blob(&name, 100).await.unwrap(), b"content");
    assert!(matches!(
        area.blob(&name, 3).await,
        Err(PortalError::Garbage("answer too long"))
    ));
    put(b"another");
    assert!(matches!(
        area.blob(&name, 100).await,
        Err(PortalError::Garbage("blob is not the named one"))
    ));
    assert!(matches!(
        area.blob("../x", 100).await,
        Err(PortalError::Garbage("blobId"))
    ));
}
