//! What is told beside the answer: a log on standard error, and a trace of the commands to the card.
//! Neither holds secrets or personal data, since nothing that is logged anywhere does.

use std::fs::File;
use std::path::Path;
use std::sync::Mutex;

use kabinet_desk::{Code, Outcome, Problem};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::time::uptime;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, filter};

/// Where the room of the card says what goes over the wire.
const APDU: &str = "kabinet_token::link";

/// Starts both, as far as they are asked for.
///
/// # Errors
/// `read_only` or `file_unreadable` when the trace cannot be written.
pub(crate) fn start(verbose: u8, trace: Option<&Path>) -> Outcome {
    let level = match verbose {
        0 => LevelFilter::OFF,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    let log = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_filter(filter::filter_fn(move |event| *event.level() <= level));
    let trace = match trace {
        Some(path) => {
            let file = File::create(path)
                .map_err(|error| Problem::new(Code::FileUnreadable).because(error))?;
            let layer = tracing_subscriber::fmt::layer()
                .with_timer(uptime())
                .with_level(false)
                .with_target(false)
                .with_ansi(false)
                .with_writer(Mutex::new(file))
                .with_filter(filter::filter_fn(|event| event.target() == APDU));
            Some(layer)
        }
        None => None,
    };
    tracing_subscriber::registry().with(log).with(trace).init();
    Ok(())
}
