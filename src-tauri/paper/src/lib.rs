//! What goes on paper: pages as tagged PDF ([`pdf`]), and codes that carry a signature from the paper
//! back into a program ([`codes`], [`signature`], [`codes_in`]; `docs/paper.md`). No files and no
//! clock.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod code;
mod face;
mod layout;
mod locate;
mod pdf;
mod picture;
mod symbol;

pub use code::{CodeError, codes, signature};
pub use pdf::{PdfError, pdf};
pub use picture::{NoPicture, codes_in};

/// What stands on the pages, top-down.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Language of the texts (BCP 47), such as `be`.
    pub language: String,
    /// The title, which is the document's title too.
    pub title: String,
    /// What stands at the foot of each page, beside its number.
    pub footer: String,
    /// The rest.
    pub parts: Vec<Part>,
}

/// A part of the pages.
#[derive(Clone, Debug)]
pub enum Part {
    /// A heading below the title.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// Labels with their values.
    Facts(Vec<Fact>),
    /// Codes, two beside each other.
    Codes(Vec<Code>),
}

/// A label with its value.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What it belongs to; a heading of its own where it changes.
    pub group: Option<String>,
    /// The label.
    pub label: String,
    /// The value; its lines stay lines.
    pub value: String,
}

/// A QR code.
#[derive(Clone, Debug)]
pub struct Code {
    /// What it holds, as [`codes`] gives it.
    pub text: String,
    /// What stands below it, and is read out in its place.
    pub caption: String,
}
