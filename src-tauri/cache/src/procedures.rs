//! The catalogue.

use kabinet_records::Procedure;
use rusqlite::params;

use crate::states::{self, Kind};
use crate::{Changes, Store, StoreError};

impl Store {
    /// All procedures that are offered, by their numbers as text.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn procedures(&self) -> Result<Vec<Procedure>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT body FROM procedures WHERE NOT withdrawn ORDER BY id")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|body| Ok(serde_json::from_str(&body?)?)).collect()
    }

    /// Whether the procedure left the catalogue; `true` also for one that was never in it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn is_withdrawn(&self, id: &str) -> Result<bool, StoreError> {
        Ok(self.connection.query_row(
            "SELECT NOT EXISTS (SELECT 1 FROM procedures WHERE id = ? AND NOT withdrawn)",
            [id],
            |row| row.get(0),
        )?)
    }

    /// One procedure, also one that left the catalogue: drafts may name it.
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
            transaction.execute("UPDATE procedures SET withdrawn = 1", [])?;
        }
        {
            let mut put = transaction
                .prepare_cached("INSERT OR REPLACE INTO procedures (id, body) VALUES (?, ?)")?;
            for procedure in changes.changed {
                put.execute(params![procedure.id, serde_json::to_string(procedure)?])?;
            }
            let mut withdraw =
                transaction.prepare_cached("UPDATE procedures SET withdrawn = 1 WHERE id = ?")?;
            for id in changes.removed {
                withdraw.execute([id])?;
            }
        }
        states::keep(&transaction, Kind::Procedure, changes.state)?;
        Ok(transaction.commit()?)
    }
}
