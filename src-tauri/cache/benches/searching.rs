//! The store of a person with 100 000 applications and 1 000 000 messages: what a search costs, what
//! taking over 10 000 changes costs, and whether a pass costs more than with a small store.
//!
//! Messages have no table here: they are put into the index directly, as their own room will do.

#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use kabinet_cache::{Changes, Entry, Findable, Kind, Spoken, Store};
use kabinet_records::{Application, Event, Form, Procedure, Status, Text};
use kabinet_stb::Secret;
use serde_json::json;
use uuid::Uuid;

const APPLICATIONS: u128 = 100_000;
const CHANGES: usize = 10_000;
/// Procedures of the catalogue: about as many as the public list has.
const PROCEDURES: usize = 700;

/// Words that messages are made of; each message has some of each list.
const BEGINNINGS: &[&str] = &[
    "Паважаная заяўніца, ваша заява прынята да разгляду",
    "Паведамляем, што даведка гатовая",
    "Калі ласка, дашліце копію пашпарта",
    "Уважаемый заявитель, решение будет принято в срок",
    "Просим представить справку о составе семьи",
    "Ваше заявление передано исполнителю",
    "The decision has been made and can be downloaded",
    "Тэрмін разгляду працягнуты да месяца",
];
const ENDINGS: &[&str] = &[
    "аддзел адміністрацыйных працэдур",
    "служба «Адно акно» раённага выканкама",
    "отдел по гражданству и миграции",
    "управление по труду, занятости и социальной защите",
    "упраўленне жыллёва-камунальнай гаспадаркі",
];

/// A million, unless `KABINET_BENCH_MESSAGES` gives another number: making them takes minutes.
fn messages() -> u128 {
    let given = std::env::var("KABINET_BENCH_MESSAGES").ok();
    given
        .and_then(|number| number.parse().ok())
        .unwrap_or(1_000_000)
}

/// A word that few messages have, in letters.
fn rare(number: u128) -> String {
    const LETTERS: [char; 16] = [
        'а', 'б', 'в', 'г', 'д', 'ж', 'з', 'к', 'л', 'м', 'н', 'о', 'п', 'р', 'с', 'т',
    ];
    let mut left = number.wrapping_mul(0x9E37_79B9) % 50_000;
    let mut word = String::from("вул");
    for _ in 0..5 {
        word.push(LETTERS[usize::try_from(left % 16).unwrap()]);
        left /= 16;
    }
    word
}

fn message(number: u128) -> String {
    let of =
        |list: &[&'static str], number: u128| list[usize::try_from(number).unwrap() % list.len()];
    format!(
        "{}. {} {}, д. {}. Рэгістрацыйны нумар 2026-{:06}.",
        of(BEGINNINGS, number),
        of(ENDINGS, number / 7),
        rare(number),
        number % 150,
        number % APPLICATIONS
    )
}

fn application(number: u128, note: &str) -> Application {
    let at = Timestamp::from_second(1_700_000_000 + i64::try_from(number).unwrap()).unwrap();
    Application {
        id: Uuid::from_u128(number),
        procedure_id: format!("{}.{}", 1 + number % 20, 1 + number % 35),
        procedure_version: 1,
        registration_number: format!("2026-{number:06}"),
        status: Status::Registered,
        submitted_at: at,
        deadline: None,
        history: vec![Event {
            at,
            status: Status::Registered,
            note: Some(Text {
                be: format!("Заява зарэгістравана. {note}"),
                ru: format!("Заявление зарегистрировано. {note}"),
                en: format!("The application is registered. {note}"),
            }),
        }],
    }
}

fn procedure(number: usize) -> Procedure {
    let text = |be: &str, ru: &str, en: &str| Text {
        be: be.into(),
        ru: ru.into(),
        en: en.into(),
    };
    let own = rare(number as u128);
    Procedure {
        id: format!("{}.{}", 1 + number / 35, 1 + number % 35),
        version: 1,
        title: text(
            &format!("Выдача даведкі аб {own} па месцы жыхарства"),
            &format!("Выдача справки о {own} по месту жительства"),
            &format!("Certificate of {own} at the place of residence"),
        ),
        description: text(
            BEGINNINGS[number % BEGINNINGS.len()],
            BEGINNINGS[(number + 3) % BEGINNINGS.len()],
            BEGINNINGS[6],
        ),
        authority: Text::default(),
        cost: Text::default(),
        term: Text::default(),
        validity: None,
        evidence: Vec::new(),
        legal_basis: Text::default(),
        keywords: vec![own, "даведка".into(), "справка".into()],
        form: Form {
            schema: json!({"type": "object"}),
            ui: json!({}),
        },
    }
}

fn key() -> Secret {
    Secret::new(vec![7; 32])
}

fn whole<'a, T>(changed: &'a [T], state: &'a str) -> Changes<'a, T> {
    Changes {
        complete: true,
        changed,
        removed: &[],
        state,
    }
}

/// A store with that many applications and messages.
fn fill(path: &std::path::Path, applications: u128, messages: u128) -> Store {
    let mut store = Store::create(path, &key()).unwrap();
    let procedures: Vec<Procedure> = (0..PROCEDURES).map(procedure).collect();
    store.change_procedures(&whole(&procedures, "1")).unwrap();
    let all: Vec<Application> = (1..=applications)
        .map(|number| application(number, ""))
        .collect();
    store.change_applications(&whole(&all, "1")).unwrap();
    drop(all);
    let mut next = 0;
    while next < messages {
        let end = (next + 10_000).min(messages);
        let texts: Vec<(String, String, String)> = (next..end)
            .map(|number| {
                let about = application(1 + number % applications, "").procedure_id;
                (Uuid::from_u128(number).to_string(), about, message(number))
            })
            .collect();
        let parts: Vec<[(Spoken, &str); 1]> = texts
            .iter()
            .map(|(_, _, text)| [(Spoken::Any, text.as_str())])
            .collect();
        let entries: Vec<Entry<'_>> = texts
            .iter()
            .zip(&parts)
            .map(|((id, procedure, _), texts)| Entry {
                id,
                procedure,
                texts,
            })
            .collect();
        store.make_findable(Findable::Message, &entries).unwrap();
        next = end;
    }
    store
}

fn searching(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let began = std::time::Instant::now();
    let path = folder.path().join("large.db");
    let mut large = fill(&path, APPLICATIONS, messages());
    let octets = std::fs::metadata(&path).unwrap().len();
    eprintln!("made in {:?}, {} MiB", began.elapsed(), octets >> 20);
    let mut small = fill(&folder.path().join("small.db"), 100, 100);

    let mut group = criterion.benchmark_group(format!(
        "search among 100 000 applications and {} messages",
        messages()
    ));
    let rare = rare(123_456);
    for (name, query) in [
        ("a word that every eighth has", "пашпарта"),
        ("two such words", "даведка гатовая"),
        ("words that never meet", "пашпарт исполнителю"),
        ("a rare word", rare.as_str()),
        ("a beginning of two letters", "ву"),
        ("a beginning of four letters", "заяв"),
        ("a number", "2026-054321"),
        ("a mistyped word", "пашпрта"),
        ("five words", "паважаная заяўніца ваша заява прынята"),
        ("nothing", "космас"),
    ] {
        let found = large.search_records(query, 20).unwrap();
        assert_eq!(
            found.hits.is_empty(),
            matches!(name, "nothing" | "words that never meet"),
            "{name}"
        );
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                large
                    .search_records(black_box(query), 20)
                    .unwrap()
                    .hits
                    .len()
            });
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("search among 700 procedures");
    for (name, query) in [
        ("a common word", "даведкі"),
        ("a beginning", "дав"),
        ("a number", "2.35"),
        ("a mistyped word", "давдка"),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                large
                    .search_procedures(black_box(query))
                    .unwrap()
                    .hits
                    .len()
            });
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("the next page of 50 applications");
    for (name, number) in [("the first", APPLICATIONS), ("far down", APPLICATIONS / 10)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                large
                    .applications_after(Uuid::from_u128(number), 50)
                    .unwrap()
                    .len()
            });
        });
    }
    group.finish();

    // What a pass asks of the store and writes when nothing, and when one thing, has changed.
    let mut group = criterion.benchmark_group("a pass");
    let one = [application(7, "Прынята")];
    for (size, store) in [("small", &mut small), ("large", &mut large)] {
        group.bench_function(format!("nothing changed, {size} store"), |bencher| {
            bencher.iter(|| pass(store, &[], "1"));
        });
        group.bench_function(
            format!("one application changed, {size} store"),
            |bencher| {
                bencher.iter(|| pass(store, &one, "2"));
            },
        );
    }
    group.finish();

    let mut group = criterion.benchmark_group("taking over 10 000 changed applications");
    group.sample_size(10);
    for (size, store, among) in [
        ("small", &mut small, CHANGES as u128),
        ("large", &mut large, APPLICATIONS),
    ] {
        let mut round = 0;
        group.bench_function(format!("{size} store"), |bencher| {
            bencher.iter_batched(
                || {
                    round += 1;
                    let step = among / CHANGES as u128;
                    (1..=CHANGES as u128)
                        .map(|number| application(number * step, &format!("Змена {round}")))
                        .collect::<Vec<_>>()
                },
                |changed| {
                    let changes = Changes {
                        complete: false,
                        changed: &changed,
                        removed: &[],
                        state: "3",
                    };
                    store.change_applications(&changes).unwrap();
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// The store's part of one pass of synchronisation.
fn pass(store: &mut Store, changed: &[Application], state: &str) {
    assert!(store.outbox_due().unwrap().is_none());
    assert!(store.outbox().unwrap().is_empty());
    let since = (
        store.sync_state(Kind::Procedure).unwrap(),
        store.sync_state(Kind::Application).unwrap(),
    );
    black_box(since);
    let none: &[Procedure] = &[];
    store
        .change_procedures(&Changes {
            complete: false,
            changed: none,
            removed: &[],
            state: "1",
        })
        .unwrap();
    store
        .change_applications(&Changes {
            complete: false,
            changed,
            removed: &[],
            state,
        })
        .unwrap();
    assert_eq!(store.outbox_count().unwrap(), 0);
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = searching
}
criterion_main!(benches);
