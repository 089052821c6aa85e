//! The personal area: JMAP (RFC 8620) with the types of the profile.

use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

use crate::applications;
use crate::blobs;
use crate::drafts;
use crate::faults::{Fault, Kind};
use crate::letters;
use crate::objects;
use crate::portal::{Portal, lock};
use crate::reply::{Reply, broken, octets, problem, reply};
use crate::stamping;
use crate::store::Person;

/// Path of the session object.
pub const SESSION_PATH: &str = "/.well-known/jmap";
/// Path of the method calls.
pub const API_PATH: &str = "/jmap/api";
/// Start of the upload paths; the account's name follows.
pub const UPLOAD_PATH: &str = "/jmap/upload/";
/// Path of the event source.
pub const EVENTS_PATH: &str = "/jmap/events";

const CORE: &str = "urn:ietf:params:jmap:core";
const AREA: &str = "urn:kabinet:jmap:area";
const BLOB: &str = "urn:ietf:params:jmap:blob";
/// Octets of one upload.
pub const LARGEST_UPLOAD: usize = 50 * 1024 * 1024;
const MOST_CALLS: usize = 32;

/// A method's answer, or the error of RFC 8620 section 3.6.2.
pub type Outcome = Result<Value, Value>;

/// A method error.
#[must_use]
pub fn method_error(kind: &str) -> Value {
    json!({ "type": kind })
}

/// The session object (RFC 8620 section 2).
pub fn session(portal: &Portal, headers: &HeaderMap) -> Reply {
    let person = match portal.person(headers, "GET", SESSION_PATH) {
        Ok(person) => person,
        Err(refusal) => return refusal,
    };
    let account = &person.subject;
    let at = |path: &str| format!("{}{path}", portal.issuer);
    let mut area = json!({});
    if let Some(services) = portal.authorities.services() {
        area["timeStampingUrl"] = json!(format!("{services}{}", stamping::PATH));
    }
    reply(
        200,
        &json!({
            "capabilities": {
                CORE: {
                    "maxSizeUpload": LARGEST_UPLOAD,
                    "maxConcurrentUpload": 4,
                    "maxSizeRequest": 1024 * 1024,
                    "maxConcurrentRequests": 4,
                    "maxCallsInRequest": MOST_CALLS,
                    "maxObjectsInGet": objects::MOST_IN_GET,
                    "maxObjectsInSet": 100,
                    "collationAlgorithms": [],
                },
                AREA: area,
                BLOB: {},
            },
            "accounts": {
                account: {
                    "name": "personal area",
                    "isPersonal": true,
                    "isReadOnly": false,
                    "accountCapabilities": { AREA: {}, BLOB: blobs::limits() },
                },
            },
            "primaryAccounts": { AREA: account },
            "username": account,
            "apiUrl": at(API_PATH),
            "uploadUrl": format!("{}{UPLOAD_PATH}{{accountId}}/", portal.issuer),
            "downloadUrl": format!(
                "{}/jmap/download/{{accountId}}/{{blobId}}/{{name}}?type={{type}}",
                portal.issuer
            ),
            "eventSourceUrl": at(&format!("{EVENTS_PATH}?types={{types}}&closeafter={{closeafter}}&ping={{ping}}")),
            "state": SESSION_STATE,
        }),
    )
}

/// The session object changes with the sandbox's version only.
const SESSION_STATE: &str = "1";

/// An upload (RFC 8620 section 6.1).
pub fn upload(portal: &Portal, headers: &HeaderMap, path: &str, body: &[u8]) -> Reply {
    let person = match portal.person(headers, "POST", path) {
        Ok(person) => person,
        Err(refusal) => return refusal,
    };
    let account = path.trim_start_matches(UPLOAD_PATH).trim_end_matches('/');
    if account != person.subject {
        return problem(404, "about:blank", "no such account");
    }
    let id = blobs::name(body);
    match portal.is_full(account, &id, body.len()) {
        // RFC 4918, section 11.5.
        Ok(true) => return problem(507, "about:blank", "no room for so many octets"),
        Ok(false) => {}
        Err(error) => return broken(&error),
    }
    *lock(&portal.uploads).entry(id.clone()).or_default() += 1;
    if let Err(error) = portal.store().add_blob(account, &id, body) {
        return broken(&error);
    }
    let kind = headers
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .unwrap_or("application/octet-stream");
    reply(
        201,
        &json!({ "accountId": account, "blobId": id, "type": kind, "size": body.len() }),
    )
}

/// A download (RFC 8620 section 6.2).
pub fn download(portal: &Portal, headers: &HeaderMap, path: &str, blob: &str) -> Reply {
    let person = match portal.person(headers, "GET", path) {
        Ok(person) => person,
        Err(refusal) => return refusal,
    };
    match portal.store().blob(&person.subject, blob) {
        Ok(Some(content)) => octets(200, "application/octet-stream", content),
        Ok(None) => problem(404, "about:blank", "no such blob"),
        Err(error) => broken(&error),
    }
}

/// Method calls (RFC 8620 section 3).
pub fn api(portal: &Portal, headers: &HeaderMap, body: &[u8], fault: Option<&Fault>) -> Reply {
    let person = match portal.person(headers, "POST", API_PATH) {
        Ok(person) => person,
        Err(refusal) => return refusal,
    };
    let error = |name: &str, detail: &str| {
        problem(400, &format!("urn:ietf:params:jmap:error:{name}"), detail)
    };
    let Ok(request) = serde_json::from_slice::<Value>(body) else {
        return error("notJSON", "not JSON");
    };
    let (Some(using), Some(calls)) = (
        request["using"].as_array(),
        request["methodCalls"].as_array(),
    ) else {
        return error("notRequest", "using and methodCalls are needed");
    };
    if using
        .iter()
        .any(|one| one != CORE && one != AREA && one != BLOB)
    {
        return error("unknownCapability", "core, area and blob only");
    }
    if calls.len() > MOST_CALLS {
        return error("limit", "maxCallsInRequest");
    }
    let mut answers: Vec<Value> = Vec::new();
    for call in calls {
        let (Some(name), Some(arguments), Some(id)) =
            (call[0].as_str(), call[1].as_object(), call[2].as_str())
        else {
            return error("notRequest", "a call is [name, arguments, id]");
        };
        let outcome = match resolve(arguments, &answers) {
            None => Err(method_error("invalidResultReference")),
            Some(_) if fault.is_some_and(|fault| fault.forgets(name)) => {
                Err(method_error("cannotCalculateChanges"))
            }
            Some(arguments) if fault.is_some_and(|fault| fault.is_full(name)) => {
                Ok(nothing_created(&person.subject, &arguments))
            }
            Some(arguments) => {
                let mut outcome = method(portal, &person, name, &arguments);
                if let Ok(answer) = &mut outcome
                    && fault.is_some_and(|fault| fault.kind == Kind::ChangedBlob)
                {
                    blobs::falsify(answer);
                }
                outcome
            }
        };
        answers.push(match outcome {
            Ok(answer) => json!([name, answer, id]),
            Err(error) => json!(["error", error, id]),
        });
    }
    reply(
        200,
        &json!({ "methodResponses": answers, "sessionState": SESSION_STATE }),
    )
}

/// The answer to a set for which there is no room (RFC 8620 section 5.3).
fn nothing_created(account: &str, arguments: &Map<String, Value>) -> Value {
    let wishes = arguments.get("create").and_then(Value::as_object);
    let refused: Map<String, Value> = wishes
        .into_iter()
        .flatten()
        .map(|(id, _)| (id.clone(), json!({ "type": "overQuota" })))
        .collect();
    json!({ "accountId": account, "created": null, "notCreated": refused })
}

fn method(portal: &Portal, person: &Person, name: &str, arguments: &Map<String, Value>) -> Outcome {
    if name == "Core/echo" {
        return Ok(Value::Object(arguments.clone()));
    }
    if arguments.get("accountId").and_then(Value::as_str) != Some(person.subject.as_str()) {
        return Err(method_error("accountNotFound"));
    }
    let account = &person.subject;
    match name {
        "Blob/get" => blobs::get(portal, account, arguments),
        "Blob/upload" => blobs::upload(portal, account, arguments),
        "Application/set" => applications::set(portal, person, arguments),
        "Draft/set" => drafts::set(portal, account, arguments),
        "Message/set" => letters::set(portal, person, arguments),
        _ => match name.split_once('/') {
            Some((kind, method)) => objects::method(portal, account, kind, method, arguments),
            None => Err(method_error("unknownMethod")),
        },
    }
}

/// The `create`s of a set (RFC 8620 section 5.3); what it would update or destroy is forbidden.
///
/// # Errors
/// The method error.
pub fn set(
    portal: &Portal,
    account: &str,
    kind: &str,
    arguments: &Map<String, Value>,
    create: impl Fn(&Value) -> Outcome,
) -> Outcome {
    let state = || portal.store().state(kind, account).map_err(failed);
    let old = state()?.to_string();
    if let Some(expected) = arguments.get("ifInState").and_then(Value::as_str)
        && expected != old
    {
        return Err(method_error("stateMismatch"));
    }
    let (mut created, mut refused) = (Map::new(), Map::new());
    for (name, wish) in entries(arguments, "create") {
        match create(wish) {
            Ok(object) => created.insert(name.clone(), object),
            Err(error) => refused.insert(name.clone(), error),
        };
    }
    let forbidden = || json!({ "type": "forbidden" });
    let not_updated: Map<String, Value> = entries(arguments, "update")
        .map(|(name, _)| (name.clone(), forbidden()))
        .collect();
    let not_destroyed: Map<String, Value> = arguments
        .get("destroy")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|id| (id.to_owned(), forbidden()))
        .collect();
    Ok(json!({
        "accountId": account,
        "oldState": old,
        "newState": state()?.to_string(),
        "created": created,
        "notCreated": refused,
        "notUpdated": not_updated,
        "notDestroyed": not_destroyed,
    }))
}

/// What a set shall do under that name.
pub fn entries<'a>(
    arguments: &'a Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    arguments
        .get(name)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}

/// Something broke inside.
pub fn failed(error: impl std::fmt::Display) -> Value {
    json!({ "type": "serverFail", "description": error.to_string() })
}

/// Puts earlier results in place of references (RFC 8620 section 3.7).
fn resolve(arguments: &Map<String, Value>, answers: &[Value]) -> Option<Map<String, Value>> {
    let mut resolved = Map::new();
    for (name, value) in arguments {
        let Some(plain) = name.strip_prefix('#') else {
            resolved.insert(name.clone(), value.clone());
            continue;
        };
        let answer = answers
            .iter()
            .find(|answer| answer[2] == value["resultOf"] && answer[0] == value["name"])?;
        let mut steps = value["path"].as_str()?.split('/');
        steps.next();
        resolved.insert(plain.to_owned(), follow(&answer[1], steps.collect())?);
    }
    Some(resolved)
}

fn follow(value: &Value, steps: Vec<&str>) -> Option<Value> {
    let Some((step, rest)) = steps.split_first() else {
        return Some(value.clone());
    };
    if *step != "*" {
        let name = step.replace("~1", "/").replace("~0", "~");
        return follow(value.get(&name)?, rest.to_vec());
    }
    let mut flat = Vec::new();
    for element in value.as_array()? {
        match follow(element, rest.to_vec())? {
            Value::Array(list) => flat.extend(list),
            one => flat.push(one),
        }
    }
    Some(Value::Array(flat))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_reach_into_lists() {
        let answers = [json!(["X/get", { "list": [{ "ids": [1, 2] }, { "ids": [3] }] }, "0"])];
        let arguments =
            json!({ "#ids": { "resultOf": "0", "name": "X/get", "path": "/list/*/ids" } });
        let resolved = resolve(arguments.as_object().unwrap(), &answers).unwrap();
        assert_eq!(resolved["ids"], json!([1, 2, 3]));
        let wrong = json!({ "#ids": { "resultOf": "1", "name": "X/get", "path": "/list" } });
        assert!(resolve(wrong.as_object().unwrap(), &answers).is_none());
    }
}
