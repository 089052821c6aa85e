//! The catalogue.

use kabinet_records::Procedure;
use rusqlite::params;

use crate::states::{self, Kind};
use crate::{Changes, Store, StoreError};

impl Store {
    /// All procedures, by their numbers as text.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn procedures(&self) -> Result<Vec<Procedure>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT body FROM procedures ORDER BY id")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|body| Ok(serde_json::from_str(&body?)?)).collect()
    }

    /// One procedure.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn procedure(&self, id: &str) -> Result<Procedure, StoreError> {
        let body: String =
            self.connection
                .query_row("SELECT body FROM procedures WHERE id = ?", [id], |row| {
                    row.get(0)
                })?;
        Ok(serde_json::from_str(&body)?)
    }

    /// Takes over what changed at the portal, with the state that it leads to.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn change_procedures(
        &mut self,
        changes: &Changes<'_, Procedure>,
    ) -> Result<(), StoreError> {
        let transaction = self.transaction()?;
        if changes.complete {
            transaction.execute("DELETE FROM procedures", [])?;
        }
        {
            let mut put = transaction
                .prepare_cached("INSERT OR REPLACE INTO procedures (id, body) VALUES (?, ?)")?;
            for procedure in changes.changed {
                put.execute(params![procedure.id, serde_json::to_string(procedure)?])?;
            }
            let mut drop = transaction.prepare_cached("DELETE FROM procedures WHERE id = ?")?;
            for id in changes.removed {
                drop.execute([id])?;
            }
        }
        states::keep(&transaction, Kind::Procedure, changes.state)?;
        Ok(transaction.commit()?)
    }
}
