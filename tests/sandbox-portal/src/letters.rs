//! Messages of applicants: signed replies and withdrawals.

use serde_json::{Map, Value, json};

use crate::applications::{self, Offered};
use crate::blobs;
use crate::clock;
use crate::jmap::{self, Outcome, failed};
use crate::jwt::b64;
use crate::manifest::Letter;
use crate::portal::Portal;
use crate::store::Person;

/// The type's name.
pub const KIND: &str = "Message";

/// A runaway client meets it.
const MOST_MESSAGES: i64 = 100_000;

/// `Message/set`, which can only create.
///
/// # Errors
/// The method error.
pub fn set(portal: &Portal, person: &Person, arguments: &Map<String, Value>) -> Outcome {
    jmap::set(portal, &person.subject, KIND, arguments, |wish| {
        create(portal, person, wish)
    })
}

/// Takes one letter, or says why not (a SetError).
fn create(portal: &Portal, person: &Person, wish: &Value) -> Outcome {
    let account = &person.subject;
    let error = |kind: &str, why: &str| json!({ "type": kind, "description": why });
    let Offered {
        id,
        blob,
        signature,
        content,
    } = applications::offered(portal, person, KIND, MOST_MESSAGES, wish)?;
    let letter = Letter::parse(&content).map_err(|why| error("invalidManifest", why))?;
    if letter.message.to_string() != id {
        return Err(error("invalidManifest", "for another message"));
    }
    let application = letter.application.to_string();
    let found = portal
        .store()
        .object(applications::KIND, &application)
        .map_err(failed)?
        .filter(|found| found.account == *account)
        .ok_or_else(|| error("noSuchApplication", "the application is not here"))?;
    let status = serde_json::from_str::<Value>(&found.body).map_err(failed)?["status"].clone();
    if ["approved", "refused", "withdrawn"]
        .iter()
        .any(|end| status == *end)
    {
        return Err(error("applicationClosed", "nothing can be added any more"));
    }
    let answered = match letter.in_reply_to {
        None => None,
        Some(answered) => Some(
            portal
                .store()
                .object(KIND, &answered.to_string())
                .map_err(failed)?
                .and_then(|message| serde_json::from_str::<Value>(&message.body).ok())
                .filter(|message| message["applicationId"] == application)
                .ok_or_else(|| error("invalidManifest", "answers no message of it"))?,
        ),
    };
    blobs::check_attachments(
        &portal.store(),
        account,
        &letter.attachments,
        &wish["attachmentBlobIds"],
    )?;
    let message = json!({
        "id": id,
        "applicationId": application,
        "direction": "fromApplicant",
        "author": letter.author,
        "sentAt": clock::rfc3339(clock::seconds()),
        "subject": null,
        "text": letter.text,
        "request": null,
        "inReplyTo": letter.in_reply_to,
        "signatureBlobId": blob,
        "attachmentBlobIds": blobs::names(&letter.attachments),
    });
    let follows = if letter.withdraws {
        Some(json!({ "status": "withdrawn", "note": withdrawn_note() }))
    } else if answered.is_some_and(|message| message["request"].is_object()) {
        // What was asked for is there: the work goes on.
        Some(json!({ "status": "accepted", "note": received_note() }))
    } else {
        None
    };
    let moved = follows.map(|order| applications::moved(&found.body, &order));
    let moved = moved.transpose()?.map(|object| object.to_string());
    // A letter that is there and has done nothing would never do it.
    let kept = portal.store().together(|store| {
        let signature = b64(&signature);
        store.add(KIND, account, &id, Some(&signature), |_| {
            message.to_string()
        })?;
        match &moved {
            Some(body) => store.update(applications::KIND, account, &application, body),
            None => Ok(()),
        }
    });
    kept.map_err(failed)?;
    portal.tell(account);
    Ok(message)
}

fn withdrawn_note() -> Value {
    json!({
        "be": "Заяўнік адклікаў заяву",
        "ru": "Заявитель отозвал заявление",
        "en": "The applicant withdrew the application",
    })
}

fn received_note() -> Value {
    json!({
        "be": "Адказ атрыманы",
        "ru": "Ответ получен",
        "en": "The reply has arrived",
    })
}
