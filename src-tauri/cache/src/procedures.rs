//! The catalogue.

use kabinet_records::Procedure;
use rusqlite::params;

use crate::carrying;
use crate::search::Findable;
use crate::search::index;
use crate::states::{self, Kind};
use crate::{Changes, Store, StoreError};

impl Store {
    /// All procedures that are offered, in the order of their numbers.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn procedures(&self) -> Result<Vec<Procedure>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT body FROM procedures WHERE NOT withdrawn")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        let procedures: Result<Vec<Procedure>, StoreError> =
            rows.map(|body| Ok(serde_json::from_str(&body?)?)).collect();
        let mut procedures = procedures?;
        procedures.sort_by_cached_key(|procedure| number_order(&procedure.id));
        Ok(procedures)
    }

    /// Whether the procedure left the catalogue; `true` also for one that was never in it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn is_withdrawn(&self, id: &str) -> Result<bool, StoreError> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT NOT EXISTS (SELECT 1 FROM procedures WHERE id = ? AND NOT withdrawn)",
            )?
            .query_row([id], |row| row.get(0))?)
    }

    /// One procedure, also one that left the catalogue: drafts may name it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn procedure(&self, id: &str) -> Result<Procedure, StoreError> {
        let body: String = self
            .connection
            .prepare_cached("SELECT body FROM procedures WHERE id = ?")?
            .query_row([id], |row| row.get(0))?;
        Ok(serde_json::from_str(&body)?)
    }

    /// Version of the procedure's form in the catalogue.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn procedure_version(&self, id: &str) -> Result<u32, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT body ->> '$.version' FROM procedures WHERE id = ?")?
            .query_row([id], |row| row.get(0))?)
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
        index::index(&transaction, |indexer| {
            if changes.complete {
                transaction
                    .prepare_cached("UPDATE procedures SET withdrawn = 1")?
                    .execute([])?;
                indexer.clear(Findable::Procedure)?;
            }
            for procedure in changes.changed {
                carrying::keep_former(&transaction, procedure)?;
            }
            let mut put = transaction
                .prepare_cached("INSERT OR REPLACE INTO procedures (id, body) VALUES (?, ?)")?;
            for procedure in changes.changed {
                put.execute(params![procedure.id, serde_json::to_string(procedure)?])?;
                indexer.put_procedure(procedure)?;
            }
            let mut withdraw =
                transaction.prepare_cached("UPDATE procedures SET withdrawn = 1 WHERE id = ?")?;
            for id in changes.removed {
                withdraw.execute([id])?;
                indexer.remove(Findable::Procedure, id)?;
            }
            Ok(())
        })?;
        carrying::prune_former(&transaction)?;
        states::keep(&transaction, Kind::Procedure, changes.state)?;
        Ok(transaction.commit()?)
    }
}

/// `2.10` comes after `2.9`.
pub(crate) fn number_order(id: &str) -> Vec<u32> {
    id.split('.')
        .map(|part| part.parse().unwrap_or(u32::MAX))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ordered_as_numbers() {
        let mut ids = ["2.10", "2.9", "1.1.5", "10.1"];
        ids.sort_by_key(|id| number_order(id));
        assert_eq!(ids, ["1.1.5", "2.9", "2.10", "10.1"]);
    }
}
