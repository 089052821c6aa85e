//! CAdES-B of 1 KiB, and the throughput of belt-hash and of a detached signature over a large
//! content.

#![allow(missing_docs, clippy::unwrap_used, unreachable_pub, dead_code)]

#[path = "../tests/cades/authority.rs"]
mod authority;

use std::io::{Cursor, Read as _};

use authority::{now, world};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kabinet_pki::{SignError, Signer, Validation, Verdict, sign_attached, sign_detached, verify};

fn one_kibibyte(criterion: &mut Criterion) {
    let (root, mut person) = world();
    let anchors = root.anchors();
    let content = [0xA5; 1024];
    criterion.bench_function("CAdES-B of 1 KiB, signed by a key in software", |bencher| {
        bencher.iter(|| sign_attached(&content, &mut person, now()).unwrap());
    });
    let signature = sign_attached(&content, &mut person, now()).unwrap();
    criterion.bench_function("CAdES-B of 1 KiB, verified with its chain", |bencher| {
        bencher.iter(|| {
            let report = verify(
                Cursor::new(&signature),
                None,
                &Validation::new(&anchors, now()),
            )
            .unwrap();
            assert_eq!(report.verdict, Verdict::Valid);
        });
    });
}

/// A key that never signs. It is asked only when the content is hashed, so what is measured with it
/// is the streamed hash without the curve.
struct Refusing(Vec<u8>);

impl Signer for Refusing {
    type Error = ();

    fn certificate(&self) -> &[u8] {
        &self.0
    }

    fn sign(&mut self, _hash: &[u8]) -> Result<Vec<u8>, ()> {
        Err(())
    }
}

fn hash(criterion: &mut Criterion) {
    const LENGTH: usize = 1 << 20;
    let (_, person) = world();
    let mut refusing = Refusing(person.certificate);
    let content = vec![0xA5; LENGTH];
    let mut group = criterion.benchmark_group("belt-hash");
    group.throughput(Throughput::Bytes(LENGTH as u64));
    group.bench_function("1 MiB, as a detached signature hashes it", |bencher| {
        bencher.iter(|| {
            let refused = sign_detached(&content[..], &mut refusing, now());
            assert!(matches!(refused, Err(SignError::Signer(()))));
        });
    });
    group.finish();
}

fn throughput(criterion: &mut Criterion) {
    const LENGTH: u64 = 4 << 20;
    let (_, mut person) = world();
    let mut group = criterion.benchmark_group("detached signature");
    group.throughput(Throughput::Bytes(LENGTH)).sample_size(20);
    group.bench_function("4 MiB, streamed", |bencher| {
        bencher.iter(|| {
            let content = std::io::repeat(0xA5).take(LENGTH);
            sign_detached(content, &mut person, now()).unwrap()
        });
    });
    group.finish();
}

criterion_group!(benches, one_kibibyte, hash, throughput);
criterion_main!(benches);
