//! What the person does at the portal itself, in a browser. The portal's pages work on what it has,
//! and have no copy of their own.

use std::collections::BTreeMap;

use kabinet_pki::Time;
use kabinet_records::{DraftDocument, Letter};
use sandbox_portal::{blobs, clock, drafts, letters, publishing};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Portal;

/// What became of something that a page was told to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It is kept.
    Yes,
    /// It was refused.
    No,
    /// The portal stopped in the middle of it.
    Unknown,
}

impl Portal {
    /// The person's drafts that have not ended.
    pub(crate) fn drafts(&self, subject: &str) -> BTreeMap<Uuid, DraftDocument> {
        let store = self.sandbox.store();
        let drafts = store.objects(drafts::KIND, Some(subject)).unwrap();
        drafts
            .iter()
            .map(|draft| serde_json::from_str::<DraftDocument>(&draft.body).unwrap())
            .filter(|document| document.end().is_none())
            .map(|document| (document.id, document))
            .collect()
    }

    /// A procedure as it is on offer.
    pub(crate) fn offered(&self, id: &str) -> Value {
        let store = self.sandbox.store();
        publishing::offered_one(&store, id).unwrap().unwrap()
    }

    /// A page keeps a draft, at that time (seconds).
    pub(crate) fn keep_draft(&self, subject: &str, document: &DraftDocument, now: i64) -> Kept {
        clock::pretend(Some(now));
        let id = document.id.to_string();
        let mut object = serde_json::to_value(document).unwrap();
        let there = self.sandbox.store().object_of(drafts::KIND, subject, &id);
        let what = if there.unwrap().is_some() {
            object.as_object_mut().unwrap().remove("id");
            "update"
        } else {
            "create"
        };
        let wish = wish(what, &id, object);
        self.kept(&id, || drafts::set(&self.sandbox, subject, &wish))
    }

    /// A page takes a letter that the person signed, at that time (seconds).
    pub(crate) fn take_letter(&self, subject: &str, letter: &Letter, now: i64) -> Kept {
        clock::pretend(Some(now));
        let since = std::time::Duration::from_secs(now.unsigned_abs());
        let time = Time::from_unix_duration(since).unwrap();
        let octets = letter.to_canonical().unwrap();
        let signature = kabinet_pki::sign_attached(&octets, &mut self.signer(), time).unwrap();
        let (id, blob) = (letter.message.to_string(), blobs::name(&signature));
        let wish = wish(
            "create",
            &id,
            json!({"id": id, "signatureBlobId": blob, "attachmentBlobIds": []}),
        );
        let person = self.sandbox.store().person(subject).unwrap().unwrap();
        self.kept(&id, || {
            let added = self.sandbox.store().add_blob(subject, &blob, &signature);
            added.map_err(|error| json!(error.to_string()))?;
            letters::set(&self.sandbox, &person, &wish)
        })
    }

    fn kept(&self, id: &str, set: impl FnOnce() -> Result<Value, Value>) -> Kept {
        match self.while_power_lasts(set) {
            None => Kept::Unknown,
            Some(Ok(done)) if !done["created"][id].is_null() => Kept::Yes,
            // What is updated is answered with nothing else.
            Some(Ok(done)) if done["updated"].get(id).is_some() => Kept::Yes,
            Some(_) => Kept::No,
        }
    }
}

fn wish(what: &str, id: &str, object: Value) -> Map<String, Value> {
    let wishes = Map::from_iter([(id.to_owned(), object)]);
    Map::from_iter([(what.to_owned(), Value::Object(wishes))])
}
