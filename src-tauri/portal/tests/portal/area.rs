//! The personal area of the small portal.

use std::collections::{BTreeMap, BTreeSet};

use kabinet_stb::hash::belt_hash;
use serde_json::{Value, json};

use crate::world::{Answer, json_answer};

#[derive(Default)]
pub(crate) struct Area {
    pub(crate) applications: BTreeMap<String, Value>,
    /// The `notCreated` entry for the next create.
    pub(crate) refusal: Option<Value>,
    /// Number of the session object.
    pub(crate) session: u32,
    /// States from which no changes can be told.
    pub(crate) forgotten: BTreeSet<String>,
    blobs: BTreeSet<String>,
}

impl Area {
    pub(crate) fn answer(&mut self, path: &str, body: &[u8]) -> Answer {
        match path {
            "/.well-known/jmap" => json_answer(200, &self.session()),
            "/up/a1/" => {
                let id: String = belt_hash(body)
                    .iter()
                    .map(|octet| format!("{octet:02x}"))
                    .collect();
                let id = format!("G{id}");
                self.blobs.insert(id.clone());
                json_answer(
                    201,
                    &json!({"accountId": "a1", "blobId": id, "type": "application/cms", "size": body.len()}),
                )
            }
            "/jmap" => {
                let request: Value = serde_json::from_slice(body).unwrap();
                let answers: Vec<Value> = request["methodCalls"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|call| self.method(call))
                    .collect();
                json_answer(
                    200,
                    &json!({"methodResponses": answers, "sessionState": self.session.to_string()}),
                )
            }
            _ => json_answer(404, &json!({})),
        }
    }

    fn session(&self) -> Value {
        json!({
            "capabilities": {"urn:ietf:params:jmap:core": {"maxSizeUpload": 10_000}, "urn:kabinet:jmap:area": {}},
            "accounts": {"a1": {}}, "primaryAccounts": {"urn:kabinet:jmap:area": "a1"},
            "apiUrl": "/jmap", "uploadUrl": "/up/{accountId}/", "state": self.session.to_string(),
        })
    }

    fn state(&self) -> String {
        self.applications.len().to_string()
    }

    fn method(&mut self, call: &Value) -> Value {
        let (name, arguments) = (call[0].as_str().unwrap(), &call[1]);
        assert_eq!(arguments["accountId"], "a1");
        let result = match name {
            "Procedure/changes" | "Application/changes" => self.changes(name, arguments),
            "Procedure/get" => {
                Ok(json!({"accountId": "a1", "state": "0", "list": [], "notFound": []}))
            }
            "Application/get" => Ok(self.get(arguments)),
            "Application/set" => Ok(self.set(arguments)),
            _ => Err(json!({"type": "unknownMethod"})),
        };
        match result {
            Ok(result) => json!([name, result, call[2]]),
            Err(error) => json!(["error", error, call[2]]),
        }
    }

    fn changes(&self, name: &str, arguments: &Value) -> Result<Value, Value> {
        let since = arguments["sinceState"].as_str().unwrap();
        if self.forgotten.contains(since) {
            return Err(json!({"type": "cannotCalculateChanges"}));
        }
        let state = if name == "Procedure/changes" {
            "0".to_owned()
        } else {
            self.state()
        };
        let created: Vec<&String> = if since == state {
            Vec::new()
        } else {
            self.applications.keys().collect()
        };
        Ok(
            json!({"accountId": "a1", "oldState": since, "newState": state, "hasMoreChanges": false,
            "created": created, "updated": [], "destroyed": []}),
        )
    }

    fn get(&self, arguments: &Value) -> Value {
        // References lead to the new ones or to the changed ones, of which there are none.
        let all = match (&arguments["ids"], &arguments["#ids"]) {
            (Value::Array(ids), _) => ids
                .iter()
                .filter_map(|id| self.applications.get(id.as_str().unwrap()))
                .cloned()
                .collect(),
            (_, Value::Object(reference)) if reference["path"] == "/updated" => Vec::new(),
            _ => self.applications.values().cloned().collect::<Vec<Value>>(),
        };
        json!({"accountId": "a1", "state": self.state(), "list": all, "notFound": []})
    }

    fn set(&mut self, arguments: &Value) -> Value {
        let (id, create) = arguments["create"]
            .as_object()
            .unwrap()
            .iter()
            .next()
            .unwrap();
        assert_eq!(create["id"], id.as_str());
        let refusal = if self.applications.contains_key(id) {
            Some(json!({"type": "alreadyExists", "existingId": id}))
        } else if !self
            .blobs
            .contains(create["signatureBlobId"].as_str().unwrap())
        {
            Some(json!({"type": "blobNotFound"}))
        } else {
            self.refusal.take()
        };
        if let Some(refusal) = refusal {
            return json!({"accountId": "a1", "created": null, "notCreated": {id: refusal}});
        }
        self.applications.insert(id.clone(), application(id));
        json!({"accountId": "a1", "created": {id: {"id": id}}, "notCreated": null})
    }
}

/// An application as the profile writes it.
pub(crate) fn application(id: &str) -> Value {
    json!({
        "id": id, "procedureId": "p1", "procedureVersion": 1, "registrationNumber": "2026/1",
        "status": "registered", "submittedAt": "2026-01-01T10:00:00Z",
        "history": [{"at": "2026-01-01T10:00:00Z", "status": "registered", "note": {"be": "а", "ru": "а", "en": "a"}}],
        "deadline": "2026-01-16T10:00:00Z",
    })
}
