//! Broken and hostile files, each with its exact verdict: a table, so that a failure says which file
//! was taken for what.

mod chains;
mod encodings;
mod foreign;
mod formats;
mod levels;
mod points;
mod revocations;
mod stamps;

use std::{collections::BTreeSet, io::Cursor};

use kabinet_pki::{
    Evidence, RevocationChecking, SignatureLevel, Time, TrustAnchors, Validation, verify,
};

use super::{
    authority::{Identity, Spec, now},
    message::Message,
    services::{responder_spec, stamper_spec},
};

pub const ROOT: &str = "Test Root";
pub const PASSED: Expected = verdict("TOTAL-PASSED");
pub const HASH: Expected = verdict("TOTAL-FAILED/HASH_FAILURE");
pub const CRYPTO: Expected = verdict("TOTAL-FAILED/SIG_CRYPTO_FAILURE");
pub const NO_CERTIFICATE: Expected = verdict("INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND");
pub const NO_CHAIN: Expected = verdict("INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND");
pub const WEAK: Expected = verdict("INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE");
pub const CONSTRAINTS: Expected = verdict("INDETERMINATE/SIG_CONSTRAINTS_FAILURE");
pub const OUT_OF_BOUNDS: Expected = verdict("INDETERMINATE/OUT_OF_BOUNDS_NO_POE");
pub const NOT_YET_VALID: Expected = verdict("INDETERMINATE/NOT_YET_VALID");
pub const TRY_LATER: Expected = verdict("INDETERMINATE/TRY_LATER");
pub const REVOKED_NO_POE: Expected = verdict("INDETERMINATE/REVOKED_NO_POE");

/// What a check has to find.
#[derive(Clone, Copy)]
pub struct Expected {
    verdict: &'static str,
    /// Why, where much else has the same verdict: a file must not fail for another reason.
    detail: Option<&'static str>,
}

pub const fn verdict(verdict: &'static str) -> Expected {
    Expected {
        verdict,
        detail: None,
    }
}

const fn because(verdict: &'static str, detail: &'static str) -> Expected {
    Expected {
        verdict,
        detail: Some(detail),
    }
}

pub const fn format(detail: &'static str) -> Expected {
    because("TOTAL-FAILED/FORMAT_FAILURE", detail)
}

/// It may be a signature, but not one that is read here.
pub const fn not_read(detail: &'static str) -> Expected {
    because("INDETERMINATE/FORMAT_NOT_READ", detail)
}

pub const fn chain(detail: &'static str) -> Expected {
    because("INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE", detail)
}

pub const fn general(detail: &'static str) -> Expected {
    because("INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE", detail)
}

/// A file, what is known beside it, and what a check of it has to find.
pub struct Case {
    name: &'static str,
    expected: Expected,
    /// What the check of its one time stamp has to find.
    stamp: Option<Expected>,
    /// The level that its one signer has reached, where that is the question.
    level: Option<SignatureLevel>,
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
        expected: Expected,
        signature: Vec<u8>,
        root: &Identity,
    ) -> Self {
        Self {
            name,
            expected,
            stamp: None,
            level: None,
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

    /// The one time stamp proves nothing, for this reason.
    pub fn stamped_badly(mut self, found: Expected) -> Self {
        self.stamp = Some(found);
        self
    }

    /// Its one signer has reached this level.
    pub fn reaching(mut self, level: SignatureLevel) -> Self {
        self.level = Some(level);
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
        let stamps = report.signers.iter().flat_map(|one| &one.time_stamps);
        let stamps: Vec<_> = stamps
            .map(|one| (one.verdict.to_string(), one.detail))
            .collect();
        let levels: Vec<_> = report.signers.iter().map(|one| one.level).collect();
        let Expected { verdict, detail } = self.expected;
        let is_right = found == verdict
            && (detail.is_none() || detail == report.detail)
            && (self.level.is_none() || matches!(levels[..], [level] if level == self.level))
            && self.stamp.is_none_or(|stamp| {
                matches!(&stamps[..], [(verdict, fault)] if verdict == stamp.verdict && *fault == stamp.detail)
            });
        (!is_right).then(|| {
            format!(
                "{}: {found} ({}) instead of {verdict} ({}, {}); stamps {stamps:?}, levels {levels:?} instead of {:?}",
                self.name,
                report.detail.unwrap_or("no detail"),
                detail.unwrap_or("any detail"),
                self.stamp
                    .and_then(|stamp| stamp.detail)
                    .unwrap_or("any stamps"),
                self.level,
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
    pub fn case(&self, name: &'static str, expected: Expected, signature: Vec<u8>) -> Case {
        Case::new(name, expected, signature, &self.root)
    }
}

#[test]
fn every_file_gets_its_verdict() {
    let cases: Vec<_> = [
        encodings::cases(),
        formats::cases(),
        chains::cases(),
        revocations::cases(),
        stamps::cases(),
        levels::cases(),
        points::cases(),
        foreign::cases(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let names: BTreeSet<_> = cases.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases.len(), "a name is there twice");
    let negative = cases
        .iter()
        .filter(|case| case.expected.verdict != PASSED.verdict)
        .count();
    println!("{} files, {negative} of which must not pass", cases.len());
    assert!(negative >= 60);
    let failures: Vec<_> = cases.iter().filter_map(Case::failure).collect();
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}
