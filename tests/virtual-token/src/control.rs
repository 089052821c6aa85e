//! The hand that pulls the card and looks at it: one JSON object a line, one answer a line.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::Fault;
use crate::reader::Slot;

/// How long `insert` waits for a reader that the card connects to by itself.
const RECONNECT: Duration = Duration::from_secs(5);

/// What can be asked for.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
enum Order {
    Eject,
    Insert,
    EjectAt { apdu: u64 },
    FaultAt { apdu: u64, fault: Fault },
    Status,
    ResetCounters,
}

/// Serves everybody who connects to `listener`. `connects` tells that the card itself connects to
/// its reader, so that `insert` answers once it has.
///
/// # Errors
///
/// When the listener fails.
pub fn serve(listener: &TcpListener, slot: &Slot, connects: bool) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        let slot = slot.clone();
        std::thread::spawn(move || {
            // The other end may go at any moment; there is nobody to tell.
            let _ = converse(stream, &slot, connects);
        });
    }
}

fn converse(stream: TcpStream, slot: &Slot, connects: bool) -> io::Result<()> {
    let mut answers = stream.try_clone()?;
    for line in BufReader::new(stream).lines() {
        let mut answer = answer(&line?, slot, connects).to_string();
        answer.push('\n');
        answers.write_all(answer.as_bytes())?;
    }
    Ok(())
}

/// Carries out one line.
#[must_use]
pub fn answer(line: &str, slot: &Slot, connects: bool) -> Value {
    let order: Order = match serde_json::from_str(line) {
        Ok(order) => order,
        Err(error) => return json!({"error": error.to_string()}),
    };
    match order {
        Order::Eject => slot.eject(),
        Order::Insert => {
            slot.insert();
            if connects && !slot.wait_connected(RECONNECT) {
                return json!({"error": "the reader does not listen"});
            }
        }
        Order::EjectAt { apdu } => slot.eject_at(apdu),
        Order::FaultAt { apdu, fault } => slot.fault_at(apdu, fault),
        Order::Status => return status(slot),
        Order::ResetCounters => slot.with_card(crate::Card::reset_counters),
    }
    json!({"ok": true})
}

fn status(slot: &Slot) -> Value {
    let inserted = slot.is_inserted();
    slot.with_card(|card| {
        let commands: Vec<String> = card.heads().map(hex::encode_upper).collect();
        json!({
            "apdus": card.apdus(),
            "extended": card.extended_apdus(),
            "power_losses": card.power_losses(),
            "pin_attempts": card.pin_attempts(),
            "pin_state": card.pin_state().name(),
            "inserted": inserted,
            "commands": commands,
        })
    })
}
