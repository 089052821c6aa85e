//! Programs of this computer that are known to hold cards for themselves alone.
//!
//! The service does not say who holds a card, and to ask the system for open connections of others
//! takes privileges. The names of the programs that run are open to everybody on Linux, so that the
//! likely one can be named.

use crate::problem::{Code, Problem};

/// Program and the name that its sentence uses for it.
const KNOWN: [(&str, &str); 2] = [("scdaemon", "gnupg"), ("opensc-tool", "opensc")];

/// The case of a held card, with who is likely to hold it.
pub(crate) fn card_in_use() -> Problem {
    let problem = Problem::new(Code::CardInUse);
    match running().first() {
        Some((program, holder)) => problem
            .because(format!("{program} runs"))
            .with("holder", *holder),
        None => problem,
    }
}

/// Which of them run, as far as the system shows it.
pub(crate) fn running() -> Vec<(&'static str, &'static str)> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let names: Vec<String> = processes
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("comm")).ok())
        .collect();
    let runs = |program: &str| names.iter().any(|name| name.trim() == program);
    KNOWN
        .into_iter()
        .filter(|(program, _)| runs(program))
        .collect()
}
