//! New versions of procedures: what an authority publishes while clients are at work.

use serde_json::{Map, Value, json};

use crate::jmap::{Outcome, failed, method_error};
use crate::portal::Portal;
use crate::procedures;
use crate::store::Store;

/// The procedures on offer: those that the program brings, each in the version that was published last.
///
/// # Errors
/// The method error.
pub fn offered(store: &Store) -> Result<Vec<Value>, Value> {
    let published = store.published().map_err(failed)?;
    let mut list = procedures::all().map_err(failed)?.to_vec();
    for (id, body) in published {
        list.retain(|procedure| procedure["id"] != id.as_str());
        if let Some(body) = body {
            list.push(serde_json::from_str(&body).map_err(failed)?);
        }
    }
    Ok(list)
}

/// The procedure of that identifier, if it is on offer.
///
/// # Errors
/// The method error.
pub fn offered_one(store: &Store, id: &str) -> Result<Option<Value>, Value> {
    let published = store.published().map_err(failed)?;
    match published.into_iter().find(|(one, _)| one == id) {
        Some((_, None)) => Ok(None),
        Some((_, Some(body))) => serde_json::from_str(&body).map_err(failed).map(Some),
        None => {
            let mut all = procedures::all().map_err(failed)?.iter();
            Ok(all.find(|procedure| procedure["id"] == id).cloned())
        }
    }
}

/// State of the catalogue: the program's edition, and how often something was published since.
///
/// # Errors
/// The method error.
pub fn state(store: &Store) -> Result<String, Value> {
    let count = store.publications().map_err(failed)?;
    Ok(format!("{}.{count}", procedures::edition()))
}

/// `Procedure/changes`.
///
/// # Errors
/// The method error.
pub fn changes(portal: &Portal, account: &str, arguments: &Map<String, Value>) -> Outcome {
    let store = portal.store();
    let now = store.publications().map_err(failed)?;
    let since = arguments
        .get("sinceState")
        .and_then(Value::as_str)
        .ok_or_else(|| method_error("invalidArguments"))?;
    let old: i64 = since
        .strip_prefix(&format!("{}.", procedures::edition()))
        .and_then(|count| count.parse().ok())
        .filter(|old| (0..=now).contains(old))
        .ok_or_else(|| method_error("cannotCalculateChanges"))?;
    let changed = store.published_since(old).map_err(failed)?;
    let offered = offered(&store)?;
    let (there, gone): (Vec<_>, Vec<_>) = changed.into_iter().partition(|id| {
        offered
            .iter()
            .any(|procedure| procedure["id"] == id.as_str())
    });
    Ok(json!({
        "accountId": account,
        "oldState": since,
        "newState": state(&store)?,
        "hasMoreChanges": false,
        "created": [],
        "updated": there,
        "destroyed": gone,
    }))
}

/// Publishes the next version of a procedure: the present one changed by a merge patch (RFC 7396), with
/// the next number unless the patch gives one. `None` when there is no such procedure.
///
/// # Errors
/// The method error.
pub fn publish(portal: &Portal, id: &str, patch: &Value) -> Result<Option<Value>, Value> {
    let store = portal.store();
    let Some(mut procedure) = offered_one(&store, id)? else {
        return Ok(None);
    };
    let next = procedure["version"].as_u64().unwrap_or(0) + 1;
    procedure["version"] = json!(next);
    merge(&mut procedure, patch);
    procedure["id"] = json!(id);
    store
        .publish(id, Some(&procedure.to_string()))
        .map_err(failed)?;
    portal.tell_all();
    Ok(Some(procedure))
}

/// Takes a procedure off the catalogue. Whether it was there.
///
/// # Errors
/// The method error.
pub fn withdraw(portal: &Portal, id: &str) -> Result<bool, Value> {
    let store = portal.store();
    let there = offered_one(&store, id)?.is_some();
    if there {
        store.publish(id, None).map_err(failed)?;
        portal.tell_all();
    }
    Ok(there)
}

/// RFC 7396, section 2.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    for (name, value) in patch {
        if let Value::Object(members) = target {
            if value.is_null() {
                members.remove(name);
            } else {
                merge(members.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples of RFC 7396, appendix A.
    #[test]
    fn patches_are_merged_as_the_standard_says() {
        for (target, patch, result) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (
                json!({"a": "b", "b": "c"}),
                json!({"a": null}),
                json!({"b": "c"}),
            ),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (
                json!({}),
                json!({"a": {"bb": {"ccc": null}}}),
                json!({"a": {"bb": {}}}),
            ),
        ] {
            let mut merged = target;
            merge(&mut merged, &patch);
            assert_eq!(merged, result);
        }
    }
}
