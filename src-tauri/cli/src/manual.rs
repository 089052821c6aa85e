//! Shell completions and manual pages, made from the words of the command line itself.

use std::path::Path;

use clap::{CommandFactory as _, ValueEnum as _};
use clap_complete::Shell;
use kabinet_desk::{Code, Outcome, Problem};

use crate::arguments::Arguments;

/// Writes completions of every shell and a page for every command into the folder.
///
/// # Errors
/// `file_unreadable` when the folder cannot be written.
pub(crate) fn write(dir: &Path) -> Outcome {
    let failed = |error: std::io::Error| Problem::new(Code::FileUnreadable).because(error);
    std::fs::create_dir_all(dir).map_err(failed)?;
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    for &shell in Shell::value_variants() {
        clap_complete::generate_to(shell, &mut command, &name, dir).map_err(failed)?;
    }
    clap_mangen::generate_to(command, dir).map_err(failed)
}
