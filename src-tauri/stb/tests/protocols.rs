//! Known answers and failures of BPACE and BAUTH.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/vectors.rs"]
mod common;

use common::{Prepared, level, octets, vectors};
use kabinet_stb::{
    Secret, SystemRandom, bauth,
    bauth::BauthError,
    bign::{Level, PrivateKey, PublicKey},
    bpace,
    bpace::BpaceError,
};
use serde_json::Value;

/// The settings of BTOK: level 128 and confirmation by both sides.
fn is_btok(v: &Value) -> bool {
    let i = &v["inputs"];
    i["l"] == 128
        && i["A_confirms"] == true
        && i["B_confirms"] == true
        && v["outputs"]["M1"].is_string()
}

#[test]
fn bpace_answers() {
    let (mut right, mut wrong) = (0, 0);
    for v in vectors("bpace").iter().filter(|v| is_btok(v)) {
        let (i, o, id) = (&v["inputs"], &v["outputs"], &v["id"]);
        let same = i["password"].is_string();
        let password =
            |side: &str| Secret::new(octets(if same { &i["password"] } else { &i[side] }));
        let (hello_a, hello_b) = (octets(&i["hello_A"]), octets(&i["hello_B"]));
        let mut random = Prepared::new([octets(&i["R_B"]), octets(&i["u_B"])]);
        let mut card_random = Prepared::new([octets(&i["R_A"]), octets(&i["u_A"])]);
        let (client, m1) =
            bpace::Client::start(&password("password_B"), &hello_a, &hello_b, &mut random);
        assert_eq!(m1, octets(&o["M1"]), "{id}");
        let card = bpace::Token::new(&password("password_A"), &hello_a, &hello_b);
        let (card, m2) = card.receive_m1(&m1, &mut card_random).unwrap();
        assert_eq!(m2, octets(&o["M2"]), "{id}");
        let (client, m3) = client.receive_m2(&m2, &mut random).unwrap();
        assert_eq!(m3, octets(&o["M3"]), "{id}");
        if same {
            right += 1;
            let (m4, card_key) = card.receive_m3(&m3).unwrap();
            assert_eq!(m4, octets(&o["M4"]), "{id}");
            let client_key = client.receive_m4(&m4).unwrap();
            assert_eq!(client_key.expose()[..], octets(&o["K0"]), "{id}");
            assert_eq!(card_key.expose(), client_key.expose(), "{id}");
        } else {
            wrong += 1;
            assert_eq!(
                card.receive_m3(&m3).err(),
                Some(BpaceError::WrongPassword),
                "{id}"
            );
            let m4 = client.receive_m4(&[0; 8]);
            assert_eq!(m4.err(), Some(BpaceError::WrongPassword), "{id}");
        }
    }
    assert!(right > 0 && wrong > 0);
}

#[test]
fn bpace_refuses_malformed_messages() {
    let password = Secret::new(b"123456".to_vec());
    let start = || bpace::Client::start(&password, &[], &[], &mut SystemRandom);
    let card = || bpace::Token::new(&password, &[], &[]);
    for len in [0, bpace::M1_LEN - 1, bpace::M1_LEN + 1] {
        let result = card().receive_m1(&vec![1; len], &mut SystemRandom);
        assert_eq!(result.err(), Some(BpaceError::Malformed));
    }
    let (_, m1) = start();
    let (_, m2) = card().receive_m1(&m1, &mut SystemRandom).unwrap();
    let mut off_curve = m2.clone();
    off_curve[bpace::M2_LEN - 1] ^= 1;
    for bad in [
        &m2[..m2.len() - 1],
        &off_curve,
        &[m2.clone(), vec![0]].concat(),
        &[],
    ] {
        let result = start().0.receive_m2(bad, &mut SystemRandom);
        assert_eq!(result.err(), Some(BpaceError::Malformed));
    }
    for len in [0, bpace::M3_LEN - 1, bpace::M3_LEN, bpace::M3_LEN + 1] {
        let (_, m1) = start();
        let (card, _) = card().receive_m1(&m1, &mut SystemRandom).unwrap();
        let result = card.receive_m3(&vec![0x11; len]);
        assert_eq!(result.err(), Some(BpaceError::Malformed));
    }
}

#[test]
fn bpace_binds_the_hello() {
    let password = Secret::new(b"123456".to_vec());
    let (client, m1) = bpace::Client::start(&password, &[], b"sent", &mut SystemRandom);
    let card = bpace::Token::new(&password, &[], b"received");
    let (card, m2) = card.receive_m1(&m1, &mut SystemRandom).unwrap();
    let (_, m3) = client.receive_m2(&m2, &mut SystemRandom).unwrap();
    assert_eq!(card.receive_m3(&m3).err(), Some(BpaceError::WrongPassword));
}

#[test]
fn bauth_answers() {
    for v in vectors("bauth") {
        let (i, o, id) = (&v["inputs"], &v["outputs"], &v["id"]);
        let level = level(&i["l"]);
        let mutual = i["mutual"].as_bool().unwrap();
        let terminal_key = PrivateKey::from_bytes(level, &octets(&i["d_T"])).unwrap();
        let card_key = PrivateKey::from_bytes(level, &octets(&i["d_CT"])).unwrap();
        let certificate = octets(&i["cert_CT"]);
        let hello = octets(&i["hello_T"]);
        let mut random = Prepared::new([octets(&i["R_CT"]), octets(&i["u_CT"])]);
        let (card, m1) = bauth::Token::start(
            &terminal_key.public_key(),
            &card_key,
            &certificate,
            &hello,
            mutual,
            &mut random,
        )
        .unwrap();
        assert_eq!(m1, octets(&o["M1"]), "{id}");
        let nonce = if mutual {
            octets(&i["R_T"])
        } else {
            Vec::new()
        };
        let terminal = bauth::Terminal::new(&terminal_key, &hello, mutual);
        let (terminal, m2, k_terminal) = terminal
            .receive_m1(&m1, &mut Prepared::new([nonce]))
            .unwrap();
        assert_eq!(m2, octets(&o["M2"]), "{id}");
        let (m3, k_card) = card.receive_m2(&m2).unwrap();
        assert_eq!(m3, octets(&o["M3"]), "{id}");
        assert_eq!(k_card.expose()[..], octets(&o["K0"]), "{id}");
        assert_eq!(k_terminal.expose(), k_card.expose(), "{id}");
        let shown = terminal
            .receive_m3(&m3, |_| Some(card_key.public_key()))
            .unwrap();
        assert_eq!(shown, if mutual { certificate } else { Vec::new() }, "{id}");
    }
}

/// A mutual run up to M3.
fn mutual(
    card_key: &PrivateKey,
    hello_at_card: &[u8],
) -> (bauth::TerminalConfirming, Result<Vec<u8>, BauthError>) {
    let terminal_key = PrivateKey::generate(card_key.level(), &mut SystemRandom);
    let (card, m1) = bauth::Token::start(
        &terminal_key.public_key(),
        card_key,
        b"certificate",
        hello_at_card,
        true,
        &mut SystemRandom,
    )
    .unwrap();
    let terminal = bauth::Terminal::new(&terminal_key, b"hello", true);
    let (terminal, m2, _) = terminal.receive_m1(&m1, &mut SystemRandom).unwrap();
    (terminal, card.receive_m2(&m2).map(|(m3, _)| m3))
}

#[test]
fn bauth_runs_at_every_level() {
    for level in [Level::L128, Level::L192, Level::L256] {
        let key = PrivateKey::generate(level, &mut SystemRandom);
        let (terminal, m3) = mutual(&key, b"hello");
        let shown = terminal.receive_m3(&m3.unwrap(), |_| Some(key.public_key()));
        assert_eq!(shown.unwrap(), b"certificate");
    }
}

#[test]
fn bauth_refuses_what_is_not_proven() {
    let key = PrivateKey::generate(Level::L128, &mut SystemRandom);
    let other = PrivateKey::generate(Level::L128, &mut SystemRandom).public_key();
    let (_, m3) = mutual(&key, b"another hello");
    assert_eq!(m3.err(), Some(BauthError::NotAuthentic));
    let (terminal, m3) = mutual(&key, b"hello");
    let result = terminal.receive_m3(&m3.unwrap(), |_| Some(other.clone()));
    assert_eq!(result, Err(BauthError::NotAuthentic));
    let (terminal, m3) = mutual(&key, b"hello");
    assert_eq!(
        terminal.receive_m3(&m3.unwrap(), |_| None),
        Err(BauthError::Certificate)
    );
    for position in [0, 40, 50] {
        let (terminal, m3) = mutual(&key, b"hello");
        let mut m3 = m3.unwrap();
        m3[position] ^= 1;
        let result = terminal.receive_m3(&m3, |_| Some(key.public_key()));
        assert_eq!(result, Err(BauthError::NotAuthentic));
    }
    let (terminal, _) = mutual(&key, b"hello");
    let result = terminal.receive_m3(&[0; 7], |_| Some(key.public_key()));
    assert_eq!(result, Err(BauthError::Malformed));
}

#[test]
fn bauth_refuses_a_terminal_without_the_key() {
    let card_key = PrivateKey::generate(Level::L128, &mut SystemRandom);
    let certified = PrivateKey::generate(Level::L128, &mut SystemRandom).public_key();
    let intruder = PrivateKey::generate(Level::L128, &mut SystemRandom);
    let begin = |key: &PublicKey| {
        bauth::Token::start(key, &card_key, &[], b"h", false, &mut SystemRandom).unwrap()
    };
    let (card, m1) = begin(&certified);
    let terminal = bauth::Terminal::new(&intruder, b"h", false);
    let result = terminal.receive_m1(&m1, &mut SystemRandom);
    assert_eq!(result.err(), Some(BauthError::NotAuthentic));
    assert_eq!(
        card.receive_m2(&[0; 8]).err(),
        Some(BauthError::NotAuthentic)
    );
    let (card, _) = begin(&certified);
    assert_eq!(card.receive_m2(&[0; 24]).err(), Some(BauthError::Malformed));
    for bad in [vec![], m1[1..].to_vec(), vec![0x11; m1.len()]] {
        let terminal = bauth::Terminal::new(&intruder, b"h", false);
        let result = terminal.receive_m1(&bad, &mut SystemRandom);
        assert_eq!(result.err(), Some(BauthError::Malformed));
    }
    let strong = PrivateKey::generate(Level::L256, &mut SystemRandom).public_key();
    let result = bauth::Token::start(&strong, &card_key, &[], b"h", false, &mut SystemRandom);
    assert_eq!(result.err(), Some(BauthError::Level));
}
