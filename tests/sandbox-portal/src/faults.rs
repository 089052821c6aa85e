//! Deliberate misbehaviour, asked for through `/sandbox/faults`.

use std::time::Duration;

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Kinds of misbehaviour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "FaultKind")]
#[value(rename_all = "snake_case")]
pub enum Kind {
    /// Status 500 instead of an answer; nothing is done.
    #[serde(rename = "status_500")]
    #[value(name = "status_500")]
    Status500,
    /// Status 503 instead of an answer; nothing is done.
    #[serde(rename = "status_503")]
    #[value(name = "status_503")]
    Status503,
    /// Status 200 with octets that mean nothing; nothing is done.
    Garbage,
    /// The right answer, broken off in the middle.
    Truncate,
    /// No answer for a long time, then a closed connection; nothing is done.
    Hang,
    /// A closed connection; nothing is done.
    DropBefore,
    /// Everything is done, then the connection is closed without an answer.
    DropAfter,
    /// The right answer, late.
    Delay,
    /// Status 429 instead of an answer; nothing is done.
    #[serde(rename = "status_429")]
    #[value(name = "status_429")]
    Status429,
    /// The portal's clock is wrong by `seconds` while it answers.
    ClockSkew,
    /// The token that came is refused as if it had run out.
    ExpiredToken,
    /// Method calls that ask for changes are answered with `cannotCalculateChanges`.
    CannotCalculateChanges,
    /// The right answer, but the ticket in it was changed after it was signed.
    WrongTicket,
    /// Octets of blobs come otherwise than they were uploaded.
    ChangedBlob,
    /// Whatever shall be created is answered with `overQuota`; nothing is done.
    OverQuota,
}

/// One order to misbehave.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Start of the paths that it is for.
    #[serde(rename = "match", default)]
    #[arg(long = "match", value_name = "PATH", default_value = "")]
    pub prefix: String,
    /// What to do.
    #[arg(value_enum)]
    pub kind: Kind,
    /// How many requests it is for; 1 when absent.
    #[serde(default = "once")]
    #[arg(long, default_value_t = 1)]
    pub times: u64,
    /// For `hang` and `delay`: how long.
    #[serde(default)]
    #[arg(long)]
    pub milliseconds: Option<u64>,
    /// Value of `Retry-After`, seconds, for the statuses.
    #[serde(default)]
    #[arg(long)]
    pub retry_after: Option<u64>,
    /// For `clock_skew`: how far the clock is ahead; negative when it is behind.
    #[serde(default)]
    #[arg(long, default_value_t = 0, allow_hyphen_values = true)]
    pub seconds: i64,
    /// For `cannot_calculate_changes` and `over_quota`: the only type that it is for.
    #[serde(rename = "type", default)]
    #[arg(long = "type")]
    pub object: Option<String>,
}

fn once() -> u64 {
    1
}

impl Fault {
    /// How long to wait: a minute for a hang, a second for a delay, unless it says otherwise.
    #[must_use]
    pub fn pause(&self) -> Duration {
        let default = if self.kind == Kind::Hang {
            60_000
        } else {
            1000
        };
        Duration::from_millis(self.milliseconds.unwrap_or(default))
    }

    /// Whether the method of that name cannot tell what changed.
    #[must_use]
    pub fn forgets(&self, method: &str) -> bool {
        self.kind == Kind::CannotCalculateChanges && self.is_for(method, "changes")
    }

    /// Whether the method of that name has no room for what it shall create.
    #[must_use]
    pub fn is_full(&self, method: &str) -> bool {
        self.kind == Kind::OverQuota && self.is_for(method, "set")
    }

    fn is_for(&self, method: &str, which: &str) -> bool {
        method.split_once('/').is_some_and(|(object, method)| {
            method == which && self.object.as_deref().is_none_or(|only| only == object)
        })
    }
}

/// The orders in force, the oldest first.
#[derive(Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Adds an order.
    pub fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Ends all misbehaviour.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Those that have requests left to spoil, as often as that.
    pub fn left(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter().filter(|fault| fault.times > 0)
    }

    /// What to do to a request for `path`; counts down.
    pub fn take(&mut self, path: &str) -> Option<Fault> {
        let index = self
            .0
            .iter()
            .position(|fault| fault.times > 0 && path.starts_with(&fault.prefix))?;
        let fault = self.0.get_mut(index)?;
        fault.times -= 1;
        Some(fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_down_and_minds_the_path() {
        let mut faults = Faults::default();
        let fault = r#"{"match":"/jmap","kind":"status_503","times":2,"retry_after":1}"#;
        faults.add(serde_json::from_str(fault).unwrap());
        assert!(faults.take("/oauth/token").is_none());
        assert_eq!(faults.take("/jmap/api").unwrap().kind, Kind::Status503);
        assert!(faults.take("/jmap/api").is_some());
        assert!(faults.take("/jmap/api").is_none());
        assert!(serde_json::from_str::<Fault>(r#"{"kind":"status_418"}"#).is_err());
    }

    #[test]
    fn forgets_only_the_type_that_was_named() {
        let fault = r#"{"kind":"cannot_calculate_changes","type":"Message"}"#;
        let fault: Fault = serde_json::from_str(fault).unwrap();
        assert!(fault.forgets("Message/changes"));
        assert!(!fault.forgets("Document/changes") && !fault.forgets("Message/get"));
        let fault = r#"{"kind":"over_quota","type":"Application"}"#;
        let fault: Fault = serde_json::from_str(fault).unwrap();
        assert!(fault.is_full("Application/set") && !fault.forgets("Application/changes"));
        assert!(!fault.is_full("Message/set") && !fault.is_full("Application/get"));
    }
}
