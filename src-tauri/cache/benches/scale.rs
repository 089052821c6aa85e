//! The store of a person with 100 000 applications and 1 000 000 messages: what the first screen and
//! a search cost, what taking over 10 000 changes costs, and whether a pass costs more than with a
//! small store (docs/performance.md).

#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use kabinet_cache::{Changes, Kind, Sharing, Store};
use kabinet_records::{
    Application, Direction, Document, DocumentSignature, Draft, Event, Form, Message, Procedure,
    Status, Text, Words,
};
use kabinet_stb::Secret;
use serde_json::json;
use uuid::Uuid;

const APPLICATIONS: u128 = 100_000;
const CHANGES: usize = 10_000;
/// Documents at most; one of ten applications has one.
const DOCUMENTS: u128 = 1_000;
/// Octets of a document.
const DOCUMENT: u64 = 200_000;
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

fn text(number: u128) -> String {
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

fn at(second: u128) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + i64::try_from(second).unwrap()).unwrap()
}

/// The message of that number, on one of so many applications; `more` makes another version of it.
fn message(number: u128, applications: u128, more: &str) -> Message {
    Message {
        id: Uuid::from_u128(1 << 64 | number),
        application_id: Uuid::from_u128(1 + number % applications),
        direction: Direction::ToApplicant,
        author: Words::One("Выканкам".to_owned()),
        sent_at: at(number),
        subject: None,
        text: Words::One(format!("{}{more}", text(number))),
        request: None,
        in_reply_to: None,
        signature_blob_id: None,
    }
}

fn draft(number: u128) -> Draft {
    Draft {
        id: Uuid::from_u128(2 << 64 | number),
        procedure_id: "1.1".to_owned(),
        procedure_version: 1,
        data: json!({"employer": text(number), "residence": text(number + 1)}),
        prefilled: [].into(),
        attachments: Vec::new(),
        changed_at: at(number),
    }
}

fn application(number: u128, note: &str) -> Application {
    let at = at(number);
    Application {
        id: Uuid::from_u128(number),
        procedure_id: format!("{}.{}", 1 + number % 20, 1 + number % 35),
        procedure_version: 1,
        registration_number: format!("2026-{number:06}"),
        status: Status::Registered,
        submitted_at: at,
        deadline: None,
        signature_blob_id: None,
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

/// A document of an authority, with the octets of its signature.
fn document(number: u128) -> Document {
    Document {
        id: Uuid::from_u128(3 << 64 | number),
        application_id: Uuid::from_u128(number),
        title: Words::One("Рашэнне".to_owned()),
        media_type: "application/pdf".to_owned(),
        size: DOCUMENT,
        blob_id: format!("G{number}"),
        issued_at: at(number),
        signature: DocumentSignature::Attached,
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
        state: Some(state),
    }
}

fn part<'a, T>(changed: &'a [T], state: &'a str) -> Changes<'a, T> {
    Changes {
        complete: false,
        changed,
        removed: &[],
        state: Some(state),
    }
}

/// A store with that many applications and messages, and some drafts.
fn fill(path: &std::path::Path, applications: u128, messages: u128) -> Store {
    let mut store = Store::create(path, &key()).unwrap();
    let procedures: Vec<Procedure> = (0..PROCEDURES).map(procedure).collect();
    store.change_procedures(&whole(&procedures, "1")).unwrap();
    let all: Vec<Application> = (1..=applications)
        .map(|number| application(number, ""))
        .collect();
    store.change_applications(&whole(&all, "1")).unwrap();
    drop(all);
    while store.index_due(5_000).unwrap() > 0 {}
    let mut next = 0;
    while next < messages {
        let end = (next + 10_000).min(messages);
        let some: Vec<Message> = (next..end)
            .map(|number| message(number, applications, ""))
            .collect();
        store.change_messages(&part(&some, "1")).unwrap();
        while store.index_due(5_000).unwrap() > 0 {}
        next = end;
    }
    for number in 0..20 {
        store.add_draft(&draft(number)).unwrap();
    }
    let documents: Vec<Document> = (1..=DOCUMENTS.min(applications / 10))
        .map(document)
        .collect();
    store.change_documents(&whole(&documents, "1")).unwrap();
    let octets = vec![0x30; usize::try_from(DOCUMENT).unwrap()];
    for document in &documents {
        store
            .keep_document_blob(&document.blob_id, &octets)
            .unwrap();
        store.document_fetched(document.id).unwrap();
        // Responders have said for how long their answers are good.
        store
            .document_asked(document.id, at(0), at(1 << 32), false)
            .unwrap();
    }
    while store.index_due(5_000).unwrap() > 0 {}
    store
}

/// What the window reads before it shows its first screen.
fn first_screen(store: &Store) -> usize {
    assert!(store.person().unwrap().is_none());
    store.drafts().unwrap().len()
        + store.outbox().unwrap().len()
        + store.newest_applications(50).unwrap().len()
        + store.requests_due(at(0)).unwrap().len()
        + store.newest_messages(50).unwrap().len()
}

fn scale(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let path = folder.path().join("large.db");
    drop(fill(&path, APPLICATIONS, messages()));
    let octets = std::fs::metadata(&path).unwrap().len();
    eprintln!("made in {:?}, {} MiB", began.elapsed(), octets >> 20);
    let mut small = fill(&folder.path().join("small.db"), 100, 100);

    let mut group = criterion.benchmark_group("first screen");
    // One store at a time: each must be closed before the next is opened, and closing is not timed.
    let one = BatchSize::PerIteration;
    group.bench_function("open the store, key at hand", |bencher| {
        bencher.iter_batched(|| (), |()| Store::open(&path, &key()).unwrap(), one);
    });
    group.bench_function("open it and read the first screen", |bencher| {
        let read = |()| {
            let store = Store::open(&path, &key()).unwrap();
            assert_eq!(first_screen(&store), 20 + 50 + 50);
            store
        };
        bencher.iter_batched(|| (), read, one);
    });
    let mut large = Store::open(&path, &key()).unwrap();
    group.bench_function("read it again", |bencher| {
        bencher.iter(|| first_screen(&large));
    });
    group.finish();

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

    let step = APPLICATIONS / CHANGES as u128;
    take_over(
        criterion,
        &mut small,
        "applications, small store",
        |store, round| {
            let changed: Vec<Application> = (1..=CHANGES as u128)
                .map(|number| application(number, &format!("Змена {round}")))
                .collect();
            let began = Instant::now();
            store.change_applications(&part(&changed, "3")).unwrap();
            began.elapsed()
        },
    );
    take_over(
        criterion,
        &mut large,
        "applications, large store",
        |store, round| {
            let changed: Vec<Application> = (1..=CHANGES as u128)
                .map(|number| application(number * step, &format!("Змена {round}")))
                .collect();
            let began = Instant::now();
            store.change_applications(&part(&changed, "3")).unwrap();
            began.elapsed()
        },
    );
    let step = (messages() / CHANGES as u128).max(1);
    take_over(
        criterion,
        &mut large,
        "messages, large store",
        |store, round| {
            let changed: Vec<Message> = (0..CHANGES as u128)
                .map(|number| message(number * step, APPLICATIONS, &format!(" Змена {round}")))
                .collect();
            let began = Instant::now();
            store.change_messages(&part(&changed, "3")).unwrap();
            began.elapsed()
        },
    );
}

/// What it takes to store 10 000 changes, and to put them into the index afterwards: at once, as a
/// search would, and in the parts that the desk does it in.
fn take_over(
    criterion: &mut Criterion,
    store: &mut Store,
    name: &str,
    mut change: impl FnMut(&mut Store, u64) -> Duration,
) {
    let mut group = criterion.benchmark_group(format!("10 000 changed {name}"));
    group.sample_size(10);
    let mut round = 0;
    for (what, count) in [
        ("stored", 0),
        ("indexed at once", 5_000),
        ("indexed in parts", 200),
    ] {
        group.bench_function(what, |bencher| {
            bencher.iter_custom(|iterations| {
                let mut spent = Duration::ZERO;
                for _ in 0..iterations {
                    round += 1;
                    let stored = change(store, round);
                    let began = Instant::now();
                    while store.index_due(count.max(200)).unwrap() > 0 {}
                    spent += if count == 0 { stored } else { began.elapsed() };
                }
                spent
            });
        });
    }
    group.finish();
}

/// The store's part of one pass of synchronisation.
fn pass(store: &mut Store, changed: &[Application], state: &str) {
    assert!(!store.ask_again().unwrap());
    assert!(store.outbox_due().unwrap().is_none());
    assert!(store.outbox().unwrap().is_empty());
    for kind in [
        Kind::Procedure,
        Kind::Application,
        Kind::Message,
        Kind::Document,
    ] {
        black_box(store.sync_state(kind).unwrap());
    }
    assert!(store.documents_to_fetch().unwrap().is_empty());
    assert!(store.documents_to_ask(50, at(1)).unwrap().is_empty());
    assert_eq!(store.sharing().unwrap(), Sharing::Off);
    assert!(store.unsent_since().unwrap().is_none());
    if !changed.is_empty() {
        store.change_applications(&part(changed, state)).unwrap();
    }
    store.index_due(200).unwrap();
    assert_eq!(store.let_go(at(0), 200).unwrap(), 0);
    assert_eq!(store.outbox_count().unwrap(), 0);
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = scale
}
criterion_main!(benches);
