//! A card in a reader of the PC/SC service.

use std::ffi::{CStr, CString};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use pcsc::{Card, Context, Disposition, Error, Protocol, Protocols, ReaderState, ShareMode, State};

use super::Transport;
use crate::{CancelToken, CardError, readers};

/// How long another program may keep its transaction before we say that it holds the card.
const PATIENCE: Duration = Duration::from_secs(5);
/// How soon a cancelled wait for that ends.
const CANCEL_GRAIN: Duration = Duration::from_millis(50);
/// The service notices a pulled card later than the failed command does, much later on a busy computer.
const REMOVAL_NOTICE: Duration = Duration::from_secs(3);

/// A connection inside a transaction that lasts as long as the connection.
pub(crate) struct PcscTransport {
    context: Context,
    reader: CString,
    #[cfg(windows)]
    awake: Option<super::awake::Awake>,
    /// `None` only while dropped.
    card: Option<Arc<Card>>,
    atr: Vec<u8>,
    carries_extended: bool,
    disposition: Disposition,
    buffer: Vec<u8>,
}

impl PcscTransport {
    pub(crate) fn connect(name: &str, cancel: &CancelToken) -> Result<Self, CardError> {
        let reader = CString::new(name).map_err(|_| CardError::ReaderGone)?;
        let context = readers::establish()?;
        let card = take(&context, &reader, cancel)?;
        let status = card.status2_owned().map_err(CardError::from)?;
        // T=0 has no extended lengths of its own; the ENVELOPE way around is not for this card.
        let carries_extended =
            status.protocol2() == Some(Protocol::T1) && features::extended(&card) != Some(false);
        let card = Arc::new(card);
        Ok(Self {
            #[cfg(windows)]
            awake: Some(stay_awake(&card)),
            context,
            reader,
            atr: status.atr().to_vec(),
            card: Some(card),
            carries_extended,
            disposition: Disposition::LeaveCard,
            buffer: vec![0; pcsc::MAX_BUFFER_SIZE_EXTENDED],
        })
    }

    /// A reader that fails to carry a command says little; whether the card is still there says more.
    fn explain(&self, error: Error) -> CardError {
        match error {
            Error::NotTransacted
            | Error::CommError
            | Error::CommDataLost
            | Error::UnpoweredCard
            | Error::UnresponsiveCard
            | Error::InvalidHandle
            | Error::UnknownError
            | Error::InternalError
                if self.is_removed() =>
            {
                CardError::Removed
            }
            Error::InvalidHandle => CardError::ReaderGone,
            // Whoever had the card was not turned away: pcsc-lite says so of a lost connection.
            Error::SecurityViolation if cfg!(target_os = "linux") => CardError::ServiceUnavailable,
            other => other.into(),
        }
    }

    fn is_removed(&self) -> bool {
        let mut states = [ReaderState::new(
            self.reader.as_c_str(),
            State::PRESENT | State::INUSE,
        )];
        let deadline = Instant::now() + REMOVAL_NOTICE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if self.context.get_status_change(left, &mut states).is_err() {
                return false;
            }
            let [state] = &mut states;
            let seen = state.event_state();
            if seen.intersects(State::EMPTY | State::UNKNOWN | State::UNAVAILABLE) {
                return true;
            }
            if left.is_zero() {
                return false;
            }
            state.sync_current_state();
        }
    }
}

impl Transport for PcscTransport {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        let Some(card) = &self.card else {
            return Err(CardError::ChannelClosed);
        };
        let length = card.transmit(command, &mut self.buffer).map(<[u8]>::len);
        let error = match length {
            // To some drivers a card that is pulled meanwhile is a success without an answer.
            Ok(0 | 1) if self.is_removed() => CardError::Removed,
            Ok(length) => return Ok(self.buffer.get(..length).unwrap_or_default().to_vec()),
            Err(error) => self.explain(error),
        };
        if error == CardError::Removed {
            // It lost its state with its power. pcscd would take a reset that fails for the end of
            // a card, also of the one that was put in meanwhile, and not see that any more.
            self.disposition = Disposition::LeaveCard;
        }
        Err(error)
    }

    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn carries_extended(&self) -> bool {
        self.carries_extended
    }

    fn reset_on_drop(&mut self) {
        self.disposition = Disposition::ResetCard;
    }
}

impl Drop for PcscTransport {
    fn drop(&mut self) {
        #[cfg(windows)]
        drop(self.awake.take());
        if let Some(card) = self.card.take().and_then(Arc::into_inner) {
            leave(card, self.disposition);
        }
    }
}

#[cfg(windows)]
fn stay_awake(card: &Arc<Card>) -> super::awake::Awake {
    let card = Arc::clone(card);
    super::awake::Awake::start(Duration::from_secs(2), move || {
        // Asking is the operation; the next command will meet what is wrong, if anything.
        let _ = card.status2_owned();
    })
}

/// Connects and begins the transaction that the end of the connection ends.
///
/// SCardBeginTransaction blocks while another program is in a transaction and cannot be cancelled
/// everywhere, so it waits in a thread of its own that gives the card back if nobody waits any more.
fn take(context: &Context, reader: &CStr, cancel: &CancelToken) -> Result<Card, CardError> {
    cancel.check()?;
    let (sender, receiver) = mpsc::sync_channel(1);
    let (context, reader) = (context.clone(), reader.to_owned());
    let wait = move || {
        let taken = begin(&context, &reader);
        if let Err(mpsc::SendError(Ok(card))) = sender.send(taken) {
            leave(card, Disposition::LeaveCard);
        }
    };
    thread::Builder::new()
        .name("card-begin".into())
        .spawn(wait)
        .map_err(|_| CardError::Protocol("no thread to wait for the card"))?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match receiver.recv_timeout(CANCEL_GRAIN) {
            Ok(taken) => return taken.map_err(CardError::from),
            Err(RecvTimeoutError::Disconnected) => return Err(CardError::ReaderGone),
            Err(RecvTimeoutError::Timeout) if Instant::now() >= deadline => {
                return Err(CardError::Sharing);
            }
            Err(RecvTimeoutError::Timeout) => cancel.check()?,
        }
    }
}

fn begin(context: &Context, reader: &CStr) -> Result<Card, Error> {
    let mut card = context.connect(reader, ShareMode::Shared, Protocols::ANY)?;
    loop {
        // The transaction is to last as long as the card, which the borrow cannot say. Not running
        // the guard's end leaves it begun; disconnecting ends it.
        match card.transaction().map(std::mem::forget) {
            Ok(()) => return Ok(card),
            // Another program has reset the card since we connected: that is no loss before the
            // first command, but the service wants it acknowledged.
            Err(Error::ResetCard) => {
                card.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::LeaveCard)?;
            }
            Err(error) => {
                leave(card, Disposition::LeaveCard);
                return Err(error);
            }
        }
    }
}

/// Disconnects, which also ends the transaction. Where that fails the card or the service is gone.
fn leave(card: Card, disposition: Disposition) {
    if let Err((_, error)) = card.disconnect(disposition) {
        tracing::debug!(%error, "card not disconnected");
    }
}

/// What the reader says of itself: PC/SC part 10, FEATURE_GET_TLV_PROPERTIES.
mod features {
    use pcsc::Card;

    const GET_FEATURES: u32 = 3400;
    const GET_TLV_PROPERTIES: u8 = 0x12;
    const MAX_APDU_DATA_SIZE: u8 = 0x0A;

    /// Whether the reader takes extended lengths; `None` when it does not tell.
    pub(super) fn extended(card: &Card) -> Option<bool> {
        let mut buffer = [0; 512];
        let code = pcsc::ctl_code(GET_FEATURES as _);
        let features = card.control(code, &[], &mut buffer).ok()?;
        let code = u32::from_be_bytes(find(features, GET_TLV_PROPERTIES)?.try_into().ok()?);
        let mut buffer = [0; 512];
        let properties = card.control(code as _, &[], &mut buffer).ok()?;
        max_data(properties).map(|size| size > 256)
    }

    fn max_data(properties: &[u8]) -> Option<u32> {
        let octets = find(properties, MAX_APDU_DATA_SIZE)?;
        Some(u32::from_le_bytes(octets.try_into().ok()?))
    }

    /// The value under a one-octet tag in a list of tag, one-octet length, value.
    fn find(mut list: &[u8], wanted: u8) -> Option<&[u8]> {
        while let [tag, length, rest @ ..] = list {
            let (value, rest) = rest.split_at_checked(usize::from(*length))?;
            if *tag == wanted {
                return Some(value);
            }
            list = rest;
        }
        None
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn properties_are_searched_within_bounds() {
            let list = [1, 2, 0, 0, 0x0A, 4, 0, 0, 1, 0, 3, 1, 9];
            assert_eq!(max_data(&list), Some(0x1_0000));
            assert_eq!(max_data(&list[..7]), None);
            assert_eq!(max_data(&[0x0A, 4, 0, 0, 0, 0]), Some(0));
            assert_eq!(max_data(&[0x0A, 1, 0]), None);
            assert_eq!(max_data(&[]), None);
        }
    }
}
