//! Hash functions, signatures and their checks at the three levels, octet for octet the same work as
//! a reference implementation's where one is at hand.
//!
//! `KABINET_BENCH_PEER` names a program that measures the same with another implementation: it gets
//! the name of a mechanism and prints how many nanoseconds one operation takes. Both sides are asked
//! in turns within one run, and the fastest single operation of each counts: so what else the machine
//! does meanwhile hardly matters.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use bash_hash::{BashHash256, BashHash384, BashHash512};
use kabinet_stb::bign::{Level, PrivateKey};
use kabinet_stb::hash::{BeltHash, Digest};
use kabinet_stb::{SystemRandom, oid};

/// Octets that are hashed at once.
const HASHED: usize = 1 << 16;
/// How often each side is asked.
const ROUNDS: usize = 5;
/// How long one round takes at least.
const ROUND: Duration = Duration::from_millis(300);

struct Mechanism {
    name: String,
    run: Box<dyn Fn()>,
}

fn main() {
    // `cargo bench -- FILTER`; cargo itself adds `--bench`.
    let filter = std::env::args()
        .skip(1)
        .find(|word| !word.starts_with("--"));
    let peer = std::env::var_os("KABINET_BENCH_PEER");
    for mechanism in mechanisms() {
        if filter
            .as_ref()
            .is_some_and(|filter| !mechanism.name.contains(filter))
        {
            continue;
        }
        let mut best = f64::INFINITY;
        let mut best_of_peer = f64::INFINITY;
        for _ in 0..ROUNDS {
            best = best.min(nanoseconds(&mechanism.run));
            if let Some(peer) = &peer {
                let answer = Command::new(peer).arg(&mechanism.name).output().unwrap();
                let answer = String::from_utf8(answer.stdout).unwrap();
                best_of_peer = best_of_peer.min(answer.trim().parse().unwrap());
            }
        }
        let speed = |nanoseconds: f64| {
            if mechanism.name.contains("bign") {
                format!("{:.1} µs", nanoseconds / 1e3)
            } else {
                format!(
                    "{:.0} MiB/s",
                    HASHED as f64 / (1 << 20) as f64 / (nanoseconds / 1e9)
                )
            }
        };
        print!("{:<18} {:>12}", mechanism.name, speed(best));
        if peer.is_some() {
            let ratio = best / best_of_peer;
            print!(
                "   reference {:>12}   time ratio {ratio:.2}",
                speed(best_of_peer)
            );
        }
        println!();
    }
}

fn nanoseconds(run: &dyn Fn()) -> f64 {
    let start = Instant::now();
    let mut fastest = Duration::MAX;
    while start.elapsed() < ROUND {
        let one = Instant::now();
        run();
        fastest = fastest.min(one.elapsed());
    }
    fastest.as_nanos() as f64
}

fn mechanisms() -> Vec<Mechanism> {
    let mut all = vec![
        hash::<BeltHash>("belt-hash"),
        hash::<BashHash256>("bash256"),
        hash::<BashHash384>("bash384"),
        hash::<BashHash512>("bash512"),
    ];
    for (level, hash_oid) in [
        (Level::L128, oid::BELT_HASH),
        (Level::L192, oid::BASH384),
        (Level::L256, oid::BASH512),
    ] {
        let key = PrivateKey::generate(level, &mut SystemRandom);
        let public = key.public_key();
        let hash = vec![0xA5; level.key_len()];
        let signature = key.sign_hash(hash_oid, &hash);
        let signed = hash.clone();
        all.push(Mechanism {
            name: format!("bign{}-sign", level.bits()),
            run: Box::new(move || {
                black_box(key.sign_hash(hash_oid, black_box(&signed)));
            }),
        });
        all.push(Mechanism {
            name: format!("bign{}-verify", level.bits()),
            run: Box::new(move || {
                public
                    .verify_hash(hash_oid, black_box(&hash), black_box(&signature))
                    .unwrap();
            }),
        });
    }
    all
}

fn hash<D: Digest>(name: &str) -> Mechanism {
    let octets = vec![0x5A; HASHED];
    Mechanism {
        name: name.to_owned(),
        run: Box::new(move || {
            black_box(D::digest(black_box(&octets)));
        }),
    }
}
