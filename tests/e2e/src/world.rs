//! One world: a portal, a card and a person's profile, in a folder that goes with it.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::{Cli, Outcome, Sandbox, VirtualCard};

/// A world of its own.
pub struct World {
    dir: tempfile::TempDir,
    /// The portal.
    pub sandbox: Sandbox,
    /// Address of the time-stamping authority that profiles name.
    time_stamping: Option<String>,
}

impl World {
    /// A new world whose portal runs.
    ///
    /// # Errors
    /// When the portal does not start.
    pub fn start() -> Outcome<Self> {
        let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
        let sandbox = Sandbox::start(&dir.path().join("portal"))?;
        Ok(Self {
            dir,
            sandbox,
            time_stamping: None,
        })
    }

    /// A new world, and the citizen's card in a reader over TCP.
    ///
    /// # Errors
    /// When portal or card do not start.
    pub fn with_card() -> Outcome<(Self, VirtualCard)> {
        let world = Self::start()?;
        let card = world.card_over_tcp("citizen")?;
        Ok((world, card))
    }

    /// A new world whose certificates name who tells of revocation, and whose portal and profiles name
    /// who stamps.
    ///
    /// # Errors
    /// When the portal does not start.
    pub fn with_services() -> Outcome<Self> {
        let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
        let sandbox = Sandbox::with_services(&dir.path().join("portal"))?;
        let time_stamping = Some(format!("{}/tsa", sandbox.url));
        Ok(Self {
            dir,
            sandbox,
            time_stamping,
        })
    }

    /// The same world where profiles name nobody who stamps: the portal does.
    #[must_use]
    pub fn without_time_stamping(mut self) -> Self {
        self.time_stamping = None;
        self
    }

    /// The folder of everything in this world.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// A card that answers over TCP.
    ///
    /// # Errors
    /// When it does not start.
    pub fn card_over_tcp(&self, holder: &str) -> Outcome<VirtualCard> {
        VirtualCard::over_tcp(&self.sandbox.card_file(holder), &self.state(holder))
    }

    /// The same with a travel document chip of before PACE, which takes only the printed lines.
    ///
    /// # Errors
    /// When it does not start.
    pub fn old_chip_over_tcp(&self, holder: &str) -> Outcome<VirtualCard> {
        VirtualCard::over_tcp(&self.with_old_chip(holder)?, &self.state(holder))
    }

    /// The same behind the real PC/SC daemon.
    ///
    /// # Errors
    /// When it does not start.
    pub fn old_chip_in_vpcd(&self, holder: &str, slot: usize) -> Outcome<VirtualCard> {
        VirtualCard::in_vpcd(&self.with_old_chip(holder)?, &self.state(holder), slot)
    }

    /// A card file without EF.CardAccess.
    fn with_old_chip(&self, holder: &str) -> Outcome<PathBuf> {
        let fail = |error: std::io::Error| error.to_string();
        let text = std::fs::read(self.sandbox.card_file(holder)).map_err(fail)?;
        let mut card: serde_json::Value =
            serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        let files = card["icao"]["files"].as_object_mut();
        files
            .and_then(|files| files.remove("011C"))
            .ok_or("the card has no EF.CardAccess")?;
        let file = self.dir.path().join(format!("{holder}-old-chip.json"));
        std::fs::write(&file, card.to_string()).map_err(fail)?;
        Ok(file)
    }

    /// A card behind the real PC/SC daemon.
    ///
    /// # Errors
    /// When it does not start.
    pub fn card_in_vpcd(&self, holder: &str, slot: usize) -> Outcome<VirtualCard> {
        VirtualCard::in_vpcd(&self.sandbox.card_file(holder), &self.state(holder), slot)
    }

    /// A card in a reader of the daemon that was made otherwise than the holder's: `change` changes
    /// its file. Nobody waits for the daemon to see it.
    ///
    /// # Errors
    /// When it does not start.
    pub fn other_card_in_vpcd(
        &self,
        holder: &str,
        slot: usize,
        change: impl FnOnce(&mut serde_json::Value),
    ) -> Outcome<VirtualCard> {
        let fail = |error: std::io::Error| error.to_string();
        let text = std::fs::read(self.sandbox.card_file(holder)).map_err(fail)?;
        let mut card = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        change(&mut card);
        let file = self.dir.path().join(format!("{holder}.other.json"));
        std::fs::write(&file, card.to_string()).map_err(fail)?;
        VirtualCard::put_in_vpcd(&file, &self.state(holder), slot)
    }

    /// A profile that knows this world's portal and its trust anchors.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn profile(&self, name: &str) -> Outcome<PathBuf> {
        let profile = self.dir.path().join("profiles").join(name);
        let trust = profile.join("trust");
        let fail = |error: std::io::Error| error.to_string();
        for folder in ["", "csca"] {
            let (from, to) = (self.sandbox.trust().join(folder), trust.join(folder));
            std::fs::create_dir_all(&to).map_err(fail)?;
            for anchor in std::fs::read_dir(from).map_err(fail)? {
                let anchor = anchor.map_err(fail)?;
                if anchor.path().is_file() {
                    std::fs::copy(anchor.path(), to.join(anchor.file_name())).map_err(fail)?;
                }
            }
        }
        let mut settings = json!({"portal": self.sandbox.url, "language": "en"});
        if let Some(address) = &self.time_stamping {
            settings["time_stamping"] = json!(address);
        }
        std::fs::write(profile.join("settings.json"), settings.to_string()).map_err(fail)?;
        Ok(profile)
    }

    /// A caller of `kabinet-cli` with a new profile and that card.
    ///
    /// # Errors
    /// When the profile cannot be written.
    pub fn cli(&self, name: &str, card: Option<&VirtualCard>) -> Outcome<Cli> {
        Ok(Cli {
            profile: self.profile(name)?,
            reader: card.map(|card| card.reader.clone()).unwrap_or_default(),
            secrets: crate::cli::secrets(),
        })
    }

    fn state(&self, holder: &str) -> PathBuf {
        self.dir.path().join(format!("{holder}.state.json"))
    }
}

/// Marks a profile as one of a demonstration, as its windows will say.
///
/// # Errors
/// When its settings cannot be read or written.
pub fn mark_as_demo(profile: &Path) -> Outcome {
    let path = profile.join("settings.json");
    let fail = |error: std::io::Error| error.to_string();
    let kept = std::fs::read(&path).map_err(fail)?;
    let mut settings: serde_json::Value =
        serde_json::from_slice(&kept).map_err(|error| error.to_string())?;
    settings["demo"] = json!(true);
    std::fs::write(&path, settings.to_string()).map_err(fail)
}

/// The files below a folder in which one of `needles` stands.
///
/// # Errors
/// When a file cannot be read.
pub fn files_with(folder: &Path, needles: &[&[u8]]) -> Outcome<Vec<PathBuf>> {
    let fail = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let kind = entry.file_type().map_err(fail)?;
        if kind.is_dir() {
            found.extend(files_with(&entry.path(), needles)?);
        } else if kind.is_file() {
            let octets = std::fs::read(entry.path()).map_err(fail)?;
            let stands = |needle: &&[u8]| memchr::memmem::find(&octets, needle).is_some();
            if needles.iter().any(stands) {
                found.push(entry.path());
            }
        }
    }
    Ok(found)
}

/// Writes values for every field of a draft's form that is still empty, made from the schema alone,
/// as a person would fill in whatever form is put before them.
///
/// # Errors
/// When the file cannot be written.
pub fn fill(draft: &serde_json::Value, to: &Path) -> Outcome {
    let mut data = draft["data"].clone();
    if !data.is_object() {
        data = json!({});
    }
    let schema = &draft["form"]["schema"];
    if let (Some(fields), Some(data)) = (schema["properties"].as_object(), data.as_object_mut()) {
        for (name, field) in fields {
            let known = data
                .get(name)
                .is_some_and(|value| value.as_array().is_none());
            if known {
                continue;
            }
            if let Some(value) = sample(field) {
                data.insert(name.clone(), value);
            }
        }
    }
    std::fs::write(to, data.to_string()).map_err(|error| error.to_string())
}

/// A value that a field of the documented vocabulary (docs/forms.md) accepts; nothing for a file,
/// which has to be added first.
#[must_use]
pub fn sample(field: &serde_json::Value) -> Option<serde_json::Value> {
    if field["format"] == "attachment" {
        return None;
    }
    let first = |name: &str| {
        field[name]
            .as_array()
            .and_then(|list| list.first())
            .cloned()
    };
    let given = first("examples").or_else(|| first("enum"));
    if let Some(value) = given.or_else(|| field.get("const").cloned()) {
        return Some(value);
    }
    if let Some(members) = field["properties"].as_object() {
        let members = members.iter();
        let filled = members.filter_map(|(name, field)| Some((name.clone(), sample(field)?)));
        return Some(serde_json::Value::Object(filled.collect()));
    }
    if let Some(items) = field.get("items") {
        let least = field["minItems"].as_u64().unwrap_or(0).max(1);
        return (0..least).map(|_| sample(items)).collect();
    }
    Some(match (field["type"].as_str(), field["format"].as_str()) {
        (Some("integer" | "number"), _) => {
            field.get("minimum").cloned().unwrap_or_else(|| json!(1))
        }
        (Some("boolean"), _) => json!(true),
        (_, Some("date")) => json!("2026-01-15"),
        (_, Some("email")) => json!("someone@example.by"),
        _ => json!("Мінск, вуліца Якуба Коласа, 12"),
    })
}
