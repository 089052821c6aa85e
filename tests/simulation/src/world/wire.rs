//! Passes, and what becomes of their requests.

use std::sync::atomic::Ordering;

use kabinet_desk::view::SyncView;
use kabinet_desk::{Code, Outcome};
use kabinet_portal::{Answer, PortalError};
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Request, StatusCode};
use zeroize::Zeroizing;

use super::{SECOND, World};
use crate::chance::Chance;
use crate::network::{Told, asks};

impl World<'_> {
    pub(super) fn begin_pass(&mut self, who: usize, chance: &mut Chance) {
        if self.signed_out[who] && chance.below(2) == 0 {
            return self.sign_in(who);
        }
        if !self.computers[who].is_passing() {
            self.say(who, "begins a pass");
            let now = chance.below(2) == 0;
            let ended = self.computers[who].begin_pass(now);
            // Only the person may try earlier.
            let asks = self.computers[who].line.is_busy();
            if asks && !now && self.clock(who) < self.alone_until[who] {
                let name = self.computers[who].name;
                let what = format!("{name} does not leave the portal alone");
                self.wrong.get_or_insert(what);
            }
            self.ended(who, ended);
        }
        // Mostly a pass goes through undisturbed, and sometimes the world goes on in the middle.
        while self.computers[who].line.is_busy() && chance.below(8) > 0 {
            self.network(who, chance);
        }
    }

    pub(super) fn ended(&mut self, who: usize, ended: Option<Outcome<SyncView>>) {
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
    pub(super) fn network(&mut self, who: usize, chance: &mut Chance) {
        let Some(mut waiting) = self.computers[who].line.take() else {
            return;
        };
        let asked = asks(&waiting.request);
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
                let told = waiting.answer.take();
                ("", Some(told.unwrap_or_else(|| arrive(&waiting))))
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
                    let _ = arrive(&waiting);
                }
                ("has its answer lost: ", Some(broken()))
            }
            68..76 => {
                let told = arrive(&waiting);
                let _ = arrive(&waiting);
                ("comes twice: ", Some(told))
            }
            76..84 => {
                self.late.extend(waiting.request.try_clone());
                ("is late: ", Some(broken()))
            }
            84..88 => ("gets 503: ", Some(answered(503, Some("120"), b""))),
            88..91 => ("gets 429: ", Some(answered(429, Some("7"), b""))),
            91..93 => ("gets 500: ", Some(answered(500, None, b""))),
            93..95 => ("gets nonsense: ", Some(answered(200, None, b"<html>"))),
            95..98 => {
                if waiting.answer.is_none() && chance.below(2) == 0 {
                    waiting.answer = Some(arrive(&waiting));
                }
                self.computers[who].line.put_back(waiting);
                return self.lock(who, &asked);
            }
            _ => return self.crash(who),
        };
        let told_of = match &told {
            Some(Ok(answer)) => format!("{} ({})", answer.status.as_u16(), answer.body.len()),
            Some(Err(error)) => error.to_string(),
            None => "no answer yet".to_owned(),
        };
        if let Some(Ok(answer)) = &told
            && let Some(after) = answer.headers.get(RETRY_AFTER)
        {
            let seconds: i64 = after.to_str().unwrap().parse().unwrap();
            self.alone_until[who] = self.clock(who) + seconds * SECOND;
        }
        self.say(who, &format!("{what}{asked}: {told_of}"));
        match told {
            None => self.computers[who].line.put_back(waiting),
            Some(told) => {
                waiting.tell(told);
                let ended = self.computers[who].go_on();
                self.ended(who, ended);
            }
        }
    }

    /// What the clock of that computer shows, in milliseconds.
    fn clock(&self, who: usize) -> i64 {
        let skew = self.computers[who].skew.load(Ordering::Relaxed);
        self.now.load(Ordering::Relaxed) + skew
    }

    /// The person goes while a request is under way, and comes back. The program runs on.
    fn lock(&mut self, who: usize, asked: &str) {
        self.say(who, &format!("is locked in the middle of {asked}"));
        self.windows[who] = None;
        // Before the store closes, what the person deleted is deleted.
        self.delete_for_good(who);
        let ended = self.computers[who].lock();
        self.ended(who, ended);
    }

    pub(super) fn arrives(&self, request: &Request) -> Told {
        let now = self.now.load(Ordering::Relaxed) / SECOND;
        self.stage.portal.answer(request, now)
    }

    pub(super) fn arrive_late(&mut self, chance: &mut Chance) {
        if self.late.is_empty() {
            return;
        }
        let request = self.late.swap_remove(chance.below(self.late.len()));
        let told = match self.arrives(&request) {
            Ok(answer) => answer.status.to_string(),
            Err(error) => error.to_string(),
        };
        self.say(0, &format!("(late) {}: {told}", asks(&request)));
    }

    pub(super) fn whole_pass(&mut self, who: usize) -> Result<SyncView, String> {
        self.now.fetch_add(SECOND, Ordering::Relaxed);
        self.has_sent = false;
        let mut ended = self.computers[who].begin_pass(true);
        while ended.is_none() {
            let waiting = self.computers[who].line.take().unwrap();
            let answer = self.arrives(&waiting.request).unwrap();
            self.cost.add(&waiting.request, &answer);
            let asked = asks(&waiting.request);
            self.has_sent |= asked.contains("/set");
            self.say(who, &format!("{asked}: {}", answer.body.len()));
            waiting.tell(Ok(answer));
            ended = self.computers[who].go_on();
        }
        ended
            .unwrap()
            .map_err(|problem| format!("a pass over a good network: {problem}"))
    }
}
