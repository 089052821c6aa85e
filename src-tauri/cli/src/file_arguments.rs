//! Words of the commands on files and signatures.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kabinet_desk::KEY_LEVEL;
use kabinet_desk::view::LevelView;

#[derive(Args)]
pub(crate) struct SignArguments {
    /// The files to sign
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Put the file into the signature
    #[arg(long)]
    pub(crate) attached: bool,
    /// Leave the file beside the signature [default]
    #[arg(long, conflicts_with = "attached")]
    pub(crate) detached: bool,
    /// The files are signatures: add yours to those of others
    #[arg(long, conflicts_with_all = ["attached", "detached"])]
    pub(crate) add: bool,
    /// With --add, the file that the signature is over, where it does not lie beside it
    #[arg(long, value_name = "FILE", requires = "add")]
    pub(crate) content: Option<PathBuf>,
    /// b: signed; t: with a time stamp; lt: with everything to check it in years to come
    #[arg(long, value_enum, default_value_t = Level::B)]
    pub(crate) level: Level,
    /// Level of the card's key that signs: 128, 192 or 256
    #[arg(long, value_name = "LEVEL", default_value_t = KEY_LEVEL)]
    pub(crate) key_level: u16,
    /// Where to write, of one file [default: FILE.p7m attached, FILE.p7s detached, or the next free
    /// name]. What is there is never overwritten
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
    /// Do not ask for confirmation (what is signed is still printed)
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Args)]
pub(crate) struct VerifyArguments {
    /// The signatures
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The signed file, where it is not inside the signature nor beside it
    #[arg(long, value_name = "FILE")]
    pub(crate) content: Option<PathBuf>,
    /// Folder of trust anchors (*.cer), instead of the profile's
    #[arg(long, value_name = "DIR")]
    pub(crate) trust: Option<PathBuf>,
    /// The moment to check for, such as 2027-01-31T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<jiff::Timestamp>,
    /// Ask nobody whether certificates were revoked: only what is known from before counts
    #[arg(long)]
    pub(crate) offline: bool,
}

#[derive(Args)]
pub(crate) struct RaiseArguments {
    /// The signatures; without any, those that wait for it
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// t: with a time stamp; lt: with everything to check them in years to come
    #[arg(long, value_enum, default_value_t = Level::Lt)]
    pub(crate) level: Level,
}

/// A level of signatures.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    B,
    T,
    Lt,
}

impl From<Level> for LevelView {
    fn from(level: Level) -> Self {
        match level {
            Level::B => Self::B,
            Level::T => Self::T,
            Level::Lt => Self::Lt,
        }
    }
}
