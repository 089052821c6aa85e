//! What changed in the personal area since the last time, for all types side by side.
//!
//! Most passes find nothing new, and nine million clients make them. So a pass first asks each type
//! for its state alone (`Foo/get` without identifiers, RFC 8620 section 5.1), which is the shortest
//! answer that JMAP has; only types whose state moved are asked for their changes then.
//!
//! What comes is handed on part by part, each fit to be stored by itself: the first pass of somebody
//! with a million messages needs no more memory than another one.

use std::marker::PhantomData;

use kabinet_records::{Application, Document, DraftDocument, Message, Procedure};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::error::PortalError;
use crate::jmap::{self, Answers, AreaInfo, MethodCall, Outcome};

mod gathered;

pub use gathered::{Changes, Gathered};

/// Most parts of one list of changes that a pass takes; the next pass goes on from there.
const MOST_PARTS: usize = 64;
/// Most pages of all objects of a type.
const MOST_PAGES: usize = 16 * 1024;

/// A part of what changed among the objects of one type, as much as one request brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<T> {
    /// New and changed objects.
    pub changed: Vec<T>,
    /// Identifiers of objects that are gone.
    pub removed: Vec<String>,
    /// At the end of a list of all objects, the identifiers of all: what is not among them is gone,
    /// too.
    pub all: Option<Vec<String>>,
    /// The state to store with it. None in the middle of a list of all objects, which begins again
    /// when it is broken off.
    pub state: Option<String>,
    /// How many objects could not be understood and are left out: a newer portal's perhaps.
    pub unreadable: usize,
}

/// The synchronised types. Another one is another line.
macro_rules! types {
    ($($(#[$doc:meta])+ $field:ident: $object:ty = $name:literal,)+) => {
        /// The states that the store holds, from the last [`Part::state`]; `None` before the first
        /// time.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct States {
            $($(#[$doc])+ pub $field: Option<String>,)+
            /// Whether drafts are asked for: only where the person lets them travel.
            pub with_drafts: bool,
        }

        /// A part of what changed in the whole area.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct SyncPart {
            $($(#[$doc])+ pub $field: Part<$object>,)+
        }

        impl SyncPart {
            /// Whether there is nothing to store.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                $(self.$field.is_empty())&&+
            }
        }

        /// One pass over all types.
        pub struct Pass {
            $($field: Collector<$object>,)+
        }

        impl Pass {
            /// A pass from these states on.
            #[must_use]
            pub fn new(since: &States) -> Self {
                let mut pass = Self { $($field: Collector::new($name, since.$field.clone()),)+ };
                if !since.with_drafts {
                    pass.drafts.ask = Ask::Nothing;
                }
                pass
            }

            /// The calls of the next request; none when everything is there.
            pub(crate) fn ask(&self, area: &AreaInfo) -> Vec<MethodCall> {
                let mut calls = Vec::new();
                $(self.$field.ask(area, &mut calls);)+
                calls
            }

            /// Takes the answers to [`Pass::ask`]; gives what they bring.
            pub(crate) fn take(&mut self, answers: &Answers) -> Result<SyncPart, PortalError> {
                Ok(SyncPart { $($field: self.$field.take(answers)?,)+ })
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
    /// Forms that are not sent yet; nothing unless they are asked for.
    drafts: DraftDocument = "Draft",
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

/// Asks for the changes of one type over as many requests as it takes.
pub(crate) struct Collector<T> {
    name: &'static str,
    ask: Ask,
    parts: usize,
    /// Identifiers of the pages of all objects so far.
    listed: Vec<String>,
    object: PhantomData<T>,
}

impl<T: DeserializeOwned> Collector<T> {
    pub(crate) fn new(name: &'static str, since: Option<String>) -> Self {
        Self {
            name,
            listed: Vec::new(),
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

    /// Takes the answers to [`Collector::ask`]; gives what they bring.
    pub(crate) fn take(&mut self, answers: &Answers) -> Result<Part<T>, PortalError> {
        let mut part = Part::default();
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
            Ask::Changes(since) => self.take_changes(answers, &since, &mut part)?,
            Ask::All(page) => self.take_page(answers, page, &mut part)?,
        };
        Ok(part)
    }

    fn take_changes(
        &mut self,
        answers: &Answers,
        since: &str,
        part: &mut Part<T>,
    ) -> Result<Ask, PortalError> {
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
        part.removed = jmap::ids(result, "destroyed")?;
        for id in ["n", "u"] {
            part.take_objects(self.result(answers, "get", id)?)?;
        }
        part.state = Some(state.clone());
        self.parts += 1;
        // What is left comes with the next pass.
        let go_on = more && self.parts < MOST_PARTS;
        Ok(if go_on {
            Ask::Changes(state)
        } else {
            Ask::Nothing
        })
    }

    fn take_page(
        &mut self,
        answers: &Answers,
        page: Option<Page>,
        part: &mut Part<T>,
    ) -> Result<Ask, PortalError> {
        let result = match self.outcome(answers, "query", "q")? {
            // The object that the last page ended with is gone meanwhile.
            Outcome::Failed("anchorNotFound") if page.is_some() => return Ok(self.start_over()),
            Outcome::Failed(kind) => return Err(jmap::method_error(kind)),
            Outcome::Done(result) => result,
        };
        let ids = jmap::ids(result, "ids")?;
        let got = self.result(answers, "get", "a")?;
        let state = jmap::text(got, "state")?.to_owned();
        part.take_objects(got)?;
        self.parts += 1;
        if self.parts > MOST_PAGES {
            return Err(PortalError::Garbage("pages without end"));
        }
        let begun = page.map_or_else(|| state.clone(), |page| page.state);
        // A page may be shorter than asked; only an empty one is the end for certain, but where the
        // server tells how many there are, that request is spared.
        let end = is_last(result, &ids);
        let last = ids.last().filter(|_| !end).cloned();
        self.listed.extend(ids);
        if let Some(last) = last {
            return Ok(Ask::All(Some(Page { last, state: begun })));
        }
        part.all = Some(std::mem::take(&mut self.listed));
        part.state = Some(begun.clone());
        // Something changed while the pages came.
        Ok(if state == begun {
            Ask::Nothing
        } else {
            self.parts = 0;
            Ask::Changes(begun)
        })
    }

    /// The portal cannot tell from where we are: everything is asked for.
    fn start_over(&mut self) -> Ask {
        self.listed.clear();
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

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self {
            changed: Vec::new(),
            removed: Vec::new(),
            all: None,
            state: None,
            unreadable: 0,
        }
    }
}

impl<T> Part<T> {
    /// Whether there is nothing to store.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.state.is_none() && self.changed.is_empty()
    }
}

impl<T: DeserializeOwned> Part<T> {
    fn take_objects(&mut self, result: &Map<String, Value>) -> Result<(), PortalError> {
        let (changed, unreadable) = objects(result)?;
        self.changed.extend(changed);
        self.unreadable += unreadable;
        Ok(())
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
mod tests;
