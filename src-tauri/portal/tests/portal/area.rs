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
    /// Messages on them.
    pub(crate) messages: BTreeMap<String, Value>,
    /// Most objects of an answer; 0 is no bound.
    pub(crate) page: usize,
    blobs: BTreeSet<String>,
    /// Octets of the last request and of its answers.
    pub(crate) octets: (usize, usize),
    /// What can be downloaded, by name.
    pub(crate) downloads: BTreeMap<String, Vec<u8>>,
}

impl Area {
    pub(crate) fn answer(&mut self, path: &str, body: &[u8]) -> Answer {
        if let Some(name) = path.strip_prefix("/down/a1/") {
            let found = self.downloads.get(name);
            return match found {
                Some(octets) => Answer {
                    status: 200,
                    headers: "Content-Type: application/octet-stream\r\n".into(),
                    body: octets.clone(),
                },
                None => json_answer(404, &json!({})),
            };
        }
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
                let mut answers: Vec<Value> = Vec::new();
                for call in request["methodCalls"].as_array().unwrap() {
                    answers.push(self.method(call, &answers));
                }
                self.octets = (body.len(), json!(answers).to_string().len());
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
            "capabilities": {"urn:ietf:params:jmap:core": {"maxSizeUpload": 10_000, "maxObjectsInGet": if self.page == 0 { 500 } else { self.page }}, "urn:kabinet:jmap:area": {}},
            "downloadUrl": "/down/{accountId}/{blobId}?n={name}&t={type}", "eventSourceUrl": "/events",
            "accounts": {"a1": {}}, "primaryAccounts": {"urn:kabinet:jmap:area": "a1"},
            "apiUrl": "/jmap", "uploadUrl": "/up/{accountId}/", "state": self.session.to_string(),
        })
    }

    fn objects(&self, kind: &str) -> Vec<(&String, &Value)> {
        match kind {
            "Application" => self.applications.iter().collect(),
            "Message" => self.messages.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// The state is the number of objects, since each is only ever added.
    fn state(&self, kind: &str) -> String {
        self.objects(kind).len().to_string()
    }

    fn method(&mut self, call: &Value, earlier: &[Value]) -> Value {
        let (name, arguments) = (call[0].as_str().unwrap(), &call[1]);
        assert_eq!(arguments["accountId"], "a1");
        let (kind, method) = name.split_once('/').unwrap();
        let result = match method {
            "changes" => self.changes(kind, arguments),
            "get" => self.get(kind, arguments, earlier),
            "query" => Ok(self.query(kind, arguments)),
            "set" => Ok(self.set(kind, arguments)),
            _ => Err(json!({"type": "unknownMethod"})),
        };
        match result {
            Ok(result) => json!([name, result, call[2]]),
            Err(error) => json!(["error", error, call[2]]),
        }
    }

    fn changes(&self, kind: &str, arguments: &Value) -> Result<Value, Value> {
        let since = arguments["sinceState"].as_str().unwrap();
        if self.forgotten.contains(since) {
            return Err(json!({"type": "cannotCalculateChanges"}));
        }
        let old: usize = since.parse().unwrap();
        let most = usize::try_from(arguments["maxChanges"].as_u64().unwrap()).unwrap();
        let all = self.objects(kind);
        let new = all.len().min(old + most);
        let created: Vec<&String> = all[old..new].iter().map(|(id, _)| *id).collect();
        Ok(
            json!({"accountId": "a1", "oldState": since, "newState": new.to_string(), "hasMoreChanges": new < all.len(),
            "created": created, "updated": [], "destroyed": []}),
        )
    }

    fn query(&self, kind: &str, arguments: &Value) -> Value {
        let all = self.objects(kind);
        let start = match arguments["anchor"].as_str() {
            None => 0,
            Some(anchor) => all.iter().position(|(id, _)| *id == anchor).unwrap() + 1,
        };
        let limit = usize::try_from(arguments["limit"].as_u64().unwrap()).unwrap();
        let page = all.iter().skip(start).take(limit);
        let ids: Vec<&String> = page.map(|(id, _)| *id).collect();
        json!({"accountId": "a1", "queryState": self.state(kind), "canCalculateChanges": false,
            "position": start, "ids": ids})
    }

    fn get(&self, kind: &str, arguments: &Value, earlier: &[Value]) -> Result<Value, Value> {
        let ids = match (&arguments["ids"], &arguments["#ids"]) {
            (Value::Array(ids), _) => ids.clone(),
            (_, reference) => {
                let of = earlier
                    .iter()
                    .find(|answer| {
                        answer[2] == reference["resultOf"] && answer[0] == reference["name"]
                    })
                    .ok_or(json!({"type": "invalidResultReference"}))?;
                let found = of[1].pointer(reference["path"].as_str().unwrap()).unwrap();
                found.as_array().unwrap().clone()
            }
        };
        if self.page > 0 {
            assert!(ids.len() <= self.page, "more than maxObjectsInGet");
        }
        let all: BTreeMap<&String, &Value> = self.objects(kind).into_iter().collect();
        let list: Vec<&Value> = ids
            .iter()
            .filter_map(|id| all.get(&id.as_str().unwrap().to_owned()).copied())
            .collect();
        Ok(json!({"accountId": "a1", "state": self.state(kind), "list": list, "notFound": []}))
    }

    fn set(&mut self, kind: &str, arguments: &Value) -> Value {
        let (id, create) = arguments["create"]
            .as_object()
            .unwrap()
            .iter()
            .next()
            .unwrap();
        assert_eq!(create["id"], id.as_str());
        let refusal = if self.objects(kind).iter().any(|(known, _)| *known == id) {
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
        if kind == "Message" {
            let mut letter = message(id);
            letter["signatureBlobId"] = create["signatureBlobId"].clone();
            self.messages.insert(id.clone(), letter);
        } else {
            self.applications.insert(id.clone(), application(id));
        }
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

/// A message as the profile writes it.
pub(crate) fn message(id: &str) -> Value {
    json!({
        "id": id, "applicationId": "0190b2f0-0000-7000-8000-000000000001", "direction": "fromApplicant",
        "author": "А", "sentAt": "2026-01-02T10:00:00Z", "subject": null, "text": "а", "request": null,
        "inReplyTo": null, "signatureBlobId": "G00",
    })
}
