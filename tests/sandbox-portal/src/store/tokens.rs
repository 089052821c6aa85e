//! Tokens. Only their hashes are kept.

use rusqlite::{OptionalExtension as _, params};

use super::Store;

/// The tables. Of two tokens that came together neither has been shown as long as they are in
/// `unshown`; `parent` is the refresh token that they were given for, `pair` tells them from others that
/// were given for the same.
pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS token(
  hash TEXT PRIMARY KEY, kind TEXT NOT NULL, family TEXT NOT NULL, subject TEXT NOT NULL,
  thumbprint TEXT NOT NULL, expires INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS token_family ON token(family);
CREATE INDEX IF NOT EXISTS token_subject ON token(subject);
CREATE TABLE IF NOT EXISTS unshown(hash TEXT PRIMARY KEY, parent TEXT NOT NULL, pair TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS unshown_parent ON unshown(parent);
";

/// An access or refresh token.
pub struct Token {
    /// All tokens that come from one sign-in.
    pub family: String,
    /// Whose it is.
    pub subject: String,
    /// The key it is bound to.
    pub thumbprint: String,
    /// End, in seconds since 1970.
    pub expires: i64,
    /// When a refresh token was exchanged first, in seconds since 1970; 0 when it was not.
    pub used: i64,
}

impl Store {
    /// Keeps a token of that kind, `access` or `refresh`.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn add_token(&self, kind: &str, hash: &str, token: &Token) -> rusqlite::Result<()> {
        self.connection.execute(
            "INSERT INTO token(hash, kind, family, subject, thumbprint, expires, used)
             VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                hash,
                kind,
                token.family,
                token.subject,
                token.thumbprint,
                token.expires,
                token.used
            ],
        )?;
        Ok(())
    }

    /// A token of that kind by its hash.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn token(&self, kind: &str, hash: &str) -> rusqlite::Result<Option<Token>> {
        self.connection
            .query_row(
                "SELECT family, subject, thumbprint, expires, used FROM token
                 WHERE kind = ?1 AND hash = ?2",
                [kind, hash],
                |row| {
                    Ok(Token {
                        family: row.get(0)?,
                        subject: row.get(1)?,
                        thumbprint: row.get(2)?,
                        expires: row.get(3)?,
                        used: row.get(4)?,
                    })
                },
            )
            .optional()
    }

    /// Marks a refresh token as exchanged at that time (seconds since 1970).
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn use_token(&self, hash: &str, now: i64) -> rusqlite::Result<()> {
        self.connection.execute(
            "UPDATE token SET used = ?2 WHERE hash = ?1",
            params![hash, now],
        )?;
        Ok(())
    }

    /// Notes that these two were given for that refresh token, and that nobody has shown them yet.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn given_for(&self, parent: &str, pair: [&str; 2]) -> rusqlite::Result<()> {
        for hash in pair {
            self.connection.execute(
                "INSERT INTO unshown(hash, parent, pair) VALUES(?1, ?2, ?3)",
                [hash, parent, pair[0]],
            )?;
        }
        Ok(())
    }

    /// Whether something was given for that refresh token and none of it was shown.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn is_unheard(&self, parent: &str) -> rusqlite::Result<bool> {
        self.connection.query_row(
            "SELECT EXISTS(SELECT 1 FROM unshown WHERE parent = ?1)",
            [parent],
            |row| row.get(0),
        )
    }

    /// The client shows a token: the answer that brought it was heard, and others that were given in
    /// its place are good for nothing any more.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn shown(&self, hash: &str) -> rusqlite::Result<()> {
        let came: Option<(String, String)> = self
            .connection
            .query_row(
                "SELECT parent, pair FROM unshown WHERE hash = ?1",
                [hash],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let Some((parent, pair)) = came else {
            return Ok(());
        };
        self.connection.execute(
            "DELETE FROM token
             WHERE hash IN (SELECT hash FROM unshown WHERE parent = ?1 AND pair <> ?2)",
            [&parent, &pair],
        )?;
        self.connection
            .execute("DELETE FROM unshown WHERE parent = ?1", [&parent])?;
        Ok(())
    }

    /// Whether any sign-in of that person has tokens.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn is_signed_in(&self, subject: &str) -> rusqlite::Result<bool> {
        self.connection.query_row(
            "SELECT EXISTS(SELECT 1 FROM token WHERE subject = ?1)",
            [subject],
            |row| row.get(0),
        )
    }

    /// Forgets all tokens of a person.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn revoke_subject(&self, subject: &str) -> rusqlite::Result<()> {
        self.connection.execute(
            "DELETE FROM unshown WHERE hash IN (SELECT hash FROM token WHERE subject = ?1)",
            [subject],
        )?;
        self.connection
            .execute("DELETE FROM token WHERE subject = ?1", [subject])?;
        Ok(())
    }

    /// Forgets all tokens of one sign-in.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn revoke(&self, family: &str) -> rusqlite::Result<()> {
        self.connection.execute(
            "DELETE FROM unshown WHERE hash IN (SELECT hash FROM token WHERE family = ?1)",
            [family],
        )?;
        self.connection
            .execute("DELETE FROM token WHERE family = ?1", [family])?;
        Ok(())
    }
}
