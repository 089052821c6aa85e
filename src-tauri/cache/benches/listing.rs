//! The first screen of a person with 100 000 applications.

#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use kabinet_cache::{Changes, Store};
use kabinet_records::{Application, Event, Status};
use kabinet_stb::Secret;
use uuid::Uuid;

const MANY: u128 = 100_000;

fn application(number: u128) -> Application {
    let at = Timestamp::from_second(1_700_000_000 + number as i64).unwrap();
    Application {
        id: Uuid::from_u128(number),
        procedure_id: "2.6".to_owned(),
        procedure_version: 3,
        registration_number: format!("2026-{number:06}"),
        status: Status::Registered,
        submitted_at: at,
        deadline: None,
        history: vec![Event {
            at,
            status: Status::Registered,
            note: None,
        }],
    }
}

fn listing(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let key = Secret::new(vec![7; 32]);
    let mut store = Store::create(&path, &key).unwrap();
    let applications: Vec<Application> = (1..=MANY).map(application).collect();
    let changes = Changes {
        complete: true,
        changed: &applications,
        removed: &[],
        state: "1",
    };
    store.change_applications(&changes).unwrap();
    drop(store);
    drop(applications);

    // One store at a time: each must be closed before the next is opened, and closing is not timed.
    let one = BatchSize::PerIteration;
    criterion.bench_function(
        "open a store of 100 000 applications, key at hand",
        |bencher| {
            bencher.iter_batched(|| (), |()| Store::open(&path, &key).unwrap(), one);
        },
    );
    criterion.bench_function("open it and list the newest 50", |bencher| {
        let open_and_list = |()| {
            let store = Store::open(&path, &key).unwrap();
            let newest = store.newest_applications(50).unwrap();
            (store, newest)
        };
        bencher.iter_batched(|| (), open_and_list, one);
    });
    let store = Store::open(&path, &key).unwrap();
    assert_eq!(store.newest_applications(50).unwrap().len(), 50);
    criterion.bench_function("the newest 50 among 100 000", |bencher| {
        bencher.iter(|| store.newest_applications(50).unwrap());
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = listing
}
criterion_main!(benches);
