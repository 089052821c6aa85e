//! Reading the objects of the personal area, whatever their type: RFC 8620 sections 5.1, 5.2 and 5.5.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::jmap::{Outcome, failed, method_error};
use crate::portal::Portal;
use crate::publishing;

/// Most objects of one get, most changes and the longest page.
pub const MOST_IN_GET: usize = 500;

/// Types of objects that each account has; another one is another word.
pub const KINDS: [&str; 4] = ["Application", "Message", "Document", "Draft"];

/// `KIND/get`, `KIND/changes` or `KIND/query`.
///
/// # Errors
/// The method error.
pub fn method(
    portal: &Portal,
    account: &str,
    kind: &str,
    method: &str,
    arguments: &Map<String, Value>,
) -> Outcome {
    // The catalogue is the same for all.
    let catalogue = kind == "Procedure";
    if !catalogue && !KINDS.contains(&kind) {
        return Err(method_error("unknownMethod"));
    }
    match (method, catalogue) {
        ("get", true) => {
            let state = publishing::state(&portal.store())?;
            get(
                account,
                &state,
                arguments,
                || publishing::offered(&portal.store()),
                |id| publishing::offered_one(&portal.store(), id),
            )
        }
        ("get", false) => {
            let state = portal.store().state(kind, account).map_err(failed)?;
            get(
                account,
                &state.to_string(),
                arguments,
                || {
                    let list = portal.store().objects(kind, Some(account));
                    let list = list.map_err(failed)?;
                    let read = list.iter().map(|object| serde_json::from_str(&object.body));
                    read.collect::<Result<_, _>>().map_err(failed)
                },
                |id| {
                    let object = portal.store().object_of(kind, account, id);
                    object
                        .map_err(failed)?
                        .map(|object| serde_json::from_str(&object.body).map_err(failed))
                        .transpose()
                },
            )
        }
        ("changes", true) => publishing::changes(portal, account, arguments),
        ("changes", false) => changes(portal, account, kind, arguments),
        ("query", true) => {
            let state = publishing::state(&portal.store())?;
            let all = publishing::offered(&portal.store())?;
            let ids: Vec<&Value> = all.iter().map(|procedure| &procedure["id"]).collect();
            let start = match arguments.get("anchor") {
                None => 0,
                Some(anchor) => {
                    let at = ids.iter().position(|id| *id == anchor);
                    at.ok_or_else(|| method_error("anchorNotFound"))? + 1
                }
            };
            let page: Vec<_> = ids.iter().skip(start).take(limit(arguments)?).collect();
            Ok(page_of(
                account,
                &state,
                &json!(page),
                start as i64,
                ids.len() as i64,
            ))
        }
        ("query", false) => query(portal, account, kind, arguments),
        _ => Err(method_error("unknownMethod")),
    }
}

/// RFC 8620 section 5.1.
fn get(
    account: &str,
    state: &str,
    arguments: &Map<String, Value>,
    all: impl FnOnce() -> Result<Vec<Value>, Value>,
    one: impl Fn(&str) -> Result<Option<Value>, Value>,
) -> Outcome {
    let properties: Option<Vec<&str>> = match arguments.get("properties") {
        None | Some(Value::Null) => None,
        Some(Value::Array(names)) => Some(names.iter().filter_map(Value::as_str).collect()),
        Some(_) => return Err(method_error("invalidArguments")),
    };
    let narrow = |object: Value| match (&properties, object) {
        (Some(names), Value::Object(mut object)) => {
            object.retain(|name, _| name == "id" || names.contains(&name.as_str()));
            Value::Object(object)
        }
        (_, object) => object,
    };
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    match arguments.get("ids") {
        None | Some(Value::Null) => {
            let all = all()?;
            if all.len() > MOST_IN_GET {
                return Err(method_error("requestTooLarge"));
            }
            found = all.into_iter().map(narrow).collect();
        }
        Some(Value::Array(ids)) if ids.len() > MOST_IN_GET => {
            return Err(method_error("requestTooLarge"));
        }
        Some(Value::Array(ids)) => {
            for id in ids {
                match one(id.as_str().unwrap_or_default())? {
                    Some(object) => found.push(narrow(object)),
                    None => missing.push(id.clone()),
                }
            }
        }
        Some(_) => return Err(method_error("invalidArguments")),
    }
    Ok(json!({ "accountId": account, "state": state, "list": found, "notFound": missing }))
}

/// RFC 8620 section 5.2.
fn changes(portal: &Portal, account: &str, kind: &str, arguments: &Map<String, Value>) -> Outcome {
    let store = portal.store();
    let now = store.state(kind, account).map_err(failed)?;
    let known = store.horizon(kind, account).map_err(failed)?..=now;
    let since = arguments
        .get("sinceState")
        .and_then(Value::as_str)
        .ok_or_else(|| method_error("invalidArguments"))?;
    let old: i64 = since
        .parse()
        .ok()
        .filter(|old| known.contains(old))
        .ok_or_else(|| method_error("cannotCalculateChanges"))?;
    let most = match arguments.get("maxChanges") {
        None | Some(Value::Null) => MOST_IN_GET,
        Some(most) => most
            .as_u64()
            .and_then(|most| usize::try_from(most).ok())
            .filter(|most| *most > 0)
            .ok_or_else(|| method_error("invalidArguments"))?
            .min(MOST_IN_GET),
    };
    let mut events = store
        .events(kind, account, old, most as i64 + 1)
        .map_err(failed)?;
    let more = events.len() > most;
    events.truncate(most);
    let new = events.last().map_or(now, |(state, _, _)| *state);
    // What happened to each object from the first event to the last.
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    let mut last: BTreeMap<&str, &str> = BTreeMap::new();
    for (_, id, what) in &events {
        first.entry(id).or_insert(what);
        last.insert(id, what);
    }
    let those = |wanted: &str| -> Vec<&str> {
        let told = |id: &&str| match (first[id], last[id]) {
            ("created", "destroyed") => "nothing",
            (_, "destroyed") => "destroyed",
            ("created", _) => "created",
            _ => "updated",
        };
        let mut seen = std::collections::BTreeSet::new();
        events
            .iter()
            .map(|(_, id, _)| id.as_str())
            .filter(|id| told(id) == wanted && seen.insert(*id))
            .collect()
    };
    Ok(json!({
        "accountId": account,
        "oldState": since,
        "newState": new.to_string(),
        "hasMoreChanges": more,
        "created": those("created"),
        "updated": those("updated"),
        "destroyed": those("destroyed"),
    }))
}

/// RFC 8620 section 5.5, without filter and in the order in which the objects came. A page begins at
/// its start or behind an anchor.
fn query(portal: &Portal, account: &str, kind: &str, arguments: &Map<String, Value>) -> Outcome {
    for unsupported in ["filter", "sort"] {
        if arguments.get(unsupported).is_some_and(|it| !it.is_null()) {
            return Err(method_error("unsupportedFilter"));
        }
    }
    let anchor = arguments.get("anchor").and_then(Value::as_str);
    if anchor.is_some() && arguments.get("anchorOffset") != Some(&json!(1)) {
        return Err(method_error("invalidArguments"));
    }
    let store = portal.store();
    let state = store.state(kind, account).map_err(failed)?;
    let (ids, position, total) = store
        .page(kind, account, anchor, limit(arguments)? as i64)
        .map_err(failed)?
        .ok_or_else(|| method_error("anchorNotFound"))?;
    Ok(page_of(
        account,
        &state.to_string(),
        &json!(ids),
        position,
        total,
    ))
}

fn page_of(account: &str, state: &str, ids: &Value, position: i64, total: i64) -> Value {
    json!({
        "accountId": account,
        "queryState": state,
        "canCalculateChanges": false,
        "position": position,
        "ids": ids,
        "total": total,
    })
}

fn limit(arguments: &Map<String, Value>) -> Result<usize, Value> {
    match arguments.get("limit") {
        None | Some(Value::Null) => Ok(MOST_IN_GET),
        Some(limit) => limit
            .as_u64()
            .and_then(|limit| usize::try_from(limit).ok())
            .map(|limit| limit.min(MOST_IN_GET))
            .ok_or_else(|| method_error("invalidArguments")),
    }
}
