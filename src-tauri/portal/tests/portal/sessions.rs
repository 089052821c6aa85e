use std::time::{Duration, Instant};

use kabinet_portal::{Client, Portal, PortalError, Session, States};

use crate::world::Fault;
use crate::{open, quick, signed_in, sync};

#[tokio::test]
async fn an_expired_token_is_refreshed_once_and_kept_before_use() {
    let (world, area, store) = signed_in().await;
    sync(&area, &States::default()).await.unwrap();
    world.state().access_expired = true;
    sync(&area, &States::default()).await.unwrap();
    assert_eq!(world.count("POST /token"), 2);
    assert_eq!(world.count("POST /jmap"), 3);
    assert!(!*store.used_before_kept.lock().unwrap());
    let newest = Session::from_secret(store.kept.lock().unwrap().last().unwrap())
        .ok()
        .unwrap();
    // The stored session works after a restart, without asking for the area's addresses again.
    let client = Client::new(&world.url, quick()).unwrap();
    let again = open(&client, newest, &store);
    sync(&again, &States::default()).await.unwrap();
    assert_eq!(client.round_trips(), 1);
}

#[tokio::test]
async fn tasks_share_one_refresh() {
    let (world, area, _store) = signed_in().await;
    sync(&area, &States::default()).await.unwrap();
    world.state().access_expired = true;
    let states = States::default();
    let (one, two, three) = tokio::join!(
        sync(&area, &states),
        area.procedures(None),
        area.applications(None)
    );
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    assert_eq!(world.count("POST /token"), 2);
}

#[tokio::test]
async fn a_session_that_cannot_be_stored_is_not_used() {
    let (world, area, store) = signed_in().await;
    sync(&area, &States::default()).await.unwrap();
    world.state().access_expired = true;
    *store.refuse.lock().unwrap() = true;
    assert_eq!(
        sync(&area, &States::default()).await.err(),
        Some(PortalError::NotKept)
    );
    assert_eq!(
        sync(&area, &States::default()).await.err(),
        Some(PortalError::NotKept)
    );
    assert!(!world.state().seen.contains("DPoP at-2"));
    *store.refuse.lock().unwrap() = false;
    sync(&area, &States::default()).await.unwrap();
    assert_eq!(world.count("POST /token"), 2);
    assert!(world.state().seen.contains("DPoP at-2"));
}

#[tokio::test]
async fn a_refresh_goes_on_when_the_caller_goes_away() {
    let (world, area, store) = signed_in().await;
    sync(&area, &States::default()).await.unwrap();
    world.state().access_expired = true;
    world.fault("/token", Fault::Delay(Duration::from_millis(300)));
    let states = States::default();
    assert!(
        tokio::time::timeout(Duration::from_millis(100), sync(&area, &states))
            .await
            .is_err()
    );
    let deadline = Instant::now() + Duration::from_secs(20);
    let is_kept = || {
        let kept = store.kept.lock().unwrap();
        let newest = kept.last();
        world.count("POST /token") == 2
            && newest.is_some_and(|kept| crate::contains_token(&world, kept))
    };
    while !is_kept() {
        assert!(Instant::now() < deadline, "the refresh was given up");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    sync(&area, &states).await.unwrap();
    assert_eq!(world.count("POST /token"), 2);
}

#[tokio::test]
async fn a_revoked_family_ends_the_session() {
    let (world, area, store) = signed_in().await;
    sync(&area, &States::default()).await.unwrap();
    world.state().revoked = true;
    assert!(!area.is_over());
    assert_eq!(
        sync(&area, &States::default()).await.err(),
        Some(PortalError::SessionExpired)
    );
    assert!(area.is_over());
    // Whoever keeps it hears of it once, and knows it from any other.
    let ended = std::mem::take(&mut *store.ended.lock().unwrap());
    assert_eq!(ended.len(), 1);
    let ended = Session::from_secret(&ended[0]).ok().unwrap();
    assert!(ended.is_stored_in(store.kept.lock().unwrap().last().unwrap()));
    let sent = area.client().round_trips();
    assert_eq!(
        sync(&area, &States::default()).await.err(),
        Some(PortalError::SessionExpired)
    );
    assert_eq!(area.client().round_trips(), sent);
}

#[tokio::test]
async fn a_portal_that_refuses_fresh_tokens_is_not_asked_for_ever() {
    let (world, area, _store) = signed_in().await;
    sync(&area, &States::default()).await.unwrap();
    let refusal = || {
        Fault::Answer(
            "401 Unauthorized",
            "WWW-Authenticate: DPoP error=\"invalid_token\"\r\n",
            String::new(),
        )
    };
    world.fault("/jmap", refusal());
    world.fault("/jmap", refusal());
    assert_eq!(
        sync(&area, &States::default()).await.err(),
        Some(PortalError::Unauthorised)
    );
    assert_eq!(world.count("POST /token"), 2);
}

#[tokio::test]
async fn a_lost_network_does_not_end_the_session() {
    let (world, area, store) = signed_in().await;
    sync(&area, &States::default()).await.unwrap();
    world.state().access_expired = true;
    world.fault("/token", Fault::DropBefore);
    assert_eq!(
        sync(&area, &States::default()).await.err(),
        Some(PortalError::Offline)
    );
    sync(&area, &States::default()).await.unwrap();
    assert!(store.ended.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_refresh_whose_answer_was_lost_does_not_end_the_session() {
    let (world, area, store) = signed_in().await;
    sync(&area, &States::default()).await.unwrap();
    for lost in [Fault::DropAfter, Fault::Truncate, Fault::Hang] {
        world.state().access_expired = true;
        world.fault("/token", lost);
        assert!(sync(&area, &States::default()).await.is_err());
        sync(&area, &States::default()).await.unwrap();
    }
    assert!(store.ended.lock().unwrap().is_empty());
    // Whoever shows it after what it gave was shown has a copy.
    let kept = Session::from_secret(&store.kept.lock().unwrap()[0]).ok();
    let old = open(area.client(), kept.unwrap(), &store);
    world.state().access_expired = true;
    assert_eq!(
        sync(&old, &States::default()).await.err(),
        Some(PortalError::SessionExpired)
    );
}

#[tokio::test]
async fn logout_revokes_and_forgets() {
    let (world, area, _store) = signed_in().await;
    area.logout().await.unwrap();
    assert!(world.state().revoked);
    let sent = area.client().round_trips();
    assert_eq!(
        sync(&area, &States::default()).await.err(),
        Some(PortalError::SessionExpired)
    );
    area.logout().await.unwrap();
    assert_eq!(area.client().round_trips(), sent);
}

#[tokio::test]
async fn a_portal_that_does_not_end_all_sessions_is_not_believed_to() {
    let (world, area, store) = signed_in().await;
    // One that passes over what it does not know ends this session only, or says nothing.
    world.fault("/revoke", Fault::Answer("200 OK", "", "{}".into()));
    assert_eq!(
        area.logout_everywhere().await,
        Err(PortalError::Refused("all_not_supported".into()))
    );
    world.fault("/revoke", Fault::DropBefore);
    assert_eq!(area.logout_everywhere().await, Err(PortalError::Offline));
    // What was not done can be asked for again.
    let done = "{\"all\":true}".to_owned();
    world.fault("/revoke", Fault::Answer("200 OK", "", done));
    area.logout_everywhere().await.unwrap();
    assert_eq!(
        area.logout_everywhere().await,
        Err(PortalError::SessionExpired)
    );
    assert!(store.ended.lock().unwrap().is_empty());
}
