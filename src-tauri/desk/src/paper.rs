//! Journey J9, on paper: an application that was signed as pages, with codes by which another copy of
//! this program can check it (`docs/paper.md`).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use kabinet_cache::{OutboxKind, StoreError};
use kabinet_paper::{Code as PaperCode, CodeError, Fact, Part, Sheet};
use kabinet_pki::{Report, Time, Validation, Verdict};
use kabinet_records::{Application, Form, Manifest, Text, form};
use kabinet_stb::hash::belt_hash;
use uuid::Uuid;

use crate::applying::{read, signer_name};
use crate::attaching;
use crate::drafting::parse_id;
use crate::files::write_beside;
use crate::following::{file_name, free_path};
use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::signing_in::hex;
use crate::view::{Language, PaperApplicationView, PaperView, PromptFieldView, TextView};
use crate::visible::{visible, visible_text};
use crate::{Desk, Outcome, scan, signature_speech, signing, speech};

/// Most octets of a file with what was signed.
const LONGEST_CONTENT: u64 = 8 << 20;

/// An application that was signed here.
struct Signed {
    cms: Vec<u8>,
    manifest: Manifest,
    hash: String,
    /// What the portal says of it, once it has it.
    registered: Option<Application>,
}

impl Desk {
    /// An application as a PDF in the person's language. Its signature is checked now.
    ///
    /// # Errors
    /// `application_not_found`; `signed_copy_absent` for one that was signed on another computer;
    /// `no_store`, `store_locked`.
    pub fn paper(&self, id: &str) -> Outcome<Vec<u8>> {
        let signed = self.signed(parse_id(id, Code::ApplicationNotFound)?)?;
        let sheet = self.sheet(&signed)?;
        kabinet_paper::pdf(&sheet).map_err(|error| Problem::new(Code::Internal).because(error))
    }

    /// Writes [`Desk::paper`] into a file; in a folder it gets a name of its own, and nothing that is
    /// there is overwritten. Gives its path.
    ///
    /// # Errors
    /// As [`Desk::paper`]; `file_unreadable`, `read_only`, `disk_full`.
    pub fn save_paper(&self, id: &str, to: &Path) -> Outcome<PathBuf> {
        let octets = self.paper(id)?;
        let path = if to.is_dir() {
            let uuid = parse_id(id, Code::ApplicationNotFound)?;
            let title = self.title_of(&self.procedure_of(Some(uuid))?);
            let name = file_name(title.in_language(self.language()), uuid);
            free_path(to, &name, "application/pdf")
        } else {
            to.to_path_buf()
        };
        write_beside(&path, |target| {
            target
                .write_all(&octets)
                .map_err(|error| file_problem(&error))
        })?;
        Ok(path)
    }

    /// Checks the codes of one paper: each of `given` is the text of a code, or the path of a file
    /// with such texts or with a picture of the paper (PNG, JPEG). `content` is a file with what was
    /// signed, or with the signature around it, for a paper whose codes do not hold it; `trust` a
    /// folder of trust anchors instead of the profile's. No store has to be open; an open one gives
    /// the labels of the answers.
    ///
    /// # Errors
    /// `paper_code_unknown`, `paper_code_newer`, `paper_codes_mixed`, `paper_codes_missing`,
    /// `paper_codes_damaged`; `file_unreadable`.
    pub fn read_paper(
        &self,
        given: &[String],
        content: Option<&Path>,
        trust: Option<&Path>,
    ) -> Outcome<PaperView> {
        let mut texts = Vec::new();
        for word in given {
            texts.extend(texts_of(word)?);
        }
        let cms = kabinet_paper::signature(&texts)?;
        let damaged = |error| Problem::new(Code::PaperCodesDamaged).because(error);
        let hash = kabinet_pki::signed_digest(&cms).map_err(damaged)?;
        let content = match kabinet_pki::content(&cms) {
            Ok(content) => Some(content),
            Err(_) => content.map(content_of).transpose()?,
        };
        let report = self.check(&cms, content.as_deref(), trust)?;
        // What the signature is certainly not over is not shown.
        let application = content
            .filter(|_| !matches!(report.verdict, Verdict::Invalid(_)))
            .and_then(|octets| Manifest::parse_canonical(&octets).ok())
            .map(|manifest| self.view_of_signed(&manifest));
        let certificate = report.signers.first();
        let certificate = certificate.and_then(|signer| signer.certificate.as_ref());
        Ok(PaperView {
            serial_number: certificate.map(|summary| summary.serial_number.clone()),
            issuer: certificate.map(|summary| visible(&summary.issuer)),
            hash: hex(&hash),
            application,
            report: signature_speech::view(&report),
        })
    }

    fn signed(&self, id: Uuid) -> Outcome<Signed> {
        let (cms, registered) = self.with_store(|store| {
            let registered = match store.application(id) {
                Ok(application) => Some(application),
                Err(StoreError::NotFound) => None,
                Err(error) => return Err(error.into()),
            };
            if let Some(cms) = store.signed_copy(id)? {
                return Ok((cms, registered));
            }
            match store.outbox_item(id) {
                Ok(item) if item.kind == OutboxKind::Application => Ok((item.cms, registered)),
                Ok(_) | Err(StoreError::NotFound) if registered.is_some() => {
                    Err(Code::SignedCopyAbsent.into())
                }
                Ok(_) | Err(StoreError::NotFound) => Err(Code::ApplicationNotFound.into()),
                Err(error) => Err(error.into()),
            }
        })?;
        let internal = |error| Problem::new(Code::Internal).because(error);
        let octets = kabinet_pki::content(&cms).map_err(internal)?;
        Ok(Signed {
            manifest: read(&octets)?,
            hash: hex(&belt_hash(&octets)),
            cms,
            registered,
        })
    }

    /// Checks a signature now.
    fn check(&self, cms: &[u8], content: Option<&[u8]>, trust: Option<&Path>) -> Outcome<Report> {
        let anchors = match trust {
            Some(folder) => signing::anchors_in(&[folder.to_path_buf()])?,
            None => self.anchors()?,
        };
        let mut content = content;
        let content = content
            .as_mut()
            .map(|content| content as &mut dyn std::io::Read);
        let now = signing::time(self.now())?;
        let mut survey =
            |validation: &Validation<'_>| kabinet_pki::survey(Cursor::new(cms), validation);
        let learnt = self
            .recall(&mut survey, &anchors, now)
            .map_err(|error| file_problem(&error))?;
        kabinet_pki::verify(Cursor::new(cms), content, &learnt.validation(&anchors, now))
            .map_err(|error| file_problem(&error))
    }

    fn view_of_signed(&self, manifest: &Manifest) -> PaperApplicationView {
        let procedure = self.stored_procedure(&manifest.procedure.id).ok();
        let title = procedure
            .as_ref()
            .map(|procedure| visible_text(procedure.title.clone()));
        let form = procedure.map_or_else(nothing_known, |procedure| procedure.form);
        PaperApplicationView {
            id: manifest.application.to_string(),
            procedure_id: visible(&manifest.procedure.id),
            title,
            applicant: visible(&signer_name(&manifest.applicant)),
            created: manifest.created.to_string(),
            fields: fields(&form, manifest),
            attachments: attaching::views(&manifest.attachments),
        }
    }

    fn sheet(&self, signed: &Signed) -> Outcome<Sheet> {
        let language = self.language();
        let words = Words(language);
        let manifest = &signed.manifest;
        let procedure = self.stored_procedure(&manifest.procedure.id).ok();
        let (title, authority) = match &procedure {
            Some(procedure) => (
                pick(procedure.title.clone(), language),
                pick(procedure.authority.clone(), language),
            ),
            None => (manifest.procedure.id.clone(), String::new()),
        };
        let other_form = procedure
            .as_ref()
            .is_some_and(|procedure| procedure.version != manifest.procedure.version);
        let form = procedure.map_or_else(nothing_known, |procedure| procedure.form);
        let mut parts = vec![
            Part::Text(words.say("paper-lead")),
            Part::Facts(words.head(signed, &authority)),
            Part::Heading(words.say("paper-answers")),
        ];
        if other_form {
            parts.push(Part::Text(words.say("paper-other-form")));
        }
        let answers = fields(&form, manifest).into_iter().map(|field| Fact {
            group: field
                .group
                .map(|group| group.in_language(language).to_owned()),
            label: field.label.in_language(language).to_owned(),
            value: field.value.in_language(language).to_owned(),
        });
        parts.push(Part::Facts(answers.collect()));
        if !manifest.attachments.is_empty() {
            parts.push(Part::Heading(words.say("paper-files")));
            parts.push(Part::Facts(words.files(manifest)));
        }
        let report = self.check(&signed.cms, None, None)?;
        let sentence = signature_speech::view(&report).sentence;
        parts.push(Part::Heading(words.say("paper-signature")));
        parts.push(Part::Facts(words.signature(
            &report,
            sentence.in_language(language),
            &signed.hash,
        )));
        parts.push(Part::Heading(words.say("paper-check")));
        let whole = kabinet_paper::codes(&signed.cms);
        let explained = if whole.is_some() {
            "paper-check-whole"
        } else {
            "paper-check-hash"
        };
        parts.push(Part::Text(words.say(explained)));
        let codes = match whole {
            Some(codes) => codes,
            None => codes_without_content(&signed.cms)?,
        };
        parts.push(Part::Codes(words.codes(codes)));
        let number = signed.registered.as_ref();
        let number = number.map_or(String::new(), |one| one.registration_number.clone());
        Ok(Sheet {
            language: words.tag().to_owned(),
            title: visible(&title),
            footer: format!("{} {number}", manifest.application)
                .trim()
                .to_owned(),
            parts,
        })
    }
}

/// The words of the page, in one language.
struct Words(Language);

impl Words {
    fn tag(&self) -> &'static str {
        match self.0 {
            Language::Be => "be",
            Language::Ru => "ru",
            Language::En => "en",
        }
    }

    fn say(&self, id: &str) -> String {
        speech::text(self.0, id)
    }

    fn fact(&self, label: &str, value: impl Into<String>) -> Fact {
        Fact {
            group: None,
            label: self.say(label),
            value: visible(&value.into()),
        }
    }

    fn head(&self, signed: &Signed, authority: &str) -> Vec<Fact> {
        let manifest = &signed.manifest;
        let mut facts = vec![self.fact("paper-procedure", manifest.procedure.id.as_str())];
        if !authority.is_empty() {
            facts.push(self.fact("paper-authority", authority));
        }
        match &signed.registered {
            Some(application) => {
                let number = application.registration_number.as_str();
                facts.push(self.fact("paper-number", number));
                facts.push(self.fact("paper-submitted", self.moment(application.submitted_at)));
                let status = self.say(&format!("status-{}", application.status.name()));
                facts.push(self.fact("paper-status", status));
                if let Some(deadline) = application.deadline {
                    facts.push(self.fact("paper-deadline", self.day(deadline)));
                }
            }
            None => facts.push(self.fact("paper-number", self.say("paper-not-sent"))),
        }
        facts.push(self.fact("paper-applicant", signer_name(&manifest.applicant)));
        facts.push(self.fact("paper-created", self.moment(manifest.created)));
        facts.push(self.fact("paper-id", manifest.application.to_string()));
        facts
    }

    fn files(&self, manifest: &Manifest) -> Vec<Fact> {
        let files = manifest.attachments.iter().map(|file| {
            let size = pick(form::readable_size(file.size), self.0);
            let kind = &file.media_type;
            let hash = grouped(&file.hash);
            Fact {
                group: None,
                label: visible(&file.name),
                value: visible(&format!("{kind}, {size}\nbelt-hash: {hash}")),
            }
        });
        files.collect()
    }

    fn signature(&self, report: &Report, sentence: &str, hash: &str) -> Vec<Fact> {
        let signer = report.signers.first();
        let mut facts = Vec::new();
        if let Some(summary) = signer.and_then(|signer| signer.certificate.as_ref()) {
            let until = [summary.not_before, summary.not_after].map(|end| self.day(stamp(end)));
            facts.push(self.fact("paper-signer", summary.subject.as_str()));
            facts.push(self.fact("paper-certificate", grouped(&summary.serial_number)));
            facts.push(self.fact("paper-issuer", summary.issuer.as_str()));
            facts.push(self.fact("paper-valid", until.join(" – ")));
        }
        if let Some(at) = signer.and_then(|signer| signer.claimed_signing_time) {
            facts.push(self.fact("paper-signed", self.moment(stamp(at))));
        }
        facts.push(self.fact("paper-hash", grouped(hash)));
        let checked = self.moment(stamp(report.checked_at));
        facts.push(self.fact("paper-verdict", format!("{checked}\n{sentence}")));
        facts
    }

    fn codes(&self, codes: Vec<String>) -> Vec<PaperCode> {
        let count = codes.len().to_string();
        let caption = |number: usize| {
            let values = BTreeMap::from([("number", number.to_string()), ("count", count.clone())]);
            speech::say(self.0, "paper-code", None, &values)
        };
        let numbered = codes.into_iter().zip(1..);
        numbered
            .map(|(text, number)| PaperCode {
                text,
                caption: caption(number),
            })
            .collect()
    }

    /// A moment in the legal time of the country, to the minute.
    fn moment(&self, at: Timestamp) -> String {
        let time = jiff::tz::offset(3).to_datetime(at).strftime("%H:%M");
        format!("{} {time} (UTC+3)", self.day(at))
    }

    fn day(&self, at: Timestamp) -> String {
        self.date(form::day_in_belarus(at))
    }

    fn date(&self, day: jiff::civil::Date) -> String {
        let text = day.to_string();
        form::readable_date(&text).map_or(text, |readable| pick(readable, self.0))
    }
}

/// The codes of a signature whose content is too long for paper.
fn codes_without_content(cms: &[u8]) -> Outcome<Vec<String>> {
    let detached = kabinet_pki::detach(cms);
    let detached = detached.map_err(|error| Problem::new(Code::Internal).because(error))?;
    // A signature and a certificate of ordinary size fit always.
    kabinet_paper::codes(&detached)
        .ok_or_else(|| Problem::new(Code::Internal).because("the signature does not fit the paper"))
}

/// The texts of codes that a word of the command line means.
fn texts_of(word: &str) -> Outcome<Vec<String>> {
    let path = Path::new(word);
    if !path.is_file() {
        return Ok(vec![word.to_owned()]);
    }
    let octets = up_to(path, scan::LONGEST_PICTURE)?;
    if let Ok(text) = std::str::from_utf8(&octets) {
        // Each code begins with a word of its own, and may have been broken into lines.
        let mut texts: Vec<String> = Vec::new();
        for part in text.split_whitespace() {
            match texts.last_mut() {
                Some(last) if !part.starts_with("KABINET:") => last.push_str(part),
                _ => texts.push(part.to_owned()),
            }
        }
        return Ok(texts);
    }
    match scan::codes(&octets) {
        Some(texts) if !texts.is_empty() => Ok(texts),
        _ => Err(Problem::new(Code::PaperCodeUnknown).because("no code in the picture")),
    }
}

/// What was signed, out of a file with it or with the signature around it.
fn content_of(path: &Path) -> Outcome<Vec<u8>> {
    let octets = up_to(path, LONGEST_CONTENT)?;
    Ok(kabinet_pki::content(&octets).unwrap_or(octets))
}

fn up_to(path: &Path, longest: u64) -> Outcome<Vec<u8>> {
    let mut octets = Vec::new();
    let file = File::open(path).map_err(|error| file_problem(&error))?;
    file.take(longest)
        .read_to_end(&mut octets)
        .map_err(|error| file_problem(&error))?;
    Ok(octets)
}

fn fields(form: &Form, manifest: &Manifest) -> Vec<PromptFieldView> {
    form::lines(form, &manifest.data, &manifest.attachments)
        .into_iter()
        .map(|line| PromptFieldView {
            group: line.group.map(visible_text),
            label: visible_text(line.label),
            value: visible_text(line.value),
        })
        .collect()
}

/// The form of a procedure that the catalogue does not have: everything is named by its place.
fn nothing_known() -> Form {
    Form {
        schema: serde_json::json!({}),
        ui: serde_json::json!({}),
    }
}

/// Long numbers in groups that an eye can compare.
fn grouped(digits: &str) -> String {
    let signs: Vec<char> = digits.chars().collect();
    let groups = signs
        .chunks(8)
        .map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join(" ")
}

fn stamp(time: Time) -> Timestamp {
    let seconds = i64::try_from(time.unix_duration().as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

fn pick(text: Text, language: Language) -> String {
    TextView::from(text).in_language(language).to_owned()
}

impl From<CodeError> for Problem {
    fn from(error: CodeError) -> Self {
        let code = match error {
            CodeError::Unknown => Code::PaperCodeUnknown,
            CodeError::Newer(_) => Code::PaperCodeNewer,
            CodeError::Mixed => Code::PaperCodesMixed,
            CodeError::Missing { found, count } => {
                return Self::new(Code::PaperCodesMissing)
                    .with("found", found.to_string())
                    .with("count", count.to_string());
            }
            CodeError::Damaged => Code::PaperCodesDamaged,
        };
        Self::new(code).because(error)
    }
}
