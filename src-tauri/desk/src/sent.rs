//! What was sent, to be read again: answers and files of an application, and files of a letter,
//! whether sent from here, from another computer or from the web. What is not here comes from the
//! portal when it is asked for, and is believed only as what the person signed.

use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use kabinet_cache::StoreError;
use kabinet_pki::certificate::Summary;
use kabinet_pki::{TrustAnchors, Validation, Verdict};
use kabinet_portal::Portal as _;
use kabinet_records::{Applicant, Application, Attachment, Draft, Form, Holder, Manifest, form};
use serde_json::json;
use uuid::Uuid;

use crate::applying::{read, read_letter};
use crate::draft_files::Fetched;
use crate::drafting::parse_id;
use crate::files::write_beside;
use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::view::{DraftView, LineView, SentView};
use crate::{Desk, Outcome, attaching, prefilling, signing};

/// Most octets of a signature with its manifest.
const LARGEST: usize = 6 * 1024 * 1024;
/// How long a new draft waits for earlier applications.
const PATIENCE: Duration = Duration::from_secs(3);

impl Desk {
    /// As [`Desk::new_draft`], with the newest earlier applications fetched first that were sent from
    /// elsewhere, so that the draft is filled in from them too. Without a network it begins without.
    ///
    /// # Errors
    /// As [`Desk::new_draft`]; `cancelled` when the store was closed meanwhile.
    pub async fn begin_draft(&self, procedure_id: &str) -> Outcome<DraftView> {
        let fetching = self.unless_left(async {
            self.fetch_earlier().await;
            Ok(())
        });
        match tokio::time::timeout(PATIENCE, fetching).await {
            Ok(fetched) => fetched?,
            Err(_) => tracing::info!("earlier applications take too long to come"),
        }
        self.new_draft(procedure_id)
    }

    async fn fetch_earlier(&self) {
        let missing = self.with_store(|store| {
            let mut missing = Vec::new();
            for application in store.newest_applications(prefilling::EARLIER)? {
                if store.signed_copy(application.id)?.is_none() {
                    missing.push(application);
                }
            }
            Ok(missing)
        });
        for application in missing.unwrap_or_default() {
            if let Err(problem) = self.fetch_copy(&application).await {
                tracing::info!(
                    code = problem.code.name(),
                    "an earlier application stays away"
                );
                if problem.is_retryable() {
                    break;
                }
            }
        }
    }

    /// What an application says, answer by answer, and its files.
    ///
    /// # Errors
    /// `application_not_found`; `copy_not_genuine` when what the portal has is not what the person
    /// signed; `no_trust_anchors`; what keeps the portal from answering.
    pub async fn sent_application(&self, id: &str) -> Outcome<SentView> {
        let id = parse_id(id, Code::ApplicationNotFound)?;
        let application = self.with_store(|store| match store.application(id) {
            Err(StoreError::NotFound) => Err(Code::ApplicationNotFound.into()),
            other => Ok(other?),
        })?;
        self.unless_left(self.fetch_copy(&application)).await?;
        let manifest = read(&self.signed_content(id)?)?;
        Ok(SentView {
            lines: self.lines_of(&manifest)?,
            away: self.away(&manifest.attachments)?,
            attachments: attaching::views(&manifest.attachments),
            created: manifest.created.to_string(),
        })
    }

    /// Writes a file of an application or a letter that was sent into a folder, under its name;
    /// nothing that is there is overwritten. One that is no longer here is fetched. Gives the path.
    ///
    /// # Errors
    /// `application_not_found` for what was not sent or names no such file; `attachment_gone` when
    /// the portal does not have it either; `file_unreadable`, `read_only`, `disk_full`; what keeps the
    /// portal from answering.
    pub async fn save_sent_file(&self, id: &str, hash: &str, folder: &Path) -> Outcome<PathBuf> {
        let id = parse_id(id, Code::ApplicationNotFound)?;
        let octets = self.signed_content(id)?;
        let (application, files) = read(&octets)
            .map(|manifest| (id, manifest.attachments))
            .or_else(|_| {
                read_letter(&octets).map(|letter| (letter.application, letter.attachments))
            })?;
        let file = files.into_iter().find(|file| file.hash == hash);
        let file = file.ok_or(Code::ApplicationNotFound)?;
        if !self.away(std::slice::from_ref(&file))?.is_empty() {
            self.fetch_sent(application, &file).await?;
        }
        let path = free_path(folder, &crate::attachment::sanitised(&file.name));
        write_beside(&path, |target| {
            let mut at = 0;
            while at < file.size {
                let octets = self.with_store(|store| Ok(store.read_attachment(hash, at)?))?;
                if octets.is_empty() {
                    return Err(Code::AttachmentGone.into());
                }
                target
                    .write_all(&octets)
                    .map_err(|error| file_problem(&error))?;
                at += octets.len() as u64;
            }
            Ok(())
        })?;
        Ok(path)
    }

    async fn fetch_sent(&self, application: Uuid, file: &Attachment) -> Outcome {
        // One file at a time comes in.
        self.hurry.notify_waiters();
        self.unless_left(self.fetch_sent_alone(application, file))
            .await
    }

    async fn fetch_sent_alone(&self, application: Uuid, file: &Attachment) -> Outcome {
        let area = self.personal_area()?;
        let _alone = self.passing.lock().await;
        let now = self.now();
        let files = std::slice::from_ref(file);
        self.with_store(|store| Ok(store.keep_sent(application, files, now)?))?;
        match self.fetch(&area, file).await? {
            Fetched::Whole => Ok(()),
            Fetched::Absent => {
                Err(Problem::new(Code::AttachmentGone).with("name", file.name.clone()))
            }
            Fetched::Refused(problem) => Err(problem),
            Fetched::Unreachable(error) => Err(error.into()),
        }
    }

    /// Hashes of those files whose octets are not here.
    fn away(&self, files: &[Attachment]) -> Outcome<Vec<String>> {
        self.with_store(|store| {
            let away = files
                .iter()
                .filter(|file| store.attachment_size(&file.hash).ok() != Some(file.size));
            Ok(away.map(|file| file.hash.clone()).collect())
        })
    }

    /// What was signed as that application or letter.
    fn signed_content(&self, id: Uuid) -> Outcome<Vec<u8>> {
        let cms = self.with_store(|store| {
            let copy = store.signed_copy(id)?;
            Ok(copy.ok_or(Code::ApplicationNotFound)?)
        })?;
        kabinet_pki::content(&cms).map_err(|error| Problem::new(Code::Internal).because(error))
    }

    /// Fetches the signed copy of an application that was sent from elsewhere, and keeps it when it is
    /// what this person signed.
    async fn fetch_copy(&self, application: &Application) -> Outcome {
        let id = application.id;
        if self.with_store(|store| Ok(store.signed_copy(id)?.is_some()))? {
            return Ok(());
        }
        let name = application.signature_blob_id.as_deref();
        let name = name.ok_or(Code::ApplicationNotFound)?;
        let cms = self.personal_area()?.blob(name, LARGEST).await?;
        self.check_copy(&cms, application)?;
        self.with_store(|store| Ok(store.keep_signed_copy(id, &cms)?))
    }

    /// Whether the octets are that application, signed, and by this person.
    fn check_copy(&self, cms: &[u8], application: &Application) -> Outcome {
        let anchors = self.trust_anchors()?;
        // The certificate may have ended since: it had not when the portal took the application.
        let at = signing::time(application.submitted_at)?;
        let mut survey =
            |validation: &Validation<'_>| kabinet_pki::survey(Cursor::new(cms), validation);
        let learnt = self.recall(&mut survey, &anchors, at);
        // Nobody is asked, so what is not known of the certificate does no harm.
        let validation = Validation {
            evidence: &learnt.map_err(|error| file_problem(&error))?.evidence,
            ..Validation::new(&anchors, at)
        };
        let report = kabinet_pki::verify(Cursor::new(cms), None, &validation)
            .map_err(|error| file_problem(&error))?;
        if report.verdict != Verdict::Valid {
            return Err(
                Problem::new(Code::CopyNotGenuine).because(report.detail.unwrap_or_default())
            );
        }
        let not_genuine = |why: &str| Problem::new(Code::CopyNotGenuine).because(why.to_owned());
        let person = self.with_store(|store| Ok(store.person()?.ok_or(Code::NoStore)?))?;
        let [signer] = report.signers.as_slice() else {
            return Err(not_genuine("not signed by one person"));
        };
        if !signer
            .certificate
            .as_ref()
            .is_some_and(|one| self.is_own(one, &person.holder))
        {
            return Err(not_genuine("signed by somebody else"));
        }
        let content = kabinet_pki::content(cms).map_err(|_| not_genuine("no content"))?;
        let manifest =
            Manifest::parse_canonical(&content).map_err(|_| not_genuine("not a manifest"))?;
        if manifest.application != application.id {
            return Err(not_genuine("another application"));
        }
        let ours = Applicant {
            name: person.holder.display_name(),
            personal_number: person.holder.personal_number.clone(),
        };
        if is_same(&ours, &manifest.applicant) {
            Ok(())
        } else {
            Err(not_genuine("another applicant"))
        }
    }

    /// Whether the certificate is of the person's card, by its number (DG1; STB 34.101.78, clause 6.3),
    /// or of an earlier one, which was seen here or has their name. Who did not share the number is
    /// known by what was signed alone.
    fn is_own(&self, certificate: &Summary, holder: &Holder) -> bool {
        let is_noted = || {
            let mut noted = self.noted_certificates().into_iter();
            noted.any(|(serial, _)| serial == certificate.serial_number)
        };
        holder.serial_number.as_ref().is_none_or(|number| {
            certificate.subject_serial_number.as_ref() == Some(number)
                || is_noted()
                || is_named(&certificate.subject, holder)
        })
    }

    /// The trust anchors, without which nothing can be believed.
    ///
    /// # Errors
    /// `no_trust_anchors` without any; `file_unreadable`.
    fn trust_anchors(&self) -> Outcome<TrustAnchors> {
        let anchors = self.anchors()?;
        if anchors.is_empty() {
            return Err(Code::NoTrustAnchors.into());
        }
        Ok(anchors)
    }

    /// The answers as people read them, by the form that they were given in where it is still known.
    fn lines_of(&self, manifest: &Manifest) -> Outcome<Vec<LineView>> {
        let draft = Draft {
            id: manifest.application,
            procedure_id: manifest.procedure.id.clone(),
            procedure_version: manifest.procedure.version,
            data: manifest.data.clone(),
            prefilled: std::collections::BTreeMap::new(),
            attachments: Vec::new(),
            changed_at: Timestamp::UNIX_EPOCH,
        };
        let form = self
            .form_of_draft(&draft)
            .ok()
            .filter(|procedure| procedure.version == manifest.procedure.version)
            .map(|procedure| procedure.form);
        // By a form without fields, each answer has its pointer for a label.
        let form = form.unwrap_or_else(|| Form {
            schema: json!({}),
            ui: json!({}),
        });
        Ok(form::lines(&form, &manifest.data, &manifest.attachments)
            .into_iter()
            .map(|line| LineView {
                path: line.path,
                group: line.group.map(Into::into),
                label: line.label.into(),
                value: line.value.into(),
            })
            .collect())
    }
}

/// Whether the applicant is that person: by the personal number, or by the name where one of them
/// does not tell it.
fn is_same(ours: &Applicant, theirs: &Applicant) -> bool {
    match (&ours.personal_number, &theirs.personal_number) {
        (Some(ours), Some(theirs)) => ours == theirs,
        _ => !ours.name.is_empty() && ours.name == theirs.name,
    }
}

/// A path in the folder where nothing is yet.
/// Whether a certificate's common name is made of the person's own and family name, in whatever
/// language and order.
fn is_named(common_name: &str, holder: &Holder) -> bool {
    let words = |text: &str| -> BTreeSet<String> {
        text.split_whitespace().map(str::to_uppercase).collect()
    };
    let name = words(common_name);
    holder.family_name.iter().any(|(language, family)| {
        let given = holder.given_name.get(language);
        given.is_some_and(|given| !name.is_empty() && name == words(&format!("{given} {family}")))
    })
}

fn free_path(folder: &Path, name: &str) -> PathBuf {
    let first = folder.join(name);
    if !first.exists() {
        return first;
    }
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    (2_u32..)
        .map(|number| folder.join(format!("{stem} ({number}).{ending}")))
        .find(|path| !path.exists())
        .unwrap_or(first)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    use kabinet_cache::Person;
    use kabinet_pki::certificate::Certificate;
    use kabinet_pki::{Signer, add_signature, sign_attached};
    use kabinet_records::{ProcedureReference, Status};
    use kabinet_stb::{Secret, bign, oid, tlv};

    use super::*;
    use crate::fixtures::known_key;
    use crate::keys::certificate_view;
    use crate::signing::KEY;
    use crate::{Passphrases, Profile};

    /// Number of the document that the certificate of the known key names.
    const NUMBER: &str = "PASBY-MP0112358";

    /// A key whose certificate is of OpenSSL.
    struct Known {
        key: bign::PrivateKey,
        certificate: Vec<u8>,
    }

    impl Known {
        fn new() -> Self {
            let info = known_key("signer.p8");
            let fields = tlv::children(tlv::read_only(0x30, &info).unwrap()).unwrap();
            Self {
                key: bign::PrivateKey::from_bytes(bign::Level::L128, fields[2].value).unwrap(),
                certificate: known_key("signer.cer"),
            }
        }
    }

    impl Signer for Known {
        type Error = Infallible;

        fn certificate(&self) -> &[u8] {
            &self.certificate
        }

        fn sign(&mut self, hash: &[u8]) -> Result<Vec<u8>, Infallible> {
            Ok(self.key.sign_hash(oid::BELT_HASH, hash))
        }
    }

    /// A desk that trusts the root of the known key, and the store of the person with that number.
    fn desk_of(number: Option<&str>) -> (tempfile::TempDir, Desk) {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::open(dir.path()).unwrap();
        std::fs::create_dir_all(profile.trust_dir()).unwrap();
        let root = profile.trust_dir().join("root.cer");
        std::fs::write(root, known_key("root.cer")).unwrap();
        let desk = Desk::open(profile).unwrap();
        let person = Person {
            portal: "https://portal.example/".into(),
            subject: "opaque".into(),
            holder: Holder {
                serial_number: number.map(str::to_owned),
                personal_number: Some("4210587A001PB5".to_owned()),
                ..Holder::default()
            },
        };
        let secret = |text: &str| Secret::new(text.as_bytes().to_vec());
        let passphrase = secret("correct horse battery staple");
        desk.keep_sign_in(
            &person,
            &secret("session"),
            Passphrases::either(&passphrase),
            0,
        )
        .unwrap();
        (dir, desk)
    }

    fn sent(id: u128) -> Application {
        Application {
            id: Uuid::from_u128(id),
            procedure_id: "2.2".to_owned(),
            procedure_version: 1,
            registration_number: "1".to_owned(),
            status: Status::Registered,
            submitted_at: "2026-12-01T10:00:00Z".parse().unwrap(),
            history: Vec::new(),
            deadline: None,
            signature_blob_id: None,
        }
    }

    /// What the known key signs as the application of whoever has that personal number.
    fn copy(id: u128, personal_number: &str) -> Vec<u8> {
        let at: Timestamp = "2026-12-01T09:59:00Z".parse().unwrap();
        let manifest = Manifest::new(
            Uuid::from_u128(id),
            ProcedureReference {
                id: "2.2".to_owned(),
                version: 1,
            },
            applicant("АДАМ", Some(personal_number)),
            json!({}),
            at,
        );
        let content = manifest.to_canonical().unwrap();
        sign_attached(&content, &mut Known::new(), signing::time(at).unwrap()).unwrap()
    }

    #[track_caller]
    fn expect_refused(desk: &Desk, cms: &[u8], why: &str) {
        let problem = desk.check_copy(cms, &sent(7)).unwrap_err();
        assert_eq!(problem.code, Code::CopyNotGenuine);
        assert!(problem.to_string().contains(why), "{problem}");
    }

    #[test]
    fn a_copy_is_the_persons_by_their_certificate_too() {
        let (_dir, desk) = desk_of(Some(NUMBER));
        let own = copy(7, "4210587A001PB5");
        desk.check_copy(&own, &sent(7)).unwrap();
        expect_refused(&desk, &copy(8, "4210587A001PB5"), "another application");
        expect_refused(&desk, &copy(7, "3010190A003PB9"), "another applicant");
        let mut changed = own.clone();
        *changed.last_mut().unwrap() ^= 1;
        expect_refused(&desk, &changed, "does not verify");

        let (_dir, not_shared) = desk_of(None);
        not_shared.check_copy(&own, &sent(7)).unwrap();
    }

    /// Somebody else can sign that it is this person who applies, but not as this person.
    #[test]
    fn a_copy_by_somebody_else_is_none() {
        let (_dir, desk) = desk_of(Some("IDCBY-590082394654"));
        let theirs = copy(7, "4210587A001PB5");
        expect_refused(&desk, &theirs, "signed by somebody else");

        // One of an earlier card of the person, which was seen here.
        let certificate = Certificate::from_der(&known_key("signer.cer")).unwrap();
        let mut seen = certificate_view(KEY, certificate.summary().clone(), desk.now());
        seen.subject_serial_number = Some("IDCBY-590082394654".to_owned());
        desk.remember_certificate(&seen);
        desk.check_copy(&theirs, &sent(7)).unwrap();
    }

    #[test]
    fn an_earlier_card_is_known_by_the_name() {
        let names = |name: &str| BTreeMap::from([("latin".to_owned(), name.to_owned())]);
        let holder = Holder {
            given_name: names("Adam"),
            family_name: names("Mitskevich"),
            ..Holder::default()
        };
        for (name, theirs) in [
            ("ADAM MITSKEVICH", true),
            ("Mitskevich Adam", true),
            ("ADAM", false),
            ("EVA MITSKEVICH", false),
            ("ADAM MITSKEVICH JUNIOR", false),
            ("", false),
        ] {
            assert_eq!(is_named(name, &holder), theirs, "{name}");
        }
        assert!(!is_named("", &Holder::default()));
    }

    #[test]
    fn a_copy_that_two_signed_is_none() {
        let (_dir, desk) = desk_of(Some(NUMBER));
        let own = copy(7, "4210587A001PB5");
        let at = signing::time("2026-12-01T09:59:30Z".parse().unwrap()).unwrap();
        let mut twice = Vec::new();
        add_signature(Cursor::new(&own), None, &mut twice, &mut Known::new(), at).unwrap();
        expect_refused(&desk, &twice, "not signed by one person");
    }

    fn applicant(name: &str, number: Option<&str>) -> Applicant {
        Applicant {
            name: BTreeMap::from([("be".to_owned(), name.to_owned())]),
            personal_number: number.map(str::to_owned),
        }
    }

    #[test]
    fn the_personal_number_tells_persons_apart() {
        let ours = applicant("АЛЕНА", Some("4210587A001PB5"));
        assert!(is_same(&ours, &applicant("АЛЁНА", Some("4210587A001PB5"))));
        assert!(!is_same(&ours, &applicant("АЛЕНА", Some("3010190A003PB9"))));
        assert!(is_same(&ours, &applicant("АЛЕНА", None)));
        assert!(!is_same(&ours, &applicant("ІВАН", None)));
        assert!(!is_same(&Applicant::default(), &Applicant::default()));
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let first = free_path(folder.path(), "scan.pdf");
        std::fs::write(&first, b"").unwrap();
        let second = free_path(folder.path(), "scan.pdf");
        assert_eq!(second, folder.path().join("scan (2).pdf"));
    }
}
