use kabinet_portal::{Client, PortalError, States};

use crate::world::Fault;
use crate::{signed_in, sync};

async fn after(fault: Fault) -> PortalError {
    let (world, area, _store) = signed_in().await;
    sync(&area, &States::default()).await.unwrap();
    world.fault("/jmap", fault);
    let error = sync(&area, &States::default()).await.err().unwrap();
    // Whatever it was, it passes.
    assert!(
        !error.is_permanent() || matches!(error, PortalError::Refused(_)),
        "{error}"
    );
    sync(&area, &States::default()).await.unwrap();
    error
}

fn answer(status: &'static str, headers: &'static str, body: &str) -> Fault {
    Fault::Answer(status, headers, body.to_owned())
}

#[tokio::test]
async fn errors_of_the_server_have_a_type() {
    assert_eq!(
        after(answer("500 Oops", "", "")).await,
        PortalError::Server(500)
    );
    assert_eq!(
        after(answer("503 Busy", "", "")).await,
        PortalError::Server(503)
    );
    assert_eq!(
        after(answer("503 Busy", "Retry-After: 7\r\n", "")).await,
        PortalError::RetryAfter(7)
    );
    assert_eq!(
        after(answer("429 Slow", "Retry-After: 9\r\n", "")).await,
        PortalError::RetryAfter(9)
    );
    assert_eq!(
        after(answer("401 No", "", "")).await,
        PortalError::Unauthorised
    );
    let body = "{\"type\":\"urn:ietf:params:jmap:error:unknownCapability\",\"status\":400}";
    assert_eq!(
        after(answer("400 No", "", body)).await,
        PortalError::Refused("unknownCapability".into())
    );
}

#[tokio::test]
async fn answers_without_meaning_are_garbage() {
    for fault in [
        answer("200 OK", "", "<html>Sign in to the hotel</html>"),
        answer("200 OK", "", "{}"),
        answer(
            "200 OK",
            "",
            "{\"methodResponses\":[],\"sessionState\":\"0\"}",
        ),
        answer("200 OK", "", &"[".repeat(100_000)),
        answer("302 Found", "Location: http://127.0.0.1:1/\r\n", ""),
        answer("200 OK", "", &" ".repeat(17 * 1024 * 1024)),
        Fault::Truncate,
    ] {
        let told = format!("{fault:.60?}");
        assert!(
            matches!(after(fault).await, PortalError::Garbage(_)),
            "{told}"
        );
    }
}

#[tokio::test]
async fn silence_is_a_timeout_and_a_closed_door_is_offline() {
    assert_eq!(after(Fault::Hang).await, PortalError::Timeout);
    assert_eq!(after(Fault::DropBefore).await, PortalError::Offline);
    assert_eq!(after(Fault::DropAfter).await, PortalError::Offline);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(
        Client::discover(&url).await.err(),
        Some(PortalError::Offline)
    );
}
