//! Journeys J1 and J2: what this computer and its cards tell before and after a PIN.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use kabinet_stb::Secret;
use kabinet_stb::access::EsignRights;
use kabinet_token::readers::{self, Canceller, Watcher};
use kabinet_token::{
    CancelToken, Card, CardPresence, Password, PasswordState, ReaderAddress, ReaderError,
    ReaderState, Session,
};

use crate::problem::{Code, Problem};
use crate::view::{
    CardPresenceView, CardStatusView, PinView, ReaderView, ReadersView, ServiceView,
};
use crate::{Desk, Outcome, holders, pins, service, usb};

/// How long a service that does not run is left alone before it is asked again.
const SERVICE_PAUSE: Duration = Duration::from_secs(2);

impl Desk {
    /// The readers and what is in them. A missing service is an answer, not a problem.
    pub fn readers(&self) -> ReadersView {
        view_of(readers::list(&self.remote_readers()))
    }

    /// What is in the way before any card can be used: the service, or that there is no reader.
    #[must_use]
    pub fn obstacle(&self, view: &ReadersView) -> Option<Problem> {
        let service = service::problem(view.service);
        service.or_else(|| view.readers.is_empty().then(usb::no_reader))
    }

    /// What is in the way of the card in that reader; an empty reader is no trouble.
    #[must_use]
    pub fn trouble(&self, reader: &ReaderView) -> Option<Problem> {
        match reader.card {
            CardPresenceView::Absent | CardPresenceView::IdCard => None,
            CardPresenceView::Mute => Some(Code::CardMute.into()),
            CardPresenceView::InUse => Some(holders::card_in_use()),
            CardPresenceView::Other => Some(Code::NotIdCard.into()),
        }
    }

    /// Watches the readers until the answer is dropped.
    ///
    /// # Errors
    /// `internal` when the watching thread cannot be started.
    pub fn watch_readers(&self) -> Outcome<Watch> {
        Watch::start(self.remote_readers())
    }

    /// What the card says of its PIN. No secret is involved and no attempt is used.
    ///
    /// # Errors
    /// What is in the way of a card: no service, no reader, no card, not an ID card.
    pub fn card_status(&self, reader: Option<&str>) -> Outcome<CardStatusView> {
        let address = self.choose_card(reader)?;
        Ok(CardStatusView {
            reader: address.to_string(),
            pin: self.pin_state(&address)?,
        })
    }

    /// As [`Desk::card_status`], but a PIN that cannot be used is a problem: nobody should type it.
    ///
    /// # Errors
    /// As [`Desk::card_status`]; `pin_suspended`, `pin_blocked`, `pin_deactivated`.
    pub fn usable_card(&self, reader: Option<&str>) -> Outcome<CardStatusView> {
        let address = self.choose_card(reader)?;
        Ok(CardStatusView {
            reader: address.to_string(),
            pin: self.usable_pin(&address)?,
        })
    }

    /// The card to talk to: the named reader's, or the only ID card there is; `several_cards` where
    /// there are more.
    pub(crate) fn choose_card(&self, reader: Option<&str>) -> Outcome<ReaderAddress> {
        if let Some(name) = reader {
            return name
                .parse()
                .map_err(|error| Problem::new(Code::NoReader).because(error));
        }
        let states = readers::list(&self.remote_readers()).map_err(reader_problem)?;
        if states.is_empty() {
            return Err(usb::no_reader());
        }
        let mut found: Option<&ReaderAddress> = None;
        let mut obstacle = Code::NoCard;
        for state in &states {
            match presence(state) {
                // A PIN that is proved to another person's card costs them an attempt.
                CardPresenceView::IdCard if found.is_some() => {
                    return Err(Code::SeveralCards.into());
                }
                CardPresenceView::IdCard => found = Some(&state.address),
                CardPresenceView::Absent => {}
                CardPresenceView::Mute => obstacle = Code::CardMute,
                CardPresenceView::InUse => obstacle = Code::CardInUse,
                CardPresenceView::Other => obstacle = Code::NotIdCard,
            }
        }
        match (found, obstacle) {
            (Some(address), _) => Ok(address.clone()),
            (None, Code::CardInUse) => Err(holders::card_in_use()),
            (None, obstacle) => Err(obstacle.into()),
        }
    }

    pub(crate) fn pin_state(&self, address: &ReaderAddress) -> Outcome<PinView> {
        let state = Card::connect(address, CancelToken::new())?.pin_state()?;
        Ok(match state {
            PasswordState::Usable { attempts_left } => PinView::Usable { attempts_left },
            PasswordState::Suspended => PinView::Suspended,
            PasswordState::Blocked => PinView::Blocked,
            PasswordState::Deactivated => PinView::Deactivated,
        })
    }

    /// As [`Desk::pin_state`], but a PIN that cannot be used is a problem: nobody should type it.
    pub(crate) fn usable_pin(&self, address: &ReaderAddress) -> Outcome<PinView> {
        let state = self.pin_state(address)?;
        match state {
            PinView::Usable { .. } => Ok(state),
            PinView::Suspended => Err(Code::PinSuspended.into()),
            PinView::Blocked => Err(Code::PinBlocked.into()),
            PinView::Deactivated => Err(Code::PinDeactivated.into()),
        }
    }

    /// Opens the card for a use of its keys in base mode and for reading its certificates.
    pub(crate) fn open_to_use_keys(
        &self,
        address: &ReaderAddress,
        pin: Secret,
    ) -> Outcome<Session> {
        pins::open(
            address,
            Password::Pin,
            &pin,
            Some(EsignRights::USE_KEYS_BASE),
        )
    }

    fn remote_readers(&self) -> Vec<ReaderAddress> {
        self.settings()
            .remote_reader
            .map(ReaderAddress::Tcp)
            .into_iter()
            .collect()
    }
}

/// What changes in readers, until it is dropped.
pub struct Watch {
    changes: Mutex<std::sync::mpsc::Receiver<ReadersView>>,
    stop: Arc<Mutex<Stop>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Stop {
    wanted: bool,
    canceller: Option<Canceller>,
}

impl Watch {
    fn start(remote: Vec<ReaderAddress>) -> Outcome<Self> {
        let (sender, changes) = std::sync::mpsc::channel();
        let stop = Arc::new(Mutex::new(Stop::default()));
        let shared = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("readers".to_owned())
            .spawn(move || watch(&remote, &shared, &sender))
            .map_err(|error| Problem::new(Code::Internal).because(error))?;
        Ok(Self {
            changes: Mutex::new(changes),
            stop,
            thread: Some(thread),
        })
    }

    /// Waits for a change and gives all readers as they are then; the first answer comes at once.
    ///
    /// # Errors
    /// `cancelled` when the watching has ended.
    pub fn next(&self) -> Outcome<ReadersView> {
        let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.recv().map_err(|_| Code::Cancelled.into())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        {
            let mut stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
            stop.wanted = true;
            if let Some(canceller) = &stop.canceller {
                canceller.cancel();
            }
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Reports every change. A service that is not there is asked again after a pause: it may be started
/// by the plugging in of a reader.
fn watch(
    remote: &[ReaderAddress],
    stop: &Mutex<Stop>,
    sender: &std::sync::mpsc::Sender<ReadersView>,
) {
    let stopped = |canceller| {
        let mut stop = stop.lock().unwrap_or_else(PoisonError::into_inner);
        stop.canceller = canceller;
        stop.wanted
    };
    let mut before = None;
    let mut report = |states| {
        let view = view_of(states);
        if before.as_ref() == Some(&view) {
            return true;
        }
        before = Some(view.clone());
        sender.send(view).is_ok()
    };
    loop {
        match Watcher::new() {
            Ok(mut watcher) => {
                if stopped(Some(watcher.canceller())) {
                    return;
                }
                while watcher.next(None).is_ok() {
                    if stopped(Some(watcher.canceller())) || !report(readers::list(remote)) {
                        return;
                    }
                }
            }
            Err(_) => {
                if !report(readers::list(remote)) {
                    return;
                }
            }
        }
        if stopped(None) {
            return;
        }
        thread::sleep(SERVICE_PAUSE);
    }
}

fn view_of(states: Result<Vec<ReaderState>, ReaderError>) -> ReadersView {
    match states {
        Ok(states) => ReadersView {
            service: ServiceView::Running,
            readers: states
                .iter()
                .map(|state| ReaderView {
                    name: state.address.to_string(),
                    card: presence(state),
                })
                .collect(),
        },
        Err(error) => ReadersView {
            service: match error {
                ReaderError::AccessDenied => ServiceView::AccessDenied,
                ReaderError::ServiceVersion => ServiceView::OtherVersion,
                _ => ServiceView::NotRunning,
            },
            readers: Vec::new(),
        },
    }
}

fn presence(state: &ReaderState) -> CardPresenceView {
    match &state.presence {
        CardPresence::Absent => CardPresenceView::Absent,
        CardPresence::Mute => CardPresenceView::Mute,
        CardPresence::InUse => CardPresenceView::InUse,
        CardPresence::Present { .. } => {
            match kabinet_token::identify(&state.address, CancelToken::new()) {
                Ok(true) => CardPresenceView::IdCard,
                Ok(false) => CardPresenceView::Other,
                Err(kabinet_token::CardError::Sharing | kabinet_token::CardError::Timeout) => {
                    CardPresenceView::InUse
                }
                Err(kabinet_token::CardError::Removed | kabinet_token::CardError::ReaderGone) => {
                    CardPresenceView::Absent
                }
                Err(_) => CardPresenceView::Mute,
            }
        }
    }
}

fn reader_problem(error: ReaderError) -> Problem {
    Problem::from(kabinet_token::CardError::from(error))
}
