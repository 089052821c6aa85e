//! What a desk has around it: the time, chance, the way to portals, and the disk's power.

use std::sync::Arc;

use jiff::Timestamp;
use kabinet_portal::{Client, Clock, Wire};
use kabinet_stb::random;
use uuid::Uuid;

use crate::{Desk, Outcome};

/// The system's, unless others are given: a simulation gives its own, so that a run can be repeated.
#[derive(Clone, Default)]
pub struct Surroundings {
    /// The time.
    pub clock: Clock,
    /// Random numbers for names and waits; nothing secret is made from them.
    pub chance: Option<Arc<dyn Fn() -> u64 + Send + Sync>>,
    /// The way to portals, in place of the network.
    pub wire: Option<Arc<dyn Wire>>,
    /// Asked before each transaction of the store is kept: whether the power lasts so long.
    pub power: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
}

impl Surroundings {
    /// A random number.
    pub(crate) fn number(&self) -> u64 {
        match &self.chance {
            Some(chance) => chance(),
            None => u64::from_be_bytes(random::bytes()),
        }
    }
}

impl Desk {
    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        self.surroundings.clock.now()
    }

    /// A new name: UUIDv7 of now.
    pub(crate) fn new_id(&self) -> Uuid {
        let milliseconds = u64::try_from(self.now().as_millisecond()).unwrap_or(0);
        let mut chance = [0; 10];
        let numbers = [self.surroundings.number(), self.surroundings.number()];
        for (octet, from) in chance
            .iter_mut()
            .zip(numbers.map(u64::to_be_bytes).as_flattened())
        {
            *octet = *from;
        }
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &chance).into_uuid()
    }

    /// The portal at that address.
    pub(crate) fn client(&self, address: &str) -> Outcome<Client> {
        let Surroundings { clock, wire, .. } = self.surroundings.clone();
        Ok(Client::over(address, self.options(), clock, wire)?)
    }
}
