//! What changed in the personal area since the last time, for all types side by side.
//!
//! Most passes find nothing new, and nine million clients make them. So a pass first asks each type
//! for its state alone (`Foo/get` without identifiers, RFC 8620 section 5.1), which is the shortest
//! answer that JMAP has; only types whose state moved are asked for their changes then.

use std::marker::PhantomData;

use kabinet_records::{Application, Document, Message, Procedure};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::error::PortalError;
use crate::jmap::{self, Answers, AreaInfo, MethodCall, Outcome};

/// Most parts of one list of changes that a pass takes; the next pass goes on from there.
const MOST_PARTS: usize = 64;
/// Most pages of all objects of a type.
const MOST_PAGES: usize = 16 * 1024;

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

/// The synchronised types. Another one is another line.
macro_rules! types {
    ($($(#[$doc:meta])+ $field:ident: $object:ty = $name:literal,)+) => {
        /// The states that the store holds, from the last [`Changes::state`]; `None` before the
        /// first time.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct States {
            $($(#[$doc])+ pub $field: Option<String>,)+
        }

        /// What changed in the whole area.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct SyncChanges {
            $($(#[$doc])+ pub $field: Changes<$object>,)+
        }

        /// The collectors of one pass.
        pub(crate) struct Collectors {
            $($field: Collector<$object>,)+
        }

        impl Collectors {
            pub(crate) fn new(since: &States) -> Self {
                Self { $($field: Collector::new($name, since.$field.clone()),)+ }
            }

            /// The calls of the next request; none when everything is there.
            pub(crate) fn ask(&self, area: &AreaInfo) -> Vec<MethodCall> {
                let mut calls = Vec::new();
                $(self.$field.ask(area, &mut calls);)+
                calls
            }

            pub(crate) fn take(&mut self, answers: &Answers) -> Result<(), PortalError> {
                $(self.$field.take(answers)?;)+
                Ok(())
            }

            pub(crate) fn finish(self) -> SyncChanges {
                SyncChanges { $($field: self.$field.gathered,)+ }
            }
        }
    };
}

types! {
    /// Procedures that can be applied for.
    procedures: Procedure = "Procedure",
    /// Applications of the holder.
    applications: Application = "Application",
    /// Messages on them.
    messages: Message = "Message",
    /// Documents that answer them.
    documents: Document = "Document",
}

/// What is asked next for a type.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ask {
    /// Whether the state is still this one.
    State(String),
    /// The changes since this state.
    Changes(String),
    /// All objects; on the second page and later, the last one of the page before and the state
    /// that the first page was at.
    All(Option<Page>),
    /// Nothing any more.
    Nothing,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Page {
    last: String,
    state: String,
}

/// Gathers the changes of one type over as many requests as it takes.
pub(crate) struct Collector<T> {
    name: &'static str,
    ask: Ask,
    parts: usize,
    pub(crate) gathered: Changes<T>,
    object: PhantomData<T>,
}

impl<T: DeserializeOwned> Collector<T> {
    pub(crate) fn new(name: &'static str, since: Option<String>) -> Self {
        Self {
            name,
            gathered: Changes::none(since.clone().unwrap_or_default()),
            ask: since.map_or(Ask::All(None), Ask::State),
            parts: 0,
            object: PhantomData,
        }
    }

    /// Adds the calls of the next request, if the type needs one.
    pub(crate) fn ask(&self, area: &AreaInfo, calls: &mut Vec<MethodCall>) {
        let account = &area.account;
        match &self.ask {
            Ask::Nothing => {}
            Ask::State(_) => {
                calls.push(self.call("get", json!({"accountId": account, "ids": []}), "s"));
            }
            Ask::Changes(since) => {
                calls.push(self.call(
                    "changes",
                    json!({"accountId": account, "sinceState": since, "maxChanges": area.page()}),
                    "c",
                ));
                for (path, id) in [("/created", "n"), ("/updated", "u")] {
                    calls.push(self.reference(account, "c", "changes", path, id));
                }
            }
            Ask::All(page) => {
                let mut arguments = json!({"accountId": account, "limit": area.page()});
                if let Some(page) = page {
                    arguments["anchor"] = page.last.as_str().into();
                    arguments["anchorOffset"] = 1.into();
                }
                calls.push(self.call("query", arguments, "q"));
                calls.push(self.reference(account, "q", "query", "/ids", "a"));
            }
        }
    }

    /// Takes the answers to [`Collector::ask`].
    pub(crate) fn take(&mut self, answers: &Answers) -> Result<(), PortalError> {
        self.ask = match std::mem::replace(&mut self.ask, Ask::Nothing) {
            Ask::Nothing => Ask::Nothing,
            Ask::State(since) => {
                let state = jmap::text(self.result(answers, "get", "s")?, "state")?;
                if state == since {
                    Ask::Nothing
                } else {
                    Ask::Changes(since)
                }
            }
            Ask::Changes(since) => self.take_changes(answers, &since)?,
            Ask::All(page) => self.take_page(answers, page)?,
        };
        Ok(())
    }

    fn take_changes(&mut self, answers: &Answers, since: &str) -> Result<Ask, PortalError> {
        let result = match self.outcome(answers, "changes", "c")? {
            Outcome::Failed("cannotCalculateChanges") => return Ok(self.start_over()),
            Outcome::Failed(kind) => return Err(jmap::method_error(kind)),
            Outcome::Done(result) => result,
        };
        let state = jmap::text(result, "newState")?.to_owned();
        let more = result
            .get("hasMoreChanges")
            .and_then(Value::as_bool)
            .unwrap_or(false);
        if more && state == since {
            return Err(PortalError::Garbage("changes without end"));
        }
        let removed = jmap::ids(result, "destroyed")?;
        for id in ["n", "u"] {
            let (changed, unreadable) = objects(self.result(answers, "get", id)?)?;
            self.gathered.changed.extend(changed);
            self.gathered.unreadable += unreadable;
        }
        self.gathered.removed.extend(removed);
        self.gathered.state.clone_from(&state);
        self.parts += 1;
        // Each part ends in a state that can be stored: what is left comes with the next pass.
        let go_on = more && self.parts < MOST_PARTS;
        Ok(if go_on {
            Ask::Changes(state)
        } else {
            Ask::Nothing
        })
    }

    fn take_page(&mut self, answers: &Answers, page: Option<Page>) -> Result<Ask, PortalError> {
        let result = match self.outcome(answers, "query", "q")? {
            // The object that the last page ended with is gone meanwhile.
            Outcome::Failed("anchorNotFound") if page.is_some() => return Ok(self.start_over()),
            Outcome::Failed(kind) => return Err(jmap::method_error(kind)),
            Outcome::Done(result) => result,
        };
        let ids = jmap::ids(result, "ids")?;
        let got = self.result(answers, "get", "a")?;
        let state = jmap::text(got, "state")?.to_owned();
        let (changed, unreadable) = objects(got)?;
        self.gathered.complete = true;
        self.gathered.changed.extend(changed);
        self.gathered.unreadable += unreadable;
        self.parts += 1;
        if self.parts > MOST_PAGES {
            return Err(PortalError::Garbage("pages without end"));
        }
        let begun = page.map_or_else(|| state.clone(), |page| page.state);
        self.gathered.state.clone_from(&begun);
        Ok(match ids.last() {
            // A page may be shorter than asked; only an empty one is the end for certain, but where
            // the server tells how many there are, that request is spared.
            Some(last) if !is_last(result, &ids) => Ask::All(Some(Page {
                last: last.clone(),
                state: begun,
            })),
            // Something changed while the pages came.
            _ if state != begun => {
                self.parts = 0;
                Ask::Changes(begun)
            }
            _ => Ask::Nothing,
        })
    }

    /// The portal cannot tell from where we are: everything is asked for.
    fn start_over(&mut self) -> Ask {
        self.gathered = Changes::none(String::new());
        Ask::All(None)
    }

    fn call(&self, method: &str, arguments: Value, id: &str) -> MethodCall {
        MethodCall {
            name: format!("{}/{method}", self.name),
            arguments,
            id: self.id(id),
        }
    }

    fn reference(&self, account: &str, of: &str, method: &str, path: &str, id: &str) -> MethodCall {
        let name = format!("{}/{method}", self.name);
        let ids = json!({"resultOf": self.id(of), "name": name, "path": path});
        self.call("get", json!({"accountId": account, "#ids": ids}), id)
    }

    /// Identifiers of calls differ between types, so that all go in one request.
    fn id(&self, id: &str) -> String {
        format!("{}{id}", self.name.get(..2).unwrap_or_default())
    }

    fn outcome<'a>(
        &self,
        answers: &'a Answers,
        method: &str,
        id: &str,
    ) -> Result<Outcome<'a>, PortalError> {
        answers.outcome(&format!("{}/{method}", self.name), &self.id(id))
    }

    fn result<'a>(
        &self,
        answers: &'a Answers,
        method: &str,
        id: &str,
    ) -> Result<&'a Map<String, Value>, PortalError> {
        answers.result(&format!("{}/{method}", self.name), &self.id(id))
    }
}

impl<T> Changes<T> {
    /// Nothing has changed since.
    fn none(state: String) -> Self {
        Self {
            state,
            complete: false,
            changed: Vec::new(),
            removed: Vec::new(),
            unreadable: 0,
        }
    }
}

/// Whether the page of a query reaches the end, by the total that the server told.
fn is_last(result: &Map<String, Value>, ids: &[String]) -> bool {
    let number = |name: &str| result.get(name).and_then(Value::as_u64);
    match (number("position"), number("total")) {
        (Some(position), Some(total)) => position.saturating_add(ids.len() as u64) >= total,
        _ => false,
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

    fn area() -> AreaInfo {
        crate::jmap::tests::area()
    }

    fn asked<T: DeserializeOwned>(collector: &Collector<T>) -> Vec<MethodCall> {
        let mut calls = Vec::new();
        collector.ask(&area(), &mut calls);
        calls
    }

    fn procedures(since: Option<&str>) -> Collector<String> {
        Collector::new("Procedure", since.map(str::to_owned))
    }

    #[test]
    fn the_state_alone_is_asked_first() {
        let mut collector = procedures(Some("7"));
        let calls = asked(&collector);
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].arguments["ids"], json!([]));
        let same = json!([["Procedure/get", {"state": "7", "list": [], "notFound": []}, "Prs"]]);
        collector.take(&answers(same)).unwrap();
        assert!(asked(&collector).is_empty());
        assert_eq!(collector.gathered, Changes::none("7".into()));
    }

    #[test]
    fn changes_and_objects_come_with_back_references() {
        let mut collector = procedures(Some("7"));
        let moved = json!([["Procedure/get", {"state": "9", "list": [], "notFound": []}, "Prs"]]);
        collector.take(&answers(moved)).unwrap();
        let calls = asked(&collector);
        assert_eq!(calls.len(), 3);
        assert_eq!(calls[0].arguments["maxChanges"], area().page());
        assert_eq!(
            calls[1].arguments["#ids"],
            json!({"resultOf": "Prc", "name": "Procedure/changes", "path": "/created"})
        );
        assert!(calls[1].arguments.get("ids").is_none());
        let part = |since: &str, state: &str, more: bool, list: Value| {
            answers(json!([
                ["Procedure/changes", {"oldState": since, "newState": state, "hasMoreChanges": more,
                    "created": [], "updated": [], "destroyed": ["z"]}, "Prc"],
                ["Procedure/get", {"state": "9", "list": list, "notFound": []}, "Prn"],
                ["Procedure/get", {"state": "9", "list": [], "notFound": []}, "Pru"],
            ]))
        };
        collector
            .take(&part("7", "8", true, json!(["x", 5])))
            .unwrap();
        assert_eq!(asked(&collector)[0].arguments["sinceState"], "8");
        assert!(matches!(
            collector.take(&part("8", "8", true, json!([]))),
            Err(PortalError::Garbage("changes without end"))
        ));
        collector.ask = Ask::Changes("8".into());
        collector
            .take(&part("8", "9", false, json!(["y"])))
            .unwrap();
        assert!(asked(&collector).is_empty());
        let expected = Changes {
            state: "9".into(),
            complete: false,
            changed: vec!["x".into(), "y".into()],
            removed: vec!["z".into(), "z".into()],
            unreadable: 1,
        };
        assert_eq!(collector.gathered, expected);
    }

    #[test]
    fn a_forgotten_state_asks_for_all_in_pages() {
        let mut collector = procedures(Some("7"));
        collector.ask = Ask::Changes("7".into());
        let failed = answers(json!([
            ["error", {"type": "cannotCalculateChanges"}, "Prc"],
            ["error", {"type": "invalidResultReference"}, "Prn"],
            ["error", {"type": "invalidResultReference"}, "Pru"],
        ]));
        collector.take(&failed).unwrap();
        let page = |ids: Value, state: &str, total: Value| {
            answers(json!([
                ["Procedure/query", {"ids": ids, "position": 0, "total": total}, "Prq"],
                ["Procedure/get", {"state": state, "list": ids, "notFound": []}, "Pra"],
            ]))
        };
        assert!(asked(&collector)[0].arguments.get("anchor").is_none());
        collector
            .take(&page(json!(["a", "b"]), "8", Value::Null))
            .unwrap();
        let calls = asked(&collector);
        assert_eq!(calls[0].arguments["anchor"], "b");
        assert_eq!(calls[0].arguments["anchorOffset"], 1);
        // The last object went away: from the beginning.
        let gone = answers(json!([["error", {"type": "anchorNotFound"}, "Prq"]]));
        collector.take(&gone).unwrap();
        collector.take(&page(json!(["a"]), "9", json!(2))).unwrap();
        // Something came while the pages were read.
        collector.take(&page(json!([]), "10", json!(1))).unwrap();
        assert_eq!(asked(&collector)[0].arguments["sinceState"], "9");
        assert!(collector.gathered.complete);
        assert_eq!(collector.gathered.changed, ["a"]);
        assert_eq!(collector.gathered.state, "9");
    }

    #[test]
    fn a_long_list_of_changes_goes_on_with_the_next_pass() {
        let mut collector = procedures(None);
        collector.ask = Ask::Changes("0".into());
        for number in 1..=MOST_PARTS {
            assert!(!asked(&collector).is_empty());
            let state = number.to_string();
            let part = answers(json!([
                ["Procedure/changes", {"newState": state, "hasMoreChanges": true}, "Prc"],
                ["Procedure/get", {"state": "999", "list": [], "notFound": []}, "Prn"],
                ["Procedure/get", {"state": "999", "list": [], "notFound": []}, "Pru"],
            ]));
            collector.take(&part).unwrap();
        }
        assert!(asked(&collector).is_empty());
        assert_eq!(collector.gathered.state, MOST_PARTS.to_string());
    }
}
