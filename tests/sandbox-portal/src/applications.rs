//! Applications: what the portal checks before it registers one, and what it tells about them.

use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clock;
use crate::cms;
use crate::jmap::{self, Outcome, method_error};
use crate::jwt::b64;
use crate::manifest::Manifest;
use crate::portal::Portal;
use crate::procedures;
use crate::store::Person;

/// More than anybody writes by hand; a runaway client meets it.
const MOST_APPLICATIONS: i64 = 10_000;

/// State and objects of an account.
///
/// # Errors
/// The method error.
pub fn list(portal: &Portal, account: &str) -> Result<(String, Vec<Value>), Value> {
    let store = portal.store();
    let state = store.state(account).map_err(failed)?;
    let list = store.applications(Some(account)).map_err(failed)?;
    let objects: Result<Vec<Value>, _> = list
        .iter()
        .map(|application| serde_json::from_str(&application.body))
        .collect();
    Ok((state.to_string(), objects.map_err(failed)?))
}

/// `Application/changes`.
///
/// # Errors
/// The method error.
pub fn changes(portal: &Portal, account: &str, arguments: &Map<String, Value>) -> Outcome {
    let store = portal.store();
    let now = store.state(account).map_err(failed)?;
    let known = store.horizon(account).map_err(failed)?..=now;
    let since = arguments
        .get("sinceState")
        .and_then(Value::as_str)
        .ok_or_else(|| method_error("invalidArguments"))?;
    let old: i64 = since
        .parse()
        .ok()
        .filter(|old| known.contains(old))
        .ok_or_else(|| method_error("cannotCalculateChanges"))?;
    let changed = store.changes(account, old).map_err(failed)?;
    Ok(jmap::changes(account, since, &now.to_string(), &changed))
}

/// `Application/set`, which can only create.
///
/// # Errors
/// The method error.
pub fn set(portal: &Portal, person: &Person, arguments: &Map<String, Value>) -> Outcome {
    let account = &person.subject;
    let old = portal.store().state(account).map_err(failed)?.to_string();
    if let Some(expected) = arguments.get("ifInState").and_then(Value::as_str)
        && expected != old
    {
        return Err(method_error("stateMismatch"));
    }
    let (mut created, mut refused) = (Map::new(), Map::new());
    for (name, wish) in entries(arguments, "create") {
        match create(portal, person, wish) {
            Ok(object) => created.insert(name.clone(), object),
            Err(error) => refused.insert(name.clone(), error),
        };
    }
    let (mut not_updated, mut not_destroyed) = (Map::new(), Map::new());
    for (name, _) in entries(arguments, "update") {
        not_updated.insert(name.clone(), json!({ "type": "forbidden" }));
    }
    for id in arguments
        .get("destroy")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        not_destroyed.insert(id.to_owned(), json!({ "type": "forbidden" }));
    }
    let new = portal.store().state(account).map_err(failed)?.to_string();
    Ok(json!({
        "accountId": account,
        "oldState": old,
        "newState": new,
        "created": created,
        "notCreated": refused,
        "notUpdated": not_updated,
        "notDestroyed": not_destroyed,
    }))
}

fn entries<'a>(
    arguments: &'a Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    arguments
        .get(name)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}

/// Registers one application, or says why not (a SetError).
fn create(portal: &Portal, person: &Person, wish: &Value) -> Outcome {
    let account = &person.subject;
    let error = |kind: &str, why: &str| json!({ "type": kind, "description": why });
    let id = wish["id"]
        .as_str()
        .and_then(|text| Uuid::parse_str(text).ok())
        .ok_or_else(|| error("invalidProperties", "id is a UUID"))?
        .to_string();
    let (known, count) = portal.store().known(account, &id).map_err(failed)?;
    if known {
        return Err(json!({ "type": "alreadyExists", "existingId": id }));
    }
    if count >= MOST_APPLICATIONS {
        return Err(error("overQuota", "too many applications"));
    }
    let blob = wish["signatureBlobId"].as_str().unwrap_or_default();
    let signature = portal
        .store()
        .blob(account, blob)
        .map_err(failed)?
        .ok_or_else(|| error("blobNotFound", "upload the signature first"))?;
    let now = clock::seconds();
    let signed = cms::verify(&signature, &portal.root, &clock::utc_time(now))
        .map_err(|why| error("invalidSignature", why))?;
    if signed.signer.subject_serial().as_ref() != Some(&person.serial_number) {
        return Err(error(
            "signerNotHolder",
            "signed with another person's card",
        ));
    }
    let manifest = Manifest::parse(&signed.content).map_err(|why| error("invalidManifest", why))?;
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
    let procedure = procedures::all()
        .map_err(failed)?
        .into_iter()
        .find(|procedure| procedure["id"] == manifest.procedure)
        .ok_or_else(|| error("invalidManifest", "no such procedure"))?;
    check_form(&procedure, &manifest)?;
    let object = portal
        .store()
        .register(account, &id, &b64(&signature), |number| {
            object(&id, blob, &manifest, number, now).to_string()
        })
        .map_err(failed)?;
    serde_json::from_str(&object).map_err(failed)
}

fn check_form(procedure: &Value, manifest: &Manifest) -> Result<(), Value> {
    if procedure["version"] != manifest.version {
        return Err(json!({ "type": "procedureVersionOld", "version": procedure["version"] }));
    }
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&procedure["form"]["schema"])
        .map_err(failed)?;
    let problems: Vec<Value> = validator
        .iter_errors(&manifest.data)
        .map(|problem| {
            let mut path = problem.instance_path().to_string();
            // What is missing has no place of its own yet: name the place where it should be.
            if let ValidationErrorKind::Required { property } = problem.kind() {
                path = format!("{path}/{}", property.as_str().unwrap_or_default());
            }
            json!({ "path": path, "keyword": problem.kind().keyword() })
        })
        .collect();
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
    let found = portal
        .store()
        .applications(None)
        .map_err(failed)?
        .into_iter()
        .find(|application| application.id == id);
    let Some(application) = found else {
        return Ok(None);
    };
    let mut object: Value = serde_json::from_str(&application.body).map_err(failed)?;
    let entry = json!({
        "at": clock::rfc3339(clock::seconds()),
        "status": order["status"],
        "note": order["note"],
    });
    object["status"] = order["status"].clone();
    if let Some(history) = object["history"].as_array_mut() {
        history.push(entry);
    }
    portal
        .store()
        .update(&application.account, id, &object.to_string())
        .map_err(failed)?;
    Ok(Some(object))
}

fn failed(error: impl std::fmt::Display) -> Value {
    json!({ "type": "serverFail", "description": error.to_string() })
}
