//! The last changes of each draft, so that they can be undone and redone, also after a restart.

use jiff::{SignedDuration, Timestamp};
use kabinet_records::{Change, Draft};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;
use uuid::Uuid;

use crate::{Incoming, Store, StoreError, attachments, drafts, sharing};

/// Changes of a draft that are kept.
const KEPT: i64 = 100;
/// Who types on within this time goes on with the same change.
const PAUSE: SignedDuration = SignedDuration::from_secs(2);

/// What can be done with a draft's changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Whether there is a change to undo.
    pub undo: bool,
    /// Whether there is an undone one to redo.
    pub redo: bool,
}

impl Store {
    /// Changes a draft such that it can be undone: the draft and the change, both or neither. What
    /// was undone before can no longer be redone.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn edit_draft(
        &mut self,
        id: Uuid,
        edit: impl FnOnce(&mut Draft),
    ) -> Result<Draft, StoreError> {
        let transaction = self.transaction()?;
        let draft = edited(&transaction, id, None, edit)?;
        transaction.commit()?;
        Ok(draft)
    }

    /// As [`Store::edit_draft`], by somebody who had `before` in front of them: what came in
    /// meanwhile from other computers stays. Gives the draft with that.
    ///
    /// # Errors
    /// As [`Store::edit_draft`].
    pub fn edit_shown(
        &mut self,
        id: Uuid,
        before: &Value,
        edit: impl FnOnce(&mut Draft),
    ) -> Result<Draft, StoreError> {
        let transaction = self.transaction()?;
        let draft = edited(&transaction, id, Some(before), edit)?;
        transaction.commit()?;
        Ok(draft)
    }

    /// Completes a file and changes the draft that it belongs to, all or nothing.
    ///
    /// # Errors
    /// As [`Store::edit_draft`].
    pub fn attach(
        &mut self,
        incoming: &Incoming,
        id: Uuid,
        edit: impl FnOnce(&mut Draft),
    ) -> Result<Draft, StoreError> {
        let transaction = self.transaction()?;
        attachments::finish(&transaction, incoming)?;
        let draft = edited(&transaction, id, None, edit)?;
        transaction.commit()?;
        Ok(draft)
    }

    /// Undoes the last change of a draft; without one the draft stays as it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::DiskFull`], [`StoreError::ReadOnly`].
    pub fn undo_draft(&mut self, id: Uuid, now: Timestamp) -> Result<Draft, StoreError> {
        self.step(
            id,
            now,
            "SELECT number, body FROM draft_changes WHERE draft = ? AND NOT undone
             ORDER BY number DESC LIMIT 1",
            Change::undo,
            true,
        )
    }

    /// Redoes what was undone last; without that the draft stays as it is.
    ///
    /// # Errors
    /// As [`Store::undo_draft`].
    pub fn redo_draft(&mut self, id: Uuid, now: Timestamp) -> Result<Draft, StoreError> {
        self.step(
            id,
            now,
            "SELECT number, body FROM draft_changes WHERE draft = ? AND undone
             ORDER BY number LIMIT 1",
            Change::redo,
            false,
        )
    }

    /// What can be done with a draft's changes.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn draft_history(&self, id: Uuid) -> Result<History, StoreError> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT coalesce(max(NOT undone), 0), coalesce(max(undone), 0) FROM draft_changes
             WHERE draft = ?",
            )?
            .query_row([id.to_string()], |row| {
                Ok(History {
                    undo: row.get(0)?,
                    redo: row.get(1)?,
                })
            })?)
    }

    fn step(
        &mut self,
        id: Uuid,
        now: Timestamp,
        next: &str,
        act: fn(&Change, &mut Draft),
        undone: bool,
    ) -> Result<Draft, StoreError> {
        let transaction = self.transaction()?;
        let mut draft = drafts::get(&transaction, id)?;
        let found: Option<(i64, String)> = transaction
            .prepare_cached(next)?
            .query_row([id.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some((number, body)) = found {
            act(&serde_json::from_str(&body)?, &mut draft);
            draft.changed_at = now;
            draft = sharing::edited(&transaction, None, draft)?;
            drafts::change(&transaction, &draft)?;
            transaction
                .prepare_cached(
                    "UPDATE draft_changes SET undone = ? WHERE draft = ? AND number = ?",
                )?
                .execute(params![undone, id.to_string(), number])?;
            transaction.commit()?;
        }
        Ok(draft)
    }
}

fn edited(
    connection: &Connection,
    id: Uuid,
    shown: Option<&Value>,
    edit: impl FnOnce(&mut Draft),
) -> Result<Draft, StoreError> {
    let before = drafts::get(connection, id)?;
    let mut draft = before.clone();
    edit(&mut draft);
    let draft = sharing::edited(connection, shown, draft)?;
    drafts::change(connection, &draft)?;
    if let Some(change) = Change::between(&before, &draft) {
        let pause = draft.changed_at.duration_since(before.changed_at);
        add(connection, id, change, pause < PAUSE)?;
    }
    Ok(draft)
}

/// Values came in from another computer. Undoing a change of the same values would take them away
/// again, although the person never saw that: then nothing can be undone any more.
pub(crate) fn came_in(
    connection: &Connection,
    before: &Draft,
    after: &Draft,
) -> Result<(), StoreError> {
    let Some(arrived) = Change::between(before, after) else {
        return Ok(());
    };
    let id = before.id.to_string();
    let bodies: Vec<String> = connection
        .prepare_cached("SELECT body FROM draft_changes WHERE draft = ?")?
        .query_map([&id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for body in bodies {
        if serde_json::from_str::<Change>(&body)?.meets(&arrived) {
            connection
                .prepare_cached("DELETE FROM draft_changes WHERE draft = ?")?
                .execute([&id])?;
            break;
        }
    }
    Ok(())
}

/// The new change takes the place of what was undone, and of what is too long ago. `soon` after the
/// last one, it may go on with it.
fn add(
    connection: &Connection,
    id: Uuid,
    mut change: Change,
    soon: bool,
) -> Result<(), StoreError> {
    let id = id.to_string();
    let found: Option<(i64, String)> = connection
        .prepare_cached(
            "SELECT number, body FROM draft_changes WHERE draft = ? AND NOT undone
             ORDER BY number DESC LIMIT 1",
        )?
        .query_row([&id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let mut last = 0;
    if let Some((number, body)) = found {
        last = number;
        let earlier: Change = serde_json::from_str(&body)?;
        if let Some(joined) = earlier.joined(&change).filter(|_| soon) {
            change = joined;
            last -= 1;
        }
    }
    let gone: Vec<String> = connection
        .prepare_cached(
            "DELETE FROM draft_changes WHERE draft = ? AND (undone OR number <= ?) RETURNING body",
        )?
        .query_map(params![id, last + 1 - KEPT], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO draft_changes (draft, number, body) VALUES (?, ?, ?)",
        )?
        .execute(params![id, last + 1, serde_json::to_string(&change)?])?;
    for body in gone {
        if serde_json::from_str::<Change>(&body)?.concerns_attachments() {
            return attachments::sweep(connection);
        }
    }
    Ok(())
}
