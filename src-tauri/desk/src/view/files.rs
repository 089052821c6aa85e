//! Files that are signed, raised and checked.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ProblemView, SignatureReportView, TextView};

/// A level of signatures (ETSI EN 319 122-1, clause 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum LevelView {
    /// B-B: signed.
    B,
    /// B-T: a time stamp proves when.
    T,
    /// B-LT: with everything that is needed to check it later.
    Lt,
}

impl LevelView {
    /// Its name, as in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::B => "b",
            Self::T => "t",
            Self::Lt => "lt",
        }
    }

    /// The level of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::B, Self::T, Self::Lt]
            .into_iter()
            .find(|level| level.name() == name)
    }
}

/// What a service was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum AskedForView {
    /// Whether one certificate was revoked (OCSP): it learns which.
    Status,
    /// The list of all that were revoked.
    List,
    /// A time stamp: it learns a hash value.
    Stamp,
    /// The certificate of an issuing authority that was not sent along.
    Issuer,
}

/// Somebody who was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct AskedView {
    /// Name of the computer.
    pub host: String,
    /// For what.
    pub what: AskedForView,
    /// Whether it answered.
    pub answered: bool,
    /// The same in a sentence.
    pub sentence: TextView,
}

/// A file as the trusted prompt lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct FileView {
    /// Its name, with signs written out that hide or turn text around.
    pub name: String,
    /// Octets.
    #[ts(type = "number")]
    pub size: u64,
    /// Media type by its content, `application/octet-stream` when it is not known.
    pub media_type: String,
    /// Of a signature to which another is added, how it stands by what is known here.
    pub signed: Option<SignedBeforeView>,
}

/// How a signature stands to which another is added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct SignedBeforeView {
    /// `valid`, `invalid` or `cannot_tell`.
    pub verdict: String,
    /// One sentence.
    pub sentence: TextView,
}

/// What is to be signed, in the trusted prompt.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct FilesPromptView {
    /// The files.
    pub files: Vec<FileView>,
    /// Whether the files go into the signatures.
    pub attached: bool,
    /// Whether the signatures are added to those that the files have.
    pub added: bool,
    /// The level.
    pub level: LevelView,
}

/// What became of a file that was signed.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct SignedFileView {
    /// Name of the file.
    pub name: String,
    /// Where the signature is; nothing when there is none.
    pub path: Option<String>,
    /// The level that it has.
    pub level: Option<LevelView>,
    /// Whether it waits to be raised to the level that was wanted.
    pub waiting: bool,
    /// Why there is no signature, or not of the level that was wanted.
    pub problem: Option<ProblemView>,
}

/// A signature that was raised.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct RaisedView {
    /// The file.
    pub path: String,
    /// The level that it has now.
    pub level: LevelView,
    /// Who was asked.
    pub asked: Vec<AskedView>,
}

/// A signature that waits to be raised.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct RaisingView {
    /// The file.
    pub path: String,
    /// The level that was wanted.
    pub level: LevelView,
    /// Why the last try failed.
    pub last_problem: Option<String>,
}

/// What a check of a file found.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct VerifiedFileView {
    /// Name of the signature.
    pub name: String,
    /// Name of the file that it is over, where that is another one.
    pub content: Option<String>,
    /// The report.
    pub report: Option<SignatureReportView>,
    /// Why there is none.
    pub problem: Option<ProblemView>,
}

/// How far the work on files is.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct FileProgressView {
    /// Name of the file.
    pub name: String,
    /// Which one it is, from 1.
    pub number: u32,
    /// How many there are.
    pub count: u32,
    /// Octets that are done.
    #[ts(type = "number")]
    pub done: u64,
    /// Octets in all.
    #[ts(type = "number")]
    pub size: u64,
}
