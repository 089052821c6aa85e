//! `check`, `bench` and `types`.

use std::path::PathBuf;

use e2e::Pcscd;

use crate::run::{Outcome, cargo, command, has, root, run, target};
use crate::setup::{Need, npm, setup, tools};

/// Version of cargo-deny that the policy of deny.toml is written for.
const CARGO_DENY: &str = "0.20.2";

/// Formatting, lints, supply chain and the window's lint and types. Stops at the first that fails.
pub(crate) fn check(words: &[String]) -> Outcome {
    setup(Need::Everything)?;
    window_build()?;
    run(&mut command(&cargo(), &["fmt", "--all", "--check"]))?;
    run(&mut command(
        &cargo(),
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--features",
            crate::tests::FEATURES,
            "--",
            "-D",
            "warnings",
        ],
    ))?;
    fuzz_targets()?;
    deny()?;
    run(npm(&["run", "check"]).current_dir(root().join("ui")))?;
    types_are_fresh()?;
    if words.iter().any(|word| word == "--windows") {
        windows()?;
    }
    eprintln!("xtask: check passed");
    Ok(())
}

/// The targets of the fuzzer, a workspace of its own that nothing else builds. The fuzzer itself is C++
/// and only linked: it is named, not built.
fn fuzz_targets() -> Outcome {
    let words = ["check", "--manifest-path", "fuzz/Cargo.toml"];
    let mut check = command(&cargo(), &words);
    check.env("CARGO_TARGET_DIR", target());
    run(check.env("CUSTOM_LIBFUZZER_PATH", "./libfuzzer.a"))
}

/// All benchmarks, or those whose names contain the filter.
pub(crate) fn bench(words: &[String]) -> Outcome {
    setup(Need::Everything)?;
    window_build()?;
    for package in ["kabinet-stb", "kabinet-pki", "kabinet-cache"] {
        let mut bench = command(
            &cargo(),
            &["bench", "--package", package, "--benches", "--"],
        );
        run(bench.args(words))?;
    }
    // Round trips, commands, first paint and memory are counted on the running whole, as optimised
    // as what is shipped.
    let profile = ["--profile", "bench"];
    let mut build = command(&cargo(), &["build", "--workspace", "--bins"]);
    run(build
        .args(profile)
        .args(["--features", crate::tests::FEATURES]))?;
    let _service = Pcscd::start()?;
    for (test, filter) in [
        ("measures", ""),
        ("window", "measures"),
        ("window", "a_hundred_thousand"),
    ] {
        let mut measures = command(&cargo(), &["test", "--package", "e2e", "--test", test]);
        measures
            .args(profile)
            .args(["--", "--nocapture", "--test-threads=1", filter]);
        run(measures.args(words).env("KABINET_MEASURE", "1"))?;
    }
    Ok(())
}

/// Writes the TypeScript types anew.
pub(crate) fn write_types() -> Outcome {
    setup(Need::Everything)?;
    window_build()?;
    let made = files(&export_types()?)?;
    let committed = root().join("ui/src/generated");
    let failed = |error: std::io::Error| format!("{}: {error}", committed.display());
    std::fs::remove_dir_all(&committed).map_err(failed)?;
    for (name, text) in made {
        let path = committed.join(name);
        let folder = path.parent().unwrap_or(&committed);
        std::fs::create_dir_all(folder).map_err(failed)?;
        std::fs::write(&path, text).map_err(failed)?;
    }
    Ok(())
}

/// The folder with the types as the Rust code has them now. Of the whole workspace, so that nothing is
/// built for this alone; and in the folder that `.cargo/config.toml` names, because with another one
/// everything that has such types would be built once more.
fn export_types() -> Outcome<PathBuf> {
    let made = root().join("target/types-of-tests");
    let _ = std::fs::remove_dir_all(&made);
    let words = ["test", "--quiet", "--workspace", "--lib"];
    let mut export = command(&cargo(), &words);
    run(export.args(["--features", crate::tests::FEATURES, "export_bindings"]))?;
    Ok(made)
}

/// Fails when the committed types are not those of the Rust code.
pub(crate) fn types_are_fresh() -> Outcome {
    if files(&root().join("ui/src/generated"))? == files(&export_types()?)? {
        return Ok(());
    }
    Err("ui/src/generated is stale: run `cargo xtask types` and commit the result".to_owned())
}

/// Builds the window's page, which the app embeds, within its budget of octets.
pub(crate) fn window_build() -> Outcome {
    run(npm(&["run", "build"]).current_dir(root().join("ui")))
}

/// Builds the page of all components, which only the tests look at.
pub(crate) fn gallery_build() -> Outcome {
    run(npm(&["run", "gallery"]).current_dir(root().join("ui")))
}

fn files(dir: &std::path::Path) -> Outcome<Vec<(String, String)>> {
    let mut files = Vec::new();
    let entries = std::fs::read_dir(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            for (inner, text) in files_in(&path)? {
                files.push((format!("{name}/{inner}"), text));
            }
        } else {
            files.push((name, std::fs::read_to_string(path).unwrap_or_default()));
        }
    }
    files.sort();
    Ok(files)
}

fn files_in(dir: &std::path::Path) -> Outcome<Vec<(String, String)>> {
    files(dir)
}

fn deny() -> Outcome {
    let bin = tools().join("bin/cargo-deny");
    if !has("cargo-deny") && !bin.is_file() {
        eprintln!("xtask: installing cargo-deny {CARGO_DENY} into the target folder");
        let mut install = command(
            &cargo(),
            &["install", "cargo-deny", "--locked", "--version", CARGO_DENY],
        );
        install.arg("--root").arg(tools());
        run(install.env("CARGO_TARGET_DIR", target().join("tools-build")))?;
    }
    let program = if bin.is_file() {
        bin.to_string_lossy().into_owned()
    } else {
        "cargo-deny".to_owned()
    };
    run(&mut command(
        &program,
        &["check", "bans", "licenses", "sources"],
    ))?;
    // The list of advisories comes from the network; without it the rest still holds.
    if let Err(message) = run(&mut command(&program, &["check", "advisories"])) {
        let online = std::env::var_os("KABINET_REQUIRE_ADVISORIES").is_some();
        if online {
            return Err(message);
        }
        eprintln!(
            "xtask: the advisories were NOT checked ({message}); set KABINET_REQUIRE_ADVISORIES to make this an error"
        );
    }
    Ok(())
}

/// Type-checks the app for Windows with a compiler that brings the source of the standard library.
fn windows() -> Outcome {
    let Some(rustc) = std::env::var_os("KABINET_WINDOWS_RUSTC") else {
        return Err(
            "name in KABINET_WINDOWS_RUSTC a rustc that has the source of its standard library \
             (on Debian: packages rustc-web and rust-web-src, unpacked into a folder, with gcc-mingw-w64-x86-64)"
                .to_owned(),
        );
    };
    run(command(
        &cargo(),
        &[
            "check",
            "--workspace",
            // These drive programs of this system.
            "--exclude",
            "e2e",
            "--exclude",
            "xtask",
            "-Zbuild-std=std,panic_abort,panic_unwind",
            "--target",
            "x86_64-pc-windows-gnu",
        ],
    )
    .env("RUSTC", rustc)
    .env("RUSTC_BOOTSTRAP", "1"))
}
