//! The wire between card and client: a virtual reader of the real PC/SC daemon.

use std::ffi::CString;
use std::thread;
use std::time::{Duration, Instant};

use e2e::Pcscd;
use e2e::pcscd::{READERS, VPCD};
use kabinet_token::{CancelToken, Card, ReaderAddress};
use virtual_token::reader::Slot;

/// The daemon looks at its virtual readers now and then.
const PATIENCE: Duration = Duration::from_secs(15);

/// The reader with the card of a slot, as long as this value lives.
pub(crate) struct Wire {
    pub(crate) address: ReaderAddress,
    /// The daemon cuts the power of a card that no program is connected to, and on a slow machine
    /// that has met the beginning of the next dialogue.
    _powered: pcsc::Card,
    _service: Pcscd,
}

impl Wire {
    pub(crate) fn plug(slot: &Slot) -> Self {
        let service = Pcscd::start().unwrap();
        let wire = slot.clone();
        thread::spawn(move || wire.connect_to(VPCD[0]));
        let address = ReaderAddress::Pcsc(READERS[0].to_owned());
        let deadline = Instant::now() + PATIENCE;
        // A daemon that ran before may still believe in the card of before.
        while slot.with_card(|card| card.apdus()) == 0 {
            assert!(Instant::now() < deadline, "the card is not seen");
            let asked = Card::connect(&address, CancelToken::new());
            if asked.and_then(|mut card| card.pin_state()).is_err() {
                thread::sleep(Duration::from_millis(50));
            }
        }
        let context = pcsc::Context::establish(pcsc::Scope::User).unwrap();
        let name = CString::new(READERS[0]).unwrap();
        let powered = context.connect(&name, pcsc::ShareMode::Shared, pcsc::Protocols::ANY);
        // Looking whether it is there is not part of any dialogue.
        slot.with_card(virtual_token::Card::reset_counters);
        Self {
            address,
            _powered: powered.unwrap(),
            _service: service,
        }
    }
}
