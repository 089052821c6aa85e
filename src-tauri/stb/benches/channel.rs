//! The client's side of BPACE, and the throughput of secure messaging (STB 34.101.79, clauses 8.4
//! and 9).

#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../tests/common/vectors.rs"]
mod common;

use common::{Prepared, octets, vectors};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::sm::{ChannelKey, ClientChannel, TokenChannel};
use kabinet_stb::{Secret, bpace};

/// The known answer with the hello of a client that asks for the access of an application. Its
/// recorded messages stand for the card, whose work does not belong to the client's time; they fit
/// because the client draws the recorded octets.
fn bpace(criterion: &mut Criterion) {
    let vectors = vectors("bpace");
    let vector = vectors.iter().find(|v| v["id"] == "bpace-1").unwrap();
    let (inputs, outputs) = (&vector["inputs"], &vector["outputs"]);
    let password = Secret::new(octets(&inputs["password"]));
    let (hello_a, hello_b) = (octets(&inputs["hello_A"]), octets(&inputs["hello_B"]));
    let (m2, m4) = (octets(&outputs["M2"]), octets(&outputs["M4"]));
    let draws = || Prepared::new([octets(&inputs["R_B"]), octets(&inputs["u_B"])]);
    let run = |mut random: Prepared| {
        let (client, _) = bpace::Client::start(&password, &hello_a, &hello_b, &mut random);
        let (client, _) = client.receive_m2(&m2, &mut random).unwrap();
        client.receive_m4(&m4).unwrap()
    };
    assert_eq!(run(draws()).expose()[..], octets(&outputs["K0"]));
    criterion.bench_function("BPACE, client side", |bencher| {
        bencher.iter_batched(draws, run, BatchSize::SmallInput);
    });
}

/// A command is protected and its answer opened: READ BINARY brings so many octets, UPDATE BINARY
/// takes them. The short and the extended form of APDUs each have their length.
fn secure_messaging(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("secure messaging, client side");
    let key = ChannelKey::new([7; 32]);
    for length in [200_u32, 60_000] {
        let data = vec![0xA5; length as usize];
        let read = Command::new(0x00, 0xB0, 0x00, 0x00).with_ne(length);
        let update = Command::new(0x00, 0xD6, 0x00, 0x00).with_data(data.clone());
        let exchanges = [
            ("read", read, Response::new(data, Status::OK)),
            ("update", update, Response::new(Vec::new(), Status::OK)),
        ];
        group.throughput(Throughput::Bytes(length.into()));
        for (name, command, response) in exchanges {
            let mut token = TokenChannel::new(&key);
            let sent = ClientChannel::new(&key).protect(&command).unwrap();
            token.unprotect(&sent).unwrap();
            let answer = token.protect(&response);
            group.bench_function(format!("{name} of {length} octets"), |bencher| {
                // The answer opens only at the counter it was protected at, so each run has a
                // fresh channel.
                bencher.iter_batched(
                    || ClientChannel::new(&key),
                    |mut client| {
                        let sent = client.protect(&command).unwrap();
                        (sent, client.unprotect(&answer).unwrap())
                    },
                    BatchSize::SmallInput,
                );
            });
        }
    }
    group.finish();
}

criterion_group!(benches, bpace, secure_messaging);
criterion_main!(benches);
