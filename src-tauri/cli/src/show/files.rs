//! What the commands on files and signatures show.

use kabinet_desk::view::{
    AskedView, FilesPromptView, LevelView, RaisedView, RaisingView, SignatureReportView,
    SignedFileView, VerifiedFileView,
};
use serde_json::json;

use super::Show;

impl Show {
    /// What will be signed; on standard error, since the answer of the command comes later.
    pub(super) fn files_to_sign(&self, view: &FilesPromptView) {
        eprintln!("{}:", self.say("signs-files"));
        for file in &view.files {
            let size = file.size.div_ceil(1024);
            eprintln!("  {} ({size} KiB, {})", file.name, file.media_type);
            if let Some(signed) = &file.signed {
                eprintln!("    {}", self.pick(&signed.sentence));
            }
        }
        let how = match (view.added, view.attached) {
            (true, _) => "signs-files-added",
            (_, true) => "signs-files-inside",
            _ => "signs-files-beside",
        };
        eprintln!("{}", self.say(how));
        eprintln!("{}", self.say(level_id(view.level)));
    }

    pub(crate) fn signed_files(&self, files: &[SignedFileView], asked: &[AskedView]) {
        self.either(&json!({"files": files, "asked": asked}), || {
            for file in files {
                if let Some(path) = &file.path {
                    self.pair("written", path);
                }
                if let Some(level) = file.level {
                    self.line(&format!("  {}", self.say(level_id(level))));
                }
                if let Some(problem) = &file.problem {
                    self.line(&format!("  {}: {}", file.name, problem.message));
                    if file.waiting {
                        self.line(&format!("  {}", self.say("raise-waits")));
                    } else if file.path.is_some() {
                        self.line(&format!("  {}", self.say("raise-does-not-wait")));
                    } else {
                        self.line(&format!("  {}", problem.remedy));
                    }
                }
            }
            self.asked(asked);
        });
    }

    /// One report as it is; several in a list.
    pub(crate) fn verified_files(&self, views: &[VerifiedFileView]) {
        match views {
            [
                VerifiedFileView {
                    report: Some(report),
                    ..
                },
            ] => self.either(report, || self.report(report)),
            [
                VerifiedFileView {
                    problem: Some(problem),
                    ..
                },
            ] => self.either(&json!({"error": problem}), || {
                eprintln!("{}\n{}", problem.message, problem.remedy);
            }),
            _ => self.either(&views, || {
                for view in views {
                    self.pair("checked", &view.name);
                    if let Some(report) = &view.report {
                        self.report(report);
                    }
                    if let Some(problem) = &view.problem {
                        self.line(&problem.message);
                    }
                }
            }),
        }
    }

    fn report(&self, view: &SignatureReportView) {
        self.line(self.pick(&view.sentence));
        for signer in &view.signers {
            if view.signers.len() > 1 {
                self.line(self.pick(&signer.sentence));
            }
            if let Some(signed_by) = kabinet_desk::signed_by(self.language, signer) {
                self.line(&format!("  {signed_by}"));
            }
            if let Some(content) = &signer.content {
                for fact in kabinet_desk::signed_content(self.language, content) {
                    self.line(&format!("  {fact}"));
                }
            }
            if let Some(level) = &signer.level {
                self.line(&format!("  {level}"));
            }
            for note in &signer.notes {
                self.line(&format!(
                    "  {}",
                    kabinet_desk::signature_note(self.language, note)
                ));
            }
            for member in &signer.chain {
                self.line(&format!("  {}", member.name));
            }
        }
        self.line(&kabinet_desk::checked_at(self.language, view));
        self.asked(&view.asked);
    }

    pub(crate) fn raised(&self, views: &[RaisedView]) {
        self.either(&views, || {
            for view in views {
                self.pair("written", &view.path);
                self.line(&format!(
                    "  {}: {}",
                    self.say("raised"),
                    self.say(level_id(view.level))
                ));
                self.asked(&view.asked);
            }
        });
    }

    pub(crate) fn raising(&self, raised: u32, waiting: &[RaisingView]) {
        self.either(&json!({"raised": raised, "waiting": waiting}), || {
            if waiting.is_empty() {
                self.line(&self.say("nothing-to-raise"));
            }
            for view in waiting {
                self.line(&view.path);
                if let Some(problem) = &view.last_problem {
                    self.line(&format!("  {problem}"));
                }
            }
        });
    }

    pub(crate) fn time_stamping(&self, address: Option<&str>) {
        self.either(&json!({"time_stamping": address}), || match address {
            Some(address) => self.pair("time-stamping", address),
            None => self.line(&self.say("time-stamping-none")),
        });
    }

    pub(super) fn asked(&self, asked: &[AskedView]) {
        for one in asked {
            self.line(&format!("  {}", self.pick(&one.sentence)));
        }
    }
}

fn level_id(level: LevelView) -> &'static str {
    match level {
        LevelView::B => "level-b",
        LevelView::T => "level-t",
        LevelView::Lt => "level-lt",
    }
}
