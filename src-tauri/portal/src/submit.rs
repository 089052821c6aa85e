//! Sending what is signed: an application, or a letter on one.

use kabinet_records::Application;
use kabinet_stb::hash::belt_hash;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::error::{PortalError, safe_code};
use crate::jmap::{Answers, MethodCall};

/// Most problems of a form that are told.
const PROBLEMS_LIMIT: usize = 256;
/// Most octets of a JSON pointer that is told.
const PATH_LIMIT: usize = 512;

/// What became of something signed that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission<T = Application> {
    /// The portal has it, now or since an earlier try.
    Submitted(T),
    /// The portal has something else under that identifier, which another computer of the person
    /// sent; what was sent now is not registered.
    Other(T),
    /// The portal will never take it as it is.
    Refused(RefusedReason),
}

/// Why it is refused: `notCreated` types of the profile.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusedReason {
    /// The signature is not valid.
    InvalidSignature,
    /// The signer is not the holder who signed in.
    SignerNotHolder,
    /// The signer's certificate was revoked.
    CertificateRevoked,
    /// The procedure has a newer version.
    ProcedureVersionOld,
    /// The form's data is not what the schema asks for.
    InvalidForm(Vec<FieldProblem>),
    /// The manifest is not canonical or not complete.
    InvalidManifest,
    /// A letter on an application that the portal does not have.
    NoSuchApplication,
    /// A letter on an application that is decided or taken back.
    ApplicationClosed,
    /// The holder has sent too much.
    OverQuota,
    /// The signed octets or a file are more than the portal takes.
    TooLarge,
    /// A file is not what the manifest says, or of a kind that the portal does not take.
    AttachmentMismatch,
    /// Properties of what was to be created are not as the portal wants them, by their names (RFC 8620,
    /// section 5.3).
    InvalidProperties(Vec<String>),
    /// Another code.
    Other(String),
}

/// One problem of a form that the portal found.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FieldProblem {
    /// JSON pointer (RFC 6901) into the form's data.
    pub path: String,
    /// The JSON Schema keyword that is not met.
    pub keyword: String,
}

/// What the answer to a create says.
pub(crate) enum Created<T> {
    Done(T),
    /// The object was made from another blob.
    Other(T),
    Refused(RefusedReason),
    /// The portal does not have a blob (any more): upload it again.
    BlobGone,
}

/// `blobId` of the profile: `G` and the lower-case hex of belt-hash.
pub(crate) fn blob_id(octets: &[u8]) -> String {
    blob_id_of(&belt_hash(octets))
}

/// [`blob_id`] of octets whose belt-hash is known.
pub(crate) fn blob_id_of(hash: &[u8]) -> String {
    use std::fmt::Write;
    let mut id = String::from("G");
    for octet in hash {
        let _ = write!(id, "{octet:02x}");
    }
    id
}

/// Create and get in one request: whether the object is new or there already, the second call
/// brings it as the portal has it.
pub(crate) fn calls(
    kind: &str,
    account: &str,
    id: &str,
    blob: &str,
    attachments: &[String],
) -> Vec<MethodCall> {
    let mut wish = json!({"id": id, "signatureBlobId": blob});
    if !attachments.is_empty() {
        wish["attachmentBlobIds"] = json!(attachments);
    }
    vec![
        MethodCall {
            name: format!("{kind}/set"),
            arguments: json!({"accountId": account, "create": {id: wish}}),
            id: "s".into(),
        },
        MethodCall {
            name: format!("{kind}/get"),
            arguments: json!({"accountId": account, "ids": [id]}),
            id: "g".into(),
        },
    ]
}

/// Reads the answers to [`calls`].
pub(crate) fn read<T: DeserializeOwned>(
    kind: &str,
    answers: &Answers,
    id: &str,
    blob: &str,
) -> Result<Created<T>, PortalError> {
    let set = answers.result(&format!("{kind}/set"), "s")?;
    let entry = |name: &str| {
        set.get(name)
            .and_then(|map| map.get(id))
            .and_then(Value::as_object)
    };
    if entry("created").is_none() {
        let refusal = entry("notCreated").ok_or(PortalError::Garbage("set answer"))?;
        match refusal
            .get("type")
            .and_then(Value::as_str)
            .ok_or(PortalError::Garbage("set answer"))?
        {
            // An earlier try arrived although its answer did not.
            "alreadyExists" if refusal.get("existingId").and_then(Value::as_str) == Some(id) => {}
            "alreadyExists" => return Err(PortalError::Garbage("existingId")),
            "blobNotFound" | "attachmentMissing" => return Ok(Created::BlobGone),
            kind => return refused(kind, refusal).map(Created::Refused),
        }
    }
    let got = answers.result(&format!("{kind}/get"), "g")?;
    let list = got
        .get("list")
        .and_then(Value::as_array)
        .ok_or(PortalError::Garbage("JMAP list"))?;
    let ours = list
        .iter()
        .find(|object| object.get("id").and_then(Value::as_str) == Some(id));
    let from = ours.and_then(|object| object.get("signatureBlobId")?.as_str());
    let object = ours
        .and_then(|object| T::deserialize(object).ok())
        .ok_or(PortalError::Garbage("created object"))?;
    // A portal that does not tell what an object was made from has only one of each name.
    Ok(match from {
        Some(from) if from != blob => Created::Other(object),
        _ => Created::Done(object),
    })
}

/// The reason for a SetError's type (RFC 8620, section 5.3, and the profile).
pub(crate) fn refused(
    kind: &str,
    refusal: &Map<String, Value>,
) -> Result<RefusedReason, PortalError> {
    Ok(match kind {
        "invalidSignature" => RefusedReason::InvalidSignature,
        "signerNotHolder" => RefusedReason::SignerNotHolder,
        "certificateRevoked" => RefusedReason::CertificateRevoked,
        "procedureVersionOld" => RefusedReason::ProcedureVersionOld,
        "invalidForm" => RefusedReason::InvalidForm(problems(refusal)),
        "invalidManifest" => RefusedReason::InvalidManifest,
        "noSuchApplication" => RefusedReason::NoSuchApplication,
        "applicationClosed" => RefusedReason::ApplicationClosed,
        "overQuota" => RefusedReason::OverQuota,
        "tooLarge" => RefusedReason::TooLarge,
        // RFC 8620 section 5.3: passes by itself.
        "rateLimit" => return Err(PortalError::RetryAfter(60)),
        "attachmentMismatch" => RefusedReason::AttachmentMismatch,
        "invalidProperties" => RefusedReason::InvalidProperties(properties(refusal)),
        other => RefusedReason::Other(safe_code(other)),
    })
}

fn properties(refusal: &Map<String, Value>) -> Vec<String> {
    let list = refusal.get("properties").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|name| name.len() <= PATH_LIMIT && !name.chars().any(char::is_control))
        .take(PROBLEMS_LIMIT)
        .map(str::to_owned)
        .collect()
}

fn problems(refusal: &Map<String, Value>) -> Vec<FieldProblem> {
    let list = refusal
        .get("problems")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let sane = |problem: &FieldProblem| {
        problem.path.len() <= PATH_LIMIT && safe_code(&problem.keyword) == problem.keyword
    };
    list.iter()
        .filter_map(|problem| FieldProblem::deserialize(problem).ok())
        .filter(sane)
        .take(PROBLEMS_LIMIT)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0190b2f0-0000-7000-8000-000000000001";

    fn not_created(refusal: &Value) -> Result<Created<Application>, PortalError> {
        let answers: Answers = serde_json::from_value(json!({
            "methodResponses": [["Application/set", {"created": null, "notCreated": {ID: refusal}}, "s"],
                ["Application/get", {"state": "1", "list": [], "notFound": [ID]}, "g"]],
            "sessionState": "0",
        }))
        .unwrap();
        read("Application", &answers, ID, "G0")
    }

    #[test]
    fn the_blob_is_named_by_its_hash() {
        // STB 34.101.31 table A.11: belt-hash of the first 13 octets of H.
        let octets = [
            0xB1, 0x94, 0xBA, 0xC8, 0x0A, 0x08, 0xF5, 0x3B, 0x36, 0x6D, 0x00, 0x8E, 0x58,
        ];
        assert_eq!(
            blob_id(&octets),
            "Gabef9725d4c5a83597a367d14494cc2542f20f659ddfecc961a3ec550cba8c75"
        );
    }

    #[test]
    fn refusals_have_a_reason() {
        let Ok(Created::Refused(reason)) = not_created(
            &json!({"type": "invalidForm", "problems": [
                {"path": "/familyName", "keyword": "minLength"}, {"path": 1}, {"path": "/x", "keyword": "a b"},
            ]}),
        ) else {
            panic!()
        };
        assert_eq!(
            reason,
            RefusedReason::InvalidForm(vec![FieldProblem {
                path: "/familyName".into(),
                keyword: "minLength".into()
            }])
        );
        let wish =
            json!({"type": "invalidProperties", "properties": ["data/purpose", 7, "a\u{1b}"]});
        let Ok(Created::Refused(reason)) = not_created(&wish) else {
            panic!()
        };
        let named = RefusedReason::InvalidProperties(vec!["data/purpose".into()]);
        assert_eq!(reason, named);
        for (kind, expected) in [
            ("invalidSignature", RefusedReason::InvalidSignature),
            ("signerNotHolder", RefusedReason::SignerNotHolder),
            ("certificateRevoked", RefusedReason::CertificateRevoked),
            ("overQuota", RefusedReason::OverQuota),
            ("attachmentMismatch", RefusedReason::AttachmentMismatch),
            ("applicationClosed", RefusedReason::ApplicationClosed),
            ("procedureVersionOld", RefusedReason::ProcedureVersionOld),
            ("something", RefusedReason::Other("something".into())),
            ("some thing", RefusedReason::Other("unknown".into())),
        ] {
            let Ok(Created::Refused(reason)) = not_created(&json!({"type": kind})) else {
                panic!("{kind}")
            };
            assert_eq!(reason, expected);
        }
    }

    #[test]
    fn what_is_no_refusal_for_good_is_none() {
        for kind in ["blobNotFound", "attachmentMissing"] {
            assert!(matches!(
                not_created(&json!({"type": kind})),
                Ok(Created::BlobGone)
            ));
        }
        assert!(matches!(
            not_created(&json!({"type": "rateLimit"})),
            Err(PortalError::RetryAfter(_))
        ));
        assert!(not_created(&json!({"type": "alreadyExists", "existingId": "other"})).is_err());
        // There, says the portal, but it does not show it.
        assert!(not_created(&json!({"type": "alreadyExists", "existingId": ID})).is_err());
        assert!(not_created(&json!({})).is_err());
    }
}
