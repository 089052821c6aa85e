//! The numbers of `docs/load-model.md`: sizes measured on real messages, and the return of all
//! clients after an outage played with the client's own backoff.

#![allow(clippy::unwrap_used, missing_docs)]

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use kabinet_desk::CATALOGUE_SPREAD;
use kabinet_portal::{Backoff, spread};
use simulation::{Cost, Costs};

/// Clients that listen to the portal at the busiest hour.
const LISTENING: u64 = 900_000;
/// Of so many each one is played.
const SAMPLE: u64 = 20;
/// Requests with which a client comes back: a pass with new tokens, and the event source.
const RETURN: u64 = 4;
/// Requests of a pass that finds the catalogue changed.
const NEWS: u64 = 2;
/// A day's clients, each of which is open once, full sign-ins, applications, and what is pushed.
const DAY: [f64; 4] = [9_000_000.0, 300_000.0, 99_000.0, 395_000.0];
/// Requests of a full sign-in: discovery, keys, four steps of the dialogue, session object.
const SIGN_IN: f64 = 7.0;
/// Passes that a client makes in half an hour, beside the first one, of a portal that does not push; the
/// access token lasts for two of them.
const UNPUSHED: f64 = 5.0;

/// The rows of the page that say something else than what was found.
#[derive(Default)]
struct Page(Vec<String>);

impl Page {
    /// Compares the number in the last cell of the row of that name; `tolerance` is a share of it.
    fn says(&mut self, row: &str, found: f64, tolerance: f64) {
        println!("{row}: {found}");
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/load-model.md");
        let page = std::fs::read_to_string(path).unwrap();
        let begin = format!("| {row} |");
        let stated = page
            .lines()
            .find(|line| line.starts_with(&begin))
            .map(|line| {
                let last = line
                    .trim_end_matches([' ', '|'])
                    .rsplit('|')
                    .next()
                    .unwrap();
                let digits = last.chars().filter(char::is_ascii_digit);
                digits.collect::<String>().parse::<f64>().unwrap()
            });
        let close = |stated: f64| (stated - found).abs() <= tolerance * found;
        if !stated.is_some_and(close) {
            self.0
                .push(format!("{row}: stated {stated:?}, found {found}"));
        }
    }

    fn is_right(&self) {
        assert!(self.0.is_empty(), "{:#?}", self.0);
    }
}

/// Random numbers for the waits.
fn chance(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    };
    // The first numbers of neighbouring seeds are alike.
    for _ in 0..8 {
        next();
    }
    next
}

/// When clients whose connections are all cut at once come back to a portal that is away for so many
/// seconds: how many in the worst second and in the worst minute.
fn returns(outage: u64, jitter: bool) -> (f64, f64) {
    let backoff = Backoff::default();
    let mut seconds = vec![0_u64; usize::try_from(outage).unwrap() + 2000];
    for client in 0..LISTENING / SAMPLE {
        let mut chance = chance(client + 1);
        let (mut at, mut tries) = (0_u128, 0);
        while at < u128::from(outage) * 1000 {
            let number = if jitter { chance() } else { u64::MAX };
            at += backoff.delay_with(tries, None, number).as_millis().max(1);
            tries += 1;
        }
        seconds[usize::try_from(at / 1000).unwrap()] += SAMPLE;
    }
    let worst = |length: usize| {
        seconds
            .windows(length)
            .map(|window| window.iter().sum())
            .max()
    };
    let (second, minute): (u64, u64) = (worst(1).unwrap(), worst(60).unwrap());
    ((second * RETURN) as f64, (minute * RETURN) as f64)
}

#[test]
fn the_worst_minute_is_as_stated() {
    let mut page = Page::default();
    for (name, outage) in [
        ("five seconds", 5),
        ("one minute", 60),
        ("ten minutes", 600),
        ("one hour", 3600),
    ] {
        for (how, jitter) in [("with full jitter", true), ("without jitter", false)] {
            let (second, minute) = returns(outage, jitter);
            page.says(&format!("Worst second after {name}, {how}"), second, 0.1);
            page.says(&format!("Worst minute after {name}, {how}"), minute, 0.03);
        }
    }
    page.is_right();
}

/// Requests a second that a portal can answer: a little more than four times its busiest hour.
const CAPACITY: u64 = 5_000;
/// The same with a portal that answers no more than it can after ten minutes of outage: who finds it full
/// is told so and waits on as after any failure. How many of the clients are not back after so many
/// minutes.
fn still_away(jitter: bool, minutes: [u64; 3]) -> [f64; 3] {
    const OUTAGE: u64 = 600;
    let backoff = Backoff::default();
    let clients = LISTENING / SAMPLE;
    let mut chances: Vec<_> = (0..clients).map(|client| chance(client + 1)).collect();
    let mut waiting: BinaryHeap<_> = (0..clients)
        .map(|client| Reverse((0_u128, client, 0)))
        .collect();
    // How many come back in which second.
    let mut back = vec![0_u64; usize::try_from(OUTAGE + minutes[2] * 60).unwrap()];
    while let Some(Reverse((at, client, tries))) = waiting.pop() {
        let now = usize::try_from(at / 1000).unwrap();
        let Some(came) = back.get_mut(now) else {
            break;
        };
        if now as u64 >= OUTAGE && (*came + SAMPLE) * RETURN <= CAPACITY {
            *came += SAMPLE;
            continue;
        }
        let chance = &mut chances[usize::try_from(client).unwrap()];
        let number = if jitter { chance() } else { u64::MAX };
        let wait = backoff.delay_with(tries, None, number).as_millis().max(1);
        waiting.push(Reverse((at + wait, client, tries + 1)));
    }
    minutes.map(|minutes| {
        let until = usize::try_from(OUTAGE + minutes * 60).unwrap();
        (LISTENING - back[..until].iter().sum::<u64>()) as f64
    })
}

#[test]
fn a_portal_that_answers_no_more_than_it_can_has_them_back_as_stated() {
    let mut page = Page::default();
    let whens = ["five minutes", "half an hour", "a day"];
    for (how, jitter) in [("with full jitter", true), ("without jitter", false)] {
        for (away, when) in still_away(jitter, [5, 30, 24 * 60]).into_iter().zip(whens) {
            page.says(&format!("Still away after {when}, {how}"), away, 0.03);
        }
    }
    page.is_right();
}

/// Requests of the worst second after all listeners heard at once of a new procedure.
fn after_publishing(spread_out: bool) -> f64 {
    let mut seconds = vec![0_u64; 2 + usize::try_from(CATALOGUE_SPREAD.as_secs()).unwrap()];
    for client in 0..LISTENING / SAMPLE {
        let mut chance = chance(client + 1);
        let number = if spread_out { chance() } else { 0 };
        let at = spread(CATALOGUE_SPREAD, number).as_secs();
        seconds[usize::try_from(at).unwrap()] += SAMPLE * NEWS;
    }
    seconds.into_iter().max().unwrap() as f64
}

#[test]
fn a_new_procedure_brings_as_many_at_once_as_stated() {
    let mut page = Page::default();
    for (how, spread_out) in [("spread out", true), ("all at once", false)] {
        let row = format!("Worst second after a procedure is published, {how}");
        page.says(&row, after_publishing(spread_out), 0.05);
    }
    page.is_right();
}

/// What all clients together cost in a day.
fn a_day(page: &mut Page, costs: &Costs) {
    let [clients, sign_ins, applications, changes] = DAY;
    let requests = |cost: &Cost| cost.requests as f64;
    let rows = [
        // The event source is no part of the pass.
        ("Starts", clients * (requests(&costs.start) + 1.0)),
        ("Pushed changes", changes * requests(&costs.change)),
        ("Applications", applications * requests(&costs.sending)),
        ("Sign-ins", sign_ins * SIGN_IN),
    ];
    for (row, found) in rows {
        page.says(row, found, 0.01);
    }
    let pushed: f64 = rows.iter().map(|(_, found)| found).sum();
    page.says("**Together, with push**", pushed, 0.01);
    let average = (requests(&costs.idle) + requests(&costs.idle_after_an_hour)) / 2.0;
    let asked = clients * UNPUSHED * average;
    page.says("Without push", asked, 0.01);
    page.says("**Together, without push**", pushed + asked, 0.01);
    for (how, all) in [("with push", pushed), ("without push", pushed + asked)] {
        page.says(&format!("A second on average, {how}"), all / 86_400.0, 0.01);
        page.says(
            &format!("A second in the busiest hour, {how}"),
            all / 36_000.0,
            0.01,
        );
    }
    let octets = |cost: &Cost| (cost.up() + cost.down()) as f64;
    let all = clients * octets(&costs.start)
        + changes * octets(&costs.change)
        + applications * octets(&costs.sending);
    page.says("Gigabytes of passes, with push", all / 1e9, 0.03);
}

#[test]
fn a_pass_costs_what_is_stated() {
    let mut page = Page::default();
    let few = simulation::costs(1, false);
    let many = simulation::costs(30, false);
    assert_eq!(few.idle.requests, 1);
    // The cost of an idle pass does not depend on how much there is.
    assert!(
        many.idle.answer_bodies <= few.idle.answer_bodies + 16,
        "{:?} {:?}",
        few.idle,
        many.idle
    );
    for (row, found) in [
        ("Idle pass, body of the request", few.idle.request_bodies),
        ("Idle pass, body of the answer", few.idle.answer_bodies),
        ("Idle pass, all that the client sends", few.idle.up()),
        ("Idle pass, all that the portal sends", few.idle.down()),
        (
            "Requests of an idle pass with new tokens",
            few.idle_after_an_hour.requests,
        ),
        (
            "Idle pass with new tokens, sent",
            few.idle_after_an_hour.up(),
        ),
        (
            "Idle pass with new tokens, received",
            few.idle_after_an_hour.down(),
        ),
        ("Requests that send one application", few.sending.requests),
        ("One application, sent", few.sending.up()),
        ("One application, received", few.sending.down()),
    ] {
        page.says(row, found as f64, 0.05);
    }
    assert_eq!(few.idle_after_an_hour.requests as u64 + 1, RETURN);
    assert_eq!(few.news.requests as u64, NEWS);
    a_day(&mut page, &few);
    let shared = simulation::costs(1, true);
    for body in [shared.idle.request_bodies, shared.idle.answer_bodies] {
        assert!(body <= 600, "{:?}", shared.idle);
    }
    page.says(
        "Requests of an idle pass where drafts travel",
        shared.idle.requests as f64,
        0.0,
    );
    page.says(
        "Idle pass where drafts travel, sent",
        shared.idle.up() as f64,
        0.05,
    );
    page.says(
        "Idle pass where drafts travel, received",
        shared.idle.down() as f64,
        0.05,
    );
    page.is_right();
}
