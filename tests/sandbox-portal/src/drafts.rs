//! Drafts: kept for the holder's other computers. The portal does not look into them: their clients
//! merge, and `ifInState` makes sure that none overwrites what it has not seen.

use rusqlite::{OptionalExtension as _, params};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::jmap::{self, Outcome, method_error};
use crate::portal::Portal;
use crate::store::Store;

/// Octets of one draft.
const LARGEST: usize = 2 * 1024 * 1024;
/// Drafts of one account, ended ones included.
const MOST: i64 = 1000;

/// Tables of drafts. `made` and `changed` are states of the account.
pub const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS draft(
  account TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
  made INTEGER NOT NULL, changed INTEGER NOT NULL, PRIMARY KEY(account, id));
CREATE INDEX IF NOT EXISTS draft_changed ON draft(account, changed);
CREATE TABLE IF NOT EXISTS draft_horizon(account TEXT PRIMARY KEY, state INTEGER NOT NULL);
";

impl Store {
    /// State of an account's drafts.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn draft_state(&self, account: &str) -> rusqlite::Result<i64> {
        self.connection().query_row(
            "SELECT max((SELECT coalesce(max(changed), 0) FROM draft WHERE account = ?1),
                        (SELECT coalesce(max(state), 0) FROM draft_horizon WHERE account = ?1))",
            [account],
            |row| row.get(0),
        )
    }

    /// An account's drafts.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn drafts(&self, account: &str) -> rusqlite::Result<Vec<String>> {
        self.connection()
            .prepare_cached("SELECT body FROM draft WHERE account = ?1 ORDER BY id")?
            .query_map([account], |row| row.get(0))?
            .collect()
    }

    /// Forgets how the drafts came to where they are.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn forget_draft_changes(&self, account: &str) -> rusqlite::Result<()> {
        let state = self.draft_state(account)? + 1;
        self.connection().execute(
            "INSERT OR REPLACE INTO draft_horizon(account, state) VALUES(?1, ?2)",
            params![account, state],
        )?;
        Ok(())
    }

    fn changed_drafts(&self, account: &str, since: i64) -> rusqlite::Result<Vec<(String, bool)>> {
        self.connection()
            .prepare_cached(
                "SELECT id, made > ?2 FROM draft WHERE account = ?1 AND changed > ?2 ORDER BY changed",
            )?
            .query_map(params![account, since], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect()
    }

    fn draft_horizon(&self, account: &str) -> rusqlite::Result<i64> {
        let found = self
            .connection()
            .query_row(
                "SELECT state FROM draft_horizon WHERE account = ?1",
                [account],
                |row| row.get(0),
            )
            .optional()?;
        Ok(found.unwrap_or(0))
    }

    fn draft(&self, account: &str, id: &str) -> rusqlite::Result<Option<String>> {
        self.connection()
            .query_row(
                "SELECT body FROM draft WHERE account = ?1 AND id = ?2",
                [account, id],
                |row| row.get(0),
            )
            .optional()
    }

    fn keep_draft(&self, account: &str, id: &str, body: &str) -> rusqlite::Result<()> {
        let state = self.draft_state(account)? + 1;
        self.connection().execute(
            "INSERT INTO draft(account, id, body, made, changed) VALUES(?1, ?2, ?3, ?4, ?4)
             ON CONFLICT(account, id) DO UPDATE SET body = ?3, changed = ?4",
            params![account, id, body, state],
        )?;
        Ok(())
    }
}

/// State and objects of an account.
///
/// # Errors
/// The method error.
pub fn list(portal: &Portal, account: &str) -> Result<(String, Vec<Value>), Value> {
    let store = portal.store();
    let state = store.draft_state(account).map_err(failed)?;
    let list = store.drafts(account).map_err(failed)?;
    let objects: Result<Vec<Value>, _> =
        list.iter().map(|body| serde_json::from_str(body)).collect();
    Ok((state.to_string(), objects.map_err(failed)?))
}

/// `Draft/changes`.
///
/// # Errors
/// The method error.
pub fn changes(portal: &Portal, account: &str, arguments: &Map<String, Value>) -> Outcome {
    let store = portal.store();
    let now = store.draft_state(account).map_err(failed)?;
    let known = store.draft_horizon(account).map_err(failed)?..=now;
    let since = arguments
        .get("sinceState")
        .and_then(Value::as_str)
        .ok_or_else(|| method_error("invalidArguments"))?;
    let old: i64 = since
        .parse()
        .ok()
        .filter(|old| known.contains(old))
        .ok_or_else(|| method_error("cannotCalculateChanges"))?;
    let changed = store.changed_drafts(account, old).map_err(failed)?;
    Ok(jmap::changes(account, since, &now.to_string(), &changed))
}

/// `Draft/set`, which creates and updates.
///
/// # Errors
/// The method error.
pub fn set(portal: &Portal, account: &str, arguments: &Map<String, Value>) -> Outcome {
    let store = portal.store();
    let old = store.draft_state(account).map_err(failed)?.to_string();
    if let Some(expected) = arguments.get("ifInState").and_then(Value::as_str)
        && expected != old
    {
        return Err(method_error("stateMismatch"));
    }
    let (mut created, mut not_created) = (Map::new(), Map::new());
    for (name, wish) in entries(arguments, "create") {
        match create(&store, account, name, wish) {
            Ok(()) => created.insert(name.clone(), json!({ "id": name })),
            Err(error) => not_created.insert(name.clone(), error),
        };
    }
    let (mut updated, mut not_updated) = (Map::new(), Map::new());
    for (name, patch) in entries(arguments, "update") {
        match update(&store, account, name, patch) {
            Ok(()) => updated.insert(name.clone(), Value::Null),
            Err(error) => not_updated.insert(name.clone(), error),
        };
    }
    Ok(json!({
        "accountId": account,
        "oldState": old,
        "newState": store.draft_state(account).map_err(failed)?.to_string(),
        "created": created,
        "notCreated": not_created,
        "updated": updated,
        "notUpdated": not_updated,
    }))
}

fn create(store: &Store, account: &str, name: &str, wish: &Value) -> Result<(), Value> {
    if wish["id"] != name || Uuid::parse_str(name).is_err() {
        return Err(method_error("invalidProperties"));
    }
    if store.draft(account, name).map_err(failed)?.is_some() {
        return Err(json!({ "type": "alreadyExists", "existingId": name }));
    }
    let count = store.drafts(account).map_err(failed)?.len();
    if i64::try_from(count).unwrap_or(i64::MAX) >= MOST {
        return Err(method_error("overQuota"));
    }
    keep(store, account, name, wish)
}

/// A patch (RFC 8620 section 5.3) of whole properties.
fn update(store: &Store, account: &str, name: &str, patch: &Value) -> Result<(), Value> {
    let body = store
        .draft(account, name)
        .map_err(failed)?
        .ok_or_else(|| method_error("notFound"))?;
    let mut object: Value = serde_json::from_str(&body).map_err(failed)?;
    let patch = patch
        .as_object()
        .ok_or_else(|| method_error("invalidPatch"))?;
    for (property, value) in patch {
        let known = [
            "id",
            "procedureId",
            "procedureVersion",
            "fields",
            "seen",
            "end",
        ];
        if !known.contains(&property.as_str()) || (property == "id" && value != name) {
            return Err(method_error("invalidPatch"));
        }
        object[property] = value.clone();
    }
    keep(store, account, name, &object)
}

fn keep(store: &Store, account: &str, name: &str, object: &Value) -> Result<(), Value> {
    let sound = object["procedureId"].is_string()
        && object["procedureVersion"].is_u64()
        && object["fields"].is_object()
        && object["seen"].is_object();
    if !sound {
        return Err(method_error("invalidProperties"));
    }
    let body = object.to_string();
    if body.len() > LARGEST {
        return Err(method_error("tooLarge"));
    }
    store.keep_draft(account, name, &body).map_err(failed)
}

fn entries<'a>(
    arguments: &'a Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    arguments
        .get(name)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}

fn failed(error: impl std::fmt::Display) -> Value {
    json!({ "type": "serverFail", "description": error.to_string() })
}
