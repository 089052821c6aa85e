//! The sandbox's services as the product meets them: OCSP, the revocation list and the time-stamping
//! authority, and a signature that they raise to B-LT.

#![allow(clippy::unwrap_used, missing_docs)]

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use kabinet_pki::certificate::Certificate;
use kabinet_pki::{
    Evidence, RaiseError, Reason, Report, RevocationChecking, RevocationReason, RevocationStatus,
    SignatureLevel, Signer, StatusSource, Time, TrustAnchors, Validation, Verdict, add_time_stamps,
    add_validation_data, ocsp, sign_attached, verify,
};
use kabinet_stb::bign::{Level, PrivateKey};
use sandbox_portal::authority::TerminalKind;
use sandbox_portal::portal::Portal;
use sandbox_portal::{clock, oids, revocation, serve, stamping};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

/// The key of the citizen's card, without the card.
struct Card {
    key: PrivateKey,
    certificate: Vec<u8>,
}

impl Signer for Card {
    type Error = ();

    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn sign(&mut self, hash: &[u8]) -> Result<Vec<u8>, ()> {
        Ok(self.key.sign_hash(oids::BELT_HASH, hash))
    }
}

struct World {
    router: Router,
    runtime: Runtime,
    card: Card,
    root: Vec<u8>,
    stamper: Vec<u8>,
    _folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let portal = open(folder.path());
        let card = std::fs::read(folder.path().join("cards/citizen.json")).unwrap();
        let card: Value = serde_json::from_slice(&card).unwrap();
        let octets =
            |name: &str| hex::decode(card["esign"]["keys"][0][name].as_str().unwrap()).unwrap();
        Self {
            card: Card {
                key: PrivateKey::from_bytes(Level::L128, &octets("private_key")).unwrap(),
                certificate: octets("certificate"),
            },
            root: portal.authorities.x509_root().unwrap(),
            stamper: portal.authorities.stamper_certificate().unwrap(),
            router: serve::router(portal),
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
            _folder: folder,
        }
    }

    fn request(&self, method: &str, path: &str, body: Vec<u8>) -> Vec<u8> {
        let request = Request::builder().method(method).uri(path);
        let request = request.body(Body::from(body)).unwrap();
        self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            to_bytes(answer.into_body(), 1 << 20)
                .await
                .unwrap()
                .to_vec()
        })
    }

    fn revoke(&self, certificate: &[u8], revocation: Option<revocation::Revocation>) {
        let order = json!({ "certificate": hex::encode(certificate), "revocation": revocation });
        self.request(
            "POST",
            "/sandbox/revocations",
            order.to_string().into_bytes(),
        );
    }

    fn ask_ocsp(&self, evidence: &mut Evidence, certificate: &[u8]) {
        let certificate = Certificate::from_der(certificate).unwrap();
        let root = Certificate::from_der(&self.root).unwrap();
        let answer = self.request(
            "POST",
            revocation::OCSP_PATH,
            ocsp::request(&certificate, &root),
        );
        evidence.add_ocsp_response(&answer).unwrap();
    }

    fn fetch_list(&self, evidence: &mut Evidence) {
        let list = self.request("GET", revocation::LIST_PATH, Vec::new());
        evidence.add_revocation_list(&list).unwrap();
    }

    fn check(&self, signature: &[u8], evidence: &Evidence) -> Report {
        let anchors = self.anchors();
        let validation = Validation {
            evidence,
            revocation: RevocationChecking::Required,
            ..Validation::new(&anchors, now())
        };
        verify(Cursor::new(signature), None, &validation).unwrap()
    }

    fn anchors(&self) -> TrustAnchors {
        let mut anchors = TrustAnchors::default();
        anchors.add(&self.root).unwrap();
        anchors
    }

    fn stamped(&self, signature: &[u8]) -> Vec<u8> {
        let anchors = self.anchors();
        let validation = Validation::new(&anchors, now());
        let mut raised = Vec::new();
        add_time_stamps(
            Cursor::new(signature),
            &mut raised,
            &validation,
            |request| Ok::<_, ()>(self.request("POST", stamping::PATH, request.to_vec())),
        )
        .unwrap();
        raised
    }
}

fn open(folder: &Path) -> Arc<Portal> {
    let address = "https://portal.example".to_owned();
    Arc::new(Portal::open(folder, address, TerminalKind::Valid).unwrap())
}

/// The sandbox's own time.
fn now() -> Time {
    let seconds = u64::try_from(clock::seconds()).unwrap();
    Time::from_unix_duration(std::time::Duration::from_secs(seconds)).unwrap()
}

fn pass(seconds: i64) {
    clock::pretend(Some(clock::seconds() + seconds));
}

#[test]
fn a_signature_becomes_one_that_lasts() {
    clock::pretend(Some(1_795_000_000));
    let mut world = World::new();
    let plain = sign_attached(b"What was signed.", &mut world.card, now()).unwrap();
    pass(60);
    let nothing = Evidence::new();
    let unknown = world.check(&plain, &nothing);
    assert_eq!(unknown.verdict, Verdict::CannotTell(Reason::TryLater));

    let raised = world.stamped(&plain);
    let anchors = world.anchors();
    let mut evidence = Evidence::new();
    let keep = |evidence: &Evidence| {
        let validation = Validation {
            evidence,
            ..Validation::new(&anchors, now())
        };
        let mut kept = Vec::new();
        add_validation_data(Cursor::new(&raised), &mut kept, &validation).map(|()| kept)
    };
    assert!(matches!(
        keep(&evidence),
        Err(RaiseError::TimeStamp {
            reason: Reason::TryLater,
            ..
        } | RaiseError::Chain {
            reason: Reason::TryLater,
            ..
        })
    ));
    world.ask_ocsp(&mut evidence, &world.card.certificate);
    world.ask_ocsp(&mut evidence, &world.stamper);
    let kept = keep(&evidence).unwrap();
    let report = world.check(&kept, &nothing);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    let signer = &report.signers[0];
    assert_eq!(signer.level, Some(SignatureLevel::Lt));
    assert_eq!(signer.proven_signing_time, Some(now()));

    // Who is revoked later has still signed.
    pass(3600);
    let revocation = revocation::Revocation {
        at: clock::seconds(),
        reason: 1,
    };
    world.revoke(&world.card.certificate, Some(revocation));
    let mut later = Evidence::new();
    world.fetch_list(&mut later);
    assert_eq!(world.check(&kept, &later).verdict, Verdict::Valid);
    // Without a proof of its age a signature is of no use then.
    let revoked = world.check(&plain, &later);
    assert_eq!(revoked.verdict, Verdict::CannotTell(Reason::RevokedNoPoe));
}

#[test]
fn responder_and_list_tell_the_same() {
    clock::pretend(Some(1_795_000_000));
    let mut world = World::new();
    let signature = sign_attached(b"What was signed.", &mut world.card, now()).unwrap();
    pass(60);
    let status = |source| {
        let mut evidence = Evidence::new();
        match source {
            StatusSource::Ocsp => world.ask_ocsp(&mut evidence, &world.card.certificate),
            StatusSource::RevocationList => world.fetch_list(&mut evidence),
        }
        world.check(&signature, &evidence).signers[0].chain[0].status
    };
    let sources = [StatusSource::Ocsp, StatusSource::RevocationList];
    for source in sources {
        assert_eq!(
            status(source),
            RevocationStatus::NotRevoked {
                as_of: now(),
                source
            }
        );
    }
    let at = clock::seconds() - 30;
    world.revoke(
        &world.card.certificate,
        Some(revocation::Revocation { at, reason: 4 }),
    );
    for source in sources {
        let RevocationStatus::Revoked {
            reason,
            source: told_by,
            ..
        } = status(source)
        else {
            panic!("{source:?}");
        };
        assert_eq!((reason, told_by), (RevocationReason::Superseded, source));
    }
    world.revoke(&world.card.certificate, None);
    for source in sources {
        assert!(matches!(
            status(source),
            RevocationStatus::NotRevoked { .. }
        ));
    }
    clock::pretend(None);
}
