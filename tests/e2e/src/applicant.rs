//! Somebody who has signed in, has the catalogue, and fills in forms.

use std::path::PathBuf;

use serde_json::Value;

use crate::{Cli, Outcome, VirtualCard, World, world};

/// A person at the command line, ready to apply.
pub struct Applicant {
    /// The caller, with the person's profile and card.
    pub cli: Cli,
    /// Official number of the procedure that is applied for: the first of the catalogue.
    pub procedure: String,
    /// The file with what the person types.
    pub values: PathBuf,
    /// A draft in which nothing was typed yet.
    pub empty_draft: String,
}

impl Applicant {
    /// Signs in with the card, fetches the catalogue and begins a draft.
    ///
    /// # Errors
    /// When a call fails.
    pub fn signed_in(world: &World, card: &VirtualCard, name: &str) -> Outcome<Self> {
        Self::with_secrets(world, card, name, crate::cli::secrets())
    }

    /// As [`Self::signed_in`], with a card whose PIN is another.
    ///
    /// # Errors
    /// When a call fails.
    pub fn with_secrets(
        world: &World,
        card: &VirtualCard,
        name: &str,
        secrets: Value,
    ) -> Outcome<Self> {
        let mut cli = world.cli(name, Some(card))?;
        cli.secrets = secrets;
        cli.ok(&["login"])?;
        cli.ok(&["sync"])?;
        let found = cli.ok(&["catalog", "search", ""])?;
        let procedure = text(&found[0]["id"])?;
        let draft = cli.ok(&["draft", "new", &procedure])?;
        let values = world.dir().join(format!("{name}.values.json"));
        world::fill(&draft, &values)?;
        Ok(Self {
            cli,
            procedure,
            values,
            empty_draft: text(&draft["summary"]["id"])?,
        })
    }

    /// A new draft in which everything is filled in; its id.
    ///
    /// # Errors
    /// When the draft is not complete.
    pub fn draft(&self) -> Outcome<String> {
        let values = self.values.to_string_lossy();
        let draft = self
            .cli
            .ok(&["draft", "new", &self.procedure, "--data", &values])?;
        if draft["summary"]["complete"] == true {
            text(&draft["summary"]["id"])
        } else {
            Err(format!("the draft is not complete: {draft}"))
        }
    }

    /// What the person typed.
    ///
    /// # Errors
    /// When the file is gone.
    pub fn typed(&self) -> Outcome<Value> {
        let octets = std::fs::read(&self.values).map_err(|error| error.to_string())?;
        serde_json::from_slice(&octets).map_err(|error| error.to_string())
    }
}

fn text(value: &Value) -> Outcome<String> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| format!("expected a text, got {value}"))
}
