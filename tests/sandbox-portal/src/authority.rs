//! The sandbox's authorities: keys in `DIR/keys.json`, certificates made from them on demand.
//!
//! The keys are written once; signatures are deterministic, so every run gives the same octets.

use std::collections::BTreeMap;
use std::path::Path;

use kabinet_stb::bign::{Level, PrivateKey};
use kabinet_stb::random::SystemRandom;

use crate::Problem;
use crate::cv;
use crate::x509;

/// The terminal that the identity service shows to cards.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum TerminalKind {
    /// In order.
    Valid,
    /// Its certificate ended years ago.
    Expired,
    /// Its chain ends at a root that no card knows.
    Foreign,
}

/// Name of the root that the cards trust.
const CV_ROOT: &str = "BYCA0000";
/// Name of the authority under it.
const CV_SUBORDINATE: &str = "BYCA1000";
/// Name of the root that no card trusts.
const FOREIGN_ROOT: &str = "BYCA0999";
/// Name of the authority under that.
const FOREIGN_SUBORDINATE: &str = "BYCA1999";

/// All keys of one sandbox.
pub struct Authorities {
    keys: BTreeMap<String, PrivateKey>,
    services: Option<String>,
}

/// The file with the address of the services that tell of revocation.
pub(crate) const SERVICES: &str = "services.txt";

impl Authorities {
    /// Reads the keys below `data`, or makes them.
    ///
    /// # Errors
    /// When the file cannot be read or written, or is not a key file.
    pub fn open(data: &Path) -> Result<Self, Problem> {
        let file = data.join("keys.json");
        let mut stored: BTreeMap<String, String> = match std::fs::read(&file) {
            Ok(octets) => serde_json::from_slice(&octets)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error.into()),
        };
        let mut names: Vec<(String, Level)> = [
            "x509-root",
            "cv-root",
            "cv-subordinate",
            "terminal",
            "foreign-root",
            "foreign-subordinate",
            "documents",
            "ocsp",
            "tsa",
            "ca-agent",
            "ca-ocsp",
            "ra",
            "ra-operator",
        ]
        .map(|name| (name.to_owned(), Level::L128))
        .into();
        names.push(("ca-root".to_owned(), Level::L256));
        // No key is stronger than its issuer's (clause 9.2), so that this one certifies all three levels.
        names.push(("ca-issuing".to_owned(), Level::L256));
        for card in ["citizen", "foreigner", "stateless"] {
            names.push((format!("card-{card}"), Level::L128));
            names.push((format!("esign-{card}"), Level::L128));
        }
        let mut keys = BTreeMap::new();
        let mut changed = false;
        for (name, level) in names {
            let key = match stored.get(&name) {
                Some(text) => {
                    let octets = hex::decode(text).map_err(|_| Problem::KeyFile)?;
                    PrivateKey::from_bytes(level, &octets).map_err(|_| Problem::KeyFile)?
                }
                None => {
                    changed = true;
                    let key = PrivateKey::generate(level, &mut SystemRandom);
                    stored.insert(name.clone(), hex::encode(key.to_secret().expose()));
                    key
                }
            };
            keys.insert(name, key);
        }
        if changed {
            crate::files::write(&file, &serde_json::to_vec_pretty(&stored)?)?;
        }
        let services = match std::fs::read_to_string(data.join(SERVICES)) {
            Ok(address) => Some(address),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        Ok(Self { keys, services })
    }

    /// Address of the services that tell of revocation, where certificates name it.
    #[must_use]
    pub fn services(&self) -> Option<&str> {
        self.services.as_deref()
    }

    /// A key by its name in the file.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn key(&self, name: &str) -> Result<&PrivateKey, Problem> {
        self.keys.get(name).ok_or(Problem::KeyFile)
    }

    /// The X.509 root, DER.
    ///
    /// # Errors
    /// When its key is missing.
    pub fn x509_root(&self) -> Result<Vec<u8>, Problem> {
        let key = self.key("x509-root")?;
        let name = x509::root_name();
        Ok(x509::issue(
            &x509::Contents {
                subject: &name,
                key: &key.public_key(),
                from: "230101000000Z",
                until: "421231235959Z",
                role: x509::Role::Root,
                address: None,
                more: &[],
            },
            &x509::Issuer {
                name: &name,
                key,
                services: None,
            },
        ))
    }

    /// The certificate with which the authority signs documents, DER: issued by the root, or by a
    /// root of the same name that nobody trusts.
    ///
    /// # Errors
    /// When a key is missing.
    pub fn document_certificate(&self, trusted: bool) -> Result<Vec<u8>, Problem> {
        let root = if trusted { "x509-root" } else { "foreign-root" };
        Ok(x509::issue(
            &x509::Contents {
                subject: &x509::authority_name(),
                key: &self.key("documents")?.public_key(),
                from: "250101000000Z",
                until: "401231235959Z",
                role: x509::Role::Authority,
                address: None,
                more: &[],
            },
            &x509::Issuer {
                name: &x509::root_name(),
                key: self.key(root)?,
                services: self.services(),
            },
        ))
    }

    /// The certificate of who tells of revocation, DER.
    ///
    /// # Errors
    /// When a key is missing.
    pub fn responder_certificate(&self) -> Result<Vec<u8>, Problem> {
        self.service_certificate("ocsp", "Sandbox OCSP", x509::Role::Responder)
    }

    /// The certificate of the time-stamping authority, DER.
    ///
    /// # Errors
    /// When a key is missing.
    pub fn stamper_certificate(&self) -> Result<Vec<u8>, Problem> {
        self.service_certificate("tsa", "Sandbox TSA", x509::Role::Stamper)
    }

    /// The root of the certification authority that enrols, DER. Its key and that of the issuing
    /// authority are of level 256, those of persons of any level.
    ///
    /// # Errors
    /// When its key is missing.
    pub fn ca_root(&self) -> Result<Vec<u8>, Problem> {
        let name = x509::service_name("Sandbox Root CA 2");
        self.certificate(&name, "ca-root", x509::Role::Root, (&name, "ca-root"))
    }

    /// The authority that issues certificates, DER.
    ///
    /// # Errors
    /// When a key is missing.
    pub fn ca_issuing(&self) -> Result<Vec<u8>, Problem> {
        let root = x509::service_name("Sandbox Root CA 2");
        let role = x509::Role::Issuing;
        self.certificate(
            &Self::issuing_name(),
            "ca-issuing",
            role,
            (&root, "ca-root"),
        )
    }

    /// Name of the authority that issues certificates.
    #[must_use]
    pub fn issuing_name() -> Vec<u8> {
        x509::service_name("Sandbox Issuing CA")
    }

    /// A certificate that the issuing authority gave to one of its own, DER: `ca-agent` signs its
    /// answers, `ca-ocsp` tells of revocation, `ra` is a registration authority, `ra-operator` works
    /// for it.
    ///
    /// # Errors
    /// When a key is missing.
    pub fn enrolment_certificate(&self, key: &str) -> Result<Vec<u8>, Problem> {
        let (name, role) = match key {
            "ca-agent" => ("Sandbox CA agent", x509::Role::Agent),
            "ca-ocsp" => ("Sandbox CA OCSP", x509::Role::Responder),
            "ra" => ("Sandbox RA", x509::Role::Registration),
            _ => ("Sandbox RA operator", x509::Role::Operator),
        };
        let issuing = Self::issuing_name();
        let subject = x509::service_name(name);
        self.certificate(&subject, key, role, (&issuing, "ca-issuing"))
    }

    fn certificate(
        &self,
        subject: &[u8],
        key: &str,
        role: x509::Role,
        (issuer, issuer_key): (&[u8], &str),
    ) -> Result<Vec<u8>, Problem> {
        Ok(x509::issue(
            &x509::Contents {
                subject,
                key: &self.key(key)?.public_key(),
                from: "250101000000Z",
                until: "401231235959Z",
                role,
                address: None,
                more: &[],
            },
            &x509::Issuer {
                name: issuer,
                key: self.key(issuer_key)?,
                services: self.services().filter(|_| issuer_key == "x509-root"),
            },
        ))
    }

    fn service_certificate(
        &self,
        key: &str,
        name: &str,
        role: x509::Role,
    ) -> Result<Vec<u8>, Problem> {
        let subject = x509::service_name(name);
        self.certificate(&subject, key, role, (&x509::root_name(), "x509-root"))
    }

    /// The self-signed CV certificate that goes into every card.
    ///
    /// # Errors
    /// When its key is missing.
    pub fn cv_root(&self) -> Result<Vec<u8>, Problem> {
        self.cv_certificate(CV_ROOT, "cv-root", CV_ROOT, "cv-root", "230101", "421231")
    }

    /// The chain that goes to the card: subordinate authority first, terminal last.
    ///
    /// # Errors
    /// When a key is missing.
    pub fn terminal_chain(&self, kind: TerminalKind) -> Result<Vec<Vec<u8>>, Problem> {
        let (root, subordinate) = match kind {
            TerminalKind::Foreign => (
                (FOREIGN_ROOT, "foreign-root"),
                (FOREIGN_SUBORDINATE, "foreign-subordinate"),
            ),
            _ => ((CV_ROOT, "cv-root"), (CV_SUBORDINATE, "cv-subordinate")),
        };
        // A card without a clock takes the latest first day in the chain for today at the least,
        // so the expired terminal ended before its authority began.
        let (from, until) = match kind {
            TerminalKind::Expired => ("230601", "240531"),
            _ => ("250201", "351231"),
        };
        Ok(vec![
            self.cv_certificate(
                root.0,
                root.1,
                subordinate.0,
                subordinate.1,
                "250101",
                "401231",
            )?,
            self.cv_certificate(
                subordinate.0,
                subordinate.1,
                "KABINETSBOX1",
                "terminal",
                from,
                until,
            )?,
        ])
    }

    /// The certificate with which a card proves itself; issued by the subordinate authority.
    ///
    /// # Errors
    /// When a key is missing.
    pub fn card_certificate(
        &self,
        card: &str,
        serial: &str,
        from: &str,
        until: &str,
    ) -> Result<Vec<u8>, Problem> {
        Ok(cv::issue(
            &cv::Contents {
                authority: CV_SUBORDINATE,
                holder: serial,
                key: &self.key(&format!("card-{card}"))?.public_key(),
                rights: cv::NO_RIGHTS,
                from,
                until,
            },
            self.key("cv-subordinate")?,
        ))
    }

    fn cv_certificate(
        &self,
        authority: &str,
        authority_key: &str,
        holder: &str,
        holder_key: &str,
        from: &str,
        until: &str,
    ) -> Result<Vec<u8>, Problem> {
        Ok(cv::issue(
            &cv::Contents {
                authority,
                holder,
                key: &self.key(holder_key)?.public_key(),
                rights: if holder_key == "terminal" {
                    cv::TERMINAL_RIGHTS
                } else {
                    cv::ALL_RIGHTS
                },
                from,
                until,
            },
            self.key(authority_key)?,
        ))
    }
}
