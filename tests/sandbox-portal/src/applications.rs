//! Applications: what the portal checks before it registers one, and what it tells about them.

use kabinet_records::form;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::blobs;
use crate::clock;
use crate::cms;
use crate::jmap::{self, Outcome, failed};
use crate::jwt::b64;
use crate::manifest::Manifest;
use crate::portal::{Portal, lock};
use crate::procedures;
use crate::publishing;
use crate::store::Person;

/// The type's name.
pub const KIND: &str = "Application";

/// What an application's `status` may be.
pub const STATUSES: [&str; 6] = [
    "registered",
    "accepted",
    "documentsRequested",
    "approved",
    "refused",
    "withdrawn",
];

/// More than anybody writes by hand; a runaway client meets it.
const MOST_APPLICATIONS: i64 = 10_000;

/// `Application/set`, which can only create.
///
/// # Errors
/// The method error.
pub fn set(portal: &Portal, person: &Person, arguments: &Map<String, Value>) -> Outcome {
    jmap::set(portal, &person.subject, KIND, arguments, |wish| {
        create(portal, person, wish)
    })
}

/// Something that shall be made from an upload that the holder signed.
pub struct Offered {
    /// Identifier that the client gave it.
    pub id: String,
    /// The signature's blob.
    pub blob: String,
    /// Its octets.
    pub signature: Vec<u8>,
    /// What was signed.
    pub content: Vec<u8>,
}

/// Reads a wish to create an object of that type, of which an account has `most`; or the SetError.
///
/// # Errors
/// `invalidProperties`, `alreadyExists`, `overQuota`, and those of the signature.
pub fn offered(
    portal: &Portal,
    person: &Person,
    kind: &str,
    most: i64,
    wish: &Value,
) -> Result<Offered, Value> {
    let error = |kind: &str, why: &str| json!({ "type": kind, "description": why });
    let id = wish["id"]
        .as_str()
        .and_then(|text| Uuid::parse_str(text).ok())
        .ok_or_else(|| error("invalidProperties", "id is a UUID"))?
        .to_string();
    let (known, count) = portal
        .store()
        .known(kind, &person.subject, &id)
        .map_err(failed)?;
    if known {
        return Err(json!({ "type": "alreadyExists", "existingId": id }));
    }
    if count >= most {
        return Err(error("overQuota", "too many of these"));
    }
    let blob = wish["signatureBlobId"].as_str().unwrap_or_default();
    let (signature, content) = signed_by_holder(portal, person, blob)?;
    Ok(Offered {
        id,
        blob: blob.to_owned(),
        signature,
        content,
    })
}

/// Registers one application, or says why not (a SetError).
fn create(portal: &Portal, person: &Person, wish: &Value) -> Outcome {
    let account = &person.subject;
    let error = |kind: &str, why: &str| json!({ "type": kind, "description": why });
    let Offered {
        id,
        blob,
        signature,
        content,
    } = offered(portal, person, KIND, MOST_APPLICATIONS, wish)?;
    let now = clock::seconds();
    let manifest = Manifest::parse(&content).map_err(|why| error("invalidManifest", why))?;
    if manifest.application.to_string() != id {
        return Err(error("invalidManifest", "for another application"));
    }
    // With or without the prefix of STB 34.101.78.
    if manifest.personal_number.as_ref().is_some_and(|number| {
        *number != person.personal_number
            && Some(number.as_str()) != person.personal_number.strip_prefix("PNOBY-")
    }) {
        return Err(error("invalidManifest", "for another applicant"));
    }
    let procedure = publishing::offered_one(&portal.store(), &manifest.procedure)?
        .ok_or_else(|| error("invalidManifest", "no such procedure"))?;
    check_form(&procedure, &manifest)?;
    blobs::check_attachments(
        &portal.store(),
        account,
        &manifest.attachments,
        &wish["attachmentBlobIds"],
    )?;
    let object = portal
        .store()
        .add(KIND, account, &id, Some(&b64(&signature)), |number| {
            object(&id, &blob, &manifest, number, now).to_string()
        })
        .map_err(failed)?;
    portal.tell(account);
    serde_json::from_str(&object).map_err(failed)
}

/// The octets of an uploaded signature that the holder's card made, and what was signed; or the
/// SetError.
///
/// # Errors
/// `blobNotFound`, `invalidSignature`, `signerNotHolder`, `certificateRevoked`.
fn signed_by_holder(
    portal: &Portal,
    person: &Person,
    blob: &str,
) -> Result<(Vec<u8>, Vec<u8>), Value> {
    let error = |kind: &str, why: &str| json!({ "type": kind, "description": why });
    let signature = portal
        .store()
        .blob(&person.subject, blob)
        .map_err(failed)?
        .ok_or_else(|| error("blobNotFound", "upload the signature first"))?;
    let issuers = [&portal.root, &portal.issuing];
    let signed = cms::verify(&signature, &issuers, clock::seconds())
        .map_err(|why| error("invalidSignature", why))?;
    if signed.signer.subject_serial().as_ref() != Some(&person.serial_number) {
        return Err(error(
            "signerNotHolder",
            "signed with another person's card",
        ));
    }
    // What was signed before that stands, where a stamp proves it.
    if lock(&portal.revocations).was_revoked(&signed.signer, signed.at) {
        return Err(error(
            "certificateRevoked",
            "the signer's certificate was revoked",
        ));
    }
    Ok((signature, signed.content))
}

fn check_form(procedure: &Value, manifest: &Manifest) -> Result<(), Value> {
    if procedure["version"] != manifest.version {
        return Err(json!({ "type": "procedureVersionOld", "version": procedure["version"] }));
    }
    // On the day on which it was made: what was right then has not become wrong on its way here.
    let context = form::Context {
        today: form::day_in_belarus(manifest.created),
        attachments: &manifest.attachments,
    };
    let schema = &procedure["form"]["schema"];
    let problems = form::validate(schema, &manifest.data, &context).map_err(failed)?;
    if problems.is_empty() {
        return Ok(());
    }
    Err(json!({ "type": "invalidForm", "problems": problems }))
}

fn object(id: &str, blob: &str, manifest: &Manifest, number: i64, now: i64) -> Value {
    let submitted = clock::rfc3339(now);
    let days = procedures::days(&manifest.procedure);
    json!({
        "id": id,
        "signatureBlobId": blob,
        "attachmentBlobIds": blobs::names(&manifest.attachments),
        "procedureId": manifest.procedure,
        "procedureVersion": manifest.version,
        "registrationNumber": format!("{}-{number:06}", &submitted[..4]),
        "status": "registered",
        "submittedAt": submitted,
        "history": [{
            "at": submitted,
            "status": "registered",
            "note": {
                "be": "Заява зарэгістравана",
                "ru": "Заявление зарегистрировано",
                "en": "The application is registered",
            },
        }],
        "deadline": clock::rfc3339(now + days * 24 * 3600),
    })
}

/// Moves an application along, as an official would. `None` when there is no such application.
///
/// # Errors
/// The method error.
pub fn move_along(portal: &Portal, id: &str, order: &Value) -> Result<Option<Value>, Value> {
    let Some(application) = portal.store().object(KIND, id).map_err(failed)? else {
        return Ok(None);
    };
    let object = moved(&application.body, order)?;
    portal
        .store()
        .update(KIND, &application.account, id, &object.to_string())
        .map_err(failed)?;
    portal.tell(&application.account);
    Ok(Some(object))
}

/// An application as it is after an order.
///
/// # Errors
/// The method error.
pub(crate) fn moved(body: &str, order: &Value) -> Result<Value, Value> {
    let mut object: Value = serde_json::from_str(body).map_err(failed)?;
    let entry = json!({
        "at": clock::rfc3339(clock::seconds()),
        "status": order["status"],
        "note": order["note"],
    });
    object["status"] = order["status"].clone();
    if let Some(history) = object["history"].as_array_mut() {
        history.push(entry);
    }
    Ok(object)
}
