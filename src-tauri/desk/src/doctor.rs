//! Journey J1: "does my computer work?" Each thing that a person needs is looked at in turn, and what
//! is missing is said with its remedy. Nothing personal is in the answer: it is made to be shown to a
//! help desk.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use kabinet_records::form;

use crate::files::write_beside;
use crate::following::free_path;
use crate::problem::Code;
use crate::profile::file_problem;
use crate::speech::text;
use crate::view::{CheckView, DoctorView, Language, PinView};
use crate::{Desk, Outcome, holders, service, usb};

/// So many lines of what the program noted go into a report.
const REPORTED: usize = 200;

impl Desk {
    /// Looks at everything that is needed. What depends on something that is missing is left out.
    pub async fn doctor(&self, reader: Option<&str>) -> DoctorView {
        let mut checks = Vec::new();
        let usable = self.doctor_of_card(reader, &mut checks);
        let language = self.language();
        let mut look = |name: &str, outcome: Outcome<String>| {
            checks.push(check(name, outcome, language));
        };
        look("trust", self.doctor_of_trust());
        look("store", self.doctor_of_store());
        look("portal", self.doctor_of_portal().await);
        DoctorView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            usable,
            checks,
        }
    }

    /// Looks, and writes what it sees as plain text into a folder, under a name of the day that is not
    /// taken; the answer is the file's path. Meant for a help desk: nothing personal is in it.
    ///
    /// # Errors
    /// `file_unreadable`, `read_only`, `disk_full`. No file is there then.
    pub async fn save_report(&self, folder: &Path) -> Outcome<PathBuf> {
        let mut lines = self.doctor(None).await.lines(self.language());
        lines.push(String::new());
        let noted = self.log(REPORTED);
        lines.extend(
            noted
                .into_iter()
                .rev()
                .map(|line| format!("{} {} {}", line.at, line.level, line.text)),
        );
        let day = form::day_in_belarus(self.now());
        let path = free_path(folder, &format!("Kabinet {day}"), "text/plain");
        write_beside(&path, |target| {
            target
                .write_all(lines.join("\n").as_bytes())
                .map_err(|error| file_problem(&error))
        })?;
        Ok(path)
    }

    /// From the service to the PIN; whether a card could be used.
    fn doctor_of_card(&self, reader: Option<&str>, checks: &mut Vec<CheckView>) -> bool {
        let language = self.language();
        let mut look = |name: &str, outcome: Outcome<String>| {
            let fine = outcome.is_ok();
            checks.push(check(name, outcome, language));
            fine
        };
        let remote = reader.is_some_and(|name| name.starts_with("tcp:"));
        if !remote {
            let readers = self.readers();
            let running = service::problem(readers.service).map_or(Ok(String::new()), Err);
            if !look("service", running) {
                return false;
            }
            let names: Vec<&str> = readers
                .readers
                .iter()
                .map(|one| one.name.as_str())
                .collect();
            let found = if names.is_empty() {
                Err(usb::no_reader())
            } else {
                Ok(names.join(", "))
            };
            if !look("reader", found) {
                return false;
            }
        }
        if !remote {
            // They may take the card at any moment, also where they do not hold it now.
            let programs = holders::running();
            if !programs.is_empty() {
                let names: Vec<&str> = programs.iter().map(|(program, _)| *program).collect();
                look("holders", Ok(names.join(", ")));
            }
        }
        let card = self.choose_card(reader);
        let address = card.as_ref().ok().cloned();
        if !look("card", card.map(|address| address.to_string())) {
            return false;
        }
        let Some(address) = address else { return false };
        let pin = self.usable_pin(&address).map(|pin| match pin {
            PinView::Usable { attempts_left } => attempts_left.to_string(),
            _ => String::new(),
        });
        look("pin", pin)
    }

    fn doctor_of_trust(&self) -> Outcome<String> {
        let anchors = self.anchors()?;
        if anchors.is_empty() {
            Err(Code::NoTrustAnchors.into())
        } else {
            Ok(anchors.len().to_string())
        }
    }

    fn doctor_of_store(&self) -> Outcome<String> {
        match self.unlock(None) {
            Ok(view) => Ok(view.state),
            // Neither is a fault of the computer.
            Err(problem) if matches!(problem.code, Code::NoStore | Code::StoreLocked) => {
                Ok(self.store_state().state)
            }
            Err(problem) => Err(problem),
        }
    }

    async fn doctor_of_portal(&self) -> Outcome<String> {
        let portal = self.settings().portal.ok_or(Code::NoPortal)?;
        self.client(&portal)?.prepare().await?;
        Ok(portal)
    }
}

impl DoctorView {
    /// What was seen as lines of text.
    #[must_use]
    pub fn lines(&self, language: Language) -> Vec<String> {
        let mut lines = vec![format!("Kabinet {}, {}", self.version, self.system)];
        for check in &self.checks {
            let name = text(language, &format!("check-{}", check.name));
            let detail = check.detail.as_deref().unwrap_or_default();
            let Some(problem) = &check.problem else {
                lines.push(format!("+ {name}  {detail}"));
                continue;
            };
            lines.push(format!(
                "! {name}  {}",
                problem.all.message.in_language(language)
            ));
            lines.push(format!("  {}", problem.all.remedy.in_language(language)));
            if !detail.is_empty() {
                lines.push(format!("  ({detail})"));
            }
        }
        let verdict = if self.usable {
            "card-usable"
        } else {
            "card-unusable"
        };
        lines.push(text(language, verdict));
        lines
    }
}

fn check(name: &str, outcome: Outcome<String>, language: Language) -> CheckView {
    let (detail, problem) = match outcome {
        Ok(detail) => (detail, None),
        Err(problem) => (problem.cause().to_owned(), Some(problem.view(language))),
    };
    CheckView {
        name: name.to_owned(),
        detail: Some(detail).filter(|detail| !detail.is_empty()),
        problem,
    }
}
