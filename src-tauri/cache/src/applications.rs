//! Applications that the portal knows.

use kabinet_records::Application;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use crate::states::{self, Kind};
use crate::{Changes, Store, StoreError};

impl Store {
    /// The newest `count` applications, newest first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn newest_applications(&self, count: usize) -> Result<Vec<Application>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT body FROM applications ORDER BY submitted_at DESC, id DESC LIMIT ?",
        )?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let rows = statement.query_map([count], |row| row.get::<_, String>(0))?;
        rows.map(|body| Ok(serde_json::from_str(&body?)?)).collect()
    }

    /// One application.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn application(&self, id: Uuid) -> Result<Application, StoreError> {
        let body: String = self.connection.query_row(
            "SELECT body FROM applications WHERE id = ?",
            [id.to_string()],
            |row| row.get(0),
        )?;
        Ok(serde_json::from_str(&body)?)
    }

    /// The signed octets, of an application that was sent from here.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn signed_copy(&self, id: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .connection
            .query_row(
                "SELECT cms FROM signed_copies WHERE id = ?",
                [id.to_string()],
                |row| row.get(0),
            )
            .optional()?)
    }

    /// Takes over what changed at the portal, with the state that it leads to.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn change_applications(
        &mut self,
        changes: &Changes<'_, Application>,
    ) -> Result<(), StoreError> {
        states::change(self, Kind::Application, "applications", changes, put)
    }
}

pub(crate) fn put(connection: &Connection, application: &Application) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO applications (id, body, submitted_at) VALUES (?, ?, ?)",
        )?
        .execute(params![
            application.id.to_string(),
            serde_json::to_string(application)?,
            application.submitted_at.as_millisecond(),
        ])?;
    Ok(())
}
