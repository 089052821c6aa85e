//! Reenroll and Spawn are not for certificates on ID cards (STB 34.101.78, clauses 9.3 and 9.4): this
//! program has neither, and the authority refuses both, however well they are signed.

use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use e2e::World;
use kabinet_pki::bpki::{
    MessageKind, Status, new_password, read_response, request_id, seal, sign_message,
};
use kabinet_pki::certificate::Certificate;
use kabinet_pki::request::{Role, UnsignedRequest, Wishes};
use kabinet_pki::{Signer, Time};
use kabinet_stb::bign::{Level, PrivateKey};
use kabinet_stb::{Secret, SystemRandom, oid};
use serde_json::{Value, json};

/// The key of the citizen's card without the card.
struct Key {
    key: PrivateKey,
    certificate: Vec<u8>,
    /// The Name of the certificate's subject, DER.
    name: Vec<u8>,
}

impl Key {
    fn of_citizen(world: &World) -> Self {
        let file = std::fs::read(world.sandbox.card_file("citizen")).unwrap();
        let esign = serde_json::from_slice::<Value>(&file).unwrap()["esign"].take();
        let octets = |text: &Value| hex::decode(text.as_str().unwrap()).unwrap();
        let key = octets(&esign["keys"][0]["private_key"]);
        Self {
            key: PrivateKey::from_bytes(Level::L128, &key).unwrap(),
            certificate: octets(&esign["keys"][0]["certificate"]),
            name: octets(&esign["name"]),
        }
    }

    /// A request for a certificate of this key.
    fn request(&self) -> Vec<u8> {
        let wishes = Wishes::of(Role::Resident);
        let request = UnsignedRequest::new(&self.name, &self.key.public_key(), &wishes).unwrap();
        let signature = self.key.sign_hash(oid::BELT_HASH, &request.hash());
        request.finish(&signature).unwrap()
    }
}

impl Signer for Key {
    type Error = Infallible;

    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn sign(&mut self, hash: &[u8]) -> Result<Vec<u8>, Infallible> {
        Ok(self.key.sign_hash(oid::BELT_HASH, hash))
    }
}

/// HTTP status and body of an answer.
fn post(url: &str, path: &str, message: &[u8]) -> (u16, Vec<u8>) {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let head = format!(
        "POST {path} HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/cms\r\nContent-Length: {}\r\n\r\n",
        message.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(message).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n");
    let body = answer.split_off(end.unwrap() + 4);
    let head = String::from_utf8(answer).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body)
}

#[test]
fn reenroll_and_spawn_are_refused_for_an_id_card() {
    let world = World::start().unwrap();
    let mut key = Key::of_citizen(&world);
    let request = key.request();
    let authority = std::fs::read(world.sandbox.trust().join("sandbox-ca-issuing.cer")).unwrap();
    let authority = Certificate::from_der(&authority).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = Time::from_unix_duration(now.unwrap()).unwrap();
    let mut send = |path: &str, kind: MessageKind, content: &[u8]| {
        let signed = sign_message(kind, content, &mut key, now).unwrap();
        let message = seal(&signed, authority.clone(), now, &mut SystemRandom).unwrap();
        let (http, answer) = post(&world.sandbox.url, path, &message);
        let id = request_id(&message);
        let status = read_response(&answer, &authority, &id, None, now).unwrap();
        (http, status)
    };
    for (path, kind) in [
        ("/reenroll", MessageKind::Reenroll),
        ("/spawn", MessageKind::Spawn),
        // Nor does anybody vouch for their own request.
        ("/enroll1", MessageKind::Enroll1),
        ("/enroll2", MessageKind::Enroll2),
    ] {
        let (http, status) = send(path, kind, &request);
        assert_eq!(http, 403, "{path}");
        assert!(matches!(status, Status::Rejected(Some(_))), "{status:?}");
    }
    assert_eq!(world.sandbox.account().unwrap()["issued"], json!([]));
    // It is not the signature: the same key may set a password.
    let password = new_password(&Secret::new("паліндром 2026".into())).unwrap();
    let (http, status) = send("/setpwd", MessageKind::SetPassword, password.expose());
    assert_eq!((http, status), (200, Status::Granted));
}
