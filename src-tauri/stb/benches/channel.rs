//! The client's side of BPACE, and the throughput of secure messaging (STB 34.101.79, clauses 8.4
//! and 9).

#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::random::SystemRandom;
use kabinet_stb::sm::{ChannelKey, ClientChannel, TokenChannel};
use kabinet_stb::{Random, Secret, bpace};

/// The same octets each time, so that messages made once fit each run of the client.
#[derive(Clone, Default)]
struct Repeated(u8);

impl Random for Repeated {
    fn fill(&mut self, octets: &mut [u8]) {
        for octet in octets {
            self.0 = self.0.wrapping_mul(5).wrapping_add(17);
            *octet = self.0;
        }
    }
}

fn bpace(criterion: &mut Criterion) {
    let pin = Secret::new(b"123456".to_vec());
    let hello = [0x80, 0x00];
    // The card's messages do not belong to the client's time.
    let mut random = Repeated::default();
    let (client, m1) = bpace::Client::start(&pin, &[], &hello, &mut random);
    let card = bpace::Token::new(&pin, &[], &hello);
    let (card, m2) = card.receive_m1(&m1, &mut SystemRandom).unwrap();
    let (_, m3) = client.receive_m2(&m2, &mut random).unwrap();
    let (m4, _) = card.receive_m3(&m3).unwrap();
    criterion.bench_function("BPACE, client side", |bencher| {
        bencher.iter(|| {
            let mut random = Repeated::default();
            let (client, _) = bpace::Client::start(&pin, &[], &hello, &mut random);
            let (client, _) = client.receive_m2(&m2, &mut random).unwrap();
            client.receive_m4(&m4).unwrap()
        });
    });
}

/// A command that reads so many octets: protected, and its answer opened.
fn secure_messaging(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("secure messaging, client side");
    for length in [200_u32, 60_000] {
        group.throughput(Throughput::Bytes(length.into()));
        group.bench_function(format!("read of {length} octets"), |bencher| {
            let key = ChannelKey::new([7; 32]);
            let command = Command::new(0x00, 0xB0, 0x00, 0x00).with_ne(length);
            let mut token = TokenChannel::new(&key);
            let sent = ClientChannel::new(&key).protect(&command).unwrap();
            token.unprotect(&sent).unwrap();
            let answer = token.protect(&Response::new(vec![0xA5; length as usize], Status::OK));
            bencher.iter_batched(
                || ClientChannel::new(&key),
                |mut client| {
                    client.protect(&command).unwrap();
                    client.unprotect(&answer).unwrap()
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, bpace, secure_messaging);
criterion_main!(benches);
