//! Broken and hostile files, each with its exact verdict: a table, so that a failure says which file
//! was taken for what.

mod chains;
mod formats;
mod revocations;
mod stamps;

use std::{collections::BTreeSet, io::Cursor};

use kabinet_pki::{Evidence, RevocationChecking, Time, TrustAnchors, Validation, verify};

use super::{
    authority::{Identity, Spec, now},
    message::Message,
    services::{responder_spec, stamper_spec},
};

pub const ROOT: &str = "Test Root";
pub const PASSED: &str = "TOTAL-PASSED";
pub const FORMAT: &str = "TOTAL-FAILED/FORMAT_FAILURE";
pub const HASH: &str = "TOTAL-FAILED/HASH_FAILURE";
pub const CRYPTO: &str = "TOTAL-FAILED/SIG_CRYPTO_FAILURE";
pub const NO_CERTIFICATE: &str = "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND";
pub const NO_CHAIN: &str = "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND";
pub const CHAIN: &str = "INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE";
pub const GENERAL: &str = "INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE";
pub const WEAK: &str = "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE";
pub const CONSTRAINTS: &str = "INDETERMINATE/SIG_CONSTRAINTS_FAILURE";
pub const OUT_OF_BOUNDS: &str = "INDETERMINATE/OUT_OF_BOUNDS_NO_POE";
pub const NOT_YET_VALID: &str = "INDETERMINATE/NOT_YET_VALID";
pub const TRY_LATER: &str = "INDETERMINATE/TRY_LATER";
pub const REVOKED_NO_POE: &str = "INDETERMINATE/REVOKED_NO_POE";

/// A file, what is known beside it, and what a check of it has to find.
pub struct Case {
    name: &'static str,
    expected: &'static str,
    signature: Vec<u8>,
    content: Option<Vec<u8>>,
    anchors: TrustAnchors,
    evidence: Evidence,
    at: Time,
    revocation: RevocationChecking,
}

impl Case {
    pub fn new(
        name: &'static str,
        expected: &'static str,
        signature: Vec<u8>,
        root: &Identity,
    ) -> Self {
        Self {
            name,
            expected,
            signature,
            content: None,
            anchors: root.anchors(),
            evidence: Evidence::new(),
            at: now(),
            revocation: RevocationChecking::WhereKnown,
        }
    }

    pub fn beside(mut self, content: &[u8]) -> Self {
        self.content = Some(content.to_vec());
        self
    }

    pub fn at(mut self, year: u16, month: u8, day: u8) -> Self {
        self.at = Time::new(year, month, day, 12, 0, 0).unwrap();
        self
    }

    /// A certificate that is at hand beside the signature, as one that was fetched.
    pub fn certificate(mut self, der: &[u8]) -> Self {
        self.evidence.add_certificate(der).unwrap();
        self
    }

    pub fn list(mut self, der: &[u8]) -> Self {
        self.evidence.add_revocation_list(der).unwrap();
        self
    }

    pub fn response(mut self, der: &[u8]) -> Self {
        self.evidence.add_ocsp_response(der).unwrap();
        self
    }

    /// Nothing passes of which it is not known that it was not revoked.
    pub fn strictly(mut self) -> Self {
        self.revocation = RevocationChecking::Required;
        self
    }

    /// What the check found when it is not what was expected.
    fn failure(&self) -> Option<String> {
        let validation = Validation {
            evidence: &self.evidence,
            revocation: self.revocation,
            ..Validation::new(&self.anchors, self.at)
        };
        let mut content = self.content.as_deref();
        let content = content
            .as_mut()
            .map(|content| content as &mut dyn std::io::Read);
        let report = verify(Cursor::new(&self.signature), content, &validation).unwrap();
        let found = report.verdict.to_string();
        (found != self.expected).then(|| {
            let stamps = report.signers.iter().flat_map(|one| &one.time_stamps);
            let stamps: Vec<_> = stamps.map(|one| (one.verdict, one.detail)).collect();
            format!(
                "{}: {found} ({}) instead of {}; stamps {stamps:?}",
                self.name,
                report.detail.unwrap_or("no detail"),
                self.expected
            )
        })
    }
}

/// A root, a person, and those who tell of revocation and time.
pub struct World {
    pub root: Identity,
    pub person: Identity,
    pub stamper: Identity,
    pub responder: Identity,
}

impl World {
    pub fn new() -> Self {
        let root = Identity::root(&Spec::authority(ROOT));
        Self {
            person: root.issue(&Spec::person("ADAM MITSKEVICH")),
            stamper: root.issue(&stamper_spec("Stamper")),
            responder: root.issue(&responder_spec("Responder")),
            root,
        }
    }

    /// What the person honestly signs.
    pub fn message(&self) -> Message {
        Message::of(&self.person, ROOT)
    }

    pub fn signed(&self) -> Vec<u8> {
        self.message().sign(&self.person.key)
    }

    /// A case of a file by the person.
    pub fn case(&self, name: &'static str, expected: &'static str, signature: Vec<u8>) -> Case {
        Case::new(name, expected, signature, &self.root)
    }
}

#[test]
fn every_file_gets_its_verdict() {
    let cases: Vec<_> = [
        formats::cases(),
        chains::cases(),
        revocations::cases(),
        stamps::cases(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let names: BTreeSet<_> = cases.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases.len(), "a name is there twice");
    let negative = cases.iter().filter(|case| case.expected != PASSED).count();
    println!("{} files, {negative} of which must not pass", cases.len());
    assert!(negative >= 60);
    let failures: Vec<_> = cases.iter().filter_map(Case::failure).collect();
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}
