//! Correspondence on an application, both directions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Text;

/// A message as the portal tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// UUIDv7; of one of ours, made by the client.
    pub id: Uuid,
    /// The application that it is about.
    pub application_id: Uuid,
    /// Who wrote to whom.
    pub direction: Direction,
    /// Name of the writer.
    pub author: Words,
    /// When the portal took it.
    pub sent_at: Timestamp,
    /// What it is about.
    #[serde(default)]
    pub subject: Option<Words>,
    /// What it says.
    pub text: Words,
    /// What the applicant is asked to do.
    #[serde(default)]
    pub request: Option<Request>,
    /// The message that this one answers.
    #[serde(default)]
    pub in_reply_to: Option<Uuid>,
    /// Blob of the CAdES signature, of a message of the applicant's.
    #[serde(default)]
    pub signature_blob_id: Option<String>,
}

/// Who wrote to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// From the authority.
    ToApplicant,
    /// From the applicant, signed.
    FromApplicant,
}

impl Direction {
    /// The name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ToApplicant => "toApplicant",
            Self::FromApplicant => "fromApplicant",
        }
    }
}

/// What the applicant is asked to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// What kind of answer is wanted.
    pub kind: RequestKind,
    /// What is wanted, one by one.
    #[serde(default)]
    pub wanted: Vec<Words>,
    /// Until when.
    #[serde(default)]
    pub deadline: Option<Timestamp>,
}

/// What kind of answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RequestKind {
    /// Documents.
    Documents,
}

/// What a person wrote, in one language, or what an authority wrote, in three.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Words {
    /// In the languages of the interface.
    Three(Text),
    /// As it was written.
    One(String),
}

impl From<Words> for Text {
    /// What was written in one language reads the same in each.
    fn from(words: Words) -> Self {
        match words {
            Words::Three(text) => text,
            Words::One(text) => Self {
                be: text.clone(),
                ru: text.clone(),
                en: text,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_one_text_or_three() {
        let message = json!({
            "id": "0190b2f0-0000-7000-8000-000000000001",
            "applicationId": "0190b2f0-0000-7000-8000-000000000002",
            "direction": "toApplicant",
            "author": {"be": "а", "ru": "б", "en": "c"},
            "sentAt": "2026-11-23T10:00:00Z",
            "subject": null,
            "text": "one",
            "request": {"kind": "documents", "wanted": ["a"], "deadline": "2026-12-01T00:00:00Z"},
            "inReplyTo": null,
            "signatureBlobId": null,
        });
        let read: Message = serde_json::from_value(message.clone()).unwrap();
        assert_eq!(Text::from(read.author.clone()).en, "c");
        assert_eq!(Text::from(read.text.clone()).ru, "one");
        assert_eq!(serde_json::to_value(&read).unwrap(), message);
        // A kind of request that is not known here is a newer portal's message.
        let mut newer = message;
        newer["request"]["kind"] = json!("payment");
        assert!(serde_json::from_value::<Message>(newer).is_err());
    }
}
