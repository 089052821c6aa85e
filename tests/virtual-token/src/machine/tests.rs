//! Known answers through the machine.

#![allow(clippy::unwrap_used)]

use kabinet_stb::sm::ChannelKey;
use serde_json::Value;

use super::*;

/// Gives the octets of a known answer one after the other.
struct Script(std::vec::IntoIter<u8>);

impl Random for Script {
    fn fill(&mut self, octets: &mut [u8]) {
        octets.fill_with(|| self.0.next().unwrap());
    }
}

fn machine() -> Machine {
    let text = r#"{"name":"n","atr":"3B80","passwords":{"pin":"123456","can":"222222",
        "puk":"3333333333"},"eid":{},"esign":{},
        "bauth":{"private_key":"00","certificate":"","root":""}}"#;
    let file = CardFile::from_json(text).unwrap();
    let store = Store::open(&file, None).unwrap();
    Machine::new(file, store, Duration::ZERO)
}

fn octets(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn process(machine: &mut Machine, command: &[u8]) -> Vec<u8> {
    machine.process(&Command::parse(command).unwrap()).encode()
}

#[test]
fn violations_of_the_vectors_close_the_channel_with_their_status() {
    let text = include_str!("../../tests/vectors/btok-sm.json");
    let vectors: Value = serde_json::from_str(text).unwrap();
    let vectors = &vectors["vectors"];
    let key = octets(&vectors["channel"]["K0"]);
    let key = ChannelKey::new(key.try_into().unwrap());
    let mut machine = machine();
    let rows = vectors["invalid"].as_array().unwrap();
    assert_eq!(rows.len(), 6);
    for row in rows {
        machine.client = Some(ClientSide {
            channel: TokenChannel::new(&key),
            password: PasswordKind::Pin,
            templates: Vec::new(),
            rights: Rights::default(),
        });
        let command = octets(&row["inputs"]["command_protected"]);
        let answer = process(&mut machine, &command);
        assert_eq!(answer, octets(&row["outputs"]["card_status"]), "{row}");
        assert!(machine.client.is_none());
    }
}

#[test]
fn the_first_command_of_the_vectors_has_the_answer_of_the_vectors() {
    let text = include_str!("../../tests/vectors/btok-sm.json");
    let vectors: Value = serde_json::from_str(text).unwrap();
    let vectors = &vectors["vectors"];
    let key = octets(&vectors["channel"]["K0"]);
    let mut machine = machine();
    machine.client = Some(ClientSide {
        channel: TokenChannel::new(&ChannelKey::new(key.try_into().unwrap())),
        password: PasswordKind::Pin,
        templates: Vec::new(),
        rights: Rights::default(),
    });
    // SELECT of the master file and of eSign: the two whose answers do not depend on a card.
    for row in vectors["entries"].as_array().unwrap().iter().take(2) {
        let command = octets(&row["outputs"]["command_protected"]);
        let expected = octets(&row["outputs"]["response_protected"]);
        assert_eq!(process(&mut machine, &command), expected, "{row}");
    }
}

#[test]
fn bpace_of_the_vectors_goes_as_in_the_vectors() {
    let text = include_str!("../../tests/vectors/bpace.json");
    let vectors: Value = serde_json::from_str(text).unwrap();
    let row = &vectors["vectors"][0];
    let (inputs, outputs) = (&row["inputs"], &row["outputs"]);
    assert_eq!(octets(&inputs["password"]), b"123456");
    let mut machine = machine();
    let script = [octets(&inputs["R_A"]), octets(&inputs["u_A"])].concat();
    machine.random = Box::new(Script(script.into_iter()));
    let send = |machine: &mut Machine, head: [u8; 4], data: Vec<u8>, ne| {
        let [cla, ins, p1, p2] = head;
        machine.process(&Command {
            cla,
            ins,
            p1,
            p2,
            data,
            ne,
        })
    };
    let hello = octets(&inputs["hello_B"]);
    let set = send(&mut machine, [0, 0x22, 0xC1, 0xA4], hello, None);
    assert_eq!(set.status, status::OK);
    for (sent, expected, tag) in [("M1", "M2", 0x80), ("M3", "M4", 0x82)] {
        let data = crate::bpace::answer(tag, &octets(&outputs[sent]));
        let answer = send(&mut machine, [0, 0x86, 0, 0], data, Some(256));
        let expected = crate::bpace::answer(tag + 1, &octets(&outputs[expected]));
        assert!(answer.data == expected && answer.status == status::OK);
    }
    assert_eq!(machine.password(), Some(PasswordKind::Pin));
    assert_eq!(machine.rights().esign, 0xA5C0);
}
