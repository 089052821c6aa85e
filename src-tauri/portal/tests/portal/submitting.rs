use kabinet_portal::{
    FieldProblem, PersonalArea, Portal, PortalError, RefusedReason, Submission, Uploaded,
};
use kabinet_records::Message;
use serde_json::json;
use uuid::Uuid;

use crate::signed_in;
use crate::world::Fault;

const ID: Uuid = Uuid::from_u128(0x0190_b2f0_0000_7000_8000_0000_0000_0001);

/// Uploads and registers.
async fn submit(area: &PersonalArea, cms: &[u8]) -> Result<Submission, PortalError> {
    match area.upload_signature(cms).await? {
        Uploaded::Done(signature) => area.submit(ID, &signature, &[]).await,
        Uploaded::Refused(reason) => Ok(Submission::Refused(reason)),
    }
}

#[tokio::test]
async fn an_application_takes_two_requests() {
    let (world, area, _store) = signed_in().await;
    area.procedures(None).await.unwrap();
    let sent = area.client().round_trips();
    assert!(matches!(
        submit(&area, b"signed").await.unwrap(),
        Submission::Submitted(_)
    ));
    assert_eq!(area.client().round_trips(), sent + 2);
    assert_eq!(world.state().area.applications.len(), 1);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_found_again() {
    let (world, area, _store) = signed_in().await;
    area.procedures(None).await.unwrap();
    world.fault("/jmap", Fault::DropAfter);
    assert_eq!(
        submit(&area, b"signed").await.err(),
        Some(PortalError::Offline)
    );
    assert_eq!(world.state().area.applications.len(), 1);
    let Submission::Submitted(again) = submit(&area, b"signed").await.unwrap() else {
        panic!("refused")
    };
    assert_eq!(again.id.to_string(), ID.to_string());
    assert_eq!(world.state().area.applications.len(), 1);
}

#[tokio::test]
async fn a_refusal_is_told_with_its_reason() {
    let (world, area, _store) = signed_in().await;
    world.state().area.refusal = Some(json!({"type": "signerNotHolder"}));
    assert_eq!(
        submit(&area, b"signed").await.unwrap(),
        Submission::Refused(RefusedReason::SignerNotHolder)
    );
    world.state().area.refusal =
        Some(json!({"type": "invalidForm", "problems": [{"path": "/a", "keyword": "required"}]}));
    let problems = vec![FieldProblem {
        path: "/a".into(),
        keyword: "required".into(),
    }];
    assert_eq!(
        submit(&area, b"signed").await.unwrap(),
        Submission::Refused(RefusedReason::InvalidForm(problems))
    );
    assert_eq!(
        submit(&area, &[0; 10_001]).await.unwrap(),
        Submission::Refused(RefusedReason::TooLarge)
    );
}

#[tokio::test]
async fn an_upload_under_another_name_is_not_used() {
    let (world, area, _store) = signed_in().await;
    world.fault(
        "/up/",
        Fault::Answer("201 Created", "", json!({"blobId": "G00"}).to_string()),
    );
    assert_eq!(
        submit(&area, b"signed").await.err(),
        Some(PortalError::Garbage("blobId"))
    );
    assert_eq!(world.state().area.applications.len(), 0);
}

#[tokio::test]
async fn an_upload_that_vanished_is_tried_again_later() {
    let (world, area, _store) = signed_in().await;
    world.state().area.refusal = Some(json!({"type": "blobNotFound"}));
    let error = submit(&area, b"signed").await.err().unwrap();
    assert!(!error.is_permanent());
    assert!(matches!(
        submit(&area, b"signed").await.unwrap(),
        Submission::Submitted(_)
    ));
}

/// Uploads and writes.
async fn write(
    area: &PersonalArea,
    id: Uuid,
    cms: &[u8],
) -> Result<Submission<Message>, PortalError> {
    match area.upload_signature(cms).await? {
        Uploaded::Done(signature) => area.write(id, &signature, &[]).await,
        Uploaded::Refused(reason) => Ok(Submission::Refused(reason)),
    }
}

#[tokio::test]
async fn a_letter_goes_the_same_way() {
    let (world, area, _store) = signed_in().await;
    let first = write(&area, ID, b"signed letter").await.unwrap();
    assert!(matches!(first, Submission::Submitted(_)));
    // The answer was not heard, and it is sent again: it is there once.
    assert_eq!(write(&area, ID, b"signed letter").await.unwrap(), first);
    assert_eq!(world.state().area.messages.len(), 1);
    world.state().area.refusal = Some(json!({"type": "applicationClosed"}));
    assert_eq!(
        write(&area, Uuid::from_u128(1), b"signed").await.unwrap(),
        Submission::Refused(RefusedReason::ApplicationClosed)
    );
}
