//! What the desktop tells while nobody looks.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A notice for the desktop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeView {
    /// Its first line.
    pub title: String,
    /// The rest, in the person's language. It may be read by whoever sees the screen.
    pub body: String,
    /// The application that it leads to; else it leads to the list of all.
    pub application_id: Option<String>,
    /// Whether it leads to the certificate instead.
    pub certificate: bool,
}

/// Whether and how the desktop tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NoticesView {
    /// Whether it tells.
    pub on: bool,
    /// Whether it says more than the procedure's title.
    pub details: bool,
}
