//! Drafts: kept for the holder's other computers. The portal does not look into them but for the
//! blobs of their files, which it keeps: their clients merge, and `ifInState` makes sure that none
//! overwrites what it has not seen.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::jmap::{Outcome, entries, failed, method_error};
use crate::portal::Portal;
use crate::store::Store;

/// Their type.
pub const KIND: &str = "Draft";
/// Octets of one draft.
const LARGEST: usize = 2 * 1024 * 1024;
/// Drafts of one account, ended ones included.
const MOST: usize = 1000;

/// `Draft/set`.
///
/// # Errors
/// The method error.
pub fn set(portal: &Portal, account: &str, arguments: &Map<String, Value>) -> Outcome {
    let mut store = portal.store();
    let old = store.state(KIND, account).map_err(failed)?.to_string();
    if let Some(expected) = arguments.get("ifInState").and_then(Value::as_str)
        && expected != old
    {
        return Err(method_error("stateMismatch"));
    }
    let (mut created, mut not_created) = (Map::new(), Map::new());
    for (name, wish) in entries(arguments, "create") {
        match create(&mut store, account, name, wish) {
            Ok(()) => created.insert(name.clone(), json!({ "id": name })),
            Err(error) => not_created.insert(name.clone(), error),
        };
    }
    let (mut updated, mut not_updated) = (Map::new(), Map::new());
    for (name, patch) in entries(arguments, "update") {
        match update(&mut store, account, name, patch) {
            Ok(()) => updated.insert(name.clone(), Value::Null),
            Err(error) => not_updated.insert(name.clone(), error),
        };
    }
    let (mut destroyed, mut not_destroyed) = (Vec::new(), Map::new());
    let doomed = arguments.get("destroy").and_then(Value::as_array);
    for name in doomed.into_iter().flatten().filter_map(Value::as_str) {
        match store.remove(KIND, Some(account), name) {
            Ok(true) => destroyed.push(name),
            Ok(false) => drop(not_destroyed.insert(name.to_owned(), method_error("notFound"))),
            Err(error) => drop(not_destroyed.insert(name.to_owned(), failed(error))),
        }
    }
    Ok(json!({
        "accountId": account,
        "oldState": old,
        "newState": store.state(KIND, account).map_err(failed)?.to_string(),
        "created": created,
        "notCreated": not_created,
        "updated": updated,
        "notUpdated": not_updated,
        "destroyed": destroyed,
        "notDestroyed": not_destroyed,
    }))
}

fn create(store: &mut Store, account: &str, name: &str, wish: &Value) -> Result<(), Value> {
    if wish["id"] != name || Uuid::parse_str(name).is_err() {
        return Err(method_error("invalidProperties"));
    }
    if found(store, account, name)?.is_some() {
        return Err(json!({ "type": "alreadyExists", "existingId": name }));
    }
    if store.objects(KIND, Some(account)).map_err(failed)?.len() >= MOST {
        return Err(method_error("overQuota"));
    }
    let body = body(wish)?;
    let added = store.add(KIND, account, name, None, |_| body);
    added.map(|_| ()).map_err(failed)
}

/// A patch (RFC 8620 section 5.3) of whole properties.
fn update(store: &mut Store, account: &str, name: &str, patch: &Value) -> Result<(), Value> {
    let mut object = found(store, account, name)?.ok_or_else(|| method_error("notFound"))?;
    if let Some(files) = object["files"].as_object() {
        store.keep_blobs(account, files.keys()).map_err(failed)?;
    }
    let patch = patch
        .as_object()
        .ok_or_else(|| method_error("invalidPatch"))?;
    for (property, value) in patch {
        let known = [
            "id",
            "procedureId",
            "procedureVersion",
            "fields",
            "files",
            "seen",
            "end",
        ];
        if !known.contains(&property.as_str()) || (property == "id" && value != name) {
            return Err(method_error("invalidPatch"));
        }
        object[property] = value.clone();
    }
    let body = body(&object)?;
    store.update(KIND, account, name, &body).map_err(failed)
}

fn found(store: &Store, account: &str, name: &str) -> Result<Option<Value>, Value> {
    let object = store.object_of(KIND, account, name);
    object
        .map_err(failed)?
        .map(|object| serde_json::from_str(&object.body).map_err(failed))
        .transpose()
}

fn body(object: &Value) -> Result<String, Value> {
    let sound = object["procedureId"].is_string()
        && object["procedureVersion"].is_u64()
        && object["fields"].is_object()
        && (object["files"].is_null() || object["files"].is_object())
        && object["seen"].is_object();
    if !sound {
        return Err(method_error("invalidProperties"));
    }
    let body = object.to_string();
    if body.len() > LARGEST {
        return Err(method_error("tooLarge"));
    }
    Ok(body)
}
