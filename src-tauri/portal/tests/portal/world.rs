//! A small portal on a loopback socket: HTTP by hand, so that it can break it, too.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use kabinet_stb::hash::belt_hash;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::area;

/// How one request goes wrong.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// This answer instead: status line, more headers, body.
    Answer(&'static str, &'static str, String),
    /// No answer at all.
    Hang,
    /// The right answer, this much later.
    Delay(Duration),
    /// The right answer, half of the body.
    Truncate,
    /// Closed before anything is done.
    DropBefore,
    /// Closed after everything is done.
    DropAfter,
}

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

pub(crate) struct State {
    pub(crate) url: String,
    /// Method and path of each request.
    pub(crate) requests: Vec<String>,
    pub(crate) faults: VecDeque<(String, Fault)>,
    /// Number of the tokens that are valid.
    pub(crate) generation: u32,
    /// Whether the access token is refused until a refresh.
    pub(crate) access_expired: bool,
    pub(crate) revoked: bool,
    /// Nonce that proofs must have.
    pub(crate) dpop_nonce: Option<String>,
    /// Access tokens that came in requests.
    pub(crate) seen: HashSet<String>,
    /// Batches that follow the first.
    pub(crate) more_batches: u32,
    pub(crate) forge_ticket: bool,
    pub(crate) user_agents: HashSet<String>,
    pub(crate) area: area::Area,
    pub(crate) fields: BTreeMap<String, String>,
    request: Vec<u8>,
    nonce: String,
    challenge: String,
    jtis: HashSet<String>,
    signer: SigningKey,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Request {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

pub(crate) fn b64(octets: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(octets)
}

fn unb64(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).unwrap()
}

pub(crate) fn json_answer(status: u16, value: &Value) -> Answer {
    Answer {
        status,
        headers: "Content-Type: application/json\r\n".into(),
        body: value.to_string().into_bytes(),
    }
}

impl World {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = State {
            url: url.clone(),
            requests: Vec::new(),
            faults: VecDeque::new(),
            generation: 0,
            access_expired: false,
            revoked: false,
            dpop_nonce: None,
            seen: HashSet::new(),
            more_batches: 0,
            forge_ticket: false,
            user_agents: HashSet::new(),
            area: area::Area::default(),
            fields: BTreeMap::new(),
            request: Vec::new(),
            nonce: String::new(),
            challenge: String::new(),
            jtis: HashSet::new(),
            signer: SigningKey::from_slice(&[7; 32]).unwrap(),
        };
        let world = Self {
            url,
            state: Arc::new(Mutex::new(state)),
        };
        let accepting = world.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(accepting.clone().serve(stream));
            }
        });
        world
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The next request whose path starts so goes wrong.
    pub(crate) fn fault(&self, prefix: &str, fault: Fault) {
        self.state().faults.push_back((prefix.to_owned(), fault));
    }

    pub(crate) fn count(&self, request: &str) -> usize {
        self.state()
            .requests
            .iter()
            .filter(|one| *one == request)
            .count()
    }

    async fn serve(self, mut stream: TcpStream) {
        while let Some(request) = read(&mut stream).await {
            let fault = self.state().take_fault(&request.path);
            match &fault {
                Some(Fault::Hang) => return tokio::time::sleep(Duration::from_secs(3600)).await,
                Some(Fault::DropBefore) => return,
                Some(Fault::Delay(time)) => tokio::time::sleep(*time).await,
                _ => {}
            }
            if let Some(Fault::Answer(status, headers, body)) = fault {
                self.state()
                    .requests
                    .push(format!("{} {}", request.method, request.path));
                let head = format!(
                    "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n",
                    body.len()
                );
                let _ = stream
                    .write_all(&[head.as_bytes(), body.as_bytes()].concat())
                    .await;
                continue;
            }
            let answer = self.state().answer(&request);
            if matches!(fault, Some(Fault::DropAfter)) {
                return;
            }
            let head = format!(
                "HTTP/1.1 {} X\r\n{}Content-Length: {}\r\n\r\n",
                answer.status,
                answer.headers,
                answer.body.len()
            );
            let sent = if matches!(fault, Some(Fault::Truncate)) {
                answer.body.len() / 2
            } else {
                answer.body.len()
            };
            let _ = stream
                .write_all(&[head.as_bytes(), &answer.body[..sent]].concat())
                .await;
            if sent < answer.body.len() {
                return;
            }
        }
    }
}

impl State {
    fn take_fault(&mut self, path: &str) -> Option<Fault> {
        let at = self
            .faults
            .iter()
            .position(|(prefix, _)| path.starts_with(prefix.as_str()))?;
        self.faults.remove(at).map(|(_, fault)| fault)
    }

    fn answer(&mut self, request: &Request) -> Answer {
        self.requests
            .push(format!("{} {}", request.method, request.path));
        self.user_agents
            .insert(request.headers["user-agent"].clone());
        match request.path.as_str() {
            "/.well-known/openid-configuration" => json_answer(200, &self.discovery()),
            "/jwks" => json_answer(200, &self.jwks()),
            _ => match self.proof(request) {
                Err(refusal) => refusal,
                Ok(()) => self.guarded(request),
            },
        }
    }

    fn guarded(&mut self, request: &Request) -> Answer {
        let form: BTreeMap<String, String> =
            form_urlencoded::parse(&request.body).into_owned().collect();
        match request.path.as_str() {
            "/challenge" => self.challenge(&form),
            "/token" => self.token(&form),
            "/revoke" => {
                assert_eq!(form["token"], format!("rt-{}", self.generation));
                self.revoked = true;
                json_answer(200, &json!({}))
            }
            _ => match self.authorised(request) {
                Err(refusal) => refusal,
                Ok(()) => self.area.answer(&request.path, &request.body),
            },
        }
    }

    fn discovery(&self) -> Value {
        let at = |path: &str| format!("{}{path}", self.url);
        json!({
            "issuer": self.url,
            "authorization_challenge_endpoint": at("/challenge"),
            "token_endpoint": at("/token"),
            "revocation_endpoint": at("/revoke"),
            "jwks_uri": at("/jwks"),
            "dpop_signing_alg_values_supported": ["ES256"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "response_types_supported": ["code"],
        })
    }

    fn jwks(&self) -> Value {
        let point = self.signer.verifying_key().to_sec1_point(false);
        let octets = point.as_bytes();
        json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig", "x": b64(&octets[1..33]), "y": b64(&octets[33..])}]})
    }

    /// Checks a proof as RFC 9449 section 4.3 says.
    fn proof(&mut self, request: &Request) -> Result<(), Answer> {
        let proof = &request.headers["dpop"];
        let parts: Vec<&str> = proof.split('.').collect();
        let header: Value = serde_json::from_slice(&unb64(parts[0])).unwrap();
        let payload: Value = serde_json::from_slice(&unb64(parts[1])).unwrap();
        let jwk = &header["jwk"];
        let point = [
            vec![4],
            unb64(jwk["x"].as_str().unwrap()),
            unb64(jwk["y"].as_str().unwrap()),
        ]
        .concat();
        let signature = Signature::from_slice(&unb64(parts[2])).unwrap();
        let signed = format!("{}.{}", parts[0], parts[1]);
        VerifyingKey::from_sec1_bytes(&point)
            .unwrap()
            .verify(signed.as_bytes(), &signature)
            .unwrap();
        assert_eq!(payload["htm"], request.method.as_str());
        let (path, _) = request.path.split_once('?').unwrap_or((&request.path, ""));
        assert_eq!(payload["htu"], format!("{}{path}", self.url));
        assert!(
            self.jtis
                .insert(payload["jti"].as_str().unwrap().to_owned()),
            "a proof was used twice"
        );
        if let Some(token) = request.headers.get("authorization") {
            let token = token.strip_prefix("DPoP ").unwrap();
            assert_eq!(payload["ath"], b64(&Sha256::digest(token.as_bytes())));
        }
        match &self.dpop_nonce {
            Some(nonce) if payload["nonce"] != nonce.as_str() => {
                let resource = request.headers.contains_key("authorization");
                let mut answer = json_answer(
                    if resource { 401 } else { 400 },
                    &json!({"error": "use_dpop_nonce"}),
                );
                answer.headers += &format!("DPoP-Nonce: {nonce}\r\n");
                if resource {
                    answer.headers += "WWW-Authenticate: DPoP error=\"use_dpop_nonce\"\r\n";
                }
                Err(answer)
            }
            _ => Ok(()),
        }
    }

    fn authorised(&mut self, request: &Request) -> Result<(), Answer> {
        let token = request.headers["authorization"].clone();
        let valid = token == format!("DPoP at-{}", self.generation)
            && !self.access_expired
            && !self.revoked;
        self.seen.insert(token);
        if valid {
            return Ok(());
        }
        let mut answer = json_answer(401, &json!({}));
        answer.headers += "WWW-Authenticate: DPoP error=\"invalid_token\", algs=\"ES256\"\r\n";
        Err(answer)
    }

    fn challenge(&mut self, form: &BTreeMap<String, String>) -> Answer {
        self.fields.extend(form.clone());
        if form.contains_key("btok_m1") {
            return self.goes_on(
                json!({"btok_m2": b64(b"M2"), "btok_commands": [b64(b"C1"), b64(b"C2")]}),
            );
        }
        if form.contains_key("btok_responses") {
            if self.more_batches > 0 {
                self.more_batches -= 1;
                return self.goes_on(json!({"btok_commands": [b64(b"C3")]}));
            }
            return json_answer(200, &json!({"authorization_code": "code-1"}));
        }
        self.nonce = form["nonce"].clone();
        self.challenge = form["code_challenge"].clone();
        let now = jiff::Timestamp::now();
        let text = json!({"be": "Партал", "ru": "Портал", "en": "Portal"});
        let request = json!({
            "type": "authentication-request", "issuer": self.url, "relying_party": text, "purpose": text,
            "claims": [{"group": 4, "required": true}, {"group": 9, "required": false}], "nonce": "r-1",
            "issued_at": now.to_string(),
            "expires_at": (now + jiff::SignedDuration::from_mins(10)).to_string(),
        });
        self.request = request.to_string().into_bytes();
        self.goes_on(json!({
            "btok_request": b64(&self.request), "btok_terminal_certificates": [b64(b"CVC1"), b64(b"CVC2")],
            "btok_auxiliary_data": b64(b"AUX"),
        }))
    }

    fn goes_on(&self, mut value: Value) -> Answer {
        value["error"] = "insufficient_authorization".into();
        value["auth_session"] = "as-1".into();
        json_answer(403, &value)
    }

    fn token(&mut self, form: &BTreeMap<String, String>) -> Answer {
        assert_eq!(form["client_id"], "kabinet");
        let mut tokens = json!({"token_type": "DPoP", "expires_in": 300});
        if form["grant_type"] == "authorization_code" {
            assert_eq!(form["code"], "code-1");
            assert_eq!(
                b64(&Sha256::digest(form["code_verifier"].as_bytes())),
                self.challenge
            );
            tokens["id_token"] = self.ticket().into();
        } else if self.revoked || !self.accepts(&form["refresh_token"]) {
            self.revoked = true;
            return json_answer(
                400,
                &json!({"error": "invalid_grant", "error_description": "used"}),
            );
        }
        self.generation += 1;
        self.access_expired = false;
        tokens["access_token"] = format!("at-{}", self.generation).into();
        tokens["refresh_token"] = format!("rt-{}", self.generation).into();
        json_answer(200, &tokens)
    }

    /// The newest refresh token, or the one before it as long as nothing newer was shown: the answer to
    /// it may have been lost.
    fn accepts(&self, refresh: &str) -> bool {
        let newest = self.generation;
        let unheard = !self.seen.contains(&format!("DPoP at-{newest}"));
        refresh == format!("rt-{newest}") || (unheard && refresh == format!("rt-{}", newest - 1))
    }

    fn ticket(&self) -> String {
        let now = jiff::Timestamp::now().as_second();
        let payload = json!({
            "iss": self.url, "aud": "kabinet", "sub": "s-1", "iat": now, "exp": now + 300, "auth_time": now,
            "nonce": self.nonce, "amr": ["sc", "pin"], "request_hash": b64(&belt_hash(&self.request)),
            "document_valid": true, "groups": {"4": b64(&[0x64, 0])}, "absent": [9],
        });
        let header = json!({"alg": "ES256", "kid": "k1", "typ": "JWT"}).to_string();
        let signed = format!(
            "{}.{}",
            b64(header.as_bytes()),
            b64(payload.to_string().as_bytes())
        );
        let forger = SigningKey::from_slice(&[8; 32]).unwrap();
        let signer = if self.forge_ticket {
            &forger
        } else {
            &self.signer
        };
        let signature: Signature = signer.sign(signed.as_bytes());
        format!("{signed}.{}", b64(&signature.to_bytes()))
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut octets = Vec::new();
    let end = loop {
        if let Some(end) = octets.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut octets).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(octets[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap().split(' ');
    let (method, path) = (
        first.next().unwrap().to_owned(),
        first.next().unwrap().to_owned(),
    );
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    while octets.len() < end + length {
        if stream.read_buf(&mut octets).await.ok()? == 0 {
            return None;
        }
    }
    Some(Request {
        method,
        path,
        headers,
        body: octets[end..].to_vec(),
    })
}
