//! Registration and certification authority, who tells of revocation, and who tells the time
//! (STB 34.101.78 and the standards that it profiles).

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};

use super::{
    FORM, Route, Shared, answered, fields, get, json, named, plain, post, problem as a_problem,
};
use crate::portal::lock;
use crate::reply::{Reply, broken, octets, problem, reply};
use crate::{ca, registration, revocation, stamping, work};

const CMS: &str = "application/cms";
const OCSP_REQUEST: &str = "application/ocsp-request";
const OCSP_RESPONSE: &str = "application/ocsp-response";
const STAMP_QUERY: &str = "application/timestamp-query";
const STAMP_REPLY: &str = "application/timestamp-reply";
const LIST: &str = "application/pkix-crl";
const CERTIFICATE: &str = "application/pkix-cert";

pub(super) fn routes() -> Vec<Route> {
    let mut all = vec![
        get(
            registration::PATH,
            "Where the registration authority is, and whose certificates it gets",
            async |State(portal): Shared| {
                registration::describe(&portal)
                    .map_or_else(|error| broken(&error), |value| reply(200, &value))
            },
        )
        .gives(200, json("Registration")),
        post(
            registration::ENROL_PATH,
            "One step of an enrolment by card (Enroll2: STB 34.101.78, clause 9.2)",
            async |State(portal): Shared, body: Bytes| registration::enrol(&portal, &fields(&body)),
        )
        .takes(named(FORM, "EnrolForm"))
        .gives(200, json("EnrolStep"))
        .gives(202, json("Enrolled"))
        .gives(400, json("OAuthError")),
        post(
            registration::RETRIEVE_PATH,
            "What became of an enrolment (Retrieve, asked for the client)",
            async |State(portal): Shared, body: Bytes| {
                registration::retrieve(&portal, &fields(&body))
            },
        )
        .takes(named(FORM, "RetrieveForm"))
        .gives(200, json("Enrolled"))
        .gives(202, json("Enrolled"))
        .gives(400, json("OAuthError")),
        post(
            revocation::OCSP_PATH,
            "Whether certificates were revoked (STB 34.101.26; RFC 6960, appendix A.1)",
            async |State(portal): Shared, body: Bytes| {
                let answer = lock(&portal.revocations).answer(&body, &portal.authorities);
                answered(OCSP_RESPONSE, answer)
            },
        )
        .takes(plain(OCSP_REQUEST))
        .gives(200, plain(OCSP_RESPONSE)),
        post(
            stamping::PATH,
            "A time stamp (STB 34.101.82; RFC 3161, clause 3.4)",
            async |State(portal): Shared, body: Bytes| {
                answered(STAMP_REPLY, stamping::answer(&body, &portal.authorities))
            },
        )
        .takes(plain(STAMP_QUERY))
        .gives(200, plain(STAMP_REPLY)),
        get(
            revocation::LIST_PATH,
            "Revocation list of the root (STB 34.101.19)",
            async |State(portal): Shared| list(&portal, &revocation::ROOT),
        )
        .gives(200, plain(LIST)),
        get(
            ca::LIST_PATH,
            "Revocation list of the certification authority (STB 34.101.19)",
            async |State(portal): Shared| list(&portal, &revocation::ISSUING),
        )
        .gives(200, plain(LIST)),
        get(
            ca::CERTIFICATE_PATH,
            "Certificate of the certification authority (STB 34.101.19)",
            async |State(portal): Shared| answered(CERTIFICATE, portal.authorities.ca_issuing()),
        )
        .gives(200, plain(CERTIFICATE)),
    ];
    let processes = [
        ("/enroll1", "Enroll1: for whom an operator vouches"),
        (
            "/enroll2",
            "Enroll2: for whom a terminal of the card vouches",
        ),
        ("/reenroll", "Reenroll: by the certificate that ends"),
        ("/spawn", "Spawn: another certificate by one that there is"),
        ("/setpwd", "Setpwd: a password for revocation"),
        ("/revoke", "Revoke: by a signature or by the password"),
        ("/retrieve", "Retrieve: what became of a request"),
    ];
    all.extend(processes.map(|(path, what)| process(path, what)));
    all
}

/// A process of BPKI over HTTP (STB 34.101.78, chapters 9 and 10): a message in CMS each way.
fn process(path: &'static str, what: &'static str) -> Route {
    post(path, what, to_authority)
        // The work that is wanted, and when it was done (clause 10.5).
        .with("header", "Date", false)
        .with("header", "Nonce", false)
        .takes(plain(CMS))
        .gives(200, plain(CMS))
        .gives(202, plain(CMS))
        .gives(400, a_problem())
        .gives(403, plain(CMS))
        .gives(408, a_problem())
        .gives(415, a_problem())
        .gives_with(428, &["nonce"], a_problem())
}

fn list(portal: &crate::portal::Portal, issuer: &revocation::Issuer) -> Reply {
    answered(
        LIST,
        lock(&portal.revocations).list(&portal.authorities, issuer),
    )
}

/// A message of a subject to the certification authority, with as much work as it wants.
async fn to_authority(State(portal): Shared, uri: Uri, headers: HeaderMap, body: Bytes) -> Reply {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("content-type") != Some(CMS) {
        return problem(415, "about:blank", "application/cms is wanted");
    }
    let level = lock(&portal.ca).work();
    let node = format!("{}{}", portal.issuer, uri.path());
    if let Some(status) = work::refuse(level, header("date"), header("nonce"), &node, &body) {
        let mut refusal = problem(status, "about:blank", "more work is wanted");
        if status == 428 {
            refusal
                .headers_mut()
                .insert("nonce", u16::from(level).into());
        }
        return refusal;
    }
    let answer = match uri.path() {
        "/retrieve" => ca::retrieve(&portal, &body),
        _ => ca::take_message(&portal, &body),
    };
    match answer {
        Ok((400, _)) => problem(400, "about:blank", "not a BPKIRetrieveReq"),
        Ok((status, message)) => octets(status, CMS, message),
        Err(error) => broken(&error),
    }
}
