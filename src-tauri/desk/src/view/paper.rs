//! An application on paper.

use serde::Serialize;
use ts_rs::TS;

use super::{AttachmentView, PromptFieldView, SignatureReportView, TextView};

/// What the codes of a paper say.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct PaperView {
    /// The check of the signature, made now.
    pub report: SignatureReportView,
    /// Serial number of the signer's certificate, hex.
    pub serial_number: Option<String>,
    /// Who issued that certificate.
    pub issuer: Option<String>,
    /// belt-hash of the exact octets that were signed, hex.
    pub hash: String,
    /// What was signed; nothing when neither the codes nor a file hold it.
    pub application: Option<PaperApplicationView>,
}

/// A signed application, read out of the exact octets that were signed.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct PaperApplicationView {
    /// UUIDv7.
    pub id: String,
    /// The procedure's number.
    pub procedure_id: String,
    /// Its title, where the catalogue is at hand.
    pub title: Option<TextView>,
    /// Who applies.
    pub applicant: String,
    /// When it was drawn up, RFC 3339.
    pub created: String,
    /// The answers.
    pub fields: Vec<PromptFieldView>,
    /// The files that belong to it.
    pub attachments: Vec<AttachmentView>,
}
