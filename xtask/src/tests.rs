//! `test`: every test there is, and one closing line.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::checks::{gallery_build, types_are_fresh, window_build};
use crate::run::{Outcome, cargo, command, output, root, run};
use crate::setup::{Need, npm, setup};

/// The window embeds its page, as a shipped one does.
pub(crate) const FEATURES: &str = "kabinet/custom-protocol";

/// Name of the end-to-end tests that drive the window, and take as long as all others.
const WINDOW: &str = "window";

/// Runs the tests of window and workspace, end-to-end ones included, and closes with
/// `N passed, N failed`.
pub(crate) fn test(words: &[String]) -> Outcome {
    setup(Need::Everything)?;
    window_build()?;
    gallery_build()?;
    let mut counts = Counts::default();
    counts.step("types of the window are fresh", types_are_fresh());
    counts.step(
        "window: types and accessibility",
        run(npm(&["run", "check"]).current_dir(root().join("ui"))),
    );
    counts.step(
        "window: unit tests",
        run(npm(&["run", "test"]).current_dir(root().join("ui"))),
    );
    // With the tests, because what they need changes the features of libraries: programs built
    // without them would be built from other libraries, and most of the house twice.
    build(&["--tests"])?;
    cargo_tests(words, &mut counts)?;
    println!("{} passed, {} failed", counts.passed, counts.failed);
    if counts.failed == 0 && counts.passed > 0 {
        Ok(())
    } else {
        Err("some tests failed".to_owned())
    }
}

/// Builds all programs in one go, so that the end-to-end tests find them, and what else is named.
pub(crate) fn build(also: &[&str]) -> Outcome {
    let mut build = command(&cargo(), &["build", "--workspace", "--bins"]);
    run(build.args(["--features", FEATURES]).args(also))
}

#[derive(Default)]
struct Counts {
    passed: u64,
    failed: u64,
}

impl Counts {
    fn step(&mut self, name: &str, outcome: Outcome) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(message) => {
                eprintln!("xtask: FAILED {name}: {message}");
                self.failed += 1;
            }
        }
    }

    /// Adds a line such as `test result: ok. 3 passed; 0 failed; 0 ignored; ...`.
    fn add(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("test result: ") else {
            return;
        };
        let number_before = |word: &str| {
            rest.split([';', '.'])
                .filter_map(|part| part.trim().strip_suffix(word))
                .find_map(|number| number.trim().parse::<u64>().ok())
                .unwrap_or(0)
        };
        self.passed += number_before("passed");
        self.failed += number_before("failed");
    }
}

/// The end-to-end tests share the two virtual readers, so they run one after the other. They wait
/// more than they compute: all other tests run at their side, and so do those of the window where they
/// can have readers of their own, half of them from the beginning and half when the end-to-end tests
/// are over. Who runs at the side says what there is to say after them.
///
/// All parts select the whole workspace and differ in the names of the tests: other packages would
/// need other features of the same libraries, and all of them would be built once more.
fn cargo_tests(words: &[String], counts: &mut Counts) -> Outcome {
    let (mut end_to_end, others) = integration_tests()?;
    let mut others = tests(&["--lib", "--bins"], others);
    others.arg("--").args(words);
    let mut beside = vec![others];
    let mut then = None;
    if words.is_empty() && can_be_apart() && end_to_end.remove(WINDOW) {
        let [first, second] = halves_of_the_window()?;
        beside.push(first);
        then = Some(second);
    }
    let end_to_end = in_turn(end_to_end, words);
    std::thread::scope(|scope| {
        let beside: Vec<_> = beside
            .into_iter()
            .map(|mut tests| {
                scope.spawn(move || {
                    let mut said = Vec::new();
                    let mut counts = Counts::default();
                    let outcome = count(&mut tests, &mut counts, |line| said.push(line.to_owned()));
                    (outcome, counts, said)
                })
            })
            .collect();
        let mut outcome = Ok(());
        for mut tests in [Some(end_to_end), then].into_iter().flatten() {
            outcome = outcome.and(count(&mut tests, counts, |line| println!("{line}")));
        }
        for tests in beside {
            let (ended, counted, said) = tests.join().map_err(|_| "a thread of xtask died")?;
            said.iter().for_each(|line| println!("{line}"));
            counts.passed += counted.passed;
            counts.failed += counted.failed;
            outcome = outcome.and(ended);
        }
        outcome
    })
}

/// Every other test of the window, and those between them, each apart.
fn halves_of_the_window() -> Outcome<[Command; 2]> {
    let window = || tests(&[], [WINDOW.to_owned()].into());
    let listed = window()
        .args(["--", "--list", "--format", "terse"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("could not start cargo test: {error}"))?;
    let listed = String::from_utf8_lossy(&listed.stdout);
    let names: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .collect();
    if names.len() < 2 {
        return Err("the tests of the window could not be listed".to_owned());
    }
    Ok([0, 1].map(|half| {
        let mut tests = window();
        tests.args(["--", "--test-threads=1", "--exact"]);
        tests.args(names.iter().skip(half).step_by(2));
        apart(&tests)
    }))
}

/// End-to-end tests with these names, one after the other.
fn in_turn(names: BTreeSet<String>, words: &[String]) -> Command {
    let mut tests = tests(&[], names);
    tests.args(["--", "--test-threads=1"]).args(words);
    tests
}

/// Whether this system lets us have name spaces.
fn can_be_apart() -> bool {
    let tried = apart(&command("true", &[])).status();
    tried.is_ok_and(|status| status.success())
}

/// The command in name spaces of its own, in which nobody is at the addresses of the virtual readers and
/// at the socket of the PC/SC daemon.
fn apart(within: &Command) -> Command {
    const PREPARE: &str =
        "ip link set lo up && mkdir -p /run/pcscd && mount -t tmpfs none /run/pcscd && exec \"$@\"";
    let mut apart = command("unshare", &["--net", "--mount", "--fork", "--kill-child"]);
    apart.args(["sh", "-c", PREPARE, "sh"]);
    apart.arg(within.get_program()).args(within.get_args());
    apart
}

/// `cargo test` of the workspace with these words, of the tests with these names.
fn tests(what: &[&str], names: BTreeSet<String>) -> Command {
    let mut test = command(&cargo(), &["test", "--no-fail-fast", "--workspace"]);
    test.args(["--features", FEATURES]).args(what);
    for name in names {
        test.args(["--test", &name]);
    }
    test
}

/// Names of the end-to-end tests, and of all others.
fn integration_tests() -> Outcome<(BTreeSet<String>, BTreeSet<String>)> {
    let words = ["metadata", "--no-deps", "--format-version", "1"];
    let metadata = output(&cargo(), &words).ok_or("cargo metadata failed")?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| error.to_string())?;
    let names = |wanted: fn(&str) -> bool| -> BTreeSet<String> {
        let packages = metadata["packages"].as_array().into_iter().flatten();
        packages
            .filter(|package| package["name"].as_str().is_some_and(wanted))
            .flat_map(|package| package["targets"].as_array().into_iter().flatten())
            .filter(|target| target["kind"][0] == "test")
            .filter_map(|target| target["name"].as_str().map(str::to_owned))
            .collect()
    };
    let end_to_end = names(|package| package == "e2e");
    let others = names(|package| package != "e2e");
    // A name that both have stands for both.
    let others = others.difference(&end_to_end).cloned().collect();
    Ok((end_to_end, others))
}

/// Runs tests, hands over each line that they print and counts them.
fn count(test: &mut Command, counts: &mut Counts, mut line_said: impl FnMut(&str)) -> Outcome {
    let failed_before = counts.failed;
    let mut child = test
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("could not start cargo test: {error}"))?;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            line_said(&line);
            counts.add(&line);
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if !status.success() && counts.failed == failed_before {
        // A test program that died or did not build has no line of its own.
        counts.failed += 1;
    }
    Ok(())
}

#[cfg(test)]
mod self_test {
    use super::Counts;

    #[test]
    fn counts_lines_of_cargo_test() {
        let mut counts = Counts::default();
        counts.add("test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s");
        counts.add("running 4 tests");
        counts.add("test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.50s");
        assert_eq!((counts.passed, counts.failed), (16, 3));
    }
}
