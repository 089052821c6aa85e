//! `manifest`: what tells programs of a new version, signed by the publisher (docs/updates.md).

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::tauri_cli;
use crate::run::{Outcome, command, root, run};
use crate::setup::{Need, setup};

/// Endings of packages that a program can put in its own place, and what they add to the name of the
/// system: a program that was installed by another kind asks for that kind first.
const PACKAGES: [(&str, &str); 4] = [
    (".AppImage", ""),
    (".app.tar.gz", ""),
    ("-setup.exe", "-nsis"),
    (".msi", "-msi"),
];

/// Writes `latest.json` and its signature into a folder that holds one folder a system (`linux-x86_64`,
/// `darwin-aarch64`…) with its packages and their signatures. Programs fetch the packages from the
/// address, which their own names follow.
pub(crate) fn manifest(words: &[String]) -> Outcome {
    let [folder, address] = words else {
        return Err("manifest FOLDER ADDRESS".to_owned());
    };
    setup(Need::Everything)?;
    let news = read(&root().join("packaging/news.json"))?;
    let news: Value = serde_json::from_str(&news).map_err(|error| error.to_string())?;
    let version = env!("CARGO_PKG_VERSION");
    let folder = Path::new(folder);
    let made = compose(folder, address, version, &news)?;
    let path = folder.join("latest.json");
    fs::write(&path, made.to_string()).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut sign = command("node", &[]);
    sign.arg(tauri_cli()?)
        .args(["signer", "sign", "--app-version", version]);
    run(sign.arg(&path))
}

/// The manifest of what the folder holds.
fn compose(folder: &Path, address: &str, version: &str, news: &Value) -> Outcome<Value> {
    let mut platforms = Map::new();
    for system in entries(folder)?.iter().filter(|path| path.is_dir()) {
        for package in entries(system)? {
            let name = name(&package);
            let Some((_, kind)) = PACKAGES.iter().find(|(ending, _)| name.ends_with(ending)) else {
                continue;
            };
            let signature = read(&package.with_file_name(format!("{name}.sig")))?;
            let place = json!({
                "url": format!("{}/{name}", address.trim_end_matches('/')),
                "signature": signature.trim(),
            });
            platforms.insert(format!("{}{kind}", self::name(system)), place);
        }
    }
    if platforms.is_empty() {
        return Err(format!("{} holds no packages", folder.display()));
    }
    Ok(
        json!({"version": version, "pub_date": news["date"], "texts": news["texts"], "platforms": platforms}),
    )
}

fn entries(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_system_finds_its_package() {
        let folder = std::env::temp_dir().join(format!("kabinet-manifest-{}", std::process::id()));
        let put = |path: &str, text: &str| {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let compose = || {
            compose(
                &folder,
                "https://updates.example/",
                "0.2.0",
                &json!({"texts": 1}),
            )
        };
        put("linux-x86_64/Kabinet_0.2.0_amd64.deb", "");
        assert!(compose().unwrap_err().contains("no packages"));
        put("linux-x86_64/Kabinet_0.2.0_amd64.AppImage", "");
        assert!(compose().unwrap_err().contains(".AppImage.sig"));
        put("linux-x86_64/Kabinet_0.2.0_amd64.AppImage.sig", "S\n");
        put("windows-x86_64/Kabinet_0.2.0_x64-setup.exe", "");
        put("windows-x86_64/Kabinet_0.2.0_x64-setup.exe.sig", "T");
        let made = compose().unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let url = "https://updates.example/Kabinet_0.2.0_amd64.AppImage";
        assert_eq!(
            made["platforms"]["linux-x86_64"],
            json!({"url": url, "signature": "S"})
        );
        assert_eq!(made["platforms"]["windows-x86_64-nsis"]["signature"], "T");
        assert_eq!(made["version"], "0.2.0");
        assert_eq!(made["platforms"].as_object().unwrap().len(), 2);
    }
}
