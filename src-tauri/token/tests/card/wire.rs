//! The wire between card and client: TCP.

use std::net::TcpListener;
use std::thread;

use kabinet_token::ReaderAddress;
use virtual_token::reader::Slot;

/// Where the card of a slot answers, as long as this value lives.
pub(crate) struct Wire {
    pub(crate) address: ReaderAddress,
}

impl Wire {
    pub(crate) fn plug(slot: &Slot) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = ReaderAddress::Tcp(listener.local_addr().unwrap().to_string());
        let serving = slot.clone();
        thread::spawn(move || serving.accept_from(&listener));
        Self { address }
    }
}
