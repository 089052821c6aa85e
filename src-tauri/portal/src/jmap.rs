//! The parts of RFC 8620 that the personal area uses: session object, calls and their answers.

use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::address;
use crate::error::PortalError;
use crate::http::Reply;

/// Where the session object is (section 2.2), relative to the portal's address.
pub(crate) const SESSION_PATH: &str = ".well-known/jmap";
const CORE: &str = "urn:ietf:params:jmap:core";
const AREA: &str = "urn:kabinet:jmap:area";
const BLOB: &str = "urn:ietf:params:jmap:blob";
/// Most octets of an upload when the server names none.
const UPLOAD_DEFAULT: u64 = 64 * 1024 * 1024;
/// Most objects of one page, also when the server would give more.
const LONGEST_PAGE: u64 = 500;

/// What is kept of the session object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AreaInfo {
    pub(crate) account: String,
    pub(crate) api: String,
    /// With the account filled in.
    pub(crate) upload: String,
    pub(crate) max_upload: u64,
    pub(crate) state: String,
    /// What RFC 9404 lets the account do; nothing where the server does not speak it.
    #[serde(default)]
    pub(crate) blob: Option<BlobLimits>,
    /// With the account filled in; `{blobId}`, `{name}` and `{type}` are still to be. Empty in a
    /// session that an earlier version stored.
    #[serde(default)]
    pub(crate) download: String,
    /// Address of the event source, with its variables (RFC 8620 section 7.3).
    #[serde(default)]
    pub(crate) events: String,
    /// Most objects that one call gets.
    #[serde(default)]
    pub(crate) max_get: u64,
    /// Address of the time-stamping authority that the portal names, as it says it.
    #[serde(default)]
    pub(crate) time_stamping: Option<String>,
}

/// Limits of RFC 9404, section 3.1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BlobLimits {
    /// Most octets of a blob that is put together.
    pub(crate) max_set: Option<u64>,
    /// Most pieces of it.
    pub(crate) max_sources: u64,
}

impl BlobLimits {
    fn read(document: &Value, account: &str) -> Option<Self> {
        document.get("capabilities")?.get(BLOB)?;
        let limits = document
            .get("accounts")?
            .get(account)?
            .get("accountCapabilities")?
            .get(BLOB)?;
        Some(Self {
            max_set: limits.get("maxSizeBlobSet").and_then(Value::as_u64),
            // The standard wants at least this many.
            max_sources: limits
                .get("maxDataSources")
                .and_then(Value::as_u64)
                .unwrap_or(64),
        })
    }
}

impl AreaInfo {
    /// Takes what is needed out of a session object.
    pub(crate) fn parse(base: &Url, document: &Value) -> Result<Self, PortalError> {
        Self::read(base, document).ok_or(PortalError::Garbage("JMAP session"))
    }

    fn read(base: &Url, document: &Value) -> Option<Self> {
        let account = document
            .get("primaryAccounts")?
            .get(AREA)?
            .as_str()
            .filter(|id| is_id(id))?;
        let capabilities = document.get("capabilities")?;
        let time_stamping = capabilities.get(AREA)?.get("timeStampingUrl");
        let max_upload = capabilities
            .get(CORE)?
            .get("maxSizeUpload")
            .and_then(Value::as_u64)
            .unwrap_or(UPLOAD_DEFAULT);
        let with_account = |name: &str| -> Option<String> {
            let template = document.get(name)?.as_str()?;
            Some(template.replace("{accountId}", account))
        };
        let upload = with_account("uploadUrl")?;
        let max_get = capabilities
            .get(CORE)?
            .get("maxObjectsInGet")
            .and_then(Value::as_u64)
            .unwrap_or(LONGEST_PAGE);
        let area = Self {
            account: account.to_owned(),
            api: document.get("apiUrl")?.as_str()?.to_owned(),
            upload,
            max_upload,
            state: document.get("state")?.as_str()?.to_owned(),
            blob: BlobLimits::read(document, account),
            download: with_account("downloadUrl")?,
            events: document.get("eventSourceUrl")?.as_str()?.to_owned(),
            max_get,
            time_stamping: time_stamping.and_then(Value::as_str).map(str::to_owned),
        };
        // Addresses are checked here and again at each use, since they come from the store then.
        address::parse_endpoint(base, &area.api).ok()?;
        address::parse_endpoint(base, &area.upload).ok()?;
        Some(area)
    }

    /// Whether the session object has what this version needs.
    pub(crate) fn is_current(&self) -> bool {
        !self.download.is_empty()
    }

    /// How many objects are asked for at once.
    pub(crate) fn page(&self) -> u64 {
        self.max_get.clamp(1, LONGEST_PAGE)
    }

    /// Address of a blob (RFC 8620 section 6.2); its name is made of safe signs only.
    pub(crate) fn download_address(&self, blob: &str) -> String {
        self.download
            .replace("{blobId}", blob)
            .replace("{name}", "blob")
            .replace("{type}", "application%2Foctet-stream")
    }
}

/// One method call.
pub(crate) struct MethodCall {
    pub(crate) name: String,
    pub(crate) arguments: Value,
    pub(crate) id: String,
}

/// The request's octets (section 3.3).
pub(crate) fn request(calls: &[MethodCall]) -> Vec<u8> {
    let calls: Vec<Value> = calls
        .iter()
        .map(|call| json!([call.name, call.arguments, call.id]))
        .collect();
    let mut using = vec![CORE, AREA];
    if calls.iter().any(|call| {
        call[0]
            .as_str()
            .is_some_and(|name| name.starts_with("Blob/"))
    }) {
        using.push(BLOB);
    }
    json!({"using": using, "methodCalls": calls})
        .to_string()
        .into_bytes()
}

/// The answers of one request (section 3.4).
#[derive(Deserialize)]
pub(crate) struct Answers {
    #[serde(rename = "methodResponses")]
    responses: Vec<(String, Value, String)>,
    #[serde(rename = "sessionState")]
    pub(crate) session_state: String,
}

/// What one method answered.
pub(crate) enum Outcome<'a> {
    /// Its result.
    Done(&'a Map<String, Value>),
    /// A method error's type (section 3.6.2).
    Failed(&'a str),
}

impl Answers {
    /// The answer to the call with this name and identifier.
    pub(crate) fn outcome(&self, name: &str, id: &str) -> Result<Outcome<'_>, PortalError> {
        let missing = PortalError::Garbage("JMAP answer");
        let (answered, value, _) = self
            .responses
            .iter()
            .find(|(_, _, of)| of == id)
            .ok_or(missing.clone())?;
        let value = value.as_object().ok_or(missing.clone())?;
        if answered == "error" {
            return value
                .get("type")
                .and_then(Value::as_str)
                .map(Outcome::Failed)
                .ok_or(missing);
        }
        if answered == name {
            Ok(Outcome::Done(value))
        } else {
            Err(missing)
        }
    }

    /// Whether some method failed with such a type.
    pub(crate) fn failed_with(&self, such: impl Fn(&str) -> bool) -> bool {
        let kind = |value: &Value| value.get("type").and_then(Value::as_str).is_some_and(&such);
        self.responses
            .iter()
            .any(|(name, value, _)| name == "error" && kind(value))
    }

    /// The result of the call; a method error becomes an error.
    pub(crate) fn result(&self, name: &str, id: &str) -> Result<&Map<String, Value>, PortalError> {
        match self.outcome(name, id)? {
            Outcome::Done(result) => Ok(result),
            Outcome::Failed(kind) => Err(method_error(kind)),
        }
    }
}

/// The error for a method error's type.
pub(crate) fn method_error(kind: &str) -> PortalError {
    match kind {
        "serverUnavailable" => PortalError::Server(503),
        "serverFail" | "serverPartialFail" => PortalError::Server(500),
        // The session object was old; it is fetched anew before the next try.
        "accountNotFound" | "accountNotSupportedByMethod" => PortalError::Garbage("account"),
        other => PortalError::refused(other),
    }
}

/// The error for an answer that is no success.
pub(crate) fn reply_error(reply: &Reply) -> PortalError {
    match reply.status.as_u16() {
        400 => request_error(&reply.body).unwrap_or_else(|| reply.error()),
        _ => reply.error(),
    }
}

/// The error for a refused request: an RFC 7807 document with a type of section 3.6.1.
pub(crate) fn request_error(body: &[u8]) -> Option<PortalError> {
    let document: Value = serde_json::from_slice(body).ok()?;
    let kind = document
        .get("type")?
        .as_str()?
        .strip_prefix("urn:ietf:params:jmap:error:")?;
    // Limits of concurrency pass; the client never comes near the others.
    Some(if kind == "limit" {
        PortalError::RetryAfter(1)
    } else {
        PortalError::refused(kind)
    })
}

/// Whether the text is an Id of section 1.2: 1 to 255 of `A-Za-z0-9_-`.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
}

/// The list of Ids under that name; empty when it is absent. The official numbers of procedures have
/// full stops, which section 1.2 does not know.
pub(crate) fn ids(result: &Map<String, Value>, name: &str) -> Result<Vec<String>, PortalError> {
    let garbage = PortalError::Garbage("JMAP ids");
    let Some(list) = result.get(name) else {
        return Ok(Vec::new());
    };
    let list = list.as_array().ok_or(garbage.clone())?;
    let text = |id: &Value| {
        id.as_str()
            .filter(|id| is_id(&id.replace('.', "-")))
            .map(str::to_owned)
            .ok_or(garbage.clone())
    };
    list.iter().map(text).collect()
}

/// The text under that name.
pub(crate) fn text<'a>(result: &'a Map<String, Value>, name: &str) -> Result<&'a str, PortalError> {
    result
        .get(name)
        .and_then(Value::as_str)
        .ok_or(PortalError::Garbage("JMAP answer"))
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A session object as read.
    pub(crate) fn area() -> AreaInfo {
        AreaInfo::parse(&base(), &document()).unwrap()
    }

    fn base() -> Url {
        address::parse_base("https://portal.example").unwrap()
    }

    fn document() -> Value {
        json!({
            "capabilities": {CORE: {"maxSizeUpload": 1000}, AREA: {}},
            "primaryAccounts": {AREA: "a1"},
            "apiUrl": "/jmap", "uploadUrl": "https://portal.example/up/{accountId}/", "state": "s",
            "downloadUrl": "/down/{accountId}/{blobId}?n={name}&t={type}", "eventSourceUrl": "/events",
        })
    }

    #[test]
    fn a_session_object_gives_addresses_and_limits() {
        let area = AreaInfo::parse(&base(), &document()).unwrap();
        assert_eq!(area.upload, "https://portal.example/up/a1/");
        assert_eq!((area.account.as_str(), area.max_upload), ("a1", 1000));
        assert_eq!(
            area.download_address("G0"),
            "/down/a1/G0?n=blob&t=application%2Foctet-stream"
        );
        for (pointer, value) in [
            ("/apiUrl", json!("http://portal.example/")),
            ("/uploadUrl", json!("http://127.0.0.1/{accountId}")),
            (&format!("/primaryAccounts/{AREA}"), json!("../x")),
            ("/capabilities", json!({CORE: {}})),
            ("/state", json!(1)),
        ] {
            let mut document = document();
            *document.pointer_mut(pointer).unwrap() = value;
            assert!(AreaInfo::parse(&base(), &document).is_err(), "{pointer}");
        }
    }

    #[test]
    fn a_session_object_may_name_who_stamps() {
        assert_eq!(area().time_stamping, None);
        let named = |value: Value| {
            let mut document = document();
            document["capabilities"][AREA]["timeStampingUrl"] = value;
            AreaInfo::parse(&base(), &document).unwrap().time_stamping
        };
        let address = "http://stamps.example/";
        assert_eq!(named(json!(address)).as_deref(), Some(address));
        assert_eq!(named(json!(1)), None);
        // A session that an earlier version stored has none.
        let mut stored = serde_json::to_value(area()).unwrap();
        stored.as_object_mut().unwrap().remove("time_stamping");
        let read: AreaInfo = serde_json::from_value(stored).unwrap();
        assert_eq!(read, area());
    }

    #[test]
    fn answers_are_found_by_call_and_errors_by_type() {
        let answers: Answers = serde_json::from_value(json!({
            "methodResponses": [["A/get", {"state": "1"}, "a"], ["error", {"type": "serverFail"}, "b"], ["B/get", {}, "c"]],
            "sessionState": "s",
        }))
        .unwrap();
        assert_eq!(
            text(answers.result("A/get", "a").unwrap(), "state").unwrap(),
            "1"
        );
        assert_eq!(
            answers.result("A/get", "b").unwrap_err(),
            PortalError::Server(500)
        );
        assert!(matches!(
            answers.result("A/get", "c"),
            Err(PortalError::Garbage(_))
        ));
        assert!(matches!(
            answers.result("A/get", "d"),
            Err(PortalError::Garbage(_))
        ));
    }

    #[test]
    fn request_errors_have_a_code() {
        let body = br#"{"type":"urn:ietf:params:jmap:error:notRequest","status":400}"#;
        assert_eq!(
            request_error(body),
            Some(PortalError::Refused("notRequest".into()))
        );
        let body =
            br#"{"type":"urn:ietf:params:jmap:error:limit","limit":"maxConcurrentRequests"}"#;
        assert!(!request_error(body).unwrap().is_permanent());
        assert_eq!(request_error(b"<html>"), None);
    }

    /// JSON of any shape.
    pub(crate) fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("[a-zA-Z]{0,12}", inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn hostile_json_is_survived(value in any_json(), other in any_json()) {
            let _ = AreaInfo::parse(&base(), &value);
            let mut document = document();
            document["primaryAccounts"] = value.clone();
            prop_assert!(AreaInfo::parse(&base(), &document).is_err());
            let _ = request_error(value.to_string().as_bytes());
            let answers = json!({"methodResponses": [["A/get", value, "a"], other], "sessionState": "s"});
            if let Ok(answers) = serde_json::from_value::<Answers>(answers) {
                let _ = answers.result("A/get", "a").and_then(|result| ids(result, "destroyed"));
            }
        }
    }
}
