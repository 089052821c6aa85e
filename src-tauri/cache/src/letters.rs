//! Letters that are being written: their text, and the files that are put to them. They are about the
//! message that is answered, or about the application that is taken back.

use kabinet_records::{Attachment, Letter};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use uuid::Uuid;

use crate::{Incoming, Store, StoreError, attachments};

/// A letter that is being written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BegunLetter {
    /// The message that it answers, or the application that it takes back.
    pub about: Uuid,
    /// What is written so far.
    pub text: String,
    /// Files that are put to it.
    pub attachments: Vec<Attachment>,
}

impl Store {
    /// What is written about a message or an application so far; empty when nothing is.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn letter_text(&self, about: Uuid) -> Result<String, StoreError> {
        text(&self.connection, about)
    }

    /// Keeps what is written so far.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn keep_letter_text(&self, about: Uuid, text: &str) -> Result<(), StoreError> {
        keep_text(&self.connection, about, text)
    }

    /// Files that are put to the reply to a message, in the order in which they came.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn letter_files(&self, message: Uuid) -> Result<Vec<Attachment>, StoreError> {
        letter_files(&self.connection, message)
    }

    /// All letters that are being written.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn begun_letters(&self) -> Result<Vec<BegunLetter>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT about FROM letter_texts UNION SELECT message FROM letter_files ORDER BY 1",
        )?;
        let abouts = statement.query_map([], |row| row.get::<_, String>(0))?;
        abouts
            .map(|about| {
                let about = Uuid::parse_str(&about?).map_err(|_| StoreError::Damaged)?;
                Ok(BegunLetter {
                    about,
                    text: text(&self.connection, about)?,
                    attachments: letter_files(&self.connection, about)?,
                })
            })
            .collect()
    }

    /// Completes a file and puts it to the reply to a message, both or neither. Gives all its files.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the file was begun in another store; [`StoreError::DiskFull`],
    /// [`StoreError::ReadOnly`].
    pub fn attach_to_letter(
        &mut self,
        incoming: &Incoming,
        message: Uuid,
        file: Attachment,
    ) -> Result<Vec<Attachment>, StoreError> {
        let transaction = self.transaction()?;
        attachments::finish(&transaction, incoming)?;
        let files = put_files(&transaction, message, vec![file])?;
        transaction.commit()?;
        Ok(files)
    }

    /// Takes a file off the reply to a message; without a hash, all of them. Gives what is left.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn remove_from_letter(
        &mut self,
        message: Uuid,
        hash: Option<&str>,
    ) -> Result<Vec<Attachment>, StoreError> {
        let transaction = self.transaction()?;
        let mut files = letter_files(&transaction, message)?;
        files.retain(|file| hash.is_some_and(|hash| hash != file.hash));
        keep_letter_files(&transaction, message, &files)?;
        attachments::sweep(&transaction)?;
        transaction.commit()?;
        Ok(files)
    }
}

/// A letter is signed: text and files stand in it. What was written or put to it since it was shown
/// stays for the next one.
pub(crate) fn signed(connection: &Connection, letter: &Letter) -> Result<(), StoreError> {
    let about = about(letter);
    if text(connection, about)?.trim() == letter.text {
        keep_text(connection, about, "")?;
    }
    let mut files = letter_files(connection, about)?;
    files.retain(|file| {
        !letter
            .attachments
            .iter()
            .any(|signed| signed.hash == file.hash)
    });
    keep_letter_files(connection, about, &files)
}

/// A letter that was signed is being written again, before what was written meanwhile.
pub(crate) fn taken_back(connection: &Connection, letter: Letter) -> Result<(), StoreError> {
    let about = about(&letter);
    let since = text(connection, about)?;
    let parts = [letter.text.as_str(), since.as_str()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    keep_text(connection, about, &parts.join("\n\n"))?;
    put_files(connection, about, letter.attachments).map(|_| ())
}

fn about(letter: &Letter) -> Uuid {
    letter.in_reply_to.unwrap_or(letter.application)
}

fn text(connection: &Connection, about: Uuid) -> Result<String, StoreError> {
    let text = connection
        .prepare_cached("SELECT text FROM letter_texts WHERE about = ?")?
        .query_row([about.to_string()], |row| row.get(0))
        .optional()?;
    Ok(text.unwrap_or_default())
}

fn keep_text(connection: &Connection, about: Uuid, text: &str) -> Result<(), StoreError> {
    let about = about.to_string();
    if text.is_empty() {
        connection.execute("DELETE FROM letter_texts WHERE about = ?", [about])?;
    } else {
        connection
            .prepare_cached("INSERT OR REPLACE INTO letter_texts (about, text) VALUES (?, ?)")?
            .execute(params![about, text])?;
    }
    Ok(())
}

fn put_files(
    connection: &Connection,
    message: Uuid,
    more: Vec<Attachment>,
) -> Result<Vec<Attachment>, StoreError> {
    let mut files = letter_files(connection, message)?;
    for file in more {
        if !files.iter().any(|one| one.hash == file.hash) {
            files.push(file);
        }
    }
    keep_letter_files(connection, message, &files)?;
    Ok(files)
}

fn letter_files(connection: &Connection, message: Uuid) -> Result<Vec<Attachment>, StoreError> {
    let body: Option<String> = connection
        .query_row(
            "SELECT attachments FROM letter_files WHERE message = ?",
            [message.to_string()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(match body {
        Some(body) => serde_json::from_str(&body)?,
        None => Vec::new(),
    })
}

fn keep_letter_files(
    connection: &Connection,
    message: Uuid,
    files: &[Attachment],
) -> Result<(), StoreError> {
    let message = message.to_string();
    if files.is_empty() {
        connection.execute("DELETE FROM letter_files WHERE message = ?", [message])?;
        Ok(())
    } else {
        connection.execute(
            "INSERT OR REPLACE INTO letter_files (message, attachments) VALUES (?, ?)",
            [message, serde_json::to_string(files)?],
        )?;
        Ok(())
    }
}
