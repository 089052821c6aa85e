//! Signing in: the relay between card and terminal, what OAuth's endpoints answer, the ticket; the
//! same for a page of the portal, and with a registration authority.

use std::sync::{LazyLock, Mutex};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use kabinet_portal::{
    Asked, Client, Enrolment, HandOver, Issued, Link, Next, PortalError, Registration, Session,
    SignIn, Step, Ticket,
};
use kabinet_stb::hash::belt_hash;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use reqwest::Request;
use serde_json::json;

use crate::portal::REGISTRATION;
use crate::wire::{self, Lines, RUNTIME, Said};

/// Most commands of a batch, and most batches.
const BATCH: usize = 4096;
const BATCHES: usize = 64;
/// What a terminal in order asks for.
const REQUEST: &str = r#"{"type":"authentication-request","issuer":"https://portal.example",
"relying_party":{"be":"a","ru":"a","en":"a"},"purpose":{"be":"b","ru":"b","en":"b"},
"claims":[{"group":4,"required":true},{"group":5,"required":false}],"nonce":"q",
"issued_at":"2026-11-27T11:59:00Z","expires_at":"2026-11-27T12:05:00Z"}"#;

/// The key of the portal.
static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_slice(&[7; 32]).unwrap());

fn encode(octets: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(octets)
}

/// The key set of the portal.
fn keys() -> Vec<u8> {
    let point = KEY.verifying_key().to_sec1_point(false);
    let (x, y) = (
        encode(&point.as_bytes()[1..33]),
        encode(&point.as_bytes()[33..]),
    );
    let key = json!({"kty": "EC", "crv": "P-256", "x": x, "y": y});
    json!({"keys": [key]}).to_string().into_bytes()
}

/// A letter that says who asks, then the answers, one a line.
pub(crate) fn sign_in(octets: &[u8]) {
    let [what, octets @ ..] = octets else {
        return;
    };
    match what % 5 {
        0 => RUNTIME.block_on(relay(octets)),
        1 => RUNTIME.block_on(for_a_page(octets)),
        2 => RUNTIME.block_on(enrolment(octets)),
        3 => ticket(octets),
        _ => token(octets),
    }
}

/// A client that hears those lines, and the portal's own keys.
fn hears(octets: &[u8]) -> Client {
    let lines = Lines::of(octets);
    wire::client(move |request| match request.url().path() {
        "/keys" => Some((200, keys())),
        _ => lines.next(),
    })
}

async fn relay(octets: &[u8]) {
    if let Ok(mut sign_in) = SignIn::begin(&hears(octets)).await
        && answers(&mut sign_in).await.is_ok()
    {
        // Nobody else can sign a ticket.
        assert!(sign_in.finish().await.is_err());
    }
}

/// The card's turns.
async fn answers(sign_in: &mut SignIn) -> Result<(), PortalError> {
    let certificates = sign_in.terminal().certificates().len();
    assert!((1..=8).contains(&certificates));
    let batch = sign_in.answer_m1(&[], &[1; 8]).await?;
    assert!(batch.commands.len() <= BATCH);
    let mut next = sign_in.answer_m3(&[2; 8], &[]).await?;
    let mut batches = 0;
    while let Next::More(commands) = next {
        assert!((1..=BATCH).contains(&commands.len()) && batches < BATCHES);
        batches += 1;
        next = sign_in.answer_more(&[]).await?;
    }
    Ok(())
}

async fn for_a_page(octets: &[u8]) {
    let client = hears(octets);
    let link = "kabinet:hand-over?request_uri=https%3A%2F%2Fportal.example%2Fh";
    let link = Link::parse(link).unwrap();
    let Ok(page) = HandOver::take(&client, &link).await else {
        return;
    };
    let address = match page.asked() {
        Asked::Signature { text, .. } => {
            assert!(!text.is_empty());
            page.sign(b"signature").await
        }
        Asked::SignIn => match SignIn::begin_for(&client, &page).await {
            Ok(mut sign_in) => match answers(&mut sign_in).await {
                Ok(()) => sign_in.hand_back(&page),
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        },
    };
    if let Ok(address) = address {
        // The browser gets back to where it came from, and nowhere else.
        assert!(address.starts_with(wire::PORTAL), "{}", &*address);
    }
}

async fn enrolment(octets: &[u8]) {
    let lines = Lines::of(octets);
    let client = wire::client(move |request| match request.url().path() {
        "/registration" => Some((200, REGISTRATION.to_vec())),
        _ => lines.next(),
    });
    let registration = Registration::discover(&client).await.unwrap();
    let csr = b"request";
    let Ok(mut enrolment) = Enrolment::begin(&registration, csr).await else {
        return;
    };
    let about = encode(&belt_hash(csr));
    assert!(enrolment.terminal().request().nonce.starts_with(&about));
    if enrolment.answer_m1(&[], &[1; 8]).await.is_err() {
        return;
    }
    let mut step = enrolment.answer_m3(&[2; 8], &[]).await;
    let mut batches = 0;
    while let Ok(Step::More(commands)) = step {
        assert!((1..=BATCH).contains(&commands.len()) && batches < BATCHES);
        batches += 1;
        step = enrolment.answer_more(&[]).await;
    }
    if let Ok(Step::Done(Issued::Waiting(identifier))) = step {
        let _ = registration.retrieve(&identifier).await;
    }
}

/// A portal in order up to the ticket, which is made for the nonce of the sign-in; `keys` are its keys.
fn portal(
    keys: Vec<u8>,
    ticket: impl Fn(&str) -> String + Send + Sync + 'static,
) -> impl Fn(&Request) -> Option<Said> + Send + Sync {
    let nonce = Mutex::new(String::new());
    move |request| {
        let body = request.body().and_then(|body| body.as_bytes());
        let body = String::from_utf8_lossy(body.unwrap_or_default());
        let field = |name: &str| {
            let start = format!("{name}=");
            body.split('&').find_map(|pair| pair.strip_prefix(&start))
        };
        let said = match (request.url().path(), field("nonce")) {
            ("/keys", _) => return Some((200, keys.clone())),
            ("/challenge", Some(said)) => {
                said.clone_into(&mut nonce.lock().unwrap());
                let begun = json!({"error": "insufficient_authorization", "auth_session": "s",
                    "btok_request": encode(REQUEST.as_bytes()), "btok_terminal_certificates": ["AA"]});
                return Some((403, begun.to_string().into_bytes()));
            }
            ("/challenge", None) => json!({"authorization_code": "c"}),
            ("/token", _) => json!({"access_token": "a", "token_type": "DPoP", "expires_in": 60,
                "refresh_token": "r", "id_token": ticket(&nonce.lock().unwrap())}),
            _ => return None,
        };
        Some((200, said.to_string().into_bytes()))
    }
}

/// The end of a sign-in in which the card has said enough.
fn finish(
    says: impl Fn(&Request) -> Option<Said> + Send + Sync + 'static,
) -> Result<(Session, Ticket), PortalError> {
    RUNTIME.block_on(async {
        let mut sign_in = SignIn::begin(&wire::client(says)).await?;
        sign_in.answer_m3(&[2; 8], &[]).await?;
        let signed_in = sign_in.finish().await?;
        Ok((signed_in.session, signed_in.ticket))
    })
}

/// What a portal signs: `NONCE` and `HASH` stand for what only the sign-in can tell.
fn ticket(octets: &[u8]) {
    let payload = String::from_utf8_lossy(octets).into_owned();
    let says = portal(keys(), move |nonce| {
        let hash = encode(&belt_hash(REQUEST.as_bytes()));
        let payload = payload.replace("NONCE", nonce).replace("HASH", &hash);
        let head = encode(br#"{"alg":"ES256"}"#);
        let signed = format!("{head}.{}", encode(payload.as_bytes()));
        let signature: Signature = KEY.sign(signed.as_bytes());
        format!("{signed}.{}", encode(&signature.to_bytes()))
    });
    if let Ok((session, ticket)) = finish(says) {
        assert!((1..=255).contains(&ticket.subject.len()) && ticket.subject.is_ascii());
        let asked = |group: &u8| [4, 5].contains(group);
        assert!(ticket.groups.keys().all(asked) && ticket.absent.iter().all(asked));
        assert!(Session::from_secret(&session.to_secret()).is_ok());
    }
}

/// A key set in the first line, then a token; none of them is signed.
fn token(octets: &[u8]) {
    let (keys, token) = match octets.iter().position(|octet| *octet == b'\n') {
        Some(at) => (&octets[..at], &octets[at + 1..]),
        None => (octets, &[][..]),
    };
    let token = String::from_utf8_lossy(token).into_owned();
    assert!(finish(portal(keys.to_vec(), move |_| token.clone())).is_err());
}
