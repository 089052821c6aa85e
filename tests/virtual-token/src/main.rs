//! A software BTOK card for tests (STB 34.101.79), in a virtual reader of the PC/SC daemon or
//! answering over TCP.

use std::error::Error;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{ArgGroup, Parser};
use virtual_token::{Card, CardFile, control, reader::Slot};
use zeroize::Zeroizing;

/// How long the reader may take to listen before the program gives up.
const READER: Duration = Duration::from_secs(20);

/// A software BTOK card for tests.
#[derive(Parser)]
#[command(version, group = ArgGroup::new("wire").required(true))]
struct Arguments {
    /// The card's file, as the issuer wrote it.
    #[arg(long)]
    card: PathBuf,
    /// Where the card keeps what changes; without it everything ends with the program.
    #[arg(long)]
    state: Option<PathBuf>,
    /// Connect to a virtual reader (vsmartcard-vpcd) at HOST:PORT.
    #[arg(long, group = "wire")]
    vpcd: Option<String>,
    /// Wait for a reader at HOST:PORT.
    #[arg(long, group = "wire")]
    listen: Option<String>,
    /// Take orders at HOST:PORT: one JSON object a line.
    #[arg(long)]
    control: Option<String>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("virtual-token: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let text = Zeroizing::new(std::fs::read_to_string(&arguments.card)?);
    let card = Card::new(CardFile::from_json(&text)?, arguments.state.as_deref())?;
    let slot = Slot::new(card);
    let connects = arguments.vpcd.is_some();
    if let Some(address) = &arguments.control {
        let listener = TcpListener::bind(address)?;
        let slot = slot.clone();
        std::thread::spawn(move || control::serve(&listener, &slot, connects));
    }
    if let Some(address) = &arguments.listen {
        let listener = TcpListener::bind(address)?;
        println!("{{\"ready\":true}}");
        slot.accept_from(&listener)?;
    } else if let Some(address) = arguments.vpcd.clone() {
        let wire = slot.clone();
        let wire = std::thread::spawn(move || wire.connect_to(&address));
        if !slot.wait_connected(READER) {
            return Err("no reader listens".into());
        }
        println!("{{\"ready\":true}}");
        // The wire never ends by itself.
        let _ = wire.join();
    }
    Ok(())
}
