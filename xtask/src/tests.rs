//! `test`: every test there is, and one closing line.

use std::collections::{BTreeSet, VecDeque};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::Mutex;

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
    // Once more at the end, where a log that was cut still has them.
    for failure in &counts.failures {
        println!("{failure}");
    }
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
    /// What those that failed said.
    failures: Vec<String>,
}

impl Counts {
    fn step(&mut self, name: &str, outcome: Outcome) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(message) => {
                self.failed += 1;
                self.failures.push(format!("---- {name}: {message}\n"));
            }
        }
    }

    fn take(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.failures.extend(other.failures);
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

/// The end-to-end tests share the two virtual readers, so they run one after the other, or where they
/// have name spaces of their own. They wait more than they compute: two things are done at a time,
/// and whoever is done takes the next. What a part has to say is printed when it has ended.
///
/// All parts select the whole workspace and differ in the names of the tests: other packages would
/// need other features of the same libraries, and all of them would be built once more.
fn cargo_tests(words: &[String], counts: &mut Counts) -> Outcome {
    let (end_to_end, others) = integration_tests()?;
    let mut others = tests(&["--lib", "--bins"], others);
    others.arg("--").args(words);
    let mut parts = VecDeque::from([others]);
    if words.is_empty() && can_be_apart() {
        parts.extend(in_parts(end_to_end)?.iter().map(apart));
    } else {
        parts.push_back(in_turn(end_to_end, words));
    }
    let (parts, counts) = (Mutex::new(parts), Mutex::new(counts));
    let work = || {
        let next = || parts.lock().ok()?.pop_front();
        while let Some(mut part) = next() {
            let (said, counted) = count(&mut part)?;
            let mut counts = counts.lock().map_err(|_| "a thread of xtask died")?;
            said.iter().for_each(|line| println!("{line}"));
            counts.take(counted);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let beside = scope.spawn(work);
        let here: Outcome = work();
        here.and(beside.join().map_err(|_| "a thread of xtask died")?)
    })
}

/// The end-to-end tests in parts that take some minutes each: those of the window, which take as long
/// as all others, by the test.
fn in_parts(mut end_to_end: BTreeSet<String>) -> Outcome<Vec<Command>> {
    /// Parts of the window's tests and of the others.
    const PARTS: (usize, usize) = (8, 4);
    let mut parts = Vec::new();
    if end_to_end.remove(WINDOW) {
        let window = || tests(&[], [WINDOW.to_owned()].into());
        let listed = window()
            .args(["--", "--list", "--format", "terse"])
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("could not start cargo test: {error}"))?;
        let listed = String::from_utf8_lossy(&listed.stdout);
        let names = listed
            .lines()
            .filter_map(|line| line.strip_suffix(": test"));
        let names: Vec<&str> = names.collect();
        // A part without names would be all of them.
        if names.len() < PARTS.0 {
            return Err("the tests of the window could not be listed".to_owned());
        }
        parts.extend((0..PARTS.0).map(|part| {
            let mut tests = window();
            tests.args(["--", "--test-threads=1", "--exact"]);
            tests.args(names.iter().skip(part).step_by(PARTS.0));
            tests
        }));
    }
    for part in 0..PARTS.1.min(end_to_end.len()) {
        let names = end_to_end.iter().skip(part).step_by(PARTS.1);
        parts.push(in_turn(names.cloned().collect(), &[]));
    }
    Ok(parts)
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
/// at the sockets of the PC/SC daemon and of the screens, whose numbers are counted anew there.
fn apart(within: &Command) -> Command {
    const PREPARE: &str = "ip link set lo up \
        && mkdir -p /run/pcscd /tmp/.X11-unix \
        && mount -t tmpfs none /run/pcscd && mount -t tmpfs none /tmp/.X11-unix && exec \"$@\"";
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

/// Runs tests; gives what they said and how many there were.
fn count(test: &mut Command) -> Outcome<(Vec<String>, Counts)> {
    let mut child = test
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("could not start cargo test: {error}"))?;
    let (mut said, mut counts) = (Vec::new(), Counts::default());
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            counts.add(&line);
            said.push(line);
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if !status.success() && counts.failed == 0 {
        // A test program that died or did not build has no line of its own.
        counts.failed += 1;
        counts
            .failures
            .push(said.last().cloned().unwrap_or_default());
    }
    counts.failures.extend(failures(&said));
    Ok((said, counts))
}

/// What the failed tests among those said, each from its name to where it begins to list the calls.
fn failures(said: &[String]) -> Vec<String> {
    let begins = |line: &String| line.starts_with("---- ");
    let ends = |line: &String| begins(line) || line == "failures:" || line == "stack backtrace:";
    let starts = said.iter().enumerate().filter(|(_, line)| begins(line));
    let one = |(start, name): (usize, &String)| {
        let rest = said[start + 1..].iter().take_while(|line| !ends(line));
        let rest = rest.filter(|line| !line.is_empty());
        let lines = std::iter::once(name).chain(rest);
        let whole = lines.fold(String::new(), |whole, line| whole + line + "\n");
        whole.chars().take(2000).collect()
    };
    starts.map(one).collect()
}

#[cfg(test)]
mod self_test {
    use super::{Counts, failures};

    #[test]
    fn counts_lines_of_cargo_test() {
        let mut counts = Counts::default();
        counts.add("test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s");
        counts.add("running 4 tests");
        counts.add("test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.50s");
        assert_eq!((counts.passed, counts.failed), (16, 3));
    }

    #[test]
    fn what_failed_is_said_once_more() {
        let said = "running 2 tests\ntest a ... FAILED\ntest b ... FAILED\n\nfailures:\n\n---- a stdout ----\n
thread 'a' panicked at x.rs:1:2:\nno such thing\nstack backtrace:\n   0: begin\n\n---- b stdout ----\n
thread 'b' panicked at x.rs:3:4:\nnor this\n\n\nfailures:\n    a\n    b\n\ntest result: FAILED.";
        let said: Vec<String> = said.lines().map(str::to_owned).collect();
        assert_eq!(
            failures(&said),
            [
                "---- a stdout ----\nthread 'a' panicked at x.rs:1:2:\nno such thing\n",
                "---- b stdout ----\nthread 'b' panicked at x.rs:3:4:\nnor this\n",
            ]
        );
    }
}
