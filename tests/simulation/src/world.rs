//! Two computers, a browser, the portal, and what happens between them, one throw of the dice at a time.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kabinet_desk::Desk;
use kabinet_desk::view::DraftView;
use reqwest::Request;
use serde_json::Value;
use uuid::Uuid;

use crate::chance::Chance;
use crate::computer::{Computer, Template};
use crate::measure::Cost;
use crate::mistake::Mistake;
use crate::model::Model;
use crate::portal::Portal;

mod ending;
mod files;
mod person;
mod publishing;
mod sharing;
mod undoing;
mod web;
mod wire;
mod writing;

use undoing::Deleting;
use web::Web;
pub(crate) use writing::said;

/// The first of January 2027.
const BEGINNING: i64 = 1_798_761_600_000;
const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;
/// Free texts of all versions of the form: those that each must have, of which two are one field under
/// two names, and those that may be left out.
const FIELDS: [&str; 6] = [
    "residence",
    "employer",
    "workplace",
    "familyName",
    "position",
    "middleName",
];
/// How many of them each version must have.
const REQUIRED: usize = 3;
const PROCEDURE: &str = "2.2";

/// What lasts longer than a schedule.
pub(crate) struct Stage {
    portal: Portal,
    template: Template,
}

impl Stage {
    /// A portal without persons, and a store for the next one.
    pub(crate) fn new() -> Self {
        let portal = Portal::new();
        let template = Template::new(&portal);
        Self { portal, template }
    }
}

/// A draft that is open in a window, as it was when the window last heard of it.
struct Window {
    id: Uuid,
    before: Value,
    /// Version of the form, and its fields.
    version: u32,
    fields: Vec<&'static str>,
}

impl Window {
    /// Shows a draft.
    fn of(view: &DraftView) -> Self {
        Self {
            id: view.summary.id.parse().unwrap(),
            before: view.data.clone(),
            version: view.form.procedure.version,
            fields: publishing::fields_of(&view.form),
        }
    }
}

/// One person's world.
pub(crate) struct World<'a> {
    stage: &'a Stage,
    seed: u64,
    subject: String,
    shared: bool,
    /// Whether the portal's pages are short.
    short: bool,
    /// Percentage of exchanges to which something happens.
    weather: usize,
    pub(crate) now: Arc<AtomicI64>,
    computers: Vec<Computer>,
    windows: [Option<Window>; 2],
    /// What the person has deleted and can still take back.
    deleting: [Option<Deleting>; 2],
    web: Web,
    /// How often an authority published the form anew.
    published: usize,
    /// Whether the portal has ended the session.
    signed_out: [bool; 2],
    /// Until when the portal asked a computer to leave it alone, in milliseconds of its clock.
    alone_until: [i64; 2],
    /// The first thing that a computer did wrong.
    wrong: Option<String>,
    /// Requests that are still under way although nobody waits for them.
    late: Vec<Request>,
    model: Model,
    values: u64,
    cost: Cost,
    /// Whether the last pass over a good network changed anything at the portal.
    has_sent: bool,
    /// What happened, a line each.
    pub(crate) trace: String,
    _folder: tempfile::TempDir,
}

impl<'a> World<'a> {
    /// A new person with two computers.
    pub(crate) fn new(stage: &'a Stage, seed: u64, mistake: Option<Mistake>) -> Self {
        let mut chance = Chance(seed);
        let folder = tempfile::tempdir_in(crate::portal::memory()).unwrap();
        let now = Arc::new(AtomicI64::new(BEGINNING));
        // Three of four persons let their drafts travel.
        let shared = chance.below(4) > 0;
        let weather = chance.one_of(&[5, 15, 40]);
        let short = chance.below(3) == 0;
        let subject = stage.portal.begin(short, mistake);
        let computers = ['A', 'B'].map(|name| {
            let chance = Chance(chance.number());
            Computer::new(name, folder.path(), &now, chance, mistake)
        });
        let mut world = Self {
            stage,
            seed,
            subject,
            shared,
            short,
            weather,
            now,
            computers: computers.into(),
            windows: [None, None],
            deleting: [None, None],
            web: Web::new(&mut Chance(seed.rotate_left(16))),
            published: 0,
            signed_out: [false; 2],
            alone_until: [i64::MIN; 2],
            wrong: None,
            late: Vec::new(),
            model: Model::default(),
            values: 0,
            cost: Cost::default(),
            has_sent: false,
            trace: String::new(),
            _folder: folder,
        };
        for who in 0..2 {
            world.sign_in(who);
            if shared {
                world.desk(who).share_drafts(true).unwrap();
            }
        }
        // The storm finds them at work.
        for _ in 0..2 {
            world.begin_draft(0, &mut chance);
        }
        for who in 0..2 {
            world.whole_pass(who).unwrap();
        }
        world
    }

    /// What one throw brings.
    pub(crate) fn step(&mut self, throw: u64) {
        let mut chance = Chance(throw);
        let pause = 10 + i64::try_from(chance.below(3000)).unwrap();
        self.now.fetch_add(pause, Ordering::Relaxed);
        let who = chance.below(2);
        self.finish_deleting(who);
        match chance.below(124) {
            0..4 => self.begin_draft(who, &mut chance),
            4..26 => self.write(who, &mut chance),
            26..30 => self.change_files(who, &mut chance),
            30..38 => self.settle(who, &mut chance),
            38..46 => self.sign(who, &mut chance),
            46..50 => self.take_back(who, &mut chance),
            50..53 => self.delete(who, &mut chance),
            53..54 => self.keep_after_all(who, &mut chance),
            54..57 => self.undo(who, &mut chance),
            57..58 => self.change_sharing(who, &mut chance),
            58..65 => self.write_letter(who, &mut chance),
            65..98 => self.begin_pass(who, &mut chance),
            98..100 => self.arrive_late(&mut chance),
            100..103 => self.cut_power(who, &mut chance),
            103..106 => self.pass_time(who, &mut chance),
            106..110 => self.bother_portal(&mut chance),
            110..112 => self.sign_in(who),
            112..121 => self.act_on_web(&mut chance),
            _ => {
                let transactions = u32::try_from(chance.below(12)).unwrap();
                self.stage.portal.let_power_last(transactions);
            }
        }
        for who in 0..2 {
            if self.computers[who].is_without_power() {
                self.crash(who);
            }
        }
        if self.stage.portal.has_stopped() {
            self.say(0, "(portal) stops in the middle");
        }
        self.notice_returned();
    }

    fn desk(&mut self, who: usize) -> Arc<Desk> {
        self.computers[who].desk()
    }

    fn say(&mut self, who: usize, what: &str) {
        let at = self.now.load(Ordering::Relaxed) - BEGINNING;
        let name = self.computers[who].name;
        let _ = writeln!(self.trace, "{at:>10} {name} {what}");
    }

    fn cut_power(&mut self, who: usize, chance: &mut Chance) {
        if chance.below(4) == 0 {
            return self.crash(who);
        }
        let transactions = u32::try_from(chance.below(8)).unwrap();
        self.computers[who].let_power_last(transactions);
        self.say(who, &format!("has power for {transactions} transactions"));
    }

    pub(crate) fn crash(&mut self, who: usize) {
        self.say(who, "crashes");
        self.computers[who].crash();
        self.windows[who] = None;
        if let Some(deleting) = &mut self.deleting[who] {
            deleting.due = i64::MIN;
        }
        self.alone_until[who] = i64::MIN;
    }

    fn pass_time(&mut self, who: usize, chance: &mut Chance) {
        if chance.below(3) > 0 {
            let pause = chance.one_of(&[10 * SECOND, 2 * MINUTE, 20 * MINUTE, 3 * DAY]);
            self.now.fetch_add(pause, Ordering::Relaxed);
            return;
        }
        let skews = [0, 0, MINUTE, -2 * MINUTE, 3 * 60 * MINUTE, -DAY, 400 * DAY];
        let skew = chance.one_of(&skews);
        self.computers[who].skew.store(skew, Ordering::Relaxed);
        self.alone_until[who] = i64::MIN;
        self.say(who, &format!("has its clock wrong by {skew}"));
    }

    fn bother_portal(&mut self, chance: &mut Chance) {
        match chance.below(8) {
            0..2 => {
                self.stage.portal.forget_changes(&self.subject);
                self.say(0, "(portal) forgets its states");
            }
            2..4 => self.publish(),
            _ => self.work_on(chance),
        }
    }

    fn sign_in(&mut self, who: usize) {
        self.crash(who);
        let Stage { portal, template } = self.stage;
        self.computers[who].sign_in(template, portal, &self.subject);
        self.signed_out[who] = false;
        self.say(who, "is signed in anew");
    }

    /// Whether the person's drafts travel, and the portal's pages are as long as usual.
    pub(crate) fn is_usual(&self, shared: bool) -> bool {
        self.shared == shared && !self.short
    }

    /// What a pass over a good network costs.
    pub(crate) fn measured_pass(&mut self, who: usize) -> Cost {
        self.cost = Cost::default();
        self.whole_pass(who).unwrap();
        self.cost
    }
}
