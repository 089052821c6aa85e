//! Applications that the portal knows.

use jiff::Timestamp;
use kabinet_records::{Application, Status};
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use crate::search::Findable;
use crate::search::index;
use crate::states::{self, Kind};
use crate::{Changes, Store, StoreError, retention};

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

    /// The `count` applications that come after that one in the order of
    /// [`Store::newest_applications`]: the next page of a list, at the same cost wherever it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such application (any more).
    pub fn applications_after(
        &self,
        id: Uuid,
        count: usize,
    ) -> Result<Vec<Application>, StoreError> {
        let id = id.to_string();
        let submitted_at: i64 = self
            .connection
            .prepare_cached("SELECT submitted_at FROM applications WHERE id = ?")?
            .query_row([&id], |row| row.get(0))?;
        let mut statement = self.connection.prepare_cached(
            "SELECT body FROM applications WHERE (submitted_at, id) < (?, ?)
             ORDER BY submitted_at DESC, id DESC LIMIT ?",
        )?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![submitted_at, id, count], |row| {
            row.get::<_, String>(0)
        })?;
        rows.map(|body| Ok(serde_json::from_str(&body?)?)).collect()
    }

    /// How many applications there are.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn application_count(&self) -> Result<u64, StoreError> {
        let count: i64 = self
            .connection
            .prepare_cached("SELECT count(*) FROM applications")?
            .query_row([], |row| row.get(0))?;
        u64::try_from(count).map_err(|_| StoreError::Damaged)
    }

    /// The `count` applications from that place on in the order of [`Store::newest_applications`],
    /// whose first is at 0: any part of a list. Its cost grows a little with the place, by what an
    /// index with nothing but the order costs to walk through.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn applications_from(
        &self,
        place: usize,
        count: usize,
    ) -> Result<Vec<Application>, StoreError> {
        let number = |number| i64::try_from(number).unwrap_or(i64::MAX);
        self.bodies(
            "SELECT body FROM applications WHERE id IN
                 (SELECT id FROM applications ORDER BY submitted_at DESC, id DESC LIMIT ? OFFSET ?)
             ORDER BY submitted_at DESC, id DESC",
            [number(count), number(place)],
        )
    }

    /// One application.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn application(&self, id: Uuid) -> Result<Application, StoreError> {
        let body: String = self
            .connection
            .prepare_cached("SELECT body FROM applications WHERE id = ?")?
            .query_row([id.to_string()], |row| row.get(0))?;
        Ok(serde_json::from_str(&body)?)
    }

    /// The signed octets, of an application that was sent from here.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn signed_copy(&self, id: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT cms FROM signed_copies WHERE id = ?")?
            .query_row([id.to_string()], |row| row.get(0))
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
        let found = Some((Findable::Application, (|one: &Application| one.id) as _));
        retention::removed(&self.connection, changes.removed)?;
        states::change(
            self,
            Kind::Application,
            "applications",
            changes,
            retention::takes_application,
            put_row,
            found,
        )
    }
}

/// Whether the portal has registered an application under that identifier.
pub(crate) fn is_there(connection: &Connection, id: Uuid) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM applications WHERE id = ?)")?
        .query_row([id.to_string()], |row| row.get(0))?)
}

pub(crate) fn put(connection: &Connection, application: &Application) -> Result<(), StoreError> {
    put_row(connection, application)?;
    index::index(connection, |indexer| indexer.put_application(application))
}

fn put_row(connection: &Connection, application: &Application) -> Result<(), StoreError> {
    let ended_at = retention::ended_at(application).map(Timestamp::as_millisecond);
    let is_withdrawn = application.status == Status::Withdrawn;
    let row = params![
        application.id.to_string(),
        serde_json::to_string(application)?,
        application.submitted_at.as_millisecond(),
        ended_at.filter(|_| !is_withdrawn),
        ended_at,
    ];
    // As with messages: what only goes on touches no index of the table.
    let changed = connection
        .prepare_cached(
            "UPDATE applications SET body = ?2 WHERE id = ?1 AND submitted_at = ?3
             AND decided_at IS ?4 AND ended_at IS ?5",
        )?
        .execute(row)?;
    if changed == 0 {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO applications (id, body, submitted_at, decided_at, ended_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(row)?;
    }
    Ok(())
}
