//! Readers, once or as they change.

use kabinet_desk::view::{CardPresenceView, ReaderView, ReadersView};
use kabinet_desk::{Desk, Problem};
use serde_json::{Value, json};

use crate::show::Show;

/// Shows all readers. A problem comes with its remedy.
pub(crate) fn show(show: &Show, desk: &Desk, view: &ReadersView) {
    if show.json {
        return crate::show::json(&document(show, desk, view));
    }
    match desk.obstacle(view) {
        Some(problem) => told(show, &problem),
        None => view
            .readers
            .iter()
            .for_each(|reader| line(show, desk, reader)),
    }
}

/// What is shown as readers change: all of them to programs, and to people one line for each that
/// changed.
pub(crate) struct Changes<'a> {
    show: &'a Show,
    desk: &'a Desk,
    before: Option<ReadersView>,
}

impl<'a> Changes<'a> {
    pub(crate) fn new(show: &'a Show, desk: &'a Desk) -> Self {
        let before = None;
        Self { show, desk, before }
    }

    pub(crate) fn show(&mut self, now: ReadersView) {
        let before = self.before.take();
        match before {
            Some(before) if !self.show.json && before.service == now.service => {
                self.differences(&before, &now);
            }
            _ => show(self.show, self.desk, &now),
        }
        self.before = Some(now);
    }

    fn differences(&self, before: &ReadersView, now: &ReadersView) {
        for reader in &now.readers {
            if !before.readers.contains(reader) {
                line(self.show, self.desk, reader);
            }
        }
        for gone in &before.readers {
            if !now.readers.iter().any(|reader| reader.name == gone.name) {
                let left = self.show.say("reader-left");
                self.show.line(&format!("{}: {left}", gone.name));
            }
        }
    }
}

fn line(show: &Show, desk: &Desk, reader: &ReaderView) {
    let state = match (desk.trouble(reader), reader.card) {
        (Some(problem), _) => {
            let problem = problem.view(show.language);
            format!("{}\n  {}", problem.message, problem.remedy)
        }
        (None, CardPresenceView::IdCard) => show.say("card-id"),
        (None, _) => show.say("card-absent"),
    };
    show.line(&format!("{}: {state}", reader.name));
}

fn told(show: &Show, problem: &Problem) {
    let problem = problem.view(show.language);
    show.line(&problem.message);
    show.line(&problem.remedy);
}

fn document(show: &Show, desk: &Desk, view: &ReadersView) -> Value {
    let readers = view.readers.iter().map(|reader| {
        let problem = desk.trouble(reader);
        with_problem(show, json!(reader), problem)
    });
    let mut document = json!(view);
    document["readers"] = readers.collect();
    with_problem(show, document, desk.obstacle(view))
}

fn with_problem(show: &Show, mut value: Value, problem: Option<Problem>) -> Value {
    if let Some(problem) = problem {
        value["problem"] = json!(problem.view(show.language));
    }
    value
}
