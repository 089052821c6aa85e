//! The arrows of ARCHITECTURE.md: who may depend on whom. Read from what cargo itself knows.

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Each room and the rooms that it may use.
const ARROWS: [(&str, &[&str]); 17] = [
    ("kabinet", &["kabinet-desk", "kabinet-tray"]),
    ("kabinet-tray", &[]),
    ("kabinet-cli", &["kabinet-desk"]),
    (
        "kabinet-desk",
        &[
            "kabinet-token",
            "kabinet-mrtd",
            "kabinet-pki",
            "kabinet-portal",
            "kabinet-cache",
            "kabinet-stb",
            "kabinet-records",
            "kabinet-paper",
        ],
    ),
    ("kabinet-paper", &["kabinet-stb"]),
    ("kabinet-token", &["kabinet-stb"]),
    ("kabinet-mrtd", &["kabinet-token", "kabinet-stb"]),
    ("kabinet-pki", &["kabinet-stb"]),
    ("kabinet-portal", &["kabinet-stb", "kabinet-records"]),
    ("kabinet-cache", &["kabinet-stb", "kabinet-records"]),
    ("kabinet-stb", &[]),
    ("kabinet-records", &[]),
    // What stands in for the world shares nothing else with the product: a mistake on both sides
    // would pass every test.
    ("virtual-token", &["kabinet-stb"]),
    ("sandbox-portal", &["kabinet-stb", "kabinet-records"]),
    (
        "hostile",
        &[
            "kabinet-desk",
            "kabinet-mrtd",
            "kabinet-paper",
            "kabinet-pki",
            "kabinet-portal",
            "kabinet-records",
            "kabinet-stb",
            "kabinet-token",
            "virtual-token",
        ],
    ),
    (
        "simulation",
        &[
            "kabinet-cache",
            "kabinet-desk",
            "kabinet-pki",
            "kabinet-portal",
            "kabinet-records",
            "kabinet-stb",
            "kabinet-token",
            "sandbox-portal",
        ],
    ),
    ("xtask", &["e2e"]),
];

/// What each package of the workspace needs to be built, of the workspace's own.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let ours: BTreeSet<String> = packages.iter().map(name).collect();
    let of = |package: &Value| {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        // Tests may use more: the kind of what is built is null.
        let built = dependencies.filter(|dependency| dependency["kind"].is_null());
        built.map(name).filter(|name| ours.contains(name)).collect()
    };
    packages
        .iter()
        .map(|package| (name(package), of(package)))
        .collect()
}

#[test]
fn rooms_use_only_the_rooms_below() {
    let mut arrows = arrows();
    for (room, allowed) in ARROWS {
        let used = arrows
            .remove(room)
            .unwrap_or_else(|| panic!("no room {room}"));
        let allowed: BTreeSet<String> = allowed.iter().map(|&name| name.to_owned()).collect();
        let beyond: Vec<_> = used.difference(&allowed).collect();
        assert!(beyond.is_empty(), "{room} must not use {beyond:?}");
    }
    arrows.remove("e2e");
    assert!(
        arrows.is_empty(),
        "rooms that the house does not know: {:?}",
        arrows.keys()
    );
}

/// Nothing of what stands in for the world is in a shipped program.
#[test]
fn the_product_does_not_know_the_sandbox() {
    let arrows = arrows();
    for shipped in ["kabinet", "kabinet-cli"] {
        let mut rooms = vec![shipped.to_owned()];
        let mut seen = BTreeSet::new();
        while let Some(room) = rooms.pop() {
            if seen.insert(room.clone()) {
                rooms.extend(arrows.get(&room).cloned().unwrap_or_default());
            }
        }
        for stranger in [
            "virtual-token",
            "sandbox-portal",
            "hostile",
            "simulation",
            "e2e",
            "xtask",
        ] {
            assert!(!seen.contains(stranger), "{shipped} brings {stranger}");
        }
    }
}

/// What the shell answers is what a window may call, and what the window's own list of commands says.
#[test]
fn the_windows_may_call_what_the_shell_answers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let shell = read("src-tauri/src/lib.rs");
    let (_, handler) = shell.split_once("generate_handler![").unwrap();
    let (handler, _) = handler.split_once(']').unwrap();
    let (mut of_prompt, mut of_main) = (BTreeSet::new(), BTreeSet::new());
    for name in handler.split(',').map(str::trim) {
        match name.rsplit_once("::") {
            Some(("prompt", name)) => of_prompt.insert(name.to_owned()),
            Some((_, name)) => of_main.insert(name.to_owned()),
            None => false,
        };
    }
    let allowed = |window: &str| -> BTreeSet<String> {
        let text = read(&format!("src-tauri/capabilities/{window}.json"));
        let capability: Value = serde_json::from_str(&text).unwrap();
        let permissions = capability["permissions"].as_array().unwrap().iter();
        permissions
            .filter_map(|one| one.as_str().unwrap().strip_prefix("allow-"))
            .map(|name| name.replace('-', "_"))
            .collect()
    };
    assert_eq!(of_main, allowed("main"));
    assert_eq!(of_prompt, allowed("prompt"));

    let types = read("ui/src/platform/types.ts");
    let (_, listed) = types.split_once("export interface Commands {").unwrap();
    let (listed, _) = listed.split_once("\n}").unwrap();
    let mut listed: BTreeSet<String> = listed
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_once(": {"))
        .filter(|(name, _)| !name.starts_with(' '))
        .map(|(name, _)| name.to_owned())
        .collect();
    // Their octets go without JSON: `Platform::append` and `Platform::handFile`.
    listed.insert("append_attachment".to_owned());
    listed.insert("append_file".to_owned());
    assert_eq!(listed, allowed("main"));
}

/// `docs/card-operations.md` says where each operation and status of the card is tested.
#[test]
fn the_table_of_operations_names_tests_that_exist() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let page = std::fs::read_to_string(docs.join("card-operations.md")).unwrap();
    let (operations, statuses) = page.split_once("## Statuses").unwrap();
    let rows = |part: &str| part.lines().filter(|line| line.contains(".rs) |")).count();
    assert_eq!(rows(operations), 30, "the standard has thirty operations");
    assert!(rows(statuses) >= 20);
    names_tests_that_exist(&docs, &page);
}

/// `docs/readers.md` says what is found out about service, readers and cards, and where it is tested.
#[test]
fn the_page_of_readers_names_tests_that_exist() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let page = std::fs::read_to_string(docs.join("readers.md")).unwrap();
    assert!(page.matches(".rs)").count() >= 30);
    names_tests_that_exist(&docs, &page);
}

fn names_tests_that_exist(docs: &Path, page: &str) {
    for link in page.split('[').skip(1) {
        let (name, rest) = link.split_once("](").unwrap();
        let (path, _) = rest.split_once(')').unwrap();
        let source = std::fs::read_to_string(docs.join(path))
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        // A sentence may name a whole file.
        let is_test = !name.contains('_') && !path.contains("operations/");
        let found = source.contains(&format!("#[test]\nfn {name}()"))
            || source.contains(&format!("#[test]\n    fn {name}()"));
        assert!(is_test || found, "no test `{name}` in {path}");
    }
}
