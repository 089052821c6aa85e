use kabinet_portal::{Portal, States};

use crate::area::application;
use crate::signed_in;

const ID: &str = "0190b2f0-0000-7000-8000-000000000001";

#[tokio::test]
async fn an_idle_sync_is_one_request() {
    let (world, area, _store) = signed_in().await;
    let first = area.sync(&States::default()).await.unwrap();
    assert!(first.procedures.complete && first.applications.complete);
    let states = States {
        procedures: Some(first.procedures.state),
        applications: Some(first.applications.state),
    };
    let sent = area.client().round_trips();
    let idle = area.sync(&states).await.unwrap();
    assert_eq!(area.client().round_trips(), sent + 1);
    assert!(idle.applications.changed.is_empty() && !idle.applications.complete);
    world
        .state()
        .area
        .applications
        .insert(ID.into(), application(ID));
    let busy = area.sync(&states).await.unwrap();
    assert_eq!(area.client().round_trips(), sent + 2);
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
    };
    let changes = area.sync(&states).await.unwrap();
    assert!(changes.applications.complete && !changes.procedures.complete);
    assert_eq!(changes.applications.changed.len(), 1);
    assert_eq!(world.count("POST /jmap"), 2);
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
    area.sync(&States::default()).await.unwrap();
    world.state().area.session = 1;
    area.sync(&States::default()).await.unwrap();
    area.sync(&States::default()).await.unwrap();
    area.sync(&States::default()).await.unwrap();
    assert_eq!(world.count("GET /.well-known/jmap"), 2);
}
