//! The world around the product, as programs of their own: the sandbox portal, the virtual card,
//! the real PC/SC daemon, and `kabinet-cli` as a person would call it. Used by the end-to-end tests
//! and by `cargo xtask demo`.

#[cfg(target_os = "linux")]
pub mod apart;
pub mod applicant;
pub mod card;
pub mod cli;
pub mod hold;
mod http;
#[cfg(target_os = "linux")]
pub mod memory;
pub mod pcscd;
pub mod program;
pub mod sandbox;
pub mod world;

use std::time::Duration;

pub use applicant::Applicant;
pub use card::VirtualCard;
pub use cli::Cli;
pub use hold::Hold;
pub use pcscd::Pcscd;
pub use sandbox::Sandbox;
pub use world::World;

/// How long a test waits for anything that comes at once where nothing else runs. Only what fails takes
/// so long; how fast something has to be is another question, with numbers of its own.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What a step answers: a value, or a sentence for the developer.
pub type Outcome<T = ()> = Result<T, String>;
