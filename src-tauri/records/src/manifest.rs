//! The manifest: what the holder signs. Its octets are RFC 8785 canonical JSON, so that the same
//! application has the same octets everywhere.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// `type` of a manifest.
const TYPE: &str = "kabinet-application";
/// `version` of this form of the manifest.
const VERSION: u32 = 1;
/// Longest manifest that is read, in octets.
const LONGEST: usize = 4 * 1024 * 1024;

/// What the holder signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    #[serde(rename = "type")]
    kind: String,
    version: u32,
    /// The application's identifier.
    pub application: Uuid,
    /// The procedure.
    pub procedure: ProcedureReference,
    /// Who applies.
    pub applicant: Applicant,
    /// The form's values.
    pub data: Value,
    /// Files that belong to it.
    pub attachments: Vec<Attachment>,
    /// When it was made.
    pub created: Timestamp,
}

/// A procedure and the version of its form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcedureReference {
    /// Official number.
    pub id: String,
    /// Version of the form.
    pub version: u32,
}

/// Who applies: what the ticket of the sign-in said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Applicant {
    /// Names for display by language (`be`, `ru`, `latin`).
    pub name: BTreeMap<String, String>,
    /// Personal number without its prefix, where it was shared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal_number: Option<String>,
}

/// A file that belongs to an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attachment {
    /// Its name for people.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its length in octets.
    pub size: u64,
    /// belt-hash of its octets, lower-case hex.
    pub hash: String,
}

/// Why octets are no manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not JSON, or not with these members.
    #[error("not a manifest: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Another type or version.
    #[error("another type or version of manifest")]
    Unknown,
    /// The octets are not the canonical ones.
    #[error("the manifest is not canonical")]
    NotCanonical,
    /// Longer than 4 MiB.
    #[error("the manifest is too long")]
    TooLong,
}

impl Manifest {
    /// A manifest made now.
    #[must_use]
    pub fn new(
        application: Uuid,
        procedure: ProcedureReference,
        applicant: Applicant,
        data: Value,
        created: Timestamp,
    ) -> Self {
        Self {
            kind: TYPE.to_owned(),
            version: VERSION,
            application,
            procedure,
            applicant,
            data,
            attachments: Vec::new(),
            created,
        }
    }

    /// The canonical octets (RFC 8785).
    ///
    /// # Errors
    /// [`ManifestError::Malformed`] for a number that JSON cannot state.
    pub fn to_canonical(&self) -> Result<Vec<u8>, ManifestError> {
        Ok(serde_json_canonicalizer::to_vec(self)?)
    }

    /// Reads canonical octets; any others are refused, also those with unknown or doubled members.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn parse_canonical(octets: &[u8]) -> Result<Self, ManifestError> {
        if octets.len() > LONGEST {
            return Err(ManifestError::TooLong);
        }
        let manifest: Self = serde_json::from_slice(octets)?;
        if manifest.kind != TYPE || manifest.version != VERSION {
            return Err(ManifestError::Unknown);
        }
        if manifest.to_canonical()? != octets {
            return Err(ManifestError::NotCanonical);
        }
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sample() -> Manifest {
        Manifest::new(
            Uuid::from_u128(7),
            ProcedureReference {
                id: "2.2".into(),
                version: 1,
            },
            Applicant {
                name: BTreeMap::from([("be".into(), "АЛЕНА".into())]),
                personal_number: None,
            },
            json!({"b": 1.0, "a": "\u{20ac}\n", "ё": 1e21}),
            "2026-11-23T10:00:00Z".parse().unwrap(),
        )
    }

    #[test]
    fn octets_are_canonical_and_read_back() {
        let octets = sample().to_canonical().unwrap();
        assert_eq!(
            String::from_utf8(octets.clone()).unwrap(),
            concat!(
                r#"{"applicant":{"name":{"be":"АЛЕНА"}},"application":"00000000-0000-0000-0000-000000000007","#,
                r#""attachments":[],"created":"2026-11-23T10:00:00Z","data":{"a":"€\n","b":1,"ё":1e+21},"#,
                r#""procedure":{"id":"2.2","version":1},"type":"kabinet-application","version":1}"#
            )
        );
        let again = Manifest::parse_canonical(&octets).unwrap();
        assert_eq!(again.to_canonical().unwrap(), octets);
    }

    #[test]
    fn other_octets_are_refused() {
        let text = String::from_utf8(sample().to_canonical().unwrap()).unwrap();
        let refused = |text: String| Manifest::parse_canonical(text.as_bytes()).unwrap_err();
        assert!(matches!(
            refused(format!("{text} ")),
            ManifestError::NotCanonical
        ));
        assert!(matches!(
            refused(text.replace("\"b\":1", "\"b\":1.0")),
            ManifestError::NotCanonical
        ));
        assert!(matches!(
            refused(text.replace("\"b\":1", "\"b\":1,\"b\":1")),
            ManifestError::NotCanonical
        ));
        assert!(matches!(
            refused(text.replace("kabinet-app", "other-app")),
            ManifestError::Unknown
        ));
        let more = text.replace("{\"applicant\"", "{\"a\":1,\"applicant\"");
        assert!(matches!(refused(more), ManifestError::Malformed(_)));
    }
}
