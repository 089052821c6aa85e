//! How long finished applications stay on this computer.

use serde::Serialize;
use ts_rs::TS;

use super::TextView;

/// How it is set, and what that will do soon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct RetentionView {
    /// Years after its end that an application stays; nothing for ever.
    pub years: Option<u32>,
    /// Applications that left and are at the portal alone.
    pub away: u32,
    /// Those that leave within 30 days, the earliest first; at most 100.
    pub soon: Vec<LeavingView>,
}

/// What would leave this computer now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct RetentionPlanView {
    /// Years after its end that an application would stay; nothing for ever.
    pub years: Option<u32>,
    /// Applications that would leave.
    pub applications: u32,
    /// Messages on them.
    pub messages: u32,
    /// Documents that answer them.
    pub documents: u32,
    /// The applications, the earliest end first; at most 100.
    pub list: Vec<LeavingView>,
}

/// An application that leaves this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct LeavingView {
    /// Its identifier.
    pub id: String,
    /// Title of its procedure.
    pub title: TextView,
    /// Number that the portal gave it.
    pub registration_number: String,
    /// Day on which it ended, such as `2026-01-31`.
    pub ended_on: String,
}
