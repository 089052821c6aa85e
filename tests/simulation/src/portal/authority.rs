//! What authorities do at the portal, and what the person has written to them.

use std::collections::BTreeSet;

use kabinet_records::Letter;
use sandbox_portal::operator::{Act, Order, operate_as};
use sandbox_portal::{clock, letters, publishing};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Portal;
use sandbox_portal::jwt::unb64;

/// A letter that the portal has.
pub(crate) struct Delivered {
    pub(crate) id: Uuid,
    /// What was signed.
    pub(crate) letter: Letter,
    /// When it came, as text that sorts.
    pub(crate) sent_at: String,
}

impl Portal {
    /// An official moves an application along, or decides on it.
    pub(crate) fn move_along(&self, id: Uuid, status: &str, now: i64) {
        clock::pretend(Some(now));
        let order = json!({"status": status, "note": {"be": "", "ru": "", "en": ""}});
        sandbox_portal::applications::move_along(&self.sandbox, &id.to_string(), &order).unwrap();
    }

    /// An official asks for something in a message of that identifier.
    pub(crate) fn ask(&self, application: Uuid, message: Uuid, now: i64) {
        clock::pretend(Some(now));
        let act = Act::Request {
            wanted: vec!["A paper".to_owned()],
            days: 10,
        };
        let order = Order {
            application: application.to_string(),
            days_ago: 0,
            act,
        };
        let asked = operate_as(&self.sandbox, &order, message).unwrap();
        assert!(asked.is_some());
    }

    /// Publishes the next version of a procedure; gives its number.
    pub(crate) fn publish(&self, id: &str, patch: &Value) -> u64 {
        let published = publishing::publish(&self.sandbox, id, patch).unwrap();
        published.unwrap()["version"].as_u64().unwrap()
    }

    /// Messages in which an authority asks for something, each behind its application.
    pub(crate) fn asked(&self, subject: &str) -> Vec<(Uuid, Uuid)> {
        let list = self.sandbox.store().objects(letters::KIND, Some(subject));
        let read = |body: &str| serde_json::from_str::<Value>(body).unwrap();
        let list = list.unwrap().into_iter().map(|message| read(&message.body));
        let id = |message: &Value, name: &str| message[name].as_str().unwrap().parse().unwrap();
        list.filter(|message| message["request"].is_object())
            .map(|message| (id(&message, "applicationId"), id(&message, "id")))
            .collect()
    }

    /// Every message on the person's applications, with its application.
    pub(crate) fn messages(&self, subject: &str) -> BTreeSet<(Uuid, Uuid)> {
        let list = self.sandbox.store().objects(letters::KIND, Some(subject));
        let place = |body: &str| {
            let message: Value = serde_json::from_str(body).unwrap();
            let id = |name: &str| message[name].as_str().unwrap().parse().unwrap();
            (id("applicationId"), id("id"))
        };
        let list = list.unwrap().into_iter();
        list.map(|message| place(&message.body)).collect()
    }

    /// The person's letters, in the order in which they came.
    pub(crate) fn letters(&self, subject: &str) -> Vec<Delivered> {
        let store = self.sandbox.store();
        let list = store.objects(letters::KIND, Some(subject)).unwrap();
        let again = self.again.borrow();
        let read = |id: &str, body: &str| {
            let message: Value = serde_json::from_str(body).unwrap();
            if message["direction"] != "fromApplicant" {
                return None;
            }
            let signature = store.signature(letters::KIND, subject, id).unwrap();
            let content = kabinet_pki::content(&unb64(&signature).unwrap()).unwrap();
            Some(Delivered {
                id: id.parse().unwrap(),
                letter: Letter::parse_canonical(&content).unwrap(),
                sent_at: message["sentAt"].as_str().unwrap().to_owned(),
            })
        };
        let times = |id: &str| 1 + again.iter().filter(|one| one.to_string() == id).count();
        list.iter()
            .flat_map(|one| std::iter::repeat_n(one, times(&one.id)))
            .filter_map(|one| read(&one.id, &one.body))
            .collect()
    }
}
