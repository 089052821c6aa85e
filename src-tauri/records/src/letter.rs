//! What the applicant writes and signs on an application that was sent: a reply or a withdrawal. The
//! octets are RFC 8785 canonical JSON, as those of the application itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Applicant, Attachment, ManifestError};

/// `version` of this form.
const VERSION: u32 = 1;
/// Longest letter that is read, in octets.
const LONGEST: usize = 4 * 1024 * 1024;
/// Most characters of the text.
const LONGEST_TEXT: usize = 10_000;

/// What the applicant signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Letter {
    /// What it does.
    #[serde(rename = "type")]
    pub kind: LetterKind,
    version: u32,
    /// The message's identifier.
    pub message: Uuid,
    /// The application that it is about.
    pub application: Uuid,
    /// The application's registration number, where it has one yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_number: Option<String>,
    /// The message that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<Uuid>,
    /// Who writes.
    pub applicant: Applicant,
    /// What is written; the reason of a withdrawal, which may be empty.
    pub text: String,
    /// Files that belong to it.
    pub attachments: Vec<Attachment>,
    /// When it was made.
    pub created: Timestamp,
}

/// What a letter does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LetterKind {
    /// It answers a message, or adds something.
    #[serde(rename = "kabinet-reply")]
    Reply,
    /// It takes the application back.
    #[serde(rename = "kabinet-withdrawal")]
    Withdrawal,
}

impl Letter {
    /// A letter made now.
    #[must_use]
    pub fn new(
        kind: LetterKind,
        message: Uuid,
        application: Uuid,
        applicant: Applicant,
        text: String,
        created: Timestamp,
    ) -> Self {
        Self {
            kind,
            version: VERSION,
            message,
            application,
            registration_number: None,
            in_reply_to: None,
            applicant,
            text,
            attachments: Vec::new(),
            created,
        }
    }

    /// Whether there is something to send: a reply has words or files, and neither has too many words.
    #[must_use]
    pub fn is_sendable(&self) -> bool {
        let says = !self.text.trim().is_empty() || !self.attachments.is_empty();
        (says || self.kind == LetterKind::Withdrawal) && self.text.chars().count() <= LONGEST_TEXT
    }

    /// The canonical octets (RFC 8785).
    ///
    /// # Errors
    /// [`ManifestError::Malformed`] for what JSON cannot state.
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
        let letter: Self = serde_json::from_slice(octets)?;
        if letter.version != VERSION {
            return Err(ManifestError::Unknown);
        }
        if letter.to_canonical()? != octets {
            return Err(ManifestError::NotCanonical);
        }
        Ok(letter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(kind: LetterKind, text: &str) -> Letter {
        Letter::new(
            kind,
            Uuid::from_u128(1),
            Uuid::from_u128(2),
            Applicant::default(),
            text.to_owned(),
            "2026-11-23T10:00:00Z".parse().unwrap(),
        )
    }

    #[test]
    fn octets_are_canonical_and_read_back() {
        let octets = letter(LetterKind::Reply, "Дадаю").to_canonical().unwrap();
        assert_eq!(
            std::str::from_utf8(&octets).unwrap(),
            concat!(
                r#"{"applicant":{"name":{}},"application":"00000000-0000-0000-0000-000000000002","#,
                r#""attachments":[],"created":"2026-11-23T10:00:00Z","#,
                r#""message":"00000000-0000-0000-0000-000000000001","text":"Дадаю","#,
                r#""type":"kabinet-reply","version":1}"#
            )
        );
        assert_eq!(
            Letter::parse_canonical(&octets).unwrap(),
            letter(LetterKind::Reply, "Дадаю")
        );
    }

    #[test]
    fn other_octets_are_refused() {
        let octets = letter(LetterKind::Withdrawal, "").to_canonical().unwrap();
        let text = String::from_utf8(octets).unwrap();
        let refused = |text: String| Letter::parse_canonical(text.as_bytes()).unwrap_err();
        assert!(matches!(
            refused(format!(" {text}")),
            ManifestError::NotCanonical
        ));
        assert!(matches!(
            refused(text.replace("\"version\":1", "\"version\":2")),
            ManifestError::Unknown
        ));
        for other in ["kabinet-application", "kabinet-other"] {
            assert!(matches!(
                refused(text.replace("kabinet-withdrawal", other)),
                ManifestError::Malformed(_)
            ));
        }
    }

    #[test]
    fn only_a_withdrawal_needs_no_words() {
        assert!(!letter(LetterKind::Reply, " \n").is_sendable());
        assert!(letter(LetterKind::Reply, "так").is_sendable());
        assert!(letter(LetterKind::Withdrawal, "").is_sendable());
        assert!(!letter(LetterKind::Reply, &"a".repeat(LONGEST_TEXT + 1)).is_sendable());
    }
}
