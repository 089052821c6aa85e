//! Two computers, the portal, and what happens between them, one throw of the dice at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kabinet_desk::view::{DraftView, SyncView};
use kabinet_desk::{Code, Desk, Outcome};
use kabinet_portal::{Answer, PortalError};
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Request, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::chance::Chance;
use crate::computer::{Computer, Template};
use crate::measure::Cost;
use crate::model::{Model, Shown};
use crate::network::Told;
use crate::portal::Portal;

/// The first of January 2027.
const BEGINNING: i64 = 1_798_761_600_000;
const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;
/// Free texts of the form; the last two may be left out.
const FIELDS: [&str; 5] = [
    "residence",
    "employer",
    "familyName",
    "position",
    "middleName",
];
const PROCEDURE: &str = "2.2";
/// Most rounds until everything must be everywhere.
const ROUNDS: usize = 12;

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
}

/// One person's world.
pub(crate) struct World<'a> {
    stage: &'a Stage,
    subject: String,
    shared: bool,
    /// Percentage of exchanges to which something happens.
    weather: usize,
    pub(crate) now: Arc<AtomicI64>,
    computers: Vec<Computer>,
    windows: [Option<Window>; 2],
    /// Whether the portal has ended the session.
    signed_out: [bool; 2],
    /// Requests that are still under way although nobody waits for them.
    late: Vec<Request>,
    model: Model,
    values: u64,
    cost: Cost,
    /// What happened, a line each.
    pub(crate) trace: String,
    _folder: tempfile::TempDir,
}

impl<'a> World<'a> {
    /// A new person with two computers.
    pub(crate) fn new(stage: &'a Stage, seed: u64) -> Self {
        let mut chance = Chance(seed);
        let folder = tempfile::tempdir_in(crate::portal::memory()).unwrap();
        let now = Arc::new(AtomicI64::new(BEGINNING));
        let subject = stage.portal.new_person();
        // Three of four persons let their drafts travel.
        let shared = chance.below(4) > 0;
        let weather = chance.one_of(&[5, 15, 40]);
        let computers = ['A', 'B'].map(|name| {
            let chance = Chance(chance.number());
            Computer::new(name, &stage.template, folder.path(), &now, chance)
        });
        let mut world = Self {
            stage,
            subject,
            shared,
            weather,
            now,
            computers: computers.into(),
            windows: [None, None],
            signed_out: [false; 2],
            late: Vec::new(),
            model: Model::default(),
            values: 0,
            cost: Cost::default(),
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
        match chance.below(100) {
            0..4 => self.begin_draft(who, &mut chance),
            4..34 => self.write(who, &mut chance),
            34..42 => self.settle(who, &mut chance),
            42..48 => self.sign(who, &mut chance),
            48..52 => self.take_back(who, &mut chance),
            52..54 => self.delete(who, &mut chance),
            54..88 => self.begin_pass(who, &mut chance),
            88..90 => self.arrive_late(&mut chance),
            90..93 => self.cut_power(who, &mut chance),
            93..96 => self.pass_time(who, &mut chance),
            96..98 => self.bother_portal(&mut chance),
            _ => self.sign_in(who),
        }
        for who in 0..2 {
            if self.computers[who].is_without_power() {
                self.crash(who);
            }
        }
    }

    fn desk(&mut self, who: usize) -> Arc<Desk> {
        self.computers[who].desk()
    }

    /// Whether the person was told that it is done, or cannot know. What was refused is `None`.
    fn certain<T>(&self, who: usize, outcome: &Outcome<T>) -> Option<bool> {
        if self.computers[who].is_without_power() {
            return Some(false);
        }
        outcome.is_ok().then_some(true)
    }

    fn say(&mut self, who: usize, what: &str) {
        let at = self.now.load(Ordering::Relaxed) - BEGINNING;
        let name = self.computers[who].name;
        let _ = writeln!(self.trace, "{at:>10} {name} {what}");
    }

    fn value(&mut self) -> Value {
        self.values += 1;
        json!(format!("value {}", self.values))
    }

    /// One of the drafts that a computer has. Listing them all would check every form.
    fn some_draft(&mut self, who: usize, chance: &mut Chance) -> Option<DraftView> {
        let desk = self.desk(who);
        let begun = self.model.begun();
        let first = chance.below(begun.len());
        let mut those = begun[first..].iter().chain(&begun[..first]);
        those.find_map(|id| desk.draft(&id.to_string()).ok())
    }

    fn begin_draft(&mut self, who: usize, chance: &mut Chance) {
        let desk = self.desk(who);
        let Ok(view) = desk.new_draft(PROCEDURE) else {
            return;
        };
        let id: Uuid = view.summary.id.parse().unwrap();
        self.model.began(id);
        self.windows[who] = Some(Window {
            id,
            before: view.data,
        });
        let mut data = json!({
            "givenName": "Alena", "personalNumber": "4210587A001PB5", "purpose": "bank",
            "copies": 1, "delivery": "paper", "confirmed": true,
        });
        for field in &FIELDS[..3 + chance.below(3)] {
            data[*field] = self.value();
        }
        self.say(who, &format!("begins {id}"));
        self.save(who, data, chance);
    }

    /// The window saves.
    fn save(&mut self, who: usize, data: Value, chance: &mut Chance) {
        let desk = self.desk(who);
        let Some(Window { id, before }) = self.windows[who].take() else {
            return;
        };
        let saved = desk.edit_draft(&id.to_string(), &before, &data);
        let Some(certain) = self.certain(who, &saved) else {
            self.say(who, &format!("cannot save {id}"));
            return;
        };
        self.model.wrote(id, &before, &data, certain);
        self.say(who, &format!("saves {id} {before} -> {data}, {certain}"));
        let Ok(view) = saved else { return };
        // A window that shows what came in meanwhile, or has not drawn it yet.
        let shows = if chance.below(3) > 0 { view.data } else { data };
        self.windows[who] = Some(Window {
            id: view.summary.id.parse().unwrap(),
            before: shows,
        });
    }

    fn write(&mut self, who: usize, chance: &mut Chance) {
        if self.windows[who].is_none() || chance.below(3) == 0 {
            let Some(view) = self.some_draft(who, chance) else {
                return;
            };
            self.windows[who] = Some(Window {
                id: view.summary.id.parse().unwrap(),
                before: view.data,
            });
        }
        let Some(window) = &self.windows[who] else {
            return;
        };
        let mut data = window.before.clone();
        let field = chance.below(FIELDS.len());
        if field >= 3 && chance.below(3) == 0 {
            data.as_object_mut().unwrap().remove(FIELDS[field]);
        } else {
            data[FIELDS[field]] = self.value();
        }
        self.save(who, data, chance);
    }

    fn settle(&mut self, who: usize, chance: &mut Chance) {
        let desk = self.desk(who);
        let Some(view) = self.some_draft(who, chance) else {
            return;
        };
        if view.conflicts.is_empty() {
            return self.write(who, chance);
        }
        let conflict = &view.conflicts[chance.below(view.conflicts.len())];
        let id = &view.summary.id;
        // The person looks for a while.
        let chosen = match chance.below(1 + conflict.others.len()) {
            0 => conflict.current.clone(),
            other => conflict.others[other - 1].value.clone(),
        };
        let settled = desk.settle_draft(id, &conflict.path, &conflict.shown, chosen.clone());
        if self.certain(who, &settled).is_some() {
            let id = id.parse().unwrap();
            self.model.settled(id, conflict, chosen.as_ref());
            self.say(who, &format!("decides {id} {} {chosen:?}", conflict.path));
        }
        self.windows[who] = None;
    }

    fn sign(&mut self, who: usize, chance: &mut Chance) {
        let Some(view) = self.some_draft(who, chance) else {
            return;
        };
        let desk = self.desk(who);
        let id = &view.summary.id;
        let signed = desk.apply_with(id, &mut self.stage.portal.signer());
        if let Some(certain) = self.certain(who, &signed) {
            let id = id.parse().unwrap();
            self.say(who, &format!("signs {id} {}, {certain}", view.data));
            self.model.signed(who, id, view.data, certain);
            self.windows[who] = None;
        }
    }

    fn take_back(&mut self, who: usize, chance: &mut Chance) {
        let desk = self.desk(who);
        let outbox = desk.outbox().unwrap();
        let Some(item) = outbox.get(chance.below(outbox.len())) else {
            return;
        };
        let taken = desk.cancel_outbox(&item.id);
        if let Some(certain) = self.certain(who, &taken) {
            self.model.took_back(who, item.id.parse().unwrap());
            self.say(who, &format!("takes {} back, {certain}", item.id));
        }
    }

    fn delete(&mut self, who: usize, chance: &mut Chance) {
        let Some(view) = self.some_draft(who, chance) else {
            return;
        };
        let deleted = self.desk(who).delete_draft(&view.summary.id);
        if let Some(certain) = self.certain(who, &deleted) {
            let id = view.summary.id.parse().unwrap();
            self.model.deleted(id, &view);
            self.say(who, &format!("deletes {id} {}, {certain}", view.data));
        }
    }

    fn begin_pass(&mut self, who: usize, chance: &mut Chance) {
        if self.signed_out[who] && chance.below(2) == 0 {
            return self.sign_in(who);
        }
        if !self.computers[who].is_passing() {
            self.say(who, "begins a pass");
            let ended = self.computers[who].begin_pass(chance.below(2) == 0);
            self.ended(who, ended);
        }
        // Mostly a pass goes through undisturbed, and sometimes the world goes on in the middle.
        while self.computers[who].line.is_busy() && chance.below(8) > 0 {
            self.network(who, chance);
        }
    }

    fn ended(&mut self, who: usize, ended: Option<Outcome<SyncView>>) {
        match ended {
            None => {}
            Some(Ok(view)) => {
                let (sent, drafts) = (view.sent.len(), view.drafts);
                self.say(who, &format!("ended a pass: {sent} sent, {drafts} drafts"));
            }
            Some(Err(problem)) => {
                self.say(who, &format!("ended a pass: {problem}"));
                self.signed_out[who] = problem.code == Code::SessionExpired;
            }
        }
    }

    /// Something becomes of the request that a computer waits for.
    fn network(&mut self, who: usize, chance: &mut Chance) {
        let Some(mut waiting) = self.computers[who].line.take() else {
            return;
        };
        // Every play has a person of its own.
        let path = waiting
            .request
            .url()
            .path()
            .replace(&self.subject, "account");
        let arrive = |waiting: &crate::network::Waiting| self.arrives(&waiting.request);
        let answered = |status: u16, after: Option<&'static str>, body: &[u8]| {
            let mut headers = HeaderMap::new();
            if let Some(after) = after {
                headers.insert(RETRY_AFTER, HeaderValue::from_static(after));
            }
            Ok(Answer {
                status: StatusCode::from_u16(status).unwrap(),
                headers,
                body: Zeroizing::new(body.to_vec()),
            })
        };
        let broken = chance.one_of(&[0, 1, 2]);
        let broken = || match broken {
            0 => Err(PortalError::Offline),
            1 => Err(PortalError::Timeout),
            _ => Err(PortalError::Garbage("answer cut short")),
        };
        let throw = if chance.below(100) < self.weather {
            chance.below(100)
        } else {
            0
        };
        let (what, told): (&str, Option<Told>) = match throw {
            0..10 => {
                let answer = match waiting.answer.take() {
                    Some(answer) => answer,
                    None => arrive(&waiting),
                };
                ("", Some(Ok(answer)))
            }
            // It arrives; the answer is still on its way.
            10..30 => {
                if waiting.answer.is_none() {
                    waiting.answer = Some(arrive(&waiting));
                }
                ("arrives: ", None)
            }
            30..45 => ("is lost: ", Some(broken())),
            45..68 => {
                if waiting.answer.is_none() {
                    arrive(&waiting);
                }
                ("has its answer lost: ", Some(broken()))
            }
            68..76 => {
                let answer = arrive(&waiting);
                arrive(&waiting);
                ("comes twice: ", Some(Ok(answer)))
            }
            76..84 => {
                self.late.extend(waiting.request.try_clone());
                ("is late: ", Some(broken()))
            }
            84..88 => ("gets 503: ", Some(answered(503, Some("120"), b""))),
            88..91 => ("gets 429: ", Some(answered(429, Some("7"), b""))),
            91..93 => ("gets 500: ", Some(answered(500, None, b""))),
            93..95 => ("gets nonsense: ", Some(answered(200, None, b"<html>"))),
            _ => return self.crash(who),
        };
        self.say(who, &format!("{what}{path}"));
        match told {
            None => self.computers[who].line.put_back(waiting),
            Some(told) => {
                waiting.tell(told);
                let ended = self.computers[who].go_on();
                self.ended(who, ended);
            }
        }
    }

    fn arrives(&self, request: &Request) -> Answer {
        let now = self.now.load(Ordering::Relaxed) / SECOND;
        self.stage.portal.answer(request, now)
    }

    fn arrive_late(&mut self, chance: &mut Chance) {
        if self.late.is_empty() {
            return;
        }
        let request = self.late.swap_remove(chance.below(self.late.len()));
        let status = self.arrives(&request).status;
        let path = request.url().path();
        self.say(0, &format!("(late) {path}: {status}"));
    }

    fn cut_power(&mut self, who: usize, chance: &mut Chance) {
        if chance.below(4) == 0 {
            return self.crash(who);
        }
        let transactions = u32::try_from(chance.below(8)).unwrap();
        self.computers[who].let_power_last(transactions);
        self.say(who, &format!("has power for {transactions} transactions"));
    }

    fn crash(&mut self, who: usize) {
        self.say(who, "crashes");
        self.computers[who].crash();
        self.windows[who] = None;
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
        self.say(who, &format!("has its clock wrong by {skew}"));
    }

    fn bother_portal(&mut self, chance: &mut Chance) {
        let registered = self.stage.portal.registered(&self.subject);
        if chance.below(2) == 0 || registered.is_empty() {
            self.stage.portal.forget_changes(&self.subject);
            self.say(0, "(portal) forgets its states");
            return;
        }
        let id = registered[chance.below(registered.len())].id;
        let now = self.now.load(Ordering::Relaxed) / SECOND;
        self.stage.portal.move_along(id, now);
        self.say(0, &format!("(portal) moves {id} along"));
    }

    fn sign_in(&mut self, who: usize) {
        self.crash(who);
        let Stage { portal, template } = self.stage;
        self.computers[who].sign_in(template, portal, &self.subject);
        self.signed_out[who] = false;
        self.say(who, "is signed in anew");
    }

    /// The storm is over: everything comes to where it belongs, and is looked at.
    pub(crate) fn close(&mut self) -> Result<(), String> {
        for request in std::mem::take(&mut self.late) {
            self.arrives(&request);
        }
        self.now.fetch_add(MINUTE, Ordering::Relaxed);
        for who in 0..2 {
            self.computers[who].skew.store(0, Ordering::Relaxed);
            self.sign_in(who);
        }
        let mut quiet = 0;
        for _ in 0..ROUNDS {
            for who in 0..2 {
                let view = self.whole_pass(who)?;
                let still = view.sent.is_empty()
                    && (view.applications, view.drafts, view.waiting) == (0, 0, 0);
                quiet = if still { quiet + 1 } else { 0 };
            }
            if quiet >= 2 {
                return self.check();
            }
        }
        Err("the computers never come to rest".to_owned())
    }

    /// Whether the person's drafts travel.
    pub(crate) fn is_shared(&self) -> bool {
        self.shared
    }

    /// The person fills in a form and signs it.
    pub(crate) fn file(&mut self, who: usize) {
        self.begin_draft(who, &mut Chance(0));
        let id = self.model.begun().last().unwrap().to_string();
        let mut signer = self.stage.portal.signer();
        self.desk(who).apply_with(&id, &mut signer).unwrap();
    }

    /// What a pass over a good network costs.
    pub(crate) fn measured_pass(&mut self, who: usize) -> Cost {
        self.cost = Cost::default();
        self.whole_pass(who).unwrap();
        self.cost
    }

    fn whole_pass(&mut self, who: usize) -> Result<SyncView, String> {
        self.now.fetch_add(SECOND, Ordering::Relaxed);
        let mut ended = self.computers[who].begin_pass(true);
        while ended.is_none() {
            let waiting = self.computers[who].line.take().unwrap();
            let answer = self.arrives(&waiting.request);
            self.cost.add(&waiting.request, &answer);
            waiting.tell(Ok(answer));
            ended = self.computers[who].go_on();
        }
        ended
            .unwrap()
            .map_err(|problem| format!("a pass over a good network: {problem}"))
    }

    fn check(&mut self) -> Result<(), String> {
        let shown = [0, 1].map(|who| {
            let desk = self.desk(who);
            let drafts = desk.drafts().unwrap().into_iter().map(|one| {
                let view = desk.draft(&one.id).unwrap();
                (one.id.parse().unwrap(), view)
            });
            let applications = desk.applications(usize::MAX).unwrap().into_iter();
            Shown {
                drafts: drafts.collect(),
                applications: applications
                    .map(|one| (one.id.parse().unwrap(), one.status))
                    .collect::<BTreeMap<_, _>>(),
                outbox: desk
                    .outbox()
                    .unwrap()
                    .into_iter()
                    .map(|one| one.id)
                    .collect(),
            }
        });
        let registered = self.stage.portal.registered(&self.subject);
        let alive: BTreeSet<Uuid> = self.stage.portal.drafts(&self.subject);
        for (who, shown) in shown.iter().enumerate() {
            for (id, view) in &shown.drafts {
                if let Some(how) = &view.parted {
                    self.say(who, &format!("goes on with {id} ({how})"));
                }
            }
        }
        self.model.check(&shown, &registered, &alive, self.shared)
    }
}
