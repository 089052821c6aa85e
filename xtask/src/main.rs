//! The developers' commands: `cargo xtask demo|test|check|bench|package|manifest|types|setup`.

mod checks;
mod demo;
mod package;
mod run;
mod setup;
mod tests;

use run::Outcome;

const HELP: &str = "\
cargo xtask COMMAND

  demo [--headless]   the main job against the sandbox portal and the virtual card:
                      in a window, or (without a display, or with --headless) on the command line
  test [FILTER]       every test: Rust, window, end to end; installs what is missing
  check               formatting, clippy, fuzz targets, licences and bans, lint and types of the window
                      (--windows also type-checks the Windows build, where its compiler is at hand)
  bench [FILTER]      benchmarks
  package [--test]    the packages of this system; with --test they are installed into empty roots,
                      started and removed (--debug takes the build of the tests)
  manifest FOLDER ADDRESS
                      what tells programs of these packages, signed with TAURI_SIGNING_PRIVATE_KEY
  types               write the TypeScript types of ui/src/generated from the Rust ones
  setup               only install what is missing
";

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let rest = words.get(1..).unwrap_or_default();
    let outcome = match words.first().map(String::as_str) {
        Some("demo") => demo::demo(rest),
        Some("test") => tests::test(rest),
        Some("check") => checks::check(rest),
        Some("bench") => checks::bench(rest),
        Some("package") => package::package(rest),
        Some("manifest") => package::manifest(rest),
        Some("types") => checks::write_types(),
        Some("setup") => setup::setup(setup::Need::Everything).map(|_| ()),
        None | Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            Ok(())
        }
        Some(other) => Err(format!("there is no command '{other}'\n\n{HELP}")),
    };
    finish(outcome);
}

fn finish(outcome: Outcome) {
    if let Err(message) = outcome {
        eprintln!("xtask: {message}");
        std::process::exit(1);
    }
}
