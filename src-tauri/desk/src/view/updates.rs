//! Newer versions of the program.

use serde::Serialize;
use ts_rs::TS;

use super::TextView;

/// What is known of newer versions of the program.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct UpdatesView {
    /// The version that runs.
    pub version: String,
    /// Name of the computer that is asked for newer ones; none where the build names none.
    pub publisher: Option<String>,
    /// Whether it is asked once a day without the person.
    pub looks: bool,
    /// How far the program has got.
    pub state: UpdateStateView,
}

/// How far a newer version has got.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum UpdateStateView {
    /// Nobody was asked since the program was started.
    Unknown,
    /// There was none when the publisher was asked.
    Newest {
        /// When that was, as RFC 3339 has it.
        asked: String,
    },
    /// There is one.
    Found {
        /// Which.
        release: ReleaseView,
        /// Whether the program can put it in its place; otherwise the system's packages bring it.
        installs: bool,
    },
    /// It is on its way.
    Coming {
        /// Which.
        release: ReleaseView,
        /// Octets that are here.
        #[ts(type = "number")]
        here: u64,
        /// Octets of the whole, where the publisher says so.
        #[ts(type = "number | null")]
        all: Option<u64>,
    },
    /// It is in its place, and runs when the program is started again.
    Installed {
        /// Which.
        release: ReleaseView,
    },
}

/// A version that was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct ReleaseView {
    /// Its number.
    pub version: String,
    /// The day on which it was published, as RFC 3339 has it, where that is said.
    pub published: Option<String>,
    /// What is new in it; empty texts where nothing is said.
    pub notes: TextView,
}
