//! What the program does while its window is closed, and what the system hands to it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ProblemView;

/// What the program does while its window is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RunningView {
    /// Whether it goes on when the window is closed, where there is a tray to find it in.
    pub goes_on: bool,
    /// Whether it starts with the person's session.
    pub with_system: bool,
    /// Whether there is a tray; without one the program ends with its window.
    pub tray: bool,
}

/// Something that the program noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct LogLineView {
    /// When, as RFC 3339 has it.
    pub at: String,
    /// How grave it is: `error`, `warn` or `info`.
    pub level: String,
    /// Where it was noted and what, in English.
    pub text: String,
}

/// What the icon in the tray says, in the person's language. It may be read by whoever sees the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrayView {
    /// How things stand.
    pub state: String,
    /// Brings the window back.
    pub open: String,
    /// Ends the program.
    pub quit: String,
}

/// What the system handed to the program: by a click on a file, or on a link of the portal's page.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OpenedView {
    /// Files.
    Files {
        /// Which.
        files: Vec<OpenedFileView>,
    },
    /// A link of a page of the portal, which asks for a sign-in or a signature.
    Link {
        /// What it is followed by.
        handle: String,
        /// Address of the portal.
        portal: String,
    },
    /// A file or a link with which nothing can be done.
    Refused {
        /// Why.
        problem: ProblemView,
    },
}

/// A file that the system handed over. The window learns its name, and its octets by the handle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct OpenedFileView {
    /// What its octets are asked for by.
    pub handle: String,
    /// Its name without a folder.
    pub name: String,
    /// Its length in octets.
    #[ts(type = "number")]
    pub size: u64,
}
