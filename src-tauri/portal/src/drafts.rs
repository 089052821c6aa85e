//! Drafts that travel: `Draft/set` with what `Draft/changes` and `Draft/get` brought before it. They
//! are taken away again with its `destroy`.

use kabinet_records::DraftDocument;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::error::PortalError;
use crate::jmap::{Answers, MethodCall, Outcome, ids, method_error, text};

/// A document for the portal.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftUpdate {
    /// The whole document.
    pub document: DraftDocument,
    /// Whether the portal is thought to have one of that identifier.
    pub known: bool,
}

/// What became of documents that were sent.
#[derive(Clone, Debug, PartialEq)]
pub enum DraftsSet {
    /// The portal has moved on since the state that was named: fetch, merge, and send again.
    Moved,
    /// What became of each.
    Done(DraftsDone),
}

/// What became of each document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DraftsDone {
    /// The state after it.
    pub state: String,
    /// Taken as they were sent.
    pub kept: Vec<Uuid>,
    /// What the portal has under identifiers that were thought to be new.
    pub there: Vec<DraftDocument>,
    /// Not at the portal, although they were thought to be.
    pub missing: Vec<Uuid>,
    /// How many the portal does not take, and the code for the last of them.
    pub refused: Option<(usize, String)>,
}

/// Takes drafts away unless something has changed since the state (RFC 8620 section 5.3).
pub(crate) fn withdrawal(account: &str, state: &str, drafts: &[Uuid]) -> MethodCall {
    MethodCall {
        name: "Draft/set".to_owned(),
        arguments: json!({"accountId": account, "ifInState": state, "destroy": drafts}),
        id: "dd".to_owned(),
    }
}

/// Reads the answer to [`withdrawal`]: whether the portal was still in that state.
pub(crate) fn read_withdrawal(answers: &Answers, drafts: &[Uuid]) -> Result<bool, PortalError> {
    let set = match answers.outcome("Draft/set", "dd")? {
        Outcome::Failed("stateMismatch") => return Ok(false),
        Outcome::Failed(kind) => return Err(method_error(kind)),
        Outcome::Done(set) => set,
    };
    let destroyed = ids(set, "destroyed")?;
    for draft in drafts.iter().map(Uuid::to_string) {
        let error = set.get("notDestroyed").and_then(|map| map.get(&draft));
        let kind = error.and_then(|error| error.get("type")?.as_str());
        match kind {
            Some("notFound") => {}
            None if destroyed.contains(&draft) => {}
            None => return Err(PortalError::Garbage("Draft/set")),
            Some("rateLimit") => return Err(PortalError::RetryAfter(60)),
            Some(other) => return Err(PortalError::refused(other)),
        }
    }
    Ok(true)
}

/// Sends the documents unless something has changed since the state (RFC 8620 section 5.3), and asks
/// for those that are new here: another computer may have made the same.
pub(crate) fn calls(account: &str, state: &str, documents: &[DraftUpdate]) -> Vec<MethodCall> {
    let those = |known: bool| {
        let ours = documents.iter().filter(move |one| one.known == known);
        ours.map(|one| (one.document.id.to_string(), &one.document))
    };
    let create: Map<String, Value> = those(false).map(|(id, one)| (id, json!(one))).collect();
    let update: Map<String, Value> = those(true).map(|(id, one)| (id, json!(one))).collect();
    let new: Vec<&String> = create.keys().collect();
    let get = json!({"accountId": account, "ids": new});
    vec![
        MethodCall {
            name: "Draft/set".to_owned(),
            arguments: json!({
                "accountId": account, "ifInState": state, "create": create, "update": update,
            }),
            id: "ds".to_owned(),
        },
        MethodCall {
            name: "Draft/get".to_owned(),
            arguments: get,
            id: "dg".to_owned(),
        },
    ]
}

/// Reads the answers to [`calls`].
pub(crate) fn read(answers: &Answers, documents: &[DraftUpdate]) -> Result<DraftsSet, PortalError> {
    let set = match answers.outcome("Draft/set", "ds")? {
        Outcome::Failed("stateMismatch") => return Ok(DraftsSet::Moved),
        Outcome::Failed(kind) => return Err(method_error(kind)),
        Outcome::Done(set) => set,
    };
    let entry = |name: &str, id: &str| set.get(name).and_then(|map| map.get(id));
    let mut done = DraftsDone {
        state: text(set, "newState")?.to_owned(),
        ..DraftsDone::default()
    };
    for one in documents {
        let id = one.document.id.to_string();
        let names = if one.known {
            ("updated", "notUpdated")
        } else {
            ("created", "notCreated")
        };
        // A server may tell null of what it took as it was.
        if entry(names.0, &id).is_some() {
            done.kept.push(one.document.id);
            continue;
        }
        let kind = entry(names.1, &id)
            .and_then(|error| error.get("type"))
            .and_then(Value::as_str)
            .ok_or(PortalError::Garbage("Draft/set"))?;
        match kind {
            "alreadyExists" => done.there.push(there(answers, &id)?),
            "notFound" => done.missing.push(one.document.id),
            "rateLimit" => return Err(PortalError::RetryAfter(60)),
            other => {
                let count = done.refused.map_or(0, |(count, _)| count) + 1;
                done.refused = Some((count, crate::error::safe_code(other)));
            }
        }
    }
    Ok(DraftsSet::Done(done))
}

fn there(answers: &Answers, id: &str) -> Result<DraftDocument, PortalError> {
    let got = answers.result("Draft/get", "dg")?;
    let list = got.get("list").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .find(|object| object.get("id").and_then(Value::as_str) == Some(id))
        .and_then(|object| DraftDocument::deserialize(object).ok())
        .ok_or(PortalError::Garbage("Draft"))
}

#[cfg(test)]
mod tests {
    use kabinet_records::{ClientName, Draft, HybridClock};

    use super::*;

    fn update(low: u128, known: bool) -> DraftUpdate {
        let draft = Draft {
            id: Uuid::from_u128(0x0190_b2f0_0000_7000_8000_0000_0000_0000 + low),
            procedure_id: "2.2".into(),
            procedure_version: 1,
            data: json!({"a": low as u64}),
            prefilled: [].into(),
            attachments: Vec::new(),
            changed_at: jiff::Timestamp::UNIX_EPOCH,
        };
        let stamp = HybridClock::new(ClientName(1)).tick(draft.changed_at, ClientName(2));
        DraftUpdate {
            document: DraftDocument::begin(&draft, stamp),
            known,
        }
    }

    fn answers(set: Value, list: Value) -> Answers {
        serde_json::from_value(json!({
            "methodResponses": [["Draft/set", set, "ds"], ["Draft/get", {"state": "2", "list": list}, "dg"]],
            "sessionState": "0",
        }))
        .unwrap()
    }

    #[test]
    fn each_document_has_an_outcome() {
        let those = [
            update(1, false),
            update(2, true),
            update(3, false),
            update(4, true),
            update(5, true),
        ];
        let id = |index: usize| those[index].document.id.to_string();
        let calls = calls("a", "1", &those);
        assert_eq!(calls[0].arguments["ifInState"], "1");
        assert_eq!(calls[1].arguments["ids"], json!([id(0), id(2)]));
        let answers = answers(
            json!({
                "newState": "2", "created": {id(0): {}}, "updated": {id(1): null},
                "notCreated": {id(2): {"type": "alreadyExists"}},
                "notUpdated": {id(3): {"type": "notFound"}, id(4): {"type": "tooLarge"}},
            }),
            json!([those[2].document]),
        );
        let DraftsSet::Done(done) = read(&answers, &those).unwrap() else {
            panic!()
        };
        assert_eq!(done.kept, [those[0].document.id, those[1].document.id]);
        assert_eq!(done.there, [those[2].document.clone()]);
        assert_eq!(done.missing, [those[3].document.id]);
        assert_eq!(done.refused, Some((1, "tooLarge".to_owned())));
        // An answer that leaves one out is none.
        assert!(read(&answers, &[update(6, false)]).is_err());
    }

    #[test]
    fn what_is_withdrawn_is_gone_or_was() {
        let (one, two) = (update(1, true).document.id, update(2, true).document.id);
        let call = withdrawal("a", "7", &[one, two]);
        assert_eq!(call.arguments["ifInState"], "7");
        assert_eq!(call.arguments["destroy"], json!([one, two]));
        let read = |answer: Value| {
            let answers = json!({"methodResponses": [answer], "sessionState": "0"});
            read_withdrawal(&serde_json::from_value(answers).unwrap(), &[one, two])
        };
        let not_destroyed = |kind: &str| json!({two.to_string(): {"type": kind}});
        let answer = |not: Value| json!(["Draft/set", {"newState": "8", "destroyed": [one], "notDestroyed": not}, "dd"]);
        assert_eq!(read(answer(not_destroyed("notFound"))), Ok(true));
        assert!(read(answer(not_destroyed("forbidden"))).is_err());
        assert!(read(answer(json!(null))).is_err());
        let moved = json!(["error", {"type": "stateMismatch"}, "dd"]);
        assert_eq!(read(moved), Ok(false));
    }

    #[test]
    fn a_portal_that_moved_on_says_so() {
        let answers = serde_json::from_value(json!({
            "methodResponses": [["error", {"type": "stateMismatch"}, "ds"], ["Draft/get", {"state": "2", "list": []}, "dg"]],
            "sessionState": "0",
        }))
        .unwrap();
        assert_eq!(read(&answers, &[]), Ok(DraftsSet::Moved));
    }
}
