//! Hybrid logical clocks (Kulkarni and others, "Logical Physical Clocks", 2014): the time of a change
//! that agrees with wall clocks as far as they agree, and never runs backwards on one computer.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far ahead of this computer's clock a foreign time is followed, in milliseconds: as far as a
/// portal lets clocks differ. What is further ahead comes from a wrong clock or from malice.
pub const DRIFT: u64 = 5 * 60 * 1000;
/// Most milliseconds of a moment: twelve hexadecimal digits.
const LAST_MILLISECOND: u64 = (1 << 48) - 1;

/// The random name of a store in the clocks of drafts. It tells nothing of person or computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ClientName(pub u64);

/// A reading of one client's clock: Unix time in milliseconds, and a count within it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(into = "String", try_from = "String")]
pub struct Moment {
    milliseconds: u64,
    count: u16,
}

/// A moment with the client whose clock it was read from: no two changes of a draft have the same.
/// Later ones are greater; as text, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Stamp {
    /// When.
    pub moment: Moment,
    /// By whose clock.
    pub client: ClientName,
}

/// The text is no reading of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the reading of a clock")]
pub struct NotAStamp;

/// One client's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HybridClock {
    /// Whose clock it is.
    pub client: ClientName,
    /// The last reading that was given out, or heard of.
    pub last: Moment,
}

/// What somebody has seen of a draft: of each client all changes up to a moment (a version vector).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen(BTreeMap<ClientName, Moment>);

impl Moment {
    /// That Unix time in milliseconds.
    #[must_use]
    pub fn at(milliseconds: u64) -> Self {
        Self {
            milliseconds: milliseconds.min(LAST_MILLISECOND),
            count: 0,
        }
    }

    /// The time for people; the first of 1970 where it is beyond all calendars.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        i64::try_from(self.milliseconds)
            .ok()
            .and_then(|at| Timestamp::from_millisecond(at).ok())
            .unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn next(self) -> Self {
        match self.count.checked_add(1) {
            Some(count) => Self { count, ..self },
            None => Self::at(self.milliseconds + 1),
        }
    }
}

impl HybridClock {
    /// A clock that gave out nothing yet.
    #[must_use]
    pub fn new(client: ClientName) -> Self {
        Self {
            client,
            last: Moment::default(),
        }
    }

    /// The time of a change that is made now: greater than every reading before.
    ///
    /// A clock that once ran far ahead (somebody had set the computer to another year) would put all
    /// changes of years to come into that year; it is given up with its name, and `spare`, a new
    /// random name, begins another.
    pub fn tick(&mut self, now: Timestamp, spare: ClientName) -> Stamp {
        let now = milliseconds(now);
        if self.last.milliseconds > now.saturating_add(DRIFT) {
            *self = Self::new(spare);
        }
        self.last = Moment::at(now).max(self.last.next());
        Stamp {
            moment: self.last,
            client: self.client,
        }
    }

    /// Hears of a foreign reading, so that the next one here is later; unless it is further ahead
    /// than [`DRIFT`].
    pub fn hear(&mut self, moment: Moment, now: Timestamp) {
        if moment.milliseconds <= milliseconds(now).saturating_add(DRIFT) {
            self.last = self.last.max(moment);
        }
    }
}

impl Seen {
    /// Whether the change with that stamp was seen.
    #[must_use]
    pub fn covers(&self, stamp: Stamp) -> bool {
        self.0
            .get(&stamp.client)
            .is_some_and(|last| *last >= stamp.moment)
    }

    /// The last that was seen of a client.
    #[must_use]
    pub fn of(&self, client: ClientName) -> Option<Moment> {
        self.0.get(&client).copied()
    }

    /// The latest moment of all.
    #[must_use]
    pub fn latest(&self) -> Option<Moment> {
        self.0.values().max().copied()
    }

    /// How many clients it knows.
    #[must_use]
    pub fn clients(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn add(&mut self, stamp: Stamp) {
        let last = self.0.entry(stamp.client).or_default();
        *last = stamp.moment.max(*last);
    }

    pub(crate) fn join(&mut self, other: &Self) {
        for (&client, &moment) in &other.0 {
            self.add(Stamp { moment, client });
        }
    }
}

fn milliseconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_millisecond()).unwrap_or(0)
}

impl fmt::Display for ClientName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012x}-{:04x}", self.milliseconds, self.count)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.moment, self.client)
    }
}

impl From<ClientName> for String {
    fn from(name: ClientName) -> Self {
        name.to_string()
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.to_string()
    }
}

impl From<Stamp> for String {
    fn from(stamp: Stamp) -> Self {
        stamp.to_string()
    }
}

impl TryFrom<String> for ClientName {
    type Error = NotAStamp;

    fn try_from(text: String) -> Result<Self, NotAStamp> {
        hexadecimal(&text, 16).map(Self)
    }
}

impl TryFrom<String> for Moment {
    type Error = NotAStamp;

    fn try_from(text: String) -> Result<Self, NotAStamp> {
        let (milliseconds, count) = text.split_once('-').ok_or(NotAStamp)?;
        Ok(Self {
            milliseconds: hexadecimal(milliseconds, 12)?,
            count: u16::try_from(hexadecimal(count, 4)?).map_err(|_| NotAStamp)?,
        })
    }
}

impl TryFrom<String> for Stamp {
    type Error = NotAStamp;

    fn try_from(text: String) -> Result<Self, NotAStamp> {
        let (moment, client) = text.rsplit_once('-').ok_or(NotAStamp)?;
        Ok(Self {
            moment: moment.to_owned().try_into()?,
            client: client.to_owned().try_into()?,
        })
    }
}

/// Exactly so many lower-case digits: each value has one text.
fn hexadecimal(text: &str, digits: usize) -> Result<u64, NotAStamp> {
    let sane = text.len() == digits
        && text
            .bytes()
            .all(|octet| matches!(octet, b'0'..=b'9' | b'a'..=b'f'));
    if sane {
        u64::from_str_radix(text, 16).map_err(|_| NotAStamp)
    } else {
        Err(NotAStamp)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(milliseconds).unwrap()
    }

    const HERE: ClientName = ClientName(1);
    const SPARE: ClientName = ClientName(9);

    #[test]
    fn follows_the_wall_and_counts_when_it_stands() {
        let mut clock = HybridClock::new(HERE);
        let first = clock.tick(at(1000), SPARE);
        assert_eq!(first.to_string(), "0000000003e8-0000-0000000000000001");
        assert_eq!(
            clock.tick(at(1000), SPARE).to_string(),
            "0000000003e8-0001-0000000000000001"
        );
        // Set back a little: it counts on.
        assert_eq!(
            clock.tick(at(500), SPARE).to_string(),
            "0000000003e8-0002-0000000000000001"
        );
        assert_eq!(clock.tick(at(2000), SPARE).moment, Moment::at(2000));
    }

    #[test]
    fn a_full_count_goes_over_into_the_time() {
        let mut clock = HybridClock::new(HERE);
        clock.last = Moment {
            milliseconds: 7,
            count: u16::MAX,
        };
        assert_eq!(clock.tick(at(7), SPARE).moment, Moment::at(8));
    }

    #[test]
    fn foreign_times_are_followed_within_the_drift() {
        let mut clock = HybridClock::new(HERE);
        clock.hear(Moment::at(DRIFT), at(0));
        assert_eq!(clock.last, Moment::at(DRIFT));
        clock.hear(Moment::at(DRIFT + 1), at(0));
        assert_eq!(clock.last, Moment::at(DRIFT));
    }

    #[test]
    fn a_clock_that_was_in_another_year_is_given_up() {
        let mut clock = HybridClock::new(HERE);
        let far = clock.tick(at(4_000_000_000_000), SPARE);
        let now = clock.tick(at(1_700_000_000_000), SPARE);
        assert_eq!(now.moment.timestamp(), at(1_700_000_000_000));
        assert!(now < far && now.client == SPARE);
    }

    proptest! {
        #[test]
        fn readings_of_one_client_grow(steps in prop::collection::vec((0_i64..2_000_000, 0_u64..2_000_000), 1..60)) {
            let mut clock = HybridClock::new(HERE);
            let mut last: Option<Stamp> = None;
            for (index, (now, heard)) in steps.into_iter().enumerate() {
                clock.hear(Moment::at(heard), at(now));
                let stamp = clock.tick(at(now), ClientName(100 + index as u64));
                if let Some(last) = last.filter(|last| last.client == stamp.client) {
                    prop_assert!(stamp > last);
                }
                prop_assert!(stamp.moment <= Moment::at(u64::try_from(now).unwrap() + DRIFT).next());
                last = Some(stamp);
            }
        }

        #[test]
        fn texts_read_back_and_sort_alike(a: (u64, u16, u64), b: (u64, u16, u64)) {
            let stamp = |(milliseconds, count, client): (u64, u16, u64)| Stamp {
                moment: Moment { milliseconds: milliseconds & LAST_MILLISECOND, count },
                client: ClientName(client),
            };
            let (a, b) = (stamp(a), stamp(b));
            prop_assert_eq!(Stamp::try_from(a.to_string()), Ok(a));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn any_text_is_survived(text in ".{0,60}") {
            if let Ok(stamp) = Stamp::try_from(text.clone()) {
                prop_assert_eq!(stamp.to_string(), text);
            }
        }
    }
}
