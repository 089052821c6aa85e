//! Answers as text for people or one JSON document for programs.

mod applications;
mod card;
mod certificates;
mod drafts;
mod encryption;
mod files;
mod found;
mod keep;
mod paper;
mod portal;
mod prompts;
mod proxy;

use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use kabinet_desk::view::{
    AdditionalDataView, DoctorView, Language, LossView, PersonChoiceView, PersonView, RepairView,
    TextView,
};
use kabinet_desk::{Code, Problem, text};
use serde::Serialize;
use serde_json::json;

/// What `whoami` prints for programs.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    person: &'a PersonView,
    #[serde(flatten)]
    additional: &'a AdditionalDataView,
}

/// How to show.
pub(crate) struct Show {
    pub(crate) json: bool,
    pub(crate) language: Language,
}

/// Whether a JSON document went out.
static ANSWERED: AtomicBool = AtomicBool::new(false);

pub(crate) fn is_answered() -> bool {
    ANSWERED.load(Ordering::Acquire)
}

/// What the remedy of a problem is called on the command line: its sentence is the window's too.
fn command_for(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::PinSuspended => "kabinet-cli pin resume",
        Code::PinBlocked => "kabinet-cli pin unblock",
        Code::PinDeactivated => "kabinet-cli pin enable",
        Code::SeveralCards => "kabinet-cli readers; kabinet-cli --reader NAME …",
        Code::DocumentNeedsMrz => "kabinet-cli card read --with mrz",
        Code::StoreDamaged => "kabinet-cli store repair",
        Code::NoTimeStamping => "kabinet-cli time-stamping ADDRESS",
        _ => return None,
    })
}

/// A command that did not succeed, to programs on standard output, to people on standard error.
pub(crate) fn failure(problem: &Problem, language: Language, to_program: bool) {
    let view = problem.view(language);
    if to_program {
        json(&json!({ "error": view }));
    } else {
        eprintln!("{}\n{}", view.message, view.remedy);
        if let Some(command) = command_for(problem.code) {
            eprintln!("  {command}");
        }
    }
    if std::env::var_os("KABINET_DETAILS").is_some() {
        eprintln!("[{problem}]");
    }
}

/// One JSON document and a line end. A closed pipe is the reader's wish, not an error.
pub(crate) fn json(value: &impl Serialize) {
    ANSWERED.store(true, Ordering::Release);
    let mut out = std::io::stdout().lock();
    if serde_json::to_writer(&mut out, value).is_ok() {
        let _ = writeln!(out);
    }
}

impl Show {
    pub(crate) fn done(&self) {
        self.either(&json!({"done": true}), || self.line(&self.say("done")));
    }

    pub(crate) fn written(&self, path: &Path) {
        self.either(&json!({"written": path}), || {
            self.pair("written", &path.display().to_string())
        });
    }

    pub(crate) fn persons(&self, views: &[PersonChoiceView]) {
        self.either(&views, || {
            for view in views {
                let mark = if view.is_current { "*" } else { " " };
                self.line(&format!("{mark} {}  {}", view.id, self.name_of(view)));
            }
        });
    }

    fn name_of(&self, person: &PersonChoiceView) -> String {
        let name = person.name.as_ref().and_then(|name| {
            let order = match self.language {
                Language::Be => ["be", "ru", "latin"],
                Language::Ru => ["ru", "be", "latin"],
                Language::En => ["latin", "be", "ru"],
            };
            order.into_iter().find_map(|language| name.get(language))
        });
        name.cloned().unwrap_or_else(|| self.say("person-locked"))
    }

    /// Whose card it is that has a store here, and how to come to it.
    pub(crate) fn other_person(&self, person: Option<&PersonChoiceView>) {
        if let Some(person) = person {
            self.pair("card-of", &self.name_of(person));
            self.pair(
                "switch-by",
                &format!("kabinet-cli person use {}", person.id),
            );
        }
    }

    pub(crate) fn store_checked(&self, whole: bool) {
        self.either(&json!({"whole": whole}), || {
            self.line(&self.say(if whole {
                "store-whole"
            } else {
                "err-store-damaged"
            }));
            if !whole {
                self.line(&self.say("rec-store-damaged"));
                if let Some(command) = command_for(Code::StoreDamaged) {
                    self.line(&format!("  {command}"));
                }
            }
        });
    }

    pub(crate) fn repaired(&self, view: &RepairView) {
        self.either(view, || {
            self.pair("repaired-drafts", &view.drafts.to_string());
            self.pair("repaired-waiting", &view.waiting.to_string());
            let verdict = if view.complete {
                "repaired-whole"
            } else {
                "repaired-partly"
            };
            self.line(&self.say(verdict));
        });
    }

    /// What would be lost; on standard error, since the person is asked then.
    pub(crate) fn loss(&self, view: Option<&LossView>) {
        if self.json {
            return;
        }
        eprintln!("{}", self.say("forget-what"));
        if let Some(loss) = view {
            eprintln!("{}: {}", self.say("forget-drafts"), loss.drafts);
            eprintln!("{}: {}", self.say("forget-waiting"), loss.waiting);
            if loss.letters > 0 {
                eprintln!("{}: {}", self.say("forget-letters"), loss.letters);
            }
            if loss.requests > 0 {
                eprintln!("{}: {}", self.say("forget-requests"), loss.requests);
            }
        }
    }

    pub(crate) fn doctor(&self, view: &DoctorView) {
        self.either(view, || {
            for line in view.lines(self.language) {
                self.line(&line);
            }
        });
    }

    /// A warning before a question, on standard error.
    pub(crate) fn warn(&self, id: &str) {
        if !self.json {
            eprintln!("{}", self.say(id));
        }
    }

    pub(crate) fn person(&self, view: &PersonView) {
        self.either(view, || self.list_person(view));
    }

    /// The person with what the card told beside the groups that have names.
    pub(crate) fn whoami(&self, person: &PersonView, additional: &AdditionalDataView) {
        let whole = Whole { person, additional };
        self.either(&whole, || {
            self.list_person(person);
            for entry in &additional.optional_data {
                self.line(&format!(
                    "{} {}: {}",
                    self.say("optional-data"),
                    entry.kind,
                    entry.value.as_deref().unwrap_or("-")
                ));
            }
            if additional.written_signature.is_some() {
                self.pair("written-signature", &self.say("photo-yes"));
            }
        });
    }

    fn list_person(&self, view: &PersonView) {
        for name in view.name.values() {
            self.pair("name", name);
        }
        if let Some(number) = &view.personal_number {
            self.pair("personal-number", number);
        }
        self.pair("portal", &view.portal);
        self.line(&self.say(if view.session {
            "session-open"
        } else {
            "session-closed"
        }));
    }

    /// A problem that does not end the command.
    pub(crate) fn problem(&self, problem: &Problem) {
        let view = problem.view(self.language);
        self.either(&json!({"error": view}), || self.line(&view.message));
    }

    pub(crate) fn either(&self, value: &impl Serialize, people: impl FnOnce()) {
        if self.json {
            json(value);
        } else {
            people();
        }
    }

    pub(crate) fn pair(&self, label: &str, value: &str) {
        self.line(&format!("{}: {value}", self.say(label)));
    }

    pub(crate) fn line(&self, line: &str) {
        let _ = writeln!(std::io::stdout(), "{line}");
    }

    pub(crate) fn say(&self, id: &str) -> String {
        text(self.language, id)
    }

    fn pick<'a>(&self, text: &'a TextView) -> &'a str {
        text.in_language(self.language)
    }
}
