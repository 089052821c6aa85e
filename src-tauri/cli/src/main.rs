//! `kabinet-cli`: the use cases of the desk on the command line.
//!
//! Exit codes: 0 done (for `verify`: valid), 1 not done (for `verify`: invalid),
//! 2 wrong words on the command line (for `verify`: cannot tell), 130 ended by Ctrl-C.

mod arguments;
mod certificates;
mod commands;
mod encryption;
mod ending;
mod file_arguments;
mod files;
mod following;
mod keep;
mod login;
mod logs;
mod manual;
mod paper;
mod proxy;
mod readers;
mod secrets;
mod show;

use std::time::Duration;

use clap::Parser as _;
use kabinet_desk::{Code, Problem, view::Language};

use arguments::{Arguments, Command};

fn main() -> std::process::ExitCode {
    if let Some(ended) = kabinet_desk::photo::decoder(std::env::args_os()) {
        return ended;
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return wrong_words(&error),
    };
    let json = arguments.json;
    if let Err(problem) = logs::start(arguments.verbose, arguments.trace.as_deref()) {
        return failed(&problem, arguments.language(), json);
    }
    let limit = arguments.timeout.map(|seconds| ending::Limit {
        time: Duration::from_secs(seconds),
        endless: matches!(arguments.command, Command::Readers { watch: true }),
        json,
        language: arguments.language(),
    });
    if let Err(problem) = ending::watch(limit) {
        return failed(&problem, arguments.language(), json);
    }
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return failed(
                &Problem::new(Code::Internal).because(error),
                arguments.language(),
                json,
            );
        }
    };
    let language = arguments.language();
    match runtime.block_on(commands::run(arguments)) {
        Ok(code) => code.into(),
        Err(failure) => failed(&failure.problem, failure.language.unwrap_or(language), json),
    }
}

fn failed(problem: &Problem, language: Language, json: bool) -> std::process::ExitCode {
    tracing::info!("{}: {}", problem.code.name(), problem.cause());
    show::failure(problem, language, json);
    1.into()
}

/// clap's own words for people; the error object for programs.
fn wrong_words(error: &clap::Error) -> std::process::ExitCode {
    let wants_json = std::env::args().any(|word| word == "--json");
    if wants_json && error.use_stderr() {
        let reason = error
            .to_string()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        let problem = Problem::new(Code::Usage).with("reason", reason);
        show::json(&serde_json::json!({ "error": problem.view(Language::En) }));
        return 2.into();
    }
    let _ = error.print();
    if error.use_stderr() {
        2.into()
    } else {
        0.into()
    }
}
