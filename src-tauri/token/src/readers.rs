//! Which readers there are and what is in them.

use std::ffi::CString;
use std::time::{Duration, Instant};

use pcsc::{Context, PNP_NOTIFICATION, Scope, State};

use crate::transport::tcp;
use crate::{CardError, ReaderAddress, ReaderError, service};

/// How long a remote card may take to say that it is there.
const TCP_TIME: Duration = Duration::from_millis(500);
/// A set of readers that changes more often than this while it is listed is taken as it is.
const LISTING_TRIES: usize = 4;
/// How often the readers are listed where the service does not report new ones.
const RELISTING: Duration = Duration::from_secs(1);

/// A reader at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReaderState {
    /// The reader.
    pub address: ReaderAddress,
    /// What is in it.
    pub presence: CardPresence,
}

/// What is in a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardPresence {
    /// Nothing; for a remote card also: nobody listens there.
    Absent,
    /// A card that does not answer to reset, often put in the wrong way round.
    Mute,
    /// A card that another program holds for itself alone.
    InUse,
    /// A card that answers.
    Present {
        /// Its answer to reset (ISO/IEC 7816-3), at most 33 octets.
        atr: Vec<u8>,
    },
}

/// The readers of the PC/SC service in its order, then `extra` in the given order.
///
/// A remote card is asked over a connection of its own, which leaves its power and a dialogue with
/// another reader alone; one that does not answer meanwhile counts as in use.
///
/// # Errors
///
/// [`ReaderError`], unless `extra` is not empty: then a missing service only means that it has no
/// readers, since the person has said where the card is.
pub fn list(extra: &[ReaderAddress]) -> Result<Vec<ReaderState>, ReaderError> {
    let mut states = match list_pcsc() {
        Ok(states) => states,
        Err(
            ReaderError::ServiceUnavailable
            | ReaderError::ServiceVersion
            | ReaderError::AccessDenied,
        ) if !extra.is_empty() => Vec::new(),
        Err(error) => return Err(error),
    };
    for address in extra {
        let presence = match address {
            ReaderAddress::Tcp(host) => look_at(host),
            ReaderAddress::Pcsc(_) if states.iter().any(|state| state.address == *address) => {
                continue;
            }
            ReaderAddress::Pcsc(_) => CardPresence::Absent,
        };
        states.push(ReaderState {
            address: address.clone(),
            presence,
        });
    }
    Ok(states)
}

fn list_pcsc() -> Result<Vec<ReaderState>, ReaderError> {
    let mut watcher = Watcher::new()?;
    watcher.snapshot()
}

fn look_at(host: &str) -> CardPresence {
    match tcp::look(host, TCP_TIME) {
        Ok(atr) if !atr.is_empty() => CardPresence::Present { atr },
        // It listens, but speaks with another reader only.
        Err(CardError::Timeout) => CardPresence::InUse,
        _ => CardPresence::Absent,
    }
}

/// Waits for readers and cards to come and go. The waiting is the service's
/// (SCardGetStatusChange with the `\\?PnP?\Notification` reader), so nothing runs meanwhile; only
/// where a service has no such reader (macOS) are the readers listed every second.
pub struct Watcher {
    context: Context,
    /// Whether nothing was reported yet.
    fresh: bool,
    /// Whether the service reports new readers.
    notifies: bool,
    /// The reader of notifications first where there is one, then the real ones.
    states: Vec<pcsc::ReaderState>,
}

impl Watcher {
    /// Starts watching from nothing: the first [`Self::next`] returns at once.
    ///
    /// # Errors
    ///
    /// [`ReaderError`].
    pub fn new() -> Result<Self, ReaderError> {
        let context = establish()?;
        Ok(Self {
            fresh: true,
            notifies: notifies(&context),
            context,
            states: Vec::new(),
        })
    }

    /// What ends a wait from another thread.
    pub fn canceller(&self) -> Canceller {
        Canceller(self.context.clone())
    }

    /// Waits at most `timeout` (`None`: without end) for a change and gives all readers as they are
    /// then; after the time the same readers as before.
    ///
    /// # Errors
    ///
    /// [`ReaderError::Cancelled`] after [`Canceller::cancel`]. After any other error make a new
    /// watcher: a service that was restarted does not know this one.
    pub fn next(&mut self, timeout: Option<Duration>) -> Result<Vec<ReaderState>, ReaderError> {
        if self.fresh {
            self.fresh = false;
            return self.snapshot();
        }
        let deadline = timeout.map(|time| Instant::now() + time);
        loop {
            let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
            let before = self.seen();
            self.wait(left)?;
            let now = self.snapshot()?;
            // The service also reports what is no change to us, such as a card that it powers down.
            if now != before || deadline.is_some_and(|end| end <= Instant::now()) {
                return Ok(now);
            }
        }
    }

    fn wait(&mut self, most: Option<Duration>) -> Result<(), ReaderError> {
        let most = if self.notifies {
            most
        } else {
            Some(most.map_or(RELISTING, |most| most.min(RELISTING)))
        };
        if self.states.is_empty() {
            // Nothing to ask the service about; it would answer at once.
            std::thread::sleep(most.unwrap_or(RELISTING));
            return Ok(());
        }
        match self.context.get_status_change(most, &mut self.states) {
            Ok(()) | Err(pcsc::Error::Timeout) => Ok(()),
            // A reader left between the notification and this call.
            Err(pcsc::Error::UnknownReader | pcsc::Error::ReaderUnavailable) => {
                self.states.clear();
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Lists the readers and learns the present state of each without waiting.
    fn snapshot(&mut self) -> Result<Vec<ReaderState>, ReaderError> {
        let mut names = self.names()?;
        for _ in 0..LISTING_TRIES {
            self.follow(&names);
            if !self.states.is_empty() {
                self.wait(Some(Duration::ZERO))?;
            }
            for state in &mut self.states {
                state.sync_current_state();
            }
            // A reader that came between list and state is in the count of the latter already, so
            // the service would not report it again.
            let again = self.names()?;
            if again == names {
                break;
            }
            names = again;
        }
        Ok(self.seen())
    }

    fn names(&self) -> Result<Vec<CString>, ReaderError> {
        match self.context.list_readers_owned() {
            Err(pcsc::Error::NoReadersAvailable) => Ok(Vec::new()),
            names => Ok(names?),
        }
    }

    /// Makes `states` follow the service's list, keeping what is known of the readers that stay.
    fn follow(&mut self, names: &[CString]) {
        let notification = self.notifies.then(|| CString::from(PNP_NOTIFICATION()));
        let mut old = std::mem::take(&mut self.states);
        for name in notification.iter().chain(names) {
            let known = old.iter().position(|state| state.name() == name.as_c_str());
            self.states.push(match known {
                Some(index) => old.swap_remove(index),
                None => pcsc::ReaderState::new(name.clone(), State::UNAWARE),
            });
        }
    }

    fn seen(&self) -> Vec<ReaderState> {
        let real = self.states.iter().skip(usize::from(self.notifies));
        real.map(|state| ReaderState {
            address: ReaderAddress::Pcsc(state.name().to_string_lossy().into_owned()),
            presence: presence(state.current_state(), state.atr()),
        })
        .collect()
    }
}

/// Says hello to the service.
///
/// pcsc-lite's own word for a service of another version is that it was stopped; one that really was
/// stopped it does not reach at all.
pub(crate) fn establish() -> Result<Context, ReaderError> {
    match Context::establish(Scope::User) {
        Err(pcsc::Error::ServiceStopped) if cfg!(target_os = "linux") => {
            Err(ReaderError::ServiceVersion)
        }
        // The service took the connection and hung up: polkit's answer, or its end.
        Err(pcsc::Error::CommError) if service::knock() == Some(service::Knock::Refused) => {
            Err(ReaderError::AccessDenied)
        }
        context => Ok(context?),
    }
}

/// Whether the service knows the reader of notifications.
fn notifies(context: &Context) -> bool {
    let mut states = [pcsc::ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE)];
    match context.get_status_change(Duration::ZERO, &mut states) {
        Err(pcsc::Error::UnknownReader) => false,
        _ => !states
            .iter()
            .any(|state| state.event_state().contains(State::UNKNOWN)),
    }
}

fn presence(state: State, atr: &[u8]) -> CardPresence {
    if !state.contains(State::PRESENT) {
        CardPresence::Absent
    } else if state.contains(State::MUTE) {
        CardPresence::Mute
    } else if state.contains(State::EXCLUSIVE) {
        CardPresence::InUse
    } else {
        CardPresence::Present { atr: atr.to_vec() }
    }
}

/// Ends a [`Watcher`]'s wait from another thread.
#[derive(Clone)]
pub struct Canceller(Context);

impl Canceller {
    /// Makes the [`Watcher::next`] that waits now return [`ReaderError::Cancelled`].
    ///
    /// It has no effect when nothing waits, so whoever stops a loop also sets a flag of its own and
    /// gives `next` a timeout.
    pub fn cancel(&self) {
        // A service that is gone has ended the wait already.
        let _ = self.0.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_their_meaning() {
        let atr = [0x3B, 0];
        assert_eq!(presence(State::EMPTY, &[]), CardPresence::Absent);
        assert_eq!(
            presence(State::PRESENT | State::MUTE, &[]),
            CardPresence::Mute
        );
        assert_eq!(
            presence(State::PRESENT | State::EXCLUSIVE | State::INUSE, &atr),
            CardPresence::InUse
        );
        // Shared use by another program is no hindrance.
        assert_eq!(
            presence(State::PRESENT | State::INUSE, &atr),
            CardPresence::Present { atr: atr.to_vec() }
        );
    }
}
