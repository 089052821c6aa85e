//! Known answers and failures of secure messaging, and the whole exchanges of BPACE and BAUTH as
//! APDUs.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/vectors.rs"]
mod common;

use common::{Prepared, file, list, octets, vectors};
use kabinet_stb::{
    Secret,
    apdu::{Command, Response, Status},
    bauth,
    bign::{Level, PrivateKey},
    bpace,
    sm::{ChannelKey, ClientChannel, SmError, TokenChannel},
    tlv,
};
use proptest::prelude::*;
use serde_json::Value;

fn channel_key() -> ChannelKey {
    let vectors = file("btok-sm");
    ChannelKey::new(
        octets(&vectors["vectors"]["channel"]["K0"])
            .try_into()
            .unwrap(),
    )
}

fn command(value: &Value) -> Command {
    Command::parse(&octets(value)).unwrap()
}

fn response(value: &Value) -> Response {
    Response::parse(&octets(value)).unwrap()
}

#[test]
fn protected_answers() {
    let key = channel_key();
    let mut client = ClientChannel::new(&key);
    let mut token = TokenChannel::new(&key);
    for v in list(&file("btok-sm")["vectors"]["entries"]) {
        let (i, o, id) = (&v["inputs"], &v["outputs"], v["id"].as_str().unwrap());
        let plain = command(&i["command"]);
        let protected = client.protect(&plain).unwrap();
        let sent = octets(&o["command_protected"]);
        assert_eq!(protected.encode().unwrap(), sent, "{id}");
        let received = Command::parse(&sent).unwrap();
        assert!(token.unprotect(&received).unwrap() == plain, "{id}");
        let answer = response(&i["response"]);
        let sealed = token.protect(&answer);
        assert_eq!(sealed.encode(), octets(&o["response_protected"]), "{id}");
        assert!(client.unprotect(&sealed).unwrap() == answer, "{id}");
    }
}

#[test]
fn commands_protected_ahead_are_the_same() {
    let key = channel_key();
    let entries = list(&file("btok-sm")["vectors"]["entries"]);
    let (mut ahead, mut in_turn) = (ClientChannel::new(&key), ClientChannel::new(&key));
    let all: Vec<_> = entries
        .iter()
        .map(|v| ahead.protect(&command(&v["inputs"]["command"])).unwrap())
        .collect();
    for (v, early) in entries.iter().zip(all) {
        let late = in_turn.protect(&command(&v["inputs"]["command"])).unwrap();
        assert!(early == late);
        let sealed = response(&v["outputs"]["response_protected"]);
        let answer = response(&v["inputs"]["response"]);
        assert!(in_turn.unprotect(&sealed).unwrap() == answer);
        assert!(ahead.unprotect(&sealed).unwrap() == answer);
    }
}

#[test]
fn defects_are_found() {
    for v in list(&file("btok-sm")["vectors"]["invalid"]) {
        let mut token = TokenChannel::new(&channel_key());
        let error = token
            .unprotect(&command(&v["inputs"]["command_protected"]))
            .err()
            .unwrap();
        let status = u16::from_str_radix(v["outputs"]["card_status"].as_str().unwrap(), 16);
        assert_eq!(Status::from(error), Status(status.unwrap()), "{}", v["id"]);
    }
}

#[test]
fn a_replayed_command_is_refused() {
    let key = channel_key();
    let mut token = TokenChannel::new(&key);
    let command = ClientChannel::new(&key)
        .protect(&Command::new(0, 0xA4, 0, 0))
        .unwrap();
    token.unprotect(&command).unwrap();
    assert_eq!(token.unprotect(&command).err(), Some(SmError::BadObject));
}

#[test]
fn bpace_exchange_as_apdus() {
    let all = vectors("bpace");
    let v = all.iter().find(|v| v["id"] == "bpace-apdu").unwrap();
    let (i, exchanges) = (&v["inputs"], list(&v["outputs"]["exchanges"]));
    let password = Secret::new(octets(&i["password"]));
    let hello = octets(&i["hello_B"]);
    assert_eq!(command(&exchanges[0]["command"]).data, hello);
    let mut random = Prepared::new([octets(&i["R_B"]), octets(&i["u_B"])]);
    let (client, m1) = bpace::Client::start(&password, &[], &hello, &mut random);
    let step = |tag, message: &[u8]| {
        Command::new(0, 0x86, 0, 0)
            .with_data(tlv::encode(0x7C, &tlv::encode(tag, message)))
            .with_ne(256)
            .encode()
            .unwrap()
    };
    assert_eq!(step(0x80, &m1), octets(&exchanges[1]["command"]));
    let m2 = inner(&response(&exchanges[1]["response"]).data, 0x81);
    let (client, m3) = client.receive_m2(&m2, &mut random).unwrap();
    assert_eq!(step(0x82, &m3), octets(&exchanges[2]["command"]));
    let m4 = inner(&response(&exchanges[2]["response"]).data, 0x83);
    let key = client.receive_m4(&m4).unwrap();
    assert_eq!(key.expose()[..], octets(&v["outputs"]["K0"]));
    let mut channel = ClientChannel::new(&key);
    let select = Command::new(0, 0xA4, 0x04, 0x0C).with_data(kabinet_stb::oid::AID_ESIGN);
    let protected = channel.protect(&select).unwrap().encode().unwrap();
    assert_eq!(protected, octets(&exchanges[3]["command"]));
    let answer = channel
        .unprotect(&response(&exchanges[3]["response"]))
        .unwrap();
    assert!(answer == Response::from(Status::OK));
}

#[test]
fn bauth_exchange_as_apdus() {
    for v in vectors("bauth").iter().filter(|v| v["inputs"]["l"] == 128) {
        let (i, id) = (&v["inputs"], v["id"].as_str().unwrap());
        let exchanges = list(&v["outputs"]["plain_exchanges"]);
        let mutual = i["mutual"].as_bool().unwrap();
        let cdf = command(&exchanges[0]["command"]).data;
        assert!(octets(&i["hello_T"]).starts_with(&cdf), "{id}");
        let [first, second] = exchanges.last_chunk().unwrap();
        let m1 = inner(&response(&first["response"]).data, 0x80);
        let own = PrivateKey::from_bytes(Level::L128, &octets(&i["d_T"])).unwrap();
        let nonce = if mutual {
            octets(&i["R_T"])
        } else {
            Vec::new()
        };
        let terminal = bauth::Terminal::new(&own, &octets(&i["hello_T"]), mutual);
        let (terminal, m2, key) = terminal
            .receive_m1(&m1, &mut Prepared::new([nonce]))
            .unwrap();
        assert_eq!(inner(&command(&second["command"]).data, 0x81), m2, "{id}");
        assert_eq!(key.expose()[..], octets(&v["outputs"]["K0"]), "{id}");
        if mutual {
            let m3 = inner(&response(&second["response"]).data, 0x82);
            let card = PrivateKey::from_bytes(Level::L128, &octets(&i["d_CT"])).unwrap();
            let shown = terminal
                .receive_m3(&m3, |_| Some(card.public_key()))
                .unwrap();
            assert_eq!(shown, octets(&i["cert_CT"]), "{id}");
        }
    }
}

fn inner(data: &[u8], tag: u32) -> Vec<u8> {
    let outer = tlv::read_only(0x7C, data).unwrap();
    tlv::read_only(tag, outer).unwrap().to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn channels_agree(
        key in any::<[u8; 32]>(),
        header in any::<(u8, u8, u8)>(),
        data in proptest::collection::vec(any::<u8>(), 0..600),
        ne in proptest::option::of(1u32..=65_536),
        answer in proptest::collection::vec(any::<u8>(), 0..600),
        status in any::<u16>(),
    ) {
        let key = ChannelKey::new(key);
        let (mut client, mut token) = (ClientChannel::new(&key), TokenChannel::new(&key));
        let mut plain = Command::new(0, header.0, header.1, header.2).with_data(data);
        plain.ne = ne;
        let protected = client.protect(&plain).unwrap();
        let received = Command::parse(&protected.encode().unwrap()).unwrap();
        prop_assert!(token.unprotect(&received).unwrap() == plain);
        let answer = Response::new(answer, Status(status));
        let sealed = Response::parse(&token.protect(&answer).encode()).unwrap();
        prop_assert!(client.unprotect(&sealed).unwrap() == answer);
    }

    #[test]
    fn a_changed_message_is_refused(position in 0usize..40, change in 1u8..) {
        let key = channel_key();
        let (mut client, mut token) = (ClientChannel::new(&key), TokenChannel::new(&key));
        let plain = Command::new(0, 0xD6, 0, 0).with_data(vec![7; 27]);
        let mut protected = client.protect(&plain).unwrap();
        let length = protected.data.len();
        protected.data[position % length] ^= change;
        prop_assert!(token.unprotect(&protected).is_err());
        let mut sealed = TokenChannel::new(&key).protect(&Response::new(vec![7; 27], Status::OK));
        let length = sealed.data.len();
        sealed.data[position % length] ^= change;
        prop_assert!(client.unprotect(&sealed).is_err());
    }

    #[test]
    fn hostile_octets_do_no_harm(octets in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut token = TokenChannel::new(&channel_key());
        if let Ok(command) = Command::parse(&octets) {
            prop_assert!(token.unprotect(&command).is_err());
        }
        let mut client = ClientChannel::new(&channel_key());
        client.protect(&Command::new(0, 0xA4, 0, 0)).unwrap();
        if let Ok(response) = Response::parse(&octets) {
            prop_assert!(client.unprotect(&response).is_err());
        }
    }
}
