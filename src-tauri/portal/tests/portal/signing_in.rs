use kabinet_portal::{Client, PortalError, SignIn};

use crate::world::{Fault, World};
use crate::{quick, sign_in};

#[tokio::test]
async fn four_round_trips_after_discovery() {
    let world = World::start().await;
    let client = Client::discover(&world.url).await.unwrap();
    assert_eq!(client.round_trips(), 2);
    let done = sign_in(&client).await.ok().unwrap();
    assert_eq!(client.round_trips(), 6);
    assert_eq!(done.ticket.subject, "s-1");
    assert_eq!(done.ticket.groups[&4], [0x64, 0]);
    assert_eq!(done.ticket.absent, [9]);
    let state = world.state();
    assert_eq!(state.requests.len(), 6);
    assert_eq!(state.fields["btok_access"], "QUNDRVNT");
    assert_eq!(state.fields["btok_m1"], "TTE");
    assert_eq!(state.fields["btok_m3"], "TTM");
    assert_eq!(state.fields["btok_responses"], "[\"kAA\",\"kAA\"]");
    assert_eq!(state.fields["scope"], "openid offline_access");
    let agent = format!("kabinet/{}", env!("CARGO_PKG_VERSION"));
    assert!(state.user_agents.iter().all(|one| *one == agent));
}

#[tokio::test]
async fn what_is_asked_is_shown_before_the_card_is_touched() {
    let world = World::start().await;
    let client = Client::discover(&world.url).await.unwrap();
    let sign_in = SignIn::begin(&client).await.ok().unwrap();
    let terminal = sign_in.terminal();
    let request = terminal.request();
    assert_eq!(request.relying_party.en, "Portal");
    assert_eq!(
        request
            .claims
            .iter()
            .map(|claim| (claim.group, claim.required))
            .collect::<Vec<_>>(),
        [(4, true), (9, false)]
    );
    assert_eq!(
        terminal.request_hash(),
        kabinet_stb::hash::belt_hash(request.octets())
    );
    assert_eq!(
        terminal.certificates(),
        [b"CVC1".to_vec(), b"CVC2".to_vec()]
    );
    assert_eq!(terminal.auxiliary_data(), b"AUX");
}

#[tokio::test]
async fn long_groups_cost_one_round_trip_each() {
    let world = World::start().await;
    world.state().more_batches = 2;
    let client = Client::discover(&world.url).await.unwrap();
    assert!(sign_in(&client).await.is_ok());
    assert_eq!(client.round_trips(), 2 + 4 + 2);
}

#[tokio::test]
async fn a_portal_with_batches_without_end_is_left() {
    let world = World::start().await;
    world.state().more_batches = 1000;
    let client = Client::discover(&world.url).await.unwrap();
    assert_eq!(
        sign_in(&client).await.err(),
        Some(PortalError::Garbage("too many batches"))
    );
}

#[tokio::test]
async fn a_nonce_is_put_into_the_proofs_when_asked_for() {
    let world = World::start().await;
    world.state().dpop_nonce = Some("n-1".into());
    let client = Client::discover(&world.url).await.unwrap();
    assert!(sign_in(&client).await.is_ok());
    assert_eq!(client.round_trips(), 2 + 4 + 1);
}

#[tokio::test]
async fn a_forged_ticket_is_refused() {
    let world = World::start().await;
    world.state().forge_ticket = true;
    let client = Client::discover(&world.url).await.unwrap();
    assert_eq!(
        sign_in(&client).await.err(),
        Some(PortalError::Garbage("ticket: signature"))
    );
}

#[tokio::test]
async fn the_verdict_of_the_portal_has_a_type() {
    let world = World::start().await;
    let client = Client::new(&world.url, quick()).unwrap();
    for (code, expected) in [
        ("terminal_refused", PortalError::TerminalRefused),
        ("card_invalid", PortalError::CardInvalid),
        ("document_expired", PortalError::DocumentExpired),
        ("required_claim_missing", PortalError::RequiredClaimMissing),
        ("session_expired", PortalError::SessionExpired),
        (
            "invalid_request",
            PortalError::Refused("invalid_request".into()),
        ),
    ] {
        let mut sign_in = SignIn::begin(&client).await.ok().unwrap();
        let body = format!("{{\"error\":\"{code}\",\"error_description\":\"Ivan Ivanou\"}}");
        world.fault("/challenge", Fault::Answer("400 Bad Request", "", body));
        let error = sign_in.answer_m1(b"", b"M1").await.err().unwrap();
        assert_eq!(error, expected);
        assert!(!format!("{error} {error:?}").contains("Ivan"));
    }
}

#[tokio::test]
async fn another_portal_is_not_taken_for_this_one() {
    let world = World::start().await;
    world.state().url = "https://portal.example".into();
    assert_eq!(
        Client::discover(&world.url).await.err(),
        Some(PortalError::Garbage("issuer"))
    );
}
