//! Who the store belongs to, and the session with the portal.

use kabinet_records::Holder;
use kabinet_stb::Secret;
use rusqlite::{OptionalExtension as _, params};

use crate::{Store, StoreError};

/// Who the store belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Address of the portal.
    pub portal: String,
    /// The portal's opaque name of the person.
    pub subject: String,
    /// What the card told at the last sign-in.
    pub holder: Holder,
}

impl Store {
    /// Who the store belongs to; `None` before the first sign-in is complete.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn person(&self) -> Result<Option<Person>, StoreError> {
        let row = self
            .connection
            .prepare_cached("SELECT portal, subject, holder FROM person")?
            .query_row([], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?))
            })
            .optional()?;
        row.map(|(portal, subject, holder)| {
            Ok(Person {
                portal,
                subject,
                holder: serde_json::from_str(&holder)?,
            })
        })
        .transpose()
    }

    /// Keeps a person and their session, both or neither.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn sign_in(&mut self, person: &Person, session: &Secret) -> Result<(), StoreError> {
        let holder = serde_json::to_string(&person.holder)?;
        let transaction = self.transaction()?;
        transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO person (one, portal, subject, holder) VALUES (1, ?, ?, ?)",
            )?
            .execute(params![person.portal, person.subject, holder])?;
        transaction
            .prepare_cached("INSERT OR REPLACE INTO session (one, octets) VALUES (1, ?)")?
            .execute(params![session.expose()])?;
        Ok(transaction.commit()?)
    }

    /// The session.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn session(&self) -> Result<Option<Secret>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT octets FROM session")?
            .query_row([], |row| row.get(0))
            .optional()?
            .map(Secret::new))
    }

    /// Keeps a renewed session, or forgets it.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn set_session(&self, session: Option<&Secret>) -> Result<(), StoreError> {
        match session {
            Some(session) => self
                .connection
                .prepare_cached("INSERT OR REPLACE INTO session (one, octets) VALUES (1, ?)")?
                .execute(params![session.expose()])?,
            None => self
                .connection
                .prepare_cached("DELETE FROM session")?
                .execute([])?,
        };
        Ok(())
    }
}
