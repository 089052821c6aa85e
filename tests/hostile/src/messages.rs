//! Messages on the wire: data objects, APDUs, secure messaging, the protocols' messages, CV
//! certificates.

use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::bign::{Level, PrivateKey};
use kabinet_stb::cvc::Certificate;
use kabinet_stb::sm::{ChannelKey, ClientChannel, TokenChannel};
use kabinet_stb::{Random, Secret, access, bauth, bpace, tlv};

/// The same octets every time, so that what was found is found again.
struct Fixed(u8);

impl Random for Fixed {
    fn fill(&mut self, octets: &mut [u8]) {
        for octet in octets {
            self.0 = self.0.wrapping_mul(167).wrapping_add(13);
            *octet = self.0;
        }
    }
}

pub(crate) fn tlv(octets: &[u8]) {
    if let Ok((object, rest)) = tlv::read(octets) {
        assert_eq!(tlv::encode(object.tag, object.value), object.raw);
        assert_eq!(object.raw.len() + rest.len(), octets.len());
        assert_eq!(tlv::whole_length(octets), Ok(object.raw.len()));
    }
    if let Ok(objects) = tlv::children(octets) {
        let raw: Vec<u8> = objects
            .iter()
            .flat_map(|object| object.raw)
            .copied()
            .collect();
        assert_eq!(raw, octets);
    }
}

pub(crate) fn apdu(octets: &[u8]) {
    if let Ok(command) = Command::parse(octets) {
        // Another form may say the same; what it says must stay.
        let again = Command::parse(&command.encode().unwrap()).unwrap();
        assert_eq!(again.header(), command.header());
        assert_eq!((again.data, again.ne), (command.data, command.ne));
    }
    if let Ok(response) = Response::parse(octets) {
        assert_eq!(response.encode(), octets);
    }
}

pub(crate) fn secure_messaging(octets: &[u8]) {
    let key = ChannelKey::new([0x5A; 32]);
    let command = Command::new(0x00, 0xB0, 0x00, 0x00).with_ne(256);
    let mut client = ClientChannel::new(&key);
    client.protect(&command).unwrap();
    if let Ok(response) = Response::parse(octets) {
        // Nobody guesses the MAC of this key.
        assert!(client.unprotect(&response).is_err());
    }
    if let Ok(command) = Command::parse(octets) {
        assert!(TokenChannel::new(&key).unprotect(&command).is_err());
    }
    // Any data come through unchanged.
    let (mut client, mut token) = (ClientChannel::new(&key), TokenChannel::new(&key));
    let data = octets.get(..octets.len().min(400)).unwrap_or_default();
    let command = Command::new(0x00, 0xD6, 0x00, 0x00).with_data(data.to_vec());
    let opened = token.unprotect(&client.protect(&command).unwrap()).unwrap();
    assert_eq!(opened.data, data);
    let protected = token.protect(&Response::new(data.to_vec(), Status::OK));
    assert_eq!(client.unprotect(&protected).unwrap().data, data);
}

pub(crate) fn protocols(octets: &[u8]) {
    let secret = || Secret::new(b"123456".to_vec());
    let (first, second) = octets.split_at(octets.len() / 2);
    let (client, _) = bpace::Client::start(&secret(), first, &[], &mut Fixed(1));
    if let Ok((confirming, _)) = client.receive_m2(second, &mut Fixed(2)) {
        assert!(confirming.receive_m4(first).is_err());
    }
    let token = bpace::Token::new(&secret(), &[], &[]);
    if let Ok((confirming, _)) = token.receive_m1(octets, &mut Fixed(3)) {
        assert!(confirming.receive_m3(octets).is_err());
    }
    let key = PrivateKey::generate(Level::L128, &mut Fixed(4));
    for mutual in [false, true] {
        let started =
            bauth::Token::start(&key.public_key(), &key, first, &[], mutual, &mut Fixed(5));
        let (token, _) = started.unwrap();
        assert!(token.receive_m2(second).is_err());
        let terminal = bauth::Terminal::new(&key, &[], mutual);
        if let Ok((confirming, ..)) = terminal.receive_m1(octets, &mut Fixed(6)) {
            assert!(confirming.receive_m3(octets, |_| None).is_err());
        }
    }
}

pub(crate) fn cv_certificate(octets: &[u8]) {
    if let Ok(certificate) = Certificate::parse(octets) {
        assert_eq!(certificate.as_der(), octets);
        let _ = certificate.verify(certificate.public_key());
        let _ = certificate.verify_issued_by(&certificate);
        let _ = certificate.is_valid_on(certificate.from_date());
        let _ = (certificate.eid(), certificate.esign(), certificate.holder());
    }
}

pub(crate) fn access_rights(octets: &[u8]) {
    if let Ok((eid, esign)) = access::words(octets) {
        let again = [
            eid.map(access::EidRights::to_der).unwrap_or_default(),
            esign.map(access::EsignRights::to_der).unwrap_or_default(),
        ];
        assert_eq!(access::words(&again.concat()), Ok((eid, esign)));
    }
}
