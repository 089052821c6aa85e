//! Journey J13: everything of the person, out of the store into one file that needs no Kabinet to be
//! read (`docs/export.md`). It is written piece by piece, and there is a whole file or none.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use kabinet_cache::{OutboxKind, StoreError};
use kabinet_records::{Application, Attachment, Document, DocumentSignature, Draft, Text, form};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::applying::{read, read_letter};
use crate::attachment::sanitised;
use crate::exporting::page::{Page, Row};
use crate::files::write_beside;
use crate::following::free_path;
use crate::problem::{Code, Problem};
use crate::profile::file_problem;
use crate::view::{ExportView, TextView};
use crate::{Desk, Outcome, speech};

mod page;

/// What the file says it is.
const FORMAT: &str = "kabinet-export";
/// Version of its structure.
const VERSION: u32 = 1;
/// The description of the JSON in the file, which is in the file too.
const SCHEMA: &str = include_str!("../../../docs/export.schema.json");
/// Applications that are read at once.
const PAGE: usize = 100;

/// What stands on the page, each with its label.
type Lines = Vec<(String, String)>;

impl Desk {
    /// Where [`Desk::export`] would write in a folder: a name of the day that is not taken.
    pub fn export_path(&self, folder: &Path) -> PathBuf {
        let day = form::day_in_belarus(self.now());
        free_path(folder, &format!("Kabinet {day}"), "application/zip")
    }

    /// Writes everything of the person into a ZIP file that only they can read: drafts with their
    /// files, what waits, applications with what was signed, messages, documents with their
    /// signatures. No keys, no session, no catalogue, and nothing of other persons.
    ///
    /// # Errors
    /// `no_store`, `store_locked`, also when the store closes in the middle; `file_unreadable`,
    /// `read_only`, `disk_full`. No file is there then.
    pub fn export(&self, to: &Path) -> Outcome<ExportView> {
        let path = if to.is_dir() {
            self.export_path(to)
        } else {
            to.to_path_buf()
        };
        let store = self.open_store()?;
        let mut counts = ExportView::default();
        write_beside(&path, |target| {
            only_ours(target)?;
            let mut archive = Archive {
                of: store,
                zip: ZipWriter::new(target),
            };
            let mut page = Page::new(self.language());
            self.put_person(&mut archive, &mut page)?;
            counts.drafts = self.put_drafts(&mut archive, &mut page)?;
            self.put_letters(&mut archive, &mut page)?;
            counts.waiting = self.put_waiting(&mut archive, &mut page)?;
            self.put_applications(&mut archive, &mut page, &mut counts)?;
            self.with_store_of(&archive.of, |_| Ok(()))?;
            archive.text("export.schema.json", SCHEMA)?;
            archive.text("index.html", &page.finish())?;
            archive.zip.finish().map_err(|error| zip_problem(&error))?;
            Ok(())
        })?;
        counts.path = path.display().to_string();
        Ok(counts)
    }

    fn put_person(&self, archive: &mut Archive<'_>, page: &mut Page) -> Outcome {
        let person = self.with_store_of(&archive.of, |store| {
            Ok(store.person()?.ok_or(Code::NoStore)?)
        })?;
        let now = self.now();
        let name = person.holder.display_name();
        let name = ["be", "ru", "latin"]
            .into_iter()
            .find_map(|one| name.get(one));
        page.head(name.map_or("", String::as_str), &person.portal, now);
        archive.json(
            "export.json",
            &json!({"format": FORMAT, "version": VERSION, "made": now, "portal": person.portal,
                "subject": person.subject, "holder": person.holder}),
        )
    }

    fn put_drafts(&self, archive: &mut Archive<'_>, page: &mut Page) -> Outcome<u32> {
        let drafts = self.with_store_of(&archive.of, |store| Ok(store.drafts()?))?;
        page.section("export-drafts", drafts.len());
        for draft in &drafts {
            let folder = format!("drafts/{}", draft.id);
            archive.json(&format!("{folder}/draft.json"), draft)?;
            let (carried, conflicts) = self.with_store_of(&archive.of, |store| {
                Ok((store.carried(draft.id)?, store.conflicts(draft.id)?))
            })?;
            if let Some(carried) = carried {
                archive.json(&format!("{folder}/carried.json"), &carried)?;
            }
            if !conflicts.is_empty() {
                let versions: Vec<Value> = conflicts
                    .iter()
                    .map(|conflict| json!({"path": conflict.pointer,
                        "others": conflict.others.iter().map(|other| &other.value).collect::<Vec<_>>()}))
                    .collect();
                archive.json(&format!("{folder}/conflicts.json"), &versions)?;
            }
            let (files, missing) = self.put_files(archive, &folder, &draft.attachments)?;
            page.row(&Row {
                title: self.title(&draft.procedure_id),
                facts: vec![draft.changed_at.to_string()],
                lines: [self.draft_lines(draft), missing].concat(),
                files: [vec![format!("{folder}/draft.json")], files].concat(),
            });
        }
        Ok(count(drafts.len()))
    }

    /// Letters that are being written.
    fn put_letters(&self, archive: &mut Archive<'_>, page: &mut Page) -> Outcome {
        let letters = self.with_store_of(&archive.of, |store| Ok(store.begun_letters()?))?;
        if letters.is_empty() {
            return Ok(());
        }
        page.section("export-letters", letters.len());
        for letter in &letters {
            let folder = format!("letters/{}", letter.about);
            archive.json(&format!("{folder}/letter.json"), letter)?;
            let (files, missing) = self.put_files(archive, &folder, &letter.attachments)?;
            let text = (String::new(), letter.text.clone());
            page.row(&Row {
                title: speech::text(self.language(), "export-letter"),
                facts: Vec::new(),
                lines: [vec![text], missing].concat(),
                files: [vec![format!("{folder}/letter.json")], files].concat(),
            });
        }
        Ok(())
    }

    fn put_waiting(&self, archive: &mut Archive<'_>, page: &mut Page) -> Outcome<u32> {
        let items = self.with_store_of(&archive.of, |store| Ok(store.outbox()?))?;
        page.section("export-waiting", items.len());
        for (at, item) in items.iter().enumerate() {
            let folder = format!("waiting/{}", item.id);
            // What leaves meanwhile is in the file as it was.
            let view = self.view_at(&items, at)?;
            let signed = signed_json(&item.manifest);
            archive.json(
                &format!("{folder}/item.json"),
                &json!({"id": item.id, "kind": view.kind, "application": item.application,
                    "signedAt": item.signed_at, "refused": item.refused, "paused": item.paused,
                    "signed": signed}),
            )?;
            archive.octets(&format!("{folder}/signed.p7m"), &item.cms)?;
            let attachments = match item.kind {
                OutboxKind::Application => read(&item.manifest)?.attachments,
                OutboxKind::Letter(_) => read_letter(&item.manifest)?.attachments,
            };
            let (files, missing) = self.put_files(archive, &folder, &attachments)?;
            page.row(&Row {
                title: view.title.in_language(self.language()).to_owned(),
                facts: vec![view.signed_at],
                lines: missing,
                files: [vec![format!("{folder}/signed.p7m")], files].concat(),
            });
        }
        Ok(count(items.len()))
    }

    fn put_applications(
        &self,
        archive: &mut Archive<'_>,
        page: &mut Page,
        counts: &mut ExportView,
    ) -> Outcome {
        page.section("export-applications", usize::MAX);
        let mut last: Option<Uuid> = None;
        loop {
            let some = self.with_store_of(&archive.of, |store| match last {
                None => Ok(store.newest_applications(PAGE)?),
                Some(id) => match store.applications_after(id, PAGE) {
                    // A pass removed it meanwhile: what follows it cannot be told any more.
                    Err(StoreError::NotFound) => Err(Code::FileUnreadable.into()),
                    other => Ok(other?),
                },
            })?;
            let Some(end) = some.last() else {
                return Ok(());
            };
            last = Some(end.id);
            for application in &some {
                self.put_application(archive, page, application, counts)?;
                counts.applications += 1;
            }
        }
    }

    fn put_application(
        &self,
        archive: &mut Archive<'_>,
        page: &mut Page,
        application: &Application,
        counts: &mut ExportView,
    ) -> Outcome {
        let id = application.id;
        let folder = format!("applications/{id}");
        archive.json(&format!("{folder}/application.json"), application)?;
        let mut files = vec![format!("{folder}/application.json")];
        let (cms, messages, documents) = self.with_store_of(&archive.of, |store| {
            Ok((
                store.signed_copy(id)?,
                store.messages(id)?,
                store.documents(id)?,
            ))
        })?;
        if let Some(cms) = cms {
            archive.octets(&format!("{folder}/signed.p7m"), &cms)?;
            files.push(format!("{folder}/signed.p7m"));
            archive.octets(
                &format!("{folder}/application.pdf"),
                &self.paper(&id.to_string())?,
            )?;
            files.push(format!("{folder}/application.pdf"));
        }
        let mut lines = Vec::new();
        if !messages.is_empty() {
            archive.json(&format!("{folder}/messages.json"), &messages)?;
            files.push(format!("{folder}/messages.json"));
        }
        for message in messages {
            counts.messages += 1;
            // What we wrote is signed; the copy has the message's name.
            let cms =
                self.with_store_of(&archive.of, |store| Ok(store.signed_copy(message.id)?))?;
            if let Some(cms) = cms {
                let name = format!("{folder}/messages/{}.p7m", message.id);
                archive.octets(&name, &cms)?;
                files.push(name);
            }
            let author = format!("{}, {}", self.pick(message.author.into()), message.sent_at);
            lines.push((author, self.pick(message.text.into())));
        }
        if !documents.is_empty() {
            archive.json(&format!("{folder}/documents.json"), &documents)?;
        }
        for document in &documents {
            counts.documents += 1;
            files.extend(self.put_document(archive, &folder, document)?);
        }
        let status = format!("status-{}", application.status.name());
        let mut row = Row {
            title: self.title(&application.procedure_id),
            facts: vec![
                application.registration_number.clone(),
                speech::text(self.language(), &status),
                application.submitted_at.to_string(),
            ],
            lines,
            files,
        };
        // Each application has a page of its own: the first page does not grow with the messages.
        let mut own = Page::new(self.language());
        let inside = row
            .files
            .iter()
            .map(|file| file.replacen(&format!("{folder}/"), "", 1));
        row.files = inside.collect();
        own.row(&row);
        archive.text(&format!("{folder}/index.html"), &own.finish())?;
        row.lines.clear();
        row.files = vec![format!("{folder}/index.html")];
        page.row(&row);
        Ok(())
    }

    /// A document's content, and its signature as it came.
    fn put_document(
        &self,
        archive: &mut Archive<'_>,
        folder: &str,
        document: &Document,
    ) -> Outcome<Vec<String>> {
        let of = archive.of.clone();
        let blob = |name: &str| self.with_store_of(&of, |store| Ok(store.document_blob(name)?));
        let Some(octets) = blob(&document.blob_id)? else {
            // It has not come from the portal yet.
            return Ok(Vec::new());
        };
        let ending = match document
            .media_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
        {
            "text/plain" => "txt",
            "application/pdf" => "pdf",
            "application/json" => "json",
            "image/png" => "png",
            "image/jpeg" => "jpg",
            _ => "bin",
        };
        let name = format!("{folder}/documents/{}.{ending}", document.id);
        let mut names = vec![name.clone()];
        match &document.signature {
            DocumentSignature::Attached => {
                match kabinet_pki::content(&octets) {
                    Ok(content) => archive.octets(&name, &content)?,
                    Err(_) => names.clear(),
                }
                names.push(format!("{name}.p7m"));
                archive.octets(&format!("{name}.p7m"), &octets)?;
            }
            DocumentSignature::Detached { blob_id } => {
                archive.octets(&name, &octets)?;
                if let Some(signature) = blob(blob_id)? {
                    names.push(format!("{name}.p7s"));
                    archive.octets(&format!("{name}.p7s"), &signature)?;
                }
            }
        }
        Ok(names)
    }

    /// Attached files as they are, under the names that the person gave them, numbered since two may
    /// have one name; and lines about those that are not on this computer, as of a draft that came from
    /// another one.
    fn put_files(
        &self,
        archive: &mut Archive<'_>,
        folder: &str,
        files: &[Attachment],
    ) -> Outcome<(Vec<String>, Lines)> {
        let of = archive.of.clone();
        let read = |file: &Attachment, offset| {
            self.with_store_of(&of, |store| {
                match store.read_attachment(&file.hash, offset) {
                    Err(StoreError::NotFound) => Ok(Vec::new()),
                    other => Ok(other?),
                }
            })
        };
        let (mut names, mut missing) = (Vec::new(), Vec::new());
        for (file, number) in files.iter().zip(1..) {
            let mut piece = read(file, 0)?;
            if piece.is_empty() && file.size > 0 {
                let what = speech::text(self.language(), "export-missing");
                missing.push((what, file.name.clone()));
                continue;
            }
            let name = format!("{folder}/files/{number} {}", sanitised(&file.name));
            archive.start(&name)?;
            let mut offset = 0;
            while offset < file.size {
                if piece.is_empty() {
                    return Err(Problem::new(Code::AttachmentGone).with("name", file.name.clone()));
                }
                offset += u64::try_from(piece.len()).unwrap_or(u64::MAX);
                archive.more(&piece)?;
                piece = read(file, offset)?;
            }
            names.push(name);
        }
        Ok((names, missing))
    }

    fn draft_lines(&self, draft: &Draft) -> Lines {
        let Ok(procedure) = self.stored_procedure(&draft.procedure_id) else {
            return Vec::new();
        };
        let lines = form::lines(&procedure.form, &draft.data, &draft.attachments);
        let lines = lines.into_iter().map(|line| {
            let group = line.group.map(|group| format!("{}: ", self.pick(group)));
            let label = format!("{}{}", group.unwrap_or_default(), self.pick(line.label));
            (label, self.pick(line.value))
        });
        lines.collect()
    }

    fn title(&self, procedure_id: &str) -> String {
        let title = self.title_of(procedure_id);
        title.in_language(self.language()).to_owned()
    }

    fn pick(&self, text: Text) -> String {
        TextView::from(text).in_language(self.language()).to_owned()
    }
}

/// The file that is being written.
struct Archive<'a> {
    /// The store that everything in it comes from.
    of: PathBuf,
    zip: ZipWriter<&'a mut BufWriter<File>>,
}

impl Archive<'_> {
    fn start(&mut self, name: &str) -> Outcome {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(0o600);
        self.zip
            .start_file(name, options)
            .map_err(|error| zip_problem(&error))
    }

    fn more(&mut self, octets: &[u8]) -> Outcome {
        self.zip
            .write_all(octets)
            .map_err(|error| file_problem(&error))
    }

    fn octets(&mut self, name: &str, octets: &[u8]) -> Outcome {
        self.start(name)?;
        self.more(octets)
    }

    fn text(&mut self, name: &str, text: &str) -> Outcome {
        self.octets(name, text.as_bytes())
    }

    fn json(&mut self, name: &str, value: &impl Serialize) -> Outcome {
        let text = serde_json::to_vec_pretty(value)
            .map_err(|error| Problem::new(Code::Internal).because(error))?;
        self.octets(name, &text)
    }
}

/// What was signed, where it is JSON, as it always is here.
fn signed_json(manifest: &[u8]) -> Value {
    serde_json::from_slice(manifest).unwrap_or(Value::Null)
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Nobody else on this computer may read it.
fn only_ours(target: &BufWriter<File>) -> Outcome {
    #[cfg(unix)]
    {
        let ours = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        target
            .get_ref()
            .set_permissions(ours)
            .map_err(|error| file_problem(&error))?;
    }
    #[cfg(not(unix))]
    let _ = target;
    Ok(())
}

fn zip_problem(error: &zip::result::ZipError) -> Problem {
    match error {
        zip::result::ZipError::Io(error) => file_problem(error),
        other => Problem::new(Code::Internal).because(other),
    }
}
