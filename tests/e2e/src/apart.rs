//! Calls of `kabinet-cli` where the world is another: a script in a mount namespace of
//! its own, so that it may mount, hide and start what it likes without anybody else seeing it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cli::Answer;
use crate::program::path;
use crate::{Cli, Outcome};

/// Before the script: `call NAME WORD...` calls the program and keeps the answer under that name.
const PRELUDE: &str = r#"set -eu
call() {
    name=$1; shift
    code=0
    $as "$program" --json --secrets "$secrets" --profile "${disk:-$profile}" ${reader:+--reader "$reader"} "$@" \
        > "$results/$name.json" 2> "$results/$name.log" || code=$?
    echo "$code" > "$results/$name.code"
}
"#;

/// Runs the script, where it is root, with `variables` in its environment; what each call answered.
/// The variable `as` may hold what the program is started by.
///
/// # Errors
/// When the script fails, or an answer is no JSON.
pub fn run(
    dir: &Path,
    cli: &Cli,
    script: &str,
    variables: &[(&str, &Path)],
) -> Outcome<BTreeMap<String, Answer>> {
    let fail = |error: std::io::Error| error.to_string();
    let results = tempfile::tempdir_in(dir).map_err(fail)?;
    let secrets = results.path().join("secrets");
    fs::write(&secrets, cli.secrets.to_string()).map_err(fail)?;
    let status = Command::new("unshare")
        .args(["--map-root-user", "--mount", "--pid"])
        .args(["--fork", "--kill-child", "sh", "-c"])
        .arg(format!("{PRELUDE}{script}"))
        .env("as", "")
        .env("profile", &cli.profile)
        .env("program", path("kabinet-cli")?)
        .env("secrets", &secrets)
        .env("reader", &cli.reader)
        .env("results", results.path())
        .envs(variables.iter().copied())
        .status()
        .map_err(fail)?;
    if !status.success() {
        return Err(format!("the script ended with {status}"));
    }
    let mut answers = BTreeMap::new();
    for entry in fs::read_dir(results.path()).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.extension().is_some_and(|end| end == "code") {
            let read = |end| fs::read_to_string(path.with_extension(end)).map_err(fail);
            let text = read("json")?;
            let json = serde_json::from_str(&text).map_err(|error| format!("`{text}`: {error}"))?;
            let answer = Answer {
                code: read("code")?.trim().parse().unwrap_or(-1),
                json,
                log: read("log")?,
            };
            let name = path.file_stem().unwrap_or_default();
            answers.insert(name.to_string_lossy().into_owned(), answer);
        }
    }
    Ok(answers)
}
