//! Short lengths, chains and fetched answers.

use kabinet_stb::apdu::{Command, Status};
use kabinet_stb::oid;
use virtual_token::Card;

use crate::host::{ALL, Host, OK, PIN, card_file, command, hello};

fn short_only() -> Host {
    let mut file = card_file();
    file["extended_length"] = false.into();
    let mut host = Host::with(Card::from_json(&file.to_string()).unwrap());
    // Enough for MSE:Set AT, which takes no chain, and too little for a certificate.
    host.longest = 200;
    host
}

#[test]
fn a_short_card_takes_no_extended_lengths() {
    let mut host = short_only();
    let long = Command::new(0, 0xB0, 0, 0).with_ne(65_536);
    assert_eq!(host.plain(&long).status, Status(0x6700));
    let long = command([0, 0x86, 0, 0], &[0; 300]);
    assert_eq!(host.plain(&long).status, Status(0x6700));
}

#[test]
fn a_whole_sign_in_goes_through_short_lengths() {
    let mut host = short_only();
    assert_eq!(host.bpace(&hello(3, ALL, None), PIN), OK);
    host.bauth(ALL, true, &["cvc-sub", "cvc-term"]).unwrap();
    assert_eq!(host.select(oid::AID_EID), OK);
    assert_eq!(host.select_file(0x0105), OK);
    // 256 octets of data are more than 256 once protected.
    let data = host.read(256).data;
    assert_eq!(data.len(), 256);
}

#[test]
fn a_long_answer_is_fetched_in_pieces() {
    let mut host = short_only();
    host.open_with_pin();
    assert_eq!(host.select(oid::AID_ESIGN), OK);
    assert_eq!(host.select_file(0x5201), OK);
    let read = Command::new(0, 0xB0, 0, 0).with_ne(256);
    let protected = host.client.as_mut().unwrap().protect(&read).unwrap();
    let first = host.card.process(&protected.encode().unwrap());
    assert_eq!(first.len(), 258);
    assert_eq!(first[256], 0x61);
    let left = usize::from(first[257]);
    let half = host.card.process(&[0, 0xC0, 0, 0, 3]);
    assert_eq!(half[3..], [0x61, first[257] - 3]);
    let last = host.card.process(&[0, 0xC0, 0, 0, 0]);
    assert_eq!(last.len(), left - 3 + 2);
    assert!(last.ends_with(&[0x90, 0]));
    // Nothing waits any more, so this is a plain command in the channel.
    assert_eq!(host.card.process(&[0, 0xC0, 0, 0, 0]), [0x69, 0x87]);
}

#[test]
fn chains_are_gathered_and_refused_where_the_standard_does() {
    let mut host = Host::new();
    let cdf = hello(3, ALL, None);
    host.longest = 20;
    assert_eq!(host.status([0, 0x22, 0xC1, 0xA4], &cdf), Status(0x6884));
    host.longest = 500;
    assert_eq!(host.announce(&cdf), OK);
    host.longest = 7;
    let m1 = [&[0x7C, 18, 0x80, 16][..], &[1; 16]].concat();
    let answer = host.send(&command([0, 0x86, 0, 0], &m1).with_ne(256));
    assert_eq!((answer.status, answer.data.len()), (OK, 84));
}

#[test]
fn a_broken_chain_is_forgotten() {
    let mut host = Host::new();
    assert_eq!(host.announce(&hello(3, ALL, None)), OK);
    assert_eq!(host.status([0x10, 0x86, 0, 0], &[0x7C]), OK);
    assert_eq!(host.status([0, 0xA4, 0, 0], &[]), OK);
    let rest = [&[18, 0x80, 16][..], &[1; 16]].concat();
    let answer = host.send(&command([0, 0x86, 0, 0], &rest).with_ne(256));
    assert_eq!(answer.status, Status(0x6982));
}

#[test]
fn octets_that_are_no_command_are_answered() {
    let mut host = Host::new();
    for octets in [&[][..], &[0], &[0, 0xA4, 0], &[0, 0xA4, 0, 0, 9, 1]] {
        assert_eq!(host.card.process(octets), [0x67, 0]);
    }
    let mut host = Host::new();
    host.open_with_pin();
    for length in 0..40u8 {
        let octets: Vec<u8> = (0..length).map(|n| n.wrapping_mul(37)).collect();
        assert_eq!(host.card.process(&octets).len(), 2);
    }
}
