//! Puts the app's own commands under Tauri's access control: each window may call only what its
//! capability file names.

use std::{env, fs, path::PathBuf};

/// What the main window may ask for. Nothing here takes a secret.
const MAIN: &[&str] = &[
    "settings",
    "set_language",
    "set_portal",
    "readers",
    "card_status",
    "read_card",
    "read_document",
    "change_pin",
    "resume_pin",
    "unblock_pin",
    "enable_pin",
    "store_state",
    "unlock_store",
    "lock_store",
    "lock_settings",
    "set_lock_settings",
    "touched",
    "check_store",
    "repair_store",
    "persons",
    "switch_person",
    "start_sign_in",
    "person",
    "additional_data",
    "logout",
    "forget",
    "catalog",
    "search",
    "dismiss_carried",
    "procedure",
    "new_draft",
    "drafts",
    "draft",
    "save_draft",
    "undo_draft",
    "redo_draft",
    "begin_attachment",
    "append_attachment",
    "finish_attachment",
    "remove_attachment",
    "settle_draft",
    "draft_parting_read",
    "shares_drafts",
    "share_drafts",
    "delete_draft",
    "apply",
    "outbox",
    "cancel_outbox",
    "pause_outbox",
    "resume_outbox",
    "sync",
    "applications",
    "application",
    "messages",
    "documents",
    "due",
    "save_document",
    "reply",
    "withdraw",
];

/// What the trusted prompt may ask for.
const PROMPT: &[&str] = &["prompt_view", "prompt_submit", "prompt_cancel"];

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

/// Writes one permission `allow-<command>` for each command. They stand in Cargo's output folder so
/// that no generated file lies in the source tree.
fn write_permissions(directory: &PathBuf) -> std::io::Result<()> {
    fs::create_dir_all(directory)?;
    let mut text = String::new();
    for command in MAIN.iter().chain(PROMPT) {
        let name = command.replace('_', "-");
        text.push_str(&format!(
            "[[permission]]\nidentifier = \"allow-{name}\"\ndescription = \"Allows {command}\"\ncommands.allow = [\"{command}\"]\n\n"
        ));
    }
    let file = directory.join("commands.toml");
    if fs::read_to_string(&file).is_ok_and(|present| present == text) {
        return Ok(());
    }
    fs::write(file, text)
}
