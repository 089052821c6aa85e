//! The wire between card and client: a virtual reader of the real PC/SC daemon.

use std::ffi::CString;
use std::thread;
use std::time::Instant;

use e2e::pcscd::{READERS, VPCD};
use e2e::{PATIENCE, Pcscd};
use kabinet_token::ReaderAddress;
use virtual_token::reader::Slot;

/// The reader with the card of a slot, as long as this value lives.
pub(crate) struct Wire {
    pub(crate) address: ReaderAddress,
    slot: Slot,
    _service: Pcscd,
}

impl Wire {
    pub(crate) fn plug(slot: &Slot) -> Self {
        let service = Pcscd::start().unwrap();
        // A card that comes before the daemon has seen the one before go would be taken for that
        // one, in a state that it is not in.
        wait_for(pcsc::State::EMPTY);
        let plugged = slot.clone();
        thread::spawn(move || plugged.connect_to(VPCD[0]));
        let wire = Self {
            address: ReaderAddress::Pcsc(READERS[0].to_owned()),
            slot: slot.clone(),
            _service: service,
        };
        wait_for(pcsc::State::PRESENT);
        wire
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        // Also where the test failed: the next card needs the reader.
        self.slot.eject();
    }
}

fn wait_for(wanted: pcsc::State) {
    let context = pcsc::Context::establish(pcsc::Scope::User).unwrap();
    let name = CString::new(READERS[0]).unwrap();
    let mut states = [pcsc::ReaderState::new(name, pcsc::State::UNAWARE)];
    let deadline = Instant::now() + PATIENCE;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        context.get_status_change(left, &mut states).unwrap();
        let [state] = &mut states;
        if state.event_state().contains(wanted) {
            return;
        }
        state.sync_current_state();
    }
}
