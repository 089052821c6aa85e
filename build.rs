//! Puts the app's own commands under Tauri's access control: each window may call only what its
//! capability file names. Those files are the one list of commands: a permission `allow-<command>` is
//! made for each that they name.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

fn main() {
    let directory = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("permissions");
    if let Err(error) = write_permissions(&directory) {
        panic!(
            "the permissions could not be written to {}: {error}",
            directory.display()
        );
    }
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=build.rs");
    // The page is in the program.
    if env::var_os("CARGO_FEATURE_CUSTOM_PROTOCOL").is_some() {
        println!("cargo:rerun-if-changed=ui/dist");
    }

    // Tauri asks for a pattern that lives as long as the program; this program ends at once.
    let pattern: &'static str =
        Box::leak(format!("{}/*.toml", directory.display()).into_boxed_str());
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("src-tauri/capabilities/*.json")
        .app_manifest(tauri_build::AppManifest::new().permissions_path_pattern(pattern));
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("{error:#}");
    }
}

/// Writes the permissions that the capabilities name. They stand in Cargo's output folder so that no
/// generated file lies in the source tree.
fn write_permissions(directory: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(directory)?;
    let mut text = String::new();
    for entry in fs::read_dir("src-tauri/capabilities")? {
        let capability: Value = serde_json::from_slice(&fs::read(entry?.path())?)?;
        let permissions = capability["permissions"].as_array().into_iter().flatten();
        for name in permissions.filter_map(|one| one.as_str()?.strip_prefix("allow-")) {
            let command = name.replace('-', "_");
            text.push_str(&format!(
                "[[permission]]\nidentifier = \"allow-{name}\"\ndescription = \"Allows {command}\"\ncommands.allow = [\"{command}\"]\n\n"
            ));
        }
    }
    let file = directory.join("commands.toml");
    if fs::read_to_string(&file).is_ok_and(|present| present == text) {
        return Ok(());
    }
    Ok(fs::write(file, text)?)
}
