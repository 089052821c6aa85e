//! The client's side of the dialogue with a virtual card, command by command.

use kabinet_stb::apdu::{Command, Response};
use kabinet_stb::hash::belt_hash;
use kabinet_stb::sm::ClientChannel;
use kabinet_stb::{Secret, SystemRandom, access, bpace, oid, tlv};
use sandbox_portal::jwt::{b64, unb64};
use serde_json::Value;
use virtual_token::Card;

use crate::client::{Answer, Client};

/// A card in the client's hands.
pub struct Holder {
    card: Card,
    channel: Option<ClientChannel>,
}

/// The word of rights as sent, and M1 of BAUTH.
pub type Met = (Vec<u8>, Vec<u8>);

pub struct Tokens {
    pub access: String,
    pub refresh: String,
    pub claims: Value,
}

impl Holder {
    pub fn new(file: &str) -> Self {
        let mut card = Card::from_json(file).unwrap();
        card.power_on();
        Self {
            card,
            channel: None,
        }
    }

    fn send(&mut self, command: &Command) -> Response {
        let Some(channel) = &mut self.channel else {
            let answer = self.card.process(&command.encode().unwrap());
            return Response::parse(&answer).unwrap();
        };
        let command = channel.protect(command).unwrap();
        let answer = self.card.process(&command.encode().unwrap());
        let answer = Response::parse(&answer).unwrap();
        match channel.unprotect(&answer) {
            Ok(plain) => plain,
            Err(_) => answer,
        }
    }

    fn authenticate(&mut self, tag: u32, value: &[u8]) -> Result<Vec<u8>, Response> {
        let mut command = Command::new(0, 0x86, 0, 0).with_ne(256);
        if tag != 0 {
            command = command.with_data(tlv::encode(0x7C, &tlv::encode(tag, value)));
        }
        let answer = self.send(&command);
        if !answer.status.is_ok() {
            return Err(answer);
        }
        let inner = tlv::read_only(0x7C, &answer.data).unwrap();
        Ok(tlv::read(inner).unwrap().0.value.to_vec())
    }

    fn open(&mut self, hello_objects: &[u8]) {
        let mut hello = tlv::encode(0x80, oid::BPACE);
        hello.extend(tlv::encode(0x83, &[3]));
        hello.extend_from_slice(hello_objects);
        let set = Command::new(0, 0x22, 0xC1, 0xA4).with_data(hello.clone());
        assert!(self.send(&set).status.is_ok());
        let pin = Secret::new(b"123456".to_vec());
        let (client, m1) = bpace::Client::start(&pin, &[], &hello, &mut SystemRandom);
        let m2 = self
            .authenticate(0x80, &m1)
            .unwrap_or_else(|_| panic!("M1"));
        let (client, m3) = client.receive_m2(&m2, &mut SystemRandom).unwrap();
        let m4 = self
            .authenticate(0x82, &m3)
            .unwrap_or_else(|_| panic!("M3"));
        self.channel = Some(ClientChannel::new(&client.receive_m4(&m4).unwrap()));
    }

    /// Gives M1 of BAUTH; an error when the card refuses the terminal.
    fn meet(&mut self, request: &[u8], auxiliary: &[u8], chain: &Value) -> Result<Vec<u8>, ()> {
        let mut data = tlv::encode(0x80, oid::BAUTH);
        data.extend(tlv::encode(0x85, &belt_hash(request)));
        data.extend_from_slice(auxiliary);
        let set = self.send(&Command::new(0, 0x22, 0xF1, 0xA4).with_data(data));
        assert!(set.status.is_ok(), "{:04X}", set.status.0);
        for certificate in chain.as_array().unwrap() {
            let certificate = unb64(certificate.as_str().unwrap()).unwrap();
            let parts = tlv::read_only(0x7F21, &certificate).unwrap();
            let verify = Command::new(0, 0x2A, 0x00, 0xBE).with_data(parts.to_vec());
            if !self.send(&verify).status.is_ok() {
                return Err(());
            }
        }
        self.authenticate(0, &[]).map_err(|_| ())
    }

    fn relay(&mut self, commands: &Value) -> String {
        let answers: Vec<String> = commands
            .as_array()
            .unwrap()
            .iter()
            .map(|one| b64(&self.card.process(&unb64(one.as_str().unwrap()).unwrap())))
            .collect();
        serde_json::to_string(&answers).unwrap()
    }

    /// The first post and the dialogue up to M1.
    pub fn begin(&mut self, client: &mut Client, groups: &[u8]) -> (String, Result<Met, ()>) {
        let first = client.post_form(
            "/oauth/challenge",
            &[
                ("client_id", "kabinet"),
                ("response_type", "code"),
                ("scope", "openid offline_access"),
                (
                    "code_challenge",
                    &sandbox_portal::jwt::s256("v".repeat(43).as_str()),
                ),
                ("code_challenge_method", "S256"),
                ("nonce", "the nonce"),
            ],
        );
        assert_eq!(first.status, 403, "{}", first.text);
        let first = first.json();
        let octets = |name: &str| unb64(first[name].as_str().unwrap()).unwrap();
        let word = access::EidRights::read_groups(groups).to_der();
        self.open(&word);
        let m1 = self.meet(
            &octets("btok_request"),
            &octets("btok_auxiliary_data"),
            &first["btok_terminal_certificates"],
        );
        let session = first["auth_session"].as_str().unwrap().to_owned();
        (session, m1.map(|m1| (word, m1)))
    }

    /// From M1 to the authorization code, or to the error.
    pub fn go_on(&mut self, client: &mut Client, session: &str, word: &[u8], m1: &[u8]) -> Answer {
        let second = client.post_form(
            "/oauth/challenge",
            &[
                ("auth_session", session),
                ("btok_access", &b64(word)),
                ("btok_m1", &b64(m1)),
            ],
        );
        if second.json().get("btok_m2").is_none() {
            return second;
        }
        let second = second.json();
        let m2 = unb64(second["btok_m2"].as_str().unwrap()).unwrap();
        let m3 = self
            .authenticate(0x81, &m2)
            .unwrap_or_else(|_| panic!("M2"));
        let answers = self.relay(&second["btok_commands"]);
        let mut answer = client.post_form(
            "/oauth/challenge",
            &[
                ("auth_session", session),
                ("btok_m3", &b64(&m3)),
                ("btok_responses", &answers),
            ],
        );
        while answer.status == 403 {
            let answers = self.relay(&answer.json()["btok_commands"]);
            answer = client.post_form(
                "/oauth/challenge",
                &[("auth_session", session), ("btok_responses", &answers)],
            );
        }
        answer
    }

    /// The whole sign-in.
    pub fn sign_in(&mut self, client: &mut Client, groups: &[u8]) -> Tokens {
        let (session, m1) = self.begin(client, groups);
        let (word, m1) = m1.unwrap();
        let answer = self.go_on(client, &session, &word, &m1);
        assert_eq!(answer.status, 200, "{}", answer.text);
        let code = answer.json()["authorization_code"].clone();
        let tokens = client.post_form(
            "/oauth/token",
            &[
                ("grant_type", "authorization_code"),
                ("client_id", "kabinet"),
                ("code", code.as_str().unwrap()),
                ("code_verifier", &"v".repeat(43)),
            ],
        );
        assert_eq!(tokens.status, 200, "{}", tokens.text);
        let tokens = tokens.json();
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        let ticket = sandbox_portal::jwt::Unverified::parse(&text("id_token")).unwrap();
        let keys = client.raw("GET", "/oauth/jwks", "", &[]).unwrap().json();
        assert!(ticket.is_signed_by(&keys["keys"][0]));
        Tokens {
            access: text("access_token"),
            refresh: text("refresh_token"),
            claims: ticket.claims,
        }
    }
}
