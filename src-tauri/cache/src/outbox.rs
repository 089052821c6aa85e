//! The outbox: what is signed and not registered yet. Each way in and out is one transaction.

use jiff::Timestamp;
use kabinet_records::{Application, Attachment, Draft, Letter, LetterKind, Manifest, Message};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use crate::search::Findable;
use crate::search::index;
use crate::{
    Store, StoreError, applications, attachments, carrying, drafts, letters, messages, sent,
    sharing,
};

/// Something that waits to be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxItem {
    /// The application's or message's identifier.
    pub id: Uuid,
    /// What it is.
    pub kind: OutboxKind,
    /// Of a letter, the application that it is about and must come after.
    pub application: Option<Uuid>,
    /// The canonical octets that were signed.
    pub manifest: Vec<u8>,
    /// The CAdES signature with the manifest inside.
    pub cms: Vec<u8>,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// Tries so far.
    pub tries: u32,
    /// Before this no try is due.
    pub next_try_at: Timestamp,
    /// Whether the portal refused it for good.
    pub refused: bool,
    /// Name of the problem of the last try.
    pub problem: Option<String>,
    /// Whether the portal was asked to register it: it may have.
    pub offered: bool,
    /// Whether the person holds it back.
    pub paused: bool,
}

/// What waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutboxKind {
    /// An application.
    Application,
    /// A letter on an application.
    Letter(LetterKind),
}

impl OutboxKind {
    fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Letter(LetterKind::Reply) => "reply",
            Self::Letter(LetterKind::Withdrawal) => "withdrawal",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [
            Self::Application,
            Self::Letter(LetterKind::Reply),
            Self::Letter(LetterKind::Withdrawal),
        ]
        .into_iter()
        .find(|kind| kind.name() == name)
    }
}

const COLUMNS: &str =
    "id, manifest, cms, signed_at, tries, next_try_at, refused, problem, offered, paused,
     kind, application";

impl Store {
    /// A draft becomes a signed application that waits: the draft goes, the signature comes, both or
    /// neither.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the draft is gone, [`StoreError::DiskFull`],
    /// [`StoreError::ReadOnly`].
    pub fn sign_into_outbox(
        &mut self,
        id: Uuid,
        manifest: &[u8],
        cms: &[u8],
        signed_at: Timestamp,
    ) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        drafts::remove(&transaction, &id.to_string())?;
        transaction
            .prepare_cached(
                "INSERT INTO outbox (id, manifest, cms, signed_at) VALUES (?, ?, ?, ?)",
            )?
            .execute(params![
                id.to_string(),
                manifest,
                cms,
                signed_at.as_millisecond()
            ])?;
        index::index(&transaction, |indexer| {
            indexer.put_waiting(&id.to_string(), manifest)
        })?;
        // What was removed from the draft can no longer come back by undoing.
        attachments::sweep(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// A signed letter waits, behind the application that it is about.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn letter_into_outbox(
        &mut self,
        letter: &Letter,
        manifest: &[u8],
        cms: &[u8],
        signed_at: Timestamp,
    ) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        transaction
            .prepare_cached(
                "INSERT INTO outbox (id, manifest, cms, signed_at, kind, application, in_reply_to)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                letter.message.to_string(),
                manifest,
                cms,
                signed_at.as_millisecond(),
                OutboxKind::Letter(letter.kind).name(),
                letter.application.to_string(),
                letter.in_reply_to.map(|id| id.to_string()),
            ])?;
        index::index(&transaction, |indexer| {
            indexer.put_waiting(&letter.message.to_string(), manifest)
        })?;
        letters::signed(&transaction, letter)?;
        Ok(transaction.commit()?)
    }

    /// What waits, in the order in which it was signed, whatever the clock showed then.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn outbox(&self) -> Result<Vec<OutboxItem>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM outbox ORDER BY rowid");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([], read)?;
        rows.map(|item| item?).collect()
    }

    /// How many wait.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn outbox_count(&self) -> Result<u32, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT count(*) FROM outbox")?
            .query_row([], |row| row.get(0))?)
    }

    /// One that waits.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn outbox_item(&self, id: Uuid) -> Result<OutboxItem, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM outbox WHERE id = ?");
        self.connection
            .prepare_cached(&sql)?
            .query_row([id.to_string()], read)?
    }

    /// When the next of what waits is due; nothing when nothing waits. A letter is not due as long as
    /// its application waits, or an earlier letter on it that is not held back.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn outbox_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let due: Option<i64> = self
            .connection
            .prepare_cached(
                "SELECT min(next_try_at) FROM outbox AS item WHERE NOT refused AND NOT paused
             AND (application IS NULL OR application NOT IN (SELECT id FROM outbox))
             AND NOT EXISTS (SELECT 1 FROM outbox AS ahead
                 WHERE ahead.application = item.application AND NOT ahead.refused
                 AND NOT ahead.paused AND ahead.rowid < item.rowid)",
            )?
            .query_row([], |row| row.get(0))?;
        due.map(|due| Timestamp::from_millisecond(due).map_err(|_| StoreError::Damaged))
            .transpose()
    }

    /// Notes a try before anything leaves. What is tried is not refused any more.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn outbox_tried(&self, id: Uuid) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE outbox SET tries = tries + 1, refused = 0 WHERE id = ?")?
            .execute([id.to_string()])?;
        Ok(())
    }

    /// Notes that the portal is about to be asked to register it: whoever is stopped in the middle
    /// knows afterwards that it may have.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it was held back or taken back meanwhile, or signed anew since:
    /// it must not leave then. [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn outbox_offered(&self, item: &OutboxItem) -> Result<(), StoreError> {
        let noted = self
            .connection
            .prepare_cached(
                "UPDATE outbox SET offered = 1 WHERE id = ? AND cms = ? AND NOT paused",
            )?
            .execute(params![item.id.to_string(), item.cms])?;
        found(noted)
    }

    /// Holds it back, or lets it go on at once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn pause_outbox(&self, id: Uuid, paused: bool) -> Result<(), StoreError> {
        let sql = if paused {
            "UPDATE outbox SET paused = 1 WHERE id = ?"
        } else {
            "UPDATE outbox SET paused = 0, next_try_at = 0 WHERE id = ?"
        };
        found(
            self.connection
                .prepare_cached(sql)?
                .execute([id.to_string()])?,
        )
    }

    /// Puts off everything that waits: the portal asked not to be called before then.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn postpone_outbox(&self, until: Timestamp) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE outbox SET next_try_at = max(next_try_at, ?) WHERE NOT refused",
            )?
            .execute([until.as_millisecond()])?;
        Ok(())
    }

    /// Notes why a try failed that may succeed later.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn outbox_failed(
        &self,
        id: Uuid,
        problem: &str,
        next_try_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE outbox SET problem = ?, next_try_at = ? WHERE id = ?")?
            .execute(params![
                problem,
                next_try_at.as_millisecond(),
                id.to_string()
            ])?;
        Ok(())
    }

    /// As [`Store::outbox_failed`], for what the portal was asked to register and has said that it did
    /// not: both are noted, or neither. What was signed anew since stays as it is.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn outbox_not_registered(
        &self,
        item: &OutboxItem,
        problem: &str,
        next_try_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE outbox SET problem = ?, next_try_at = ?, offered = 0
                 WHERE id = ? AND cms = ?",
            )?
            .execute(params![
                problem,
                next_try_at.as_millisecond(),
                item.id.to_string(),
                item.cms
            ])?;
        Ok(())
    }

    /// Notes that the portal will never take it as it is.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn outbox_refused(&self, id: Uuid, problem: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE outbox SET problem = ?, refused = 1 WHERE id = ?")?
            .execute(params![problem, id.to_string()])?;
        Ok(())
    }

    /// The portal has it: it leaves the outbox and is an application, both or neither.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn registered(&mut self, application: &Application) -> Result<(), StoreError> {
        let id = application.id.to_string();
        let transaction = self.transaction()?;
        let files = leave(&transaction, &id)?;
        carrying::forget(&transaction, application.id)?;
        applications::put(&transaction, application)?;
        sharing::registered(&transaction, application.id, &files)?;
        attachments::sweep(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// The portal has a letter: it leaves the outbox and is a message, both or neither.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn delivered(&mut self, message: &Message) -> Result<(), StoreError> {
        let id = message.id.to_string();
        let transaction = self.transaction()?;
        leave(&transaction, &id)?;
        messages::put(&transaction, message)?;
        attachments::sweep(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// Takes a letter back that has not left: it is being written again, both or neither.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it has left.
    pub fn take_back_letter(&mut self, id: Uuid) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        let id = id.to_string();
        let signed: Option<Vec<u8>> = transaction
            .prepare_cached(
                "DELETE FROM outbox WHERE id = ? AND kind <> 'application' RETURNING manifest",
            )?
            .query_row([&id], |row| row.get(0))
            .optional()?;
        let signed = signed.ok_or(StoreError::NotFound)?;
        if let Ok(letter) = Letter::parse_canonical(&signed) {
            letters::taken_back(&transaction, letter)?;
        }
        index::index(&transaction, |indexer| {
            indexer.remove(Findable::Waiting, &id)
        })?;
        attachments::sweep(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// Takes a signed application back: it is a draft again, both or neither. Letters on it go, for
    /// there is nothing any more that they could be about. Gives the draft, with what came in
    /// meanwhile from other computers.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it has left.
    pub fn take_back(&mut self, draft: &Draft) -> Result<Draft, StoreError> {
        let transaction = self.transaction()?;
        let draft = take_back(&transaction, draft)?;
        transaction.commit()?;
        Ok(draft)
    }
}

pub(crate) fn take_back(connection: &Connection, draft: &Draft) -> Result<Draft, StoreError> {
    let id = draft.id.to_string();
    let gone: Vec<String> = connection
        .prepare_cached("DELETE FROM outbox WHERE id = ?1 OR application = ?1 RETURNING id")?
        .query_map([&id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if !gone.contains(&id) {
        return Err(StoreError::NotFound);
    }
    index::index(connection, |indexer| {
        gone.iter()
            .try_for_each(|id| indexer.remove(Findable::Waiting, id))
    })?;
    sharing::taken_back(connection, draft)
}

/// Whether a row of that name was there to change.
fn found(changed: usize) -> Result<(), StoreError> {
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

/// Out of the outbox; the signed octets stay. Gives the files that were named in them.
fn leave(connection: &Connection, id: &str) -> Result<Vec<Attachment>, StoreError> {
    connection.prepare_cached("INSERT OR REPLACE INTO signed_copies (id, cms) SELECT id, cms FROM outbox WHERE id = ?")?.execute(
        [id],
    )?;
    let signed: Option<(Vec<u8>, i64, String)> = connection
        .prepare_cached(
            "DELETE FROM outbox WHERE id = ?
             RETURNING manifest, signed_at, coalesce(application, id)",
        )?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    index::index(connection, |indexer| indexer.remove(Findable::Waiting, id))?;
    let Some((manifest, signed_at, application)) = signed else {
        return Ok(Vec::new());
    };
    let files = files_of(&manifest);
    let signed_at = Timestamp::from_millisecond(signed_at).map_err(|_| StoreError::Damaged)?;
    sent::sent(connection, Some(&application), &files, signed_at)?;
    Ok(files)
}

/// Files that a manifest or a letter names; what is neither names none.
pub(crate) fn files_of(octets: &[u8]) -> Vec<Attachment> {
    let letter = || Letter::parse_canonical(octets).map(|letter| letter.attachments);
    Manifest::parse_canonical(octets)
        .map(|manifest| manifest.attachments)
        .or_else(|_| letter())
        .unwrap_or_default()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Result<OutboxItem, StoreError>> {
    let id: String = row.get(0)?;
    let (signed_at, next_try_at) = (row.get(3)?, row.get(5)?);
    let (manifest, cms, tries) = (row.get(1)?, row.get(2)?, row.get(4)?);
    let (refused, problem) = (row.get(6)?, row.get(7)?);
    let (offered, paused) = (row.get(8)?, row.get(9)?);
    let (kind, application): (String, Option<String>) = (row.get(10)?, row.get(11)?);
    let item = || {
        Some(OutboxItem {
            id: id.parse().ok()?,
            kind: OutboxKind::from_name(&kind)?,
            application: application.map(|id| id.parse()).transpose().ok()?,
            manifest,
            cms,
            signed_at: Timestamp::from_millisecond(signed_at).ok()?,
            tries,
            next_try_at: Timestamp::from_millisecond(next_try_at).ok()?,
            refused,
            problem,
            offered,
            paused,
        })
    };
    Ok(item().ok_or(StoreError::Damaged))
}
