//! Journey J9, the desktop's part: what the person is told of while they do not look. Each thing is
//! told once, and after a long time away there is one sentence about all of it.
//!
//! What to tell is decided from what the store says and what was told before ([`decide`]), and kept
//! before it is told: rather nothing than twice.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use kabinet_cache::{Kind, Store, StoreError};
use kabinet_records::{Application, Direction, Message, Text, form};
use uuid::Uuid;

use crate::view::{CertificateView, NoticeView, NoticesView, TextView};
use crate::writing::is_closed;
use crate::{Desk, Outcome, speech};

/// Days before its end at which a request is told of, the last first.
const DAYS: [i64; 4] = [0, 1, 2, 7];
/// Days before the end of a certificate at which it is told of, the last first.
const CERTIFICATE_DAYS: [i64; 3] = [7, 30, 60];
/// When a certificate ends, in seconds since 1970, by reference of the key and serial number.
const CERTIFICATE_END: &str = "certificate-end:";
/// At which of [`CERTIFICATE_DAYS`] it was told of.
const CERTIFICATE_TOLD: &str = "certificate:";
/// More than these are told of in one sentence.
const FEW: usize = 3;
/// Messages and decisions that are looked at at once; who was away for so many reads a number anyway.
const MOST: u32 = 1000;
/// Requests that end later are not told of yet, in whatever time zone.
const AHEAD: SignedDuration = SignedDuration::from_hours(9 * 24);
/// Up to which message and which decision was told.
const MESSAGES: &str = "messages";
const DECISIONS: &str = "decisions";
/// That a new sign-in is needed to send.
const SIGN_IN: &str = "sign-in";

/// What the store says that a person might be told of.
#[derive(Clone, Debug, Default)]
struct Found {
    /// Messages of authorities since the last that was told, with what they are about.
    messages: Vec<News>,
    /// Decisions since the last that was told.
    decisions: Vec<News>,
    /// Requests that nobody has answered yet.
    requests: Vec<Due>,
    /// What the portal refused and the person has to look at.
    refused: Vec<News>,
    /// Whether something waits that cannot leave without a new sign-in.
    needs_sign_in: bool,
    /// Moments of the newest message and decision, in milliseconds since 1970.
    newest: (i64, i64),
}

/// Something that happened to an application.
#[derive(Clone, Debug, PartialEq, Eq)]
struct News {
    id: Uuid,
    application: Uuid,
    what: What,
}

/// A request with its end.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Due {
    message: Uuid,
    application: Uuid,
    deadline: Timestamp,
}

/// What a notice is about; of several on one application the greatest is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Message,
    Request,
    Refused,
    /// Days that are left, in [`DAYS`].
    Due(Reverse<i64>),
    Decided,
    /// Days until a certificate ends.
    Certificate(Reverse<i64>),
    SignIn,
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Notice {
    One { what: What, news: Option<News> },
    Many(usize),
}

/// What to tell now, and what is told then. `told` is what was told before; of a store that nothing
/// was told of yet, what is in it already is no news.
fn decide(
    found: &Found,
    told: &BTreeMap<String, i64>,
    now: Timestamp,
) -> (Vec<Notice>, BTreeMap<String, i64>) {
    let is_first = !told.contains_key(MESSAGES);
    let mut telling: Vec<News> = Vec::new();
    let until = |what: &str, newest: i64| {
        let before = told.get(what).copied().unwrap_or(newest);
        (what.to_owned(), before.max(newest))
    };
    let mut kept = BTreeMap::from([
        until(MESSAGES, found.newest.0),
        until(DECISIONS, found.newest.1),
    ]);
    for news in [&found.messages, &found.decisions].into_iter().flatten() {
        if !is_first {
            telling.push(news.clone());
        }
    }
    for due in &found.requests {
        let left = days_between(
            form::day_in_belarus(now),
            form::day_in_belarus(due.deadline),
        );
        let name = format!("due:{}", due.message);
        let before = told.get(&name).copied();
        // What is over was told on its last day, or stands in the window.
        let reached = DAYS.into_iter().find(|days| *days >= left && left >= 0);
        let level = reached.filter(|level| before.is_none_or(|before| *level < before));
        if let Some(level) = level {
            telling.push(News {
                id: due.message,
                application: due.application,
                what: What::Due(Reverse(level)),
            });
        }
        if let Some(level) = level.or(before) {
            kept.insert(name, level);
        }
    }
    for item in &found.refused {
        let name = format!("refused:{}", item.id);
        if !told.contains_key(&name) {
            telling.push(item.clone());
        }
        kept.insert(name, 1);
    }
    let ending = certificates(told, now, &mut kept);
    let mut notices: Vec<Notice> = one_each(telling)
        .into_iter()
        .map(|news| Notice::One {
            what: news.what,
            news: Some(news),
        })
        .collect();
    notices.extend(ending.map(|left| Notice::One {
        what: What::Certificate(Reverse(left)),
        news: None,
    }));
    if found.needs_sign_in {
        if !told.contains_key(SIGN_IN) {
            notices.push(Notice::One {
                what: What::SignIn,
                news: None,
            });
        }
        kept.insert(SIGN_IN.to_owned(), 1);
    }
    if notices.len() > FEW {
        notices = vec![Notice::Many(notices.len())];
    }
    (notices, kept)
}

/// Days that are left of the certificate that ends first, when that is to be told now. What is known of
/// certificates stays until a month after their end.
fn certificates(
    told: &BTreeMap<String, i64>,
    now: Timestamp,
    kept: &mut BTreeMap<String, i64>,
) -> Option<i64> {
    const DAY: i64 = 24 * 60 * 60;
    const AFTER: i64 = -30;
    let mut telling: Option<i64> = None;
    for (name, end) in told {
        let Some(place) = name.strip_prefix(CERTIFICATE_END) else {
            continue;
        };
        let (_, serial) = place.split_once(':').unwrap_or(("", place));
        let left = (end - now.as_second()).div_euclid(DAY);
        if left < AFTER {
            continue;
        }
        kept.insert(name.clone(), *end);
        let mark = format!("{CERTIFICATE_TOLD}{serial}");
        let before = told.get(&mark).copied();
        let reached = CERTIFICATE_DAYS.into_iter().find(|days| *days >= left);
        let level = reached.filter(|level| before.is_none_or(|before| *level < before));
        if level.is_some() {
            telling = Some(telling.map_or(left, |other| other.min(left)));
        }
        if let Some(level) = level.or(before) {
            kept.insert(mark, level);
        }
    }
    telling
}

/// Of each application the greatest of its news, in the order in which it came up first.
fn one_each(telling: Vec<News>) -> Vec<News> {
    let mut each: Vec<News> = Vec::new();
    for news in telling {
        match each
            .iter_mut()
            .find(|one| one.application == news.application)
        {
            Some(one) if one.what < news.what => *one = news,
            Some(_) => {}
            None => each.push(news),
        }
    }
    each
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to)
        .map_or(i64::MAX, |span| span.get_days().into())
}

impl Desk {
    /// Notes when a certificate of the person ends, to tell of it in time; the person's other
    /// certificates of the same key are past then. Without an open store nothing is told of anyway.
    pub(crate) fn remember_certificate(&self, certificate: &CertificateView) {
        let end = certificate.not_after.parse::<Timestamp>();
        let of_key = format!("{CERTIFICATE_END}{}:", certificate.key);
        let name = format!("{of_key}{}", certificate.serial_number);
        // Without a key as earlier versions had it.
        let is_older = |known: &str| {
            let place = known.strip_prefix(CERTIFICATE_END);
            known.starts_with(&of_key) || place.is_some_and(|place| !place.contains(':'))
        };
        let noted = self.with_store(|store| {
            let ours = store
                .person()?
                .and_then(|person| person.holder.serial_number);
            let Ok(end) = end else { return Ok(()) };
            if ours.is_some() && ours != certificate.subject_serial_number {
                return Ok(());
            }
            let mut told = store.noticed()?;
            if told.get(&name) != Some(&end.as_second()) {
                told.retain(|known, _| !is_older(known));
                told.insert(name, end.as_second());
                store.set_noticed(&told)?;
            }
            Ok(())
        });
        if let Err(problem) = noted {
            tracing::debug!("the end of a certificate is not noted: {problem}");
        }
    }

    /// Serial numbers of the person's certificates that were seen on a card, with their ends in seconds
    /// since 1970; nothing while no store is open.
    pub(crate) fn noted_certificates(&self) -> Vec<(String, i64)> {
        let told = self.with_store(|store| Ok(store.noticed()?));
        let told = told.unwrap_or_default().into_iter();
        told.filter_map(|(name, end)| {
            let place = name.strip_prefix(CERTIFICATE_END)?;
            let serial = place.split_once(':').map_or(place, |(_, serial)| serial);
            Some((serial.to_owned(), end))
        })
        .collect()
    }

    /// What the desktop is to tell now, each thing once: what this gives is told. Nothing as long as
    /// the store is closed, and, with notices switched off, nothing that came up meanwhile either.
    ///
    /// # Errors
    /// What keeps the store from being read or written.
    pub fn take_notices(&self) -> Outcome<Vec<NoticeView>> {
        let now = self.now();
        let notices = self.with_store(|store| {
            if store.sync_state(Kind::Message)?.is_none() {
                // Before the first pass nothing is known that could be old or new.
                return Ok(Vec::new());
            }
            let told = store.noticed()?;
            let found = find(store, &told, now)?;
            let (notices, kept) = decide(&found, &told, now);
            if kept != told {
                store.set_noticed(&kept)?;
            }
            Ok(notices)
        })?;
        let wanted = self.notice_settings();
        if !wanted.on {
            return Ok(Vec::new());
        }
        Ok(notices
            .into_iter()
            .map(|notice| self.view_of_notice(&notice, wanted.details))
            .collect())
    }

    /// Whether and how the desktop tells.
    pub fn notice_settings(&self) -> NoticesView {
        let settings = self.settings();
        NoticesView {
            on: !settings.silent,
            details: settings.notice_details,
        }
    }

    /// Sets whether and how the desktop tells, from now on.
    ///
    /// # Errors
    /// `read_only` or `disk_full`; nothing is changed then.
    pub fn keep_notice_settings(&self, view: NoticesView) -> Outcome {
        self.keep_settings(|settings| {
            settings.silent = !view.on;
            settings.notice_details = view.details;
        })
    }

    fn view_of_notice(&self, notice: &Notice, details: bool) -> NoticeView {
        let language = self.language();
        let mut values = BTreeMap::new();
        let (id, about) = match notice {
            Notice::Many(count) => {
                values.insert("count", count.to_string());
                ("notice-many".to_owned(), None)
            }
            Notice::One { what, news } => (sentence_of(*what).to_owned(), news.as_ref()),
        };
        if let Some(news) = about {
            let procedure = self
                .procedure_of(Some(news.application))
                .unwrap_or_default();
            let title = self.title_of(&procedure);
            values.insert("title", title.in_language(language).to_owned());
        }
        let mut body = speech::say(language, &id, None, &values);
        if let Some(detail) = about.filter(|_| details).and_then(|news| self.detail(news)) {
            body = format!("{body}\n{detail}");
        }
        // What the portal does not have yet has no page of its own.
        let page = about.map(|news| news.application);
        let page = page.filter(|id| self.with_store(|store| Ok(store.application(*id)?)).is_ok());
        NoticeView {
            title: speech::text(language, "main-window-title"),
            body,
            application_id: page.map(|id| id.to_string()),
            certificate: matches!(
                notice,
                Notice::One {
                    what: What::Certificate(_),
                    ..
                }
            ),
        }
    }

    /// What is said more where the person wants it.
    fn detail(&self, news: &News) -> Option<String> {
        let language = self.language();
        let pick = |text: Text| TextView::from(text).in_language(language).to_owned();
        self.with_store(|store| {
            let application = match store.application(news.application) {
                Err(StoreError::NotFound) => return Ok(None),
                other => other?,
            };
            let number = application.registration_number.clone();
            Ok(Some(match news.what {
                What::Message | What::Request | What::Due(_) => {
                    let message = store.message(news.id)?;
                    let subject = message.subject.unwrap_or(message.text);
                    let first: String = pick(subject.into())
                        .lines()
                        .next()
                        .unwrap_or_default()
                        .to_owned();
                    format!("{number} · {}: {first}", pick(message.author.into()))
                }
                What::Decided => {
                    let status = format!("status-{}", application.status.name());
                    format!("{number} · {}", speech::text(language, &status))
                }
                What::Refused | What::Certificate(_) | What::SignIn => number,
            }))
        })
        .ok()
        .flatten()
    }
}

/// The sentence for a kind of notice, which holds nothing but the procedure's title.
fn sentence_of(what: What) -> &'static str {
    match what {
        What::Message => "notice-message",
        What::Request => "notice-request",
        What::Refused => "notice-refused",
        What::Due(Reverse(0)) => "notice-due-0",
        What::Due(Reverse(1)) => "notice-due-1",
        What::Due(Reverse(2)) => "notice-due-2",
        What::Due(_) => "notice-due-7",
        What::Decided => "notice-decided",
        What::Certificate(Reverse(..0)) => "notice-certificate-ended",
        What::Certificate(Reverse(..=7)) => "notice-certificate-7",
        What::Certificate(Reverse(..=30)) => "notice-certificate-30",
        What::Certificate(_) => "notice-certificate-60",
        What::SignIn => "notice-sign-in",
    }
}

/// Reads what there may be to tell.
fn find(store: &Store, told: &BTreeMap<String, i64>, now: Timestamp) -> Outcome<Found> {
    let newest = store.newest_news()?;
    let until = |what: &str, newest: i64| told.get(what).copied().unwrap_or(newest);
    let messages = store.messages_since(until(MESSAGES, newest.0), MOST)?;
    let decided = store.decided_since(until(DECISIONS, newest.1), MOST)?;
    let mut open: BTreeMap<Uuid, bool> = BTreeMap::new();
    let mut requests = Vec::new();
    for message in store.requests_due(now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX))? {
        let application = message.application_id;
        let is_open = match open.get(&application) {
            Some(known) => *known,
            None => match store.application(application) {
                Ok(application) => !is_closed(application.status),
                Err(StoreError::NotFound) => false,
                Err(error) => return Err(error.into()),
            },
        };
        open.insert(application, is_open);
        let deadline = message.request.and_then(|request| request.deadline);
        if let Some(deadline) = deadline.filter(|_| is_open) {
            requests.push(Due {
                message: message.id,
                application,
                deadline,
            });
        }
    }
    let outbox = store.outbox()?;
    let refused = outbox.iter().filter(|item| item.refused).map(|item| News {
        id: item.id,
        application: item.application.unwrap_or(item.id),
        what: What::Refused,
    });
    let refused: Vec<News> = refused.collect();
    let waits = outbox.iter().any(|item| !item.refused && !item.paused);
    Ok(Found {
        messages: messages.into_iter().filter_map(news_of_message).collect(),
        decisions: decided.into_iter().map(news_of_decision).collect(),
        requests,
        refused,
        needs_sign_in: waits && store.session()?.is_none(),
        newest,
    })
}

fn news_of_message(message: Message) -> Option<News> {
    let what = match message.request {
        Some(_) => What::Request,
        None => What::Message,
    };
    (message.direction == Direction::ToApplicant).then_some(News {
        id: message.id,
        application: message.application_id,
        what,
    })
}

fn news_of_decision(application: Application) -> News {
    News {
        id: application.id,
        application: application.id,
        what: What::Decided,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
