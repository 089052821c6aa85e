//! Values by name that several computers change without knowing of each other: of each name the
//! versions that nobody has replaced yet. (A multi-value register each, as in Shapiro and others, "A
//! comprehensive study of Convergent and Commutative Replicated Data Types", 2011.)

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::clock::{ClientName, Seen, Stamp};

/// Most versions of one name.
const VERSIONS_LIMIT: usize = 64;

/// One version of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// The value; `None` where it was taken away.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    pub value: Option<Value>,
    /// When it was written, and by which client.
    pub stamp: Stamp,
    /// Where a value comes from that was filled in for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// The versions of each name, by their stamps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Versions(BTreeMap<String, Vec<Version>>);

impl Versions {
    pub(crate) fn of(&self, name: &str) -> &[Version] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Vec<Version>)> {
        self.0.iter()
    }

    /// What counts of each name: the latest version, but one with a value before one without.
    pub(crate) fn winners(&self) -> impl Iterator<Item = (&String, &Version)> {
        self.0.iter().filter_map(|(name, versions)| {
            let winner = versions
                .iter()
                .max_by_key(|version| (version.value.is_some(), version.stamp))?;
            Some((name, winner))
        })
    }

    /// Writes a version in place of those that `replaces` says.
    pub(crate) fn write(
        &mut self,
        name: &str,
        version: Version,
        replaces: impl Fn(&Version) -> bool,
    ) {
        let versions = self.0.entry(name.to_owned()).or_default();
        versions.retain(|version| !replaces(version));
        insert(versions, version);
    }

    /// What both say together: a version stays unless one of them has seen it and does not have it
    /// any more.
    pub(crate) fn merge(&self, seen: &Seen, other: &Self, other_seen: &Seen) -> Self {
        let names: BTreeSet<&String> = self.0.keys().chain(other.0.keys()).collect();
        let mut merged = BTreeMap::new();
        for name in names {
            let (ours, theirs) = (self.of(name), other.of(name));
            let mut versions: Vec<Version> = Vec::new();
            for (those, across, seen) in [(ours, theirs, other_seen), (theirs, ours, seen)] {
                for version in those {
                    let stands = across.iter().any(|one| one.stamp == version.stamp);
                    if stands || !seen.covers(version.stamp) {
                        insert(&mut versions, version.clone());
                    }
                }
            }
            if !versions.is_empty() {
                merged.insert(name.clone(), versions);
            }
        }
        Self(merged)
    }

    /// Whether something stands in it that whoever saw `seen` did not know.
    pub(crate) fn has_more_than(&self, seen: &Seen) -> bool {
        let mut versions = self.0.values().flatten();
        versions.any(|version| !seen.covers(version.stamp))
    }

    /// Writes anew, each with its own `stamp`, the versions of `client` that stand here and that
    /// `other` claims to have seen replaced.
    pub(crate) fn write_again(
        &mut self,
        other: &Self,
        other_seen: &Seen,
        client: ClientName,
        mut stamp: impl FnMut() -> Stamp,
    ) {
        for (name, versions) in &mut self.0 {
            let known = other.of(name);
            for mut version in std::mem::take(versions) {
                let stands = known.iter().any(|one| one.stamp == version.stamp);
                let ours = version.stamp.client == client;
                if ours && !stands && other_seen.covers(version.stamp) {
                    version.stamp = stamp();
                }
                insert(versions, version);
            }
        }
    }

    /// Versions from elsewhere; what is wrong with them otherwise. Merging rests on this: a copy has
    /// `seen` what it has.
    pub(crate) fn checked(
        unchecked: BTreeMap<String, Vec<Version>>,
        seen: &Seen,
    ) -> Result<Self, &'static str> {
        let mut checked = BTreeMap::new();
        for (name, versions) in unchecked {
            if versions.is_empty() || versions.len() > VERSIONS_LIMIT {
                return Err("versions");
            }
            let mut sorted = Vec::with_capacity(versions.len());
            for version in versions {
                if !seen.covers(version.stamp) {
                    return Err("unseen version");
                }
                insert(&mut sorted, version);
            }
            checked.insert(name, sorted);
        }
        Ok(Self(checked))
    }
}

/// Puts a version in its place. Of two with one stamp, which honest clients never make, every copy
/// keeps the same one.
fn insert(versions: &mut Vec<Version>, version: Version) {
    match versions.binary_search_by_key(&version.stamp, |one| one.stamp) {
        Err(place) => versions.insert(place, version),
        Ok(place) => {
            let key = |version: &Version| {
                let value = version.value.as_ref().map(Value::to_string);
                (value, version.source.clone())
            };
            if let Some(there) = versions.get_mut(place)
                && key(there) < key(&version)
            {
                *there = version;
            }
        }
    }
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
