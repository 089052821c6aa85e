//! A client of the sandbox made of primitives only: HTTP over a socket, DPoP by hand.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use kabinet_stb::random;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use sandbox_portal::authority::TerminalKind;
use sandbox_portal::jwt::{b64, s256};
use sandbox_portal::portal::Portal;
use serde_json::{Value, json};

/// Starts a portal on a thread of its own; gives its address.
pub fn serve(data: &Path, terminal: TerminalKind) -> String {
    let data = data.to_path_buf();
    let (say, hear) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let portal = Portal::open(&data, url.clone(), terminal).unwrap();
            say.send(url).unwrap();
            let _ = sandbox_portal::serve::serve(Arc::new(portal), listener).await;
        });
    });
    hear.recv().unwrap()
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

/// A client with one DPoP key.
pub struct Client {
    pub url: String,
    key: SigningKey,
    pub posts: u32,
}

impl Client {
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            key: SigningKey::from_slice(&random::bytes::<32>()).unwrap(),
            posts: 0,
        }
    }

    pub fn proof(&self, method: &str, path: &str, token: Option<&str>) -> String {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x().unwrap(), point.y().unwrap());
        let header = json!({
            "typ": "dpop+jwt",
            "alg": "ES256",
            "jwk": { "kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y) },
        });
        let mut claims = json!({
            "jti": b64(&random::bytes::<16>()),
            "htm": method,
            "htu": format!("{}{path}", self.url),
            "iat": sandbox_portal::clock::seconds(),
        });
        if let Some(token) = token {
            claims["ath"] = json!(s256(token));
        }
        let signed = format!(
            "{}.{}",
            b64(header.to_string().as_bytes()),
            b64(claims.to_string().as_bytes())
        );
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", b64(&signature.to_bytes()))
    }

    /// None when the connection broke without an answer. A body is JSON, unless the headers say another
    /// media type.
    pub fn raw(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Option<Answer> {
        let host = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        let kind = match body.is_empty() || headers.contains("Content-Type") {
            true => "",
            false => "Content-Type: application/json\r\n",
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Content-Length: {}\r\n{headers}{kind}\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut octets = Vec::new();
        let _ = stream.read_to_end(&mut octets);
        let text = String::from_utf8_lossy(&octets).into_owned();
        let (head, text) = text.split_once("\r\n\r\n")?;
        Some(Answer {
            status: head.split(' ').nth(1)?.parse().ok()?,
            head: head.to_ascii_lowercase(),
            text: text.to_owned(),
        })
    }

    /// What is answered to octets of that media type, which is no text.
    pub fn octets(&self, path: &str, kind: &str, body: &[u8]) -> Vec<u8> {
        let host = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut octets = Vec::new();
        stream.read_to_end(&mut octets).unwrap();
        let end = octets.windows(4).position(|four| four == b"\r\n\r\n");
        octets.split_off(end.unwrap() + 4)
    }

    pub fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let proof = self.proof("POST", path, None);
        self.post_form_with(path, fields, &proof)
    }

    pub fn post_form_with(&mut self, path: &str, fields: &[(&str, &str)], proof: &str) -> Answer {
        self.posts += 1;
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let headers =
            format!("DPoP: {proof}\r\nContent-Type: application/x-www-form-urlencoded\r\n");
        self.raw("POST", path, &headers, body.as_bytes()).unwrap()
    }

    /// A request to the personal area.
    pub fn area(&self, method: &str, path: &str, token: &str, body: &[u8]) -> Answer {
        let proof = self.proof(method, path, Some(token));
        let headers = format!("DPoP: {proof}\r\nAuthorization: DPoP {token}\r\n");
        self.raw(method, path, &headers, body).unwrap()
    }

    /// One JMAP method call: its answer's name and arguments.
    pub fn call(&self, token: &str, name: &str, arguments: &Value) -> (String, Value) {
        let request = json!({
            "using": [
                "urn:ietf:params:jmap:core", "urn:kabinet:jmap:area", "urn:ietf:params:jmap:blob",
            ],
            "methodCalls": [[name, arguments, "0"]],
        });
        let body = request.to_string();
        let answer = self.area("POST", "/jmap/api", token, body.as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text);
        let response = answer.json()["methodResponses"][0].clone();
        (
            response[0].as_str().unwrap().to_owned(),
            response[1].clone(),
        )
    }
}
