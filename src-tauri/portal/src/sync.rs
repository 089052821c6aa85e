//! What changed in the personal area since the last time.

use kabinet_records::{Application, Procedure};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::error::PortalError;
use crate::jmap::{self, Answers, MethodCall, Outcome};

/// The states that the store holds, from the last [`Changes::state`]; `None` before the first time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct States {
    /// State of the procedures.
    pub procedures: Option<String>,
    /// State of the applications.
    pub applications: Option<String>,
}

/// What changed among the objects of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes<T> {
    /// The state to store, once the changes are stored.
    pub state: String,
    /// Whether `changed` is all there is: what is not in it is gone.
    pub complete: bool,
    /// New and changed objects.
    pub changed: Vec<T>,
    /// Identifiers of objects that are gone.
    pub removed: Vec<String>,
    /// How many objects could not be understood and are left out: a newer portal's perhaps.
    pub unreadable: usize,
}

/// What changed in the whole area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncChanges {
    /// Procedures that can be applied for.
    pub procedures: Changes<Procedure>,
    /// Applications of the holder.
    pub applications: Changes<Application>,
}

/// The calls for one type; their identifiers differ between types, so that both go in one request.
pub(crate) struct Kind {
    get: &'static str,
    changes: &'static str,
    /// Identifiers of the calls: changes, get of the new ones, get of the changed ones, get of all.
    calls: [&'static str; 4],
}

pub(crate) const PROCEDURES: Kind = Kind {
    get: "Procedure/get",
    changes: "Procedure/changes",
    calls: ["pc", "pn", "pu", "pa"],
};
pub(crate) const APPLICATIONS: Kind = Kind {
    get: "Application/get",
    changes: "Application/changes",
    calls: ["ac", "an", "au", "aa"],
};

pub(crate) const DRAFTS: Kind = Kind {
    get: "Draft/get",
    changes: "Draft/changes",
    calls: ["dc", "dn", "du", "da"],
};

/// What one answer says of a type.
pub(crate) enum Step<T> {
    /// Changes, and whether the portal has more.
    Got(Changes<T>, bool),
    /// The portal cannot tell from that state: ask for all.
    Unknown,
}

impl Kind {
    /// The calls that bring the changes since the state, or everything (RFC 8620 section 5.2).
    pub(crate) fn ask(&self, account: &str, since: Option<&str>) -> Vec<MethodCall> {
        let [changes, new, updated, all] = self.calls;
        let Some(since) = since else {
            return vec![MethodCall {
                name: self.get,
                arguments: json!({"accountId": account, "ids": null}),
                id: all,
            }];
        };
        let get = |path: &str, id| MethodCall {
            name: self.get,
            arguments: json!({
                "accountId": account,
                "#ids": {"resultOf": changes, "name": self.changes, "path": path},
            }),
            id,
        };
        vec![
            MethodCall {
                name: self.changes,
                arguments: json!({"accountId": account, "sinceState": since}),
                id: changes,
            },
            get("/created", new),
            get("/updated", updated),
        ]
    }

    /// Reads the answers to [`Kind::ask`] with the same state.
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        answers: &Answers,
        since: Option<&str>,
    ) -> Result<Step<T>, PortalError> {
        let [changes, new, updated, all] = self.calls;
        let Some(since) = since else {
            let result = answers.result(self.get, all)?;
            let (changed, unreadable) = objects(result)?;
            let state = jmap::text(result, "state")?.to_owned();
            return Ok(Step::Got(
                Changes {
                    state,
                    complete: true,
                    changed,
                    removed: Vec::new(),
                    unreadable,
                },
                false,
            ));
        };
        let result = match answers.outcome(self.changes, changes)? {
            Outcome::Failed("cannotCalculateChanges") => return Ok(Step::Unknown),
            Outcome::Failed(kind) => return Err(jmap::method_error(kind)),
            Outcome::Done(result) => result,
        };
        let (mut changed, mut unreadable) = objects(answers.result(self.get, new)?)?;
        let (more, also) = objects(answers.result(self.get, updated)?)?;
        changed.extend(more);
        unreadable += also;
        let state = jmap::text(result, "newState")?.to_owned();
        let has_more = result
            .get("hasMoreChanges")
            .and_then(Value::as_bool)
            .unwrap_or(false);
        if has_more && state == since {
            return Err(PortalError::Garbage("changes without end"));
        }
        let removed = jmap::ids(result, "destroyed")?;
        Ok(Step::Got(
            Changes {
                state,
                complete: false,
                changed,
                removed,
                unreadable,
            },
            has_more,
        ))
    }
}

impl<T> Changes<T> {
    /// Adds the next part of a long list of changes. The order matters: later parts win.
    pub(crate) fn append(&mut self, next: Self) {
        if next.complete {
            *self = next;
            return;
        }
        self.state = next.state;
        self.changed.extend(next.changed);
        self.removed.extend(next.removed);
        self.unreadable += next.unreadable;
    }
}

/// The objects of a `get` answer. One that is not understood is counted, not fatal: a single odd
/// object must not stop all others for ever.
fn objects<T: DeserializeOwned>(
    result: &Map<String, Value>,
) -> Result<(Vec<T>, usize), PortalError> {
    let list = result
        .get("list")
        .and_then(Value::as_array)
        .ok_or(PortalError::Garbage("JMAP list"))?;
    let read: Vec<T> = list
        .iter()
        .filter_map(|object| T::deserialize(object).ok())
        .collect();
    let unreadable = list.len() - read.len();
    if unreadable > 0 {
        tracing::warn!(
            unreadable,
            "objects of the personal area are not understood"
        );
    }
    Ok((read, unreadable))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(responses: Value) -> Answers {
        serde_json::from_value(json!({"methodResponses": responses, "sessionState": "0"})).unwrap()
    }

    #[test]
    fn changes_and_objects_come_with_back_references() {
        let calls = PROCEDURES.ask("a", Some("7"));
        assert_eq!(calls.len(), 3);
        assert_eq!(
            calls[1].arguments["#ids"],
            json!({"resultOf": "pc", "name": "Procedure/changes", "path": "/created"})
        );
        assert!(calls[1].arguments.get("ids").is_none());
        let answers = answers(json!([
            ["Procedure/changes", {"oldState": "7", "newState": "8", "hasMoreChanges": true, "created": ["x"], "updated": ["y"], "destroyed": ["z"]}, "pc"],
            ["Procedure/get", {"state": "8", "list": ["x"], "notFound": []}, "pn"],
            ["Procedure/get", {"state": "8", "list": ["y", 5], "notFound": []}, "pu"],
        ]));
        let Step::Got(changes, more) = PROCEDURES.read::<String>(&answers, Some("7")).unwrap()
        else {
            panic!()
        };
        assert!(more);
        let expected = Changes {
            state: "8".into(),
            complete: false,
            changed: vec!["x".into(), "y".into()],
            removed: vec!["z".into()],
            unreadable: 1,
        };
        assert_eq!(changes, expected);
        assert!(matches!(
            PROCEDURES.read::<String>(&answers, Some("8")),
            Err(PortalError::Garbage(_))
        ));
    }

    #[test]
    fn a_forgotten_state_asks_for_all() {
        let failed = answers(json!([
            ["error", {"type": "cannotCalculateChanges"}, "ac"],
            ["error", {"type": "invalidResultReference"}, "an"],
            ["error", {"type": "invalidResultReference"}, "au"],
        ]));
        assert!(matches!(
            APPLICATIONS.read::<String>(&failed, Some("7")).unwrap(),
            Step::Unknown
        ));
        let calls = APPLICATIONS.ask("a", None);
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].arguments["ids"], Value::Null);
        let all = answers(
            json!([["Application/get", {"state": "9", "list": ["x"], "notFound": []}, "aa"]]),
        );
        let Step::Got(changes, more) = APPLICATIONS.read::<String>(&all, None).unwrap() else {
            panic!()
        };
        assert!(changes.complete && !more);
        assert_eq!(changes.state, "9");
    }
}
