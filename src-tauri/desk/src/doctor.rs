//! Journey J1: "does my computer work?" Each thing that a person needs is looked at in turn, and what
//! is missing is said with its remedy. Nothing personal is in the answer: it is made to be shown to a
//! help desk.

use std::path::Path;

use crate::problem::{Code, Problem};
use crate::view::{CheckView, DoctorView, PinView, ServiceView};
use crate::{Desk, Outcome};

/// Where distributions put the daemon of pcsc-lite.
const DAEMONS: [&str; 3] = ["/usr/sbin/pcscd", "/usr/bin/pcscd", "/sbin/pcscd"];
/// What a package that is shut off from the system leaves to see.
const FLATPAK: &str = "/.flatpak-info";
/// Programs that are known to hold cards for themselves.
const HOLDERS: [&str; 2] = ["scdaemon", "opensc-tool"];

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
            if !look("service", service(readers.service)) {
                return false;
            }
            let names: Vec<&str> = readers
                .readers
                .iter()
                .map(|one| one.name.as_str())
                .collect();
            let found = if names.is_empty() {
                Err(Code::NoReader.into())
            } else {
                Ok(names.join(", "))
            };
            if !look("reader", found) {
                return false;
            }
        }
        let card = self.choose_card(reader).map_err(|problem| {
            let holder = (problem.code == Code::CardInUse).then(holder).flatten();
            match holder {
                Some(program) => problem.because(format!("held by {program}")),
                None => problem,
            }
        });
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
        let anchors = std::fs::read_dir(self.profile.trust_dir())
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|end| end == "cer"))
            .count();
        if anchors == 0 {
            Err(Code::NoTrustAnchors.into())
        } else {
            Ok(anchors.to_string())
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

fn check(name: &str, outcome: Outcome<String>, language: crate::view::Language) -> CheckView {
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

fn service(state: ServiceView) -> Outcome<String> {
    let code = match state {
        ServiceView::Running => return Ok(String::new()),
        ServiceView::AccessDenied => Code::ServiceDenied,
        ServiceView::NotRunning => why_not_running(&|path| Path::new(path).exists()),
    };
    Err(Problem::new(code))
}

/// Why the service does not answer. Only Linux has it apart from the system.
fn why_not_running(exists: &dyn Fn(&str) -> bool) -> Code {
    if !cfg!(target_os = "linux") {
        Code::NoService
    } else if exists(FLATPAK) || std::env::var_os("SNAP").is_some() {
        Code::ServiceShutOff
    } else if DAEMONS.iter().any(|daemon| exists(daemon)) {
        Code::NoService
    } else {
        Code::ServiceNotInstalled
    }
}

/// The program that holds the card, as far as the system shows it.
fn holder() -> Option<String> {
    let processes = std::fs::read_dir("/proc").ok()?.flatten();
    let mut names = processes
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("comm")).ok())
        .map(|name| name.trim().to_owned());
    names.find(|name| HOLDERS.contains(&name.as_str()))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn why_the_service_does_not_answer() {
        let with = |there: &'static str| why_not_running(&move |path| path == there);
        assert_eq!(with(""), Code::ServiceNotInstalled);
        assert_eq!(with("/usr/sbin/pcscd"), Code::NoService);
        assert_eq!(with(FLATPAK), Code::ServiceShutOff);
    }
}
