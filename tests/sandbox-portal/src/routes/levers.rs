//! The sandbox's own levers, which no real portal has: what an official decides, misbehaviour, and
//! what was heard.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Path, State};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json as value};

use super::{
    HTML, JSON, Route, Shared, delete, get, json, named, plain, post, problem as a_problem, typed,
};
use crate::faults::Fault;
use crate::portal::{Portal, lock};
use crate::reply::{Reply, broken, problem, reply};
use crate::x509::Certificate;
use crate::{applications, ca, letters, operator, publishing, registration, revocation};

/// A certificate request that an operator of Enroll1 has seen with the person.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct HandIn {
    /// Hex of its DER (PKCS #10, STB 34.101.17).
    request: String,
}

/// Revokes a certificate, or takes that back.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Revoke {
    /// Hex of its DER.
    certificate: String,
    /// None takes a revocation back.
    revocation: Option<revocation::Revocation>,
}

/// Octets that the uploads of a person may have together.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Quota {
    /// Null for no end.
    octets: Option<u64>,
}

/// Octets of body of a request and of its answer.
type Octets = (u64, u64);

pub(super) fn routes() -> Vec<Route> {
    let mut all = officials();
    all.extend(misbehaviour());
    all.extend(heard());
    all
}

/// What officials do.
fn officials() -> Vec<Route> {
    vec![
        get("/operator", "The official's page", async || {
            operator::page()
        })
        .gives(200, plain(HTML)),
        get("/operator/script.js", "Its script", async || {
            operator::script()
        })
        .gives(200, plain("text/javascript")),
        post(
            "/sandbox/operate",
            "Does to an application what an official would",
            async |State(portal): Shared, body: Bytes| -> Result<Reply, Reply> {
                let order = order(&body)?;
                let done = operator::operate(&portal, &order).map_err(|error| broken(&error))?;
                done.map(|object| reply(200, &object))
                    .ok_or_else(|| nothing("application"))
            },
        )
        .takes(typed::<operator::Order>())
        .gives(200, json("Application"))
        .gives(400, a_problem())
        .gives(404, a_problem()),
        post(
            "/sandbox/applications/{id}",
            "Moves an application along, whatever the official's rules are",
            async |State(portal): Shared,
                   Path(id): Path<String>,
                   body: Bytes|
                   -> Result<Reply, Reply> {
                let order: Value = order(&body)?;
                let status = order["status"].as_str();
                if !status.is_some_and(|status| applications::STATUSES.contains(&status)) {
                    return Err(problem(400, "about:blank", "no such status"));
                }
                let moved = applications::move_along(&portal, &id, &order);
                moved
                    .map_err(|error| broken(&error))?
                    .map(|object| reply(200, &object))
                    .ok_or_else(|| nothing("application"))
            },
        )
        .takes(named(JSON, "Move"))
        .gives(200, json("Application"))
        .gives(400, a_problem())
        .gives(404, a_problem()),
        delete(
            "/sandbox/documents/{id}",
            "Takes a document back",
            async |State(portal): Shared, Path(id): Path<String>| {
                done(operator::withdraw_document(&portal, &id), "document")
            },
        )
        .gives(200, json("Empty"))
        .gives(404, a_problem()),
        post(
            "/sandbox/procedures/{id}",
            "Publishes the next version of a procedure, by a merge patch (RFC 7396) of the present one",
            async |State(portal): Shared,
                   Path(id): Path<String>,
                   body: Bytes|
                   -> Result<Reply, Reply> {
                let patch: serde_json::Map<String, Value> = order(&body)?;
                let published = publishing::publish(&portal, &id, &patch.into());
                published
                    .map_err(|error| broken(&error))?
                    .map(|procedure| reply(200, &procedure))
                    .ok_or_else(|| nothing("procedure"))
            },
        )
        .takes(typed::<serde_json::Map<String, Value>>())
        .gives(200, json("Procedure"))
        .gives(400, a_problem())
        .gives(404, a_problem()),
        delete(
            "/sandbox/procedures/{id}",
            "Takes a procedure off the catalogue",
            async |State(portal): Shared, Path(id): Path<String>| {
                done(publishing::withdraw(&portal, &id), "procedure")
            },
        )
        .gives(200, json("Empty"))
        .gives(404, a_problem()),
        post(
            "/sandbox/authority",
            "What an official of the certification authority decides",
            async |State(portal): Shared, body: Bytes| -> Result<Reply, Reply> {
                ca::order(&portal, &order(&body)?).map_err(|error| broken(&error))?;
                Ok(reply(200, &value!({})))
            },
        )
        .takes(typed::<ca::Order>())
        .gives(200, json("Empty"))
        .gives(400, a_problem()),
        post(
            "/sandbox/registration",
            "Hands a request in at the registration office, where an operator vouches for it (Enroll1)",
            async |State(portal): Shared, body: Bytes| -> Result<Reply, Reply> {
                let hand_in: HandIn = order(&body)?;
                Ok(registration::operator(&portal, &octets(&hand_in.request)?))
            },
        )
        .takes(typed::<HandIn>())
        .gives(200, json("Enrolled"))
        .gives(202, json("Enrolled"))
        .gives(400, a_problem()),
        post(
            "/sandbox/revocations",
            "Revokes a certificate, or takes that back",
            async |State(portal): Shared, body: Bytes| -> Result<Reply, Reply> {
                let order: Revoke = order(&body)?;
                let certificate = octets(&order.certificate)?;
                if Certificate::parse(&certificate).is_none() {
                    return Err(problem(400, "about:blank", "not a certificate"));
                }
                lock(&portal.revocations)
                    .set(&certificate, order.revocation)
                    .map_err(|error| broken(&error))?;
                Ok(reply(200, &value!({})))
            },
        )
        .takes(typed::<Revoke>())
        .gives(200, json("Empty"))
        .gives(400, a_problem()),
    ]
}

/// What goes wrong, and what is asked beyond need.
fn misbehaviour() -> Vec<Route> {
    vec![
        post(
            "/sandbox/faults",
            "Asks for misbehaviour",
            async |State(portal): Shared, body: Bytes| -> Result<Reply, Reply> {
                lock(&portal.faults).add(order(&body)?);
                Ok(reply(200, &value!({})))
            },
        )
        .takes(typed::<Fault>())
        .gives(200, json("Empty"))
        .gives(400, a_problem()),
        get(
            "/sandbox/faults",
            "What misbehaviour is still to come",
            async |State(portal): Shared| {
                let faults = lock(&portal.faults);
                reply(200, &value!(faults.left().collect::<Vec<_>>()))
            },
        )
        .gives(200, typed::<Vec<Fault>>()),
        delete(
            "/sandbox/faults",
            "Ends all misbehaviour",
            async |State(portal): Shared| {
                lock(&portal.faults).clear();
                reply(200, &value!({}))
            },
        )
        .gives(200, json("Empty")),
        post(
            "/sandbox/quota",
            "Limits the uploads of each person",
            async |State(portal): Shared, body: Bytes| -> Result<Reply, Reply> {
                let quota: Quota = order(&body)?;
                *lock(&portal.quota) = quota.octets;
                Ok(reply(200, &value!({})))
            },
        )
        .takes(typed::<Quota>())
        .gives(200, json("Empty"))
        .gives(400, a_problem()),
        get(
            "/sandbox/quota",
            "How the uploads of each person are limited",
            async |State(portal): Shared| {
                let octets = *lock(&portal.quota);
                reply(200, &value!(Quota { octets }))
            },
        )
        .gives(200, typed::<Quota>()),
        post(
            "/sandbox/claims",
            "Lets it ask cards for these data groups, too",
            async |State(portal): Shared, body: Bytes| -> Result<Reply, Reply> {
                *lock(&portal.more_claims) = order(&body)?;
                Ok(reply(200, &value!({})))
            },
        )
        .takes(typed::<Vec<u8>>())
        .gives(200, json("Empty"))
        .gives(400, a_problem()),
    ]
}

/// What it has and what it has heard.
fn heard() -> Vec<Route> {
    vec![
        get(
            "/sandbox/applications",
            "All applications of all persons",
            async |State(portal): Shared| objects(&portal, applications::KIND),
        )
        .gives(200, json("Applications")),
        get(
            "/sandbox/messages",
            "All messages of all persons",
            async |State(portal): Shared| objects(&portal, letters::KIND),
        )
        .gives(200, json("Messages")),
        get(
            "/sandbox/authority",
            "What the certification authority has done",
            async |State(portal): Shared| reply(200, &value!(ca::account(&portal))),
        )
        .gives(200, typed::<ca::Account>()),
        get(
            "/sandbox/requests",
            "How many requests came, by path",
            async |State(portal): Shared| reply(200, &value!(*lock(&portal.counts))),
        )
        .gives(200, typed::<BTreeMap<String, u64>>()),
        get(
            "/sandbox/uploads",
            "How often each blob was uploaded in full, by its name",
            async |State(portal): Shared| reply(200, &value!(*lock(&portal.uploads))),
        )
        .gives(200, typed::<BTreeMap<String, u64>>()),
        get(
            "/sandbox/octets",
            "Octets of body of the last request and of its answer, by path",
            async |State(portal): Shared| reply(200, &value!(*lock(&portal.octets))),
        )
        .gives(200, typed::<BTreeMap<String, Octets>>()),
    ]
}

fn order<T: DeserializeOwned>(body: &[u8]) -> Result<T, Reply> {
    serde_json::from_slice(body).map_err(|error| problem(400, "about:blank", &error.to_string()))
}

fn octets(text: &str) -> Result<Vec<u8>, Reply> {
    hex::decode(text).map_err(|_| problem(400, "about:blank", "not hex"))
}

fn nothing(what: &str) -> Reply {
    problem(404, "about:blank", &format!("no such {what}"))
}

/// The answer to what was done, or not because there is no such thing.
fn done(was_there: Result<bool, Value>, what: &str) -> Reply {
    match was_there {
        Ok(true) => reply(200, &value!({})),
        Ok(false) => nothing(what),
        Err(error) => broken(&error),
    }
}

/// All objects of a type, of all persons.
fn objects(portal: &Portal, kind: &str) -> Reply {
    let list = match portal.store().objects(kind, None) {
        Ok(list) => list,
        Err(error) => return broken(&error),
    };
    let objects: Vec<Value> = list
        .iter()
        .filter_map(|found| {
            let mut object: Value = serde_json::from_str(&found.body).ok()?;
            object["account"] = value!(found.account);
            Some(object)
        })
        .collect();
    reply(200, &value!(objects))
}
