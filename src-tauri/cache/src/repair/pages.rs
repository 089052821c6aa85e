//! Rows out of a file whose first page or schema is lost, so that nothing says any more which page
//! belongs to which table.
//!
//! SQLCipher encrypts and authenticates each page by itself, with keys that come from the store's key
//! and from the salt that stands at the beginning of the file. So a stand-in is made: a file of the
//! same key and salt whose first page is its own and knows a single table, and whose other pages are
//! the damaged file's, octet for octet and each at its place, for its number is authenticated with it.
//! There each page in turn is taken for the table's first, and what looks like a row of that table is
//! one. Deleted rows do not come back: their octets were overwritten (`secure_delete`).

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use kabinet_stb::Secret;
use rusqlite::{Connection, OpenFlags};

use super::{PAGE, Table, connect, copy_rows, journal, remove};
use crate::StoreError;
use crate::store::{self, SALT, Salt};

/// Most octets of one row that fills the stand-in.
const FILLING: u32 = 256 * 1024 * 1024;
/// Fewest pages of the stand-in: those of its own tables.
const FEWEST: u32 = 16;

/// What a row of each table looks like, in SQL. Other tables may have rows of the same types.
const LOOKS: &[(&str, &str)] = &[
    (
        "attachment_pieces",
        "typeof(number) = 'integer' AND typeof(octets) = 'blob'",
    ),
    ("attachments", "typeof(hash) = 'text' AND length(hash) = 64"),
    ("carried", "kind(body, '$.toVersion') = 'integer'"),
    ("draft_changes", "kind(body, '$') IS NOT NULL"),
    ("draft_documents", "kind(document, '$.fields') = 'object'"),
    ("draft_sharing", "kind(clock, '$.client') = 'text'"),
    (
        "drafts",
        "length(id) = 36 AND kind(body, '$.data') = 'object'",
    ),
    ("former_procedures", "kind(body, '$.form') = 'object'"),
    (
        "let_go",
        "length(application) = 36 AND typeof(ended_at) = 'integer' AND typeof(newest) = 'integer'",
    ),
    (
        "letter_files",
        "length(message) = 36 AND kind(attachments, '$') = 'array'",
    ),
    (
        "letter_texts",
        "length(about) = 36 AND coalesce(kind(text, '$'), 'none') NOT IN ('array', 'object')",
    ),
    (
        "noticed",
        "typeof(what) = 'text' AND typeof(value) = 'integer'",
    ),
    (
        "outbox",
        "length(id) = 36 AND kind(manifest, '$') = 'object' AND typeof(cms) = 'blob'",
    ),
    (
        "person",
        "portal LIKE 'http%' AND kind(holder, '$') = 'object'",
    ),
    ("retention", "typeof(years) = 'integer'"),
    (
        "raising",
        "level IN ('t', 'lt') AND typeof(since) = 'integer'",
    ),
    (
        "sent_files",
        "length(hash) = 64 AND typeof(size) = 'integer' AND typeof(sent_at) = 'integer'",
    ),
    ("session", "kind(octets, '$.refresh') = 'text'"),
    // A SEQUENCE of DER; what was signed, which stands at that place in the outbox, is JSON.
    (
        "signed_copies",
        "length(id) = 36 AND typeof(cms) = 'blob' AND substr(cms, 1, 1) = x'30'",
    ),
];

/// The look of a row, with `kind(column, path)` written out: the type of what stands there in JSON,
/// and NULL for what is no JSON.
fn look(table: &Table) -> Option<String> {
    let (_, look) = LOOKS.iter().find(|(name, _)| *name == table.name)?;
    let mut sql = String::new();
    let mut rest = *look;
    while let Some((before, call)) = rest.split_once("kind(") {
        let (column, after) = call.split_once(", ")?;
        let (path, after) = after.split_once(')')?;
        let text = format!("CAST({column} AS TEXT)");
        sql.push_str(&format!(
            "{before}CASE WHEN json_valid({text}) THEN json_type({text}, {path}) END"
        ));
        rest = after;
    }
    sql.push_str(rest);
    Some(sql)
}

/// Copies what can be found of the tables in the pages of the damaged file at `path`.
///
/// # Errors
/// Those of the files; [`StoreError::DiskFull`] also when there is no room for the stand-in.
pub(super) fn copy(
    path: &Path,
    key: &Secret,
    tables: &[Table],
    to: &Connection,
) -> Result<(), StoreError> {
    let files = Files::beside(path);
    files.remove()?;
    let outcome = copy_by(&files, path, key, tables, to);
    files.remove()?;
    outcome
}

fn copy_by(
    files: &Files,
    path: &Path,
    key: &Secret,
    tables: &[Table],
    to: &Connection,
) -> Result<(), StoreError> {
    let salts = files.take(path, key)?;
    for salt in salts {
        let Some(stand_in) = StandIn::new(files, key, salt)? else {
            continue;
        };
        for table in tables.iter().filter(|table| !table.comes_back) {
            stand_in.copy(table, to)?;
        }
        break;
    }
    Ok(())
}

/// The files that are needed meanwhile.
pub(super) struct Files {
    /// The pages of the damaged file, under a first page of ours.
    pages: PathBuf,
    /// A file in which first pages are made.
    first: PathBuf,
}

impl Files {
    pub(super) fn beside(path: &Path) -> Self {
        Self {
            pages: path.with_file_name("building.pages"),
            first: path.with_file_name("building.first"),
        }
    }

    pub(super) fn remove(&self) -> Result<(), StoreError> {
        for file in [&self.pages, &self.first] {
            for end in ["-journal", "-wal", ""] {
                remove(&store::with_end(file, end))?;
            }
        }
        Ok(())
    }

    /// Copies the damaged file with what stands in its journal; gives the salts that it may have.
    fn take(&self, path: &Path, key: &Secret) -> Result<Vec<Salt>, StoreError> {
        fs::copy(path, &self.pages)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&self.pages)?;
        journal::apply(&store::with_end(path, "-wal"), &mut file)?;
        let mut salt = [0; SALT];
        file.seek(SeekFrom::Start(0))?;
        let found = file.read_exact(&mut salt).is_ok().then_some(salt);
        // Also where the file's own is lost, ours can be made again.
        Ok(found.into_iter().chain([store::salt(key)]).collect())
    }
}

/// A file with the damaged one's pages and a schema of one table.
struct StandIn<'a> {
    files: &'a Files,
    key: &'a Secret,
    first: Connection,
    /// The damaged file's pages.
    pages: u32,
}

impl<'a> StandIn<'a> {
    /// Nothing when no page can be read with that salt.
    fn new(files: &'a Files, key: &'a Secret, salt: Salt) -> Result<Option<Self>, StoreError> {
        remove(&files.first)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let first = store::keyed(&files.first, key, Some(salt), flags)?;
        // The room is what the table of the day uses later, among the first pages.
        first.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
             CREATE TABLE room (a TEXT PRIMARY KEY, b TEXT UNIQUE, c TEXT UNIQUE);
             CREATE TABLE filling (octets BLOB)",
        )?;
        let file = OpenOptions::new().write(true).open(&files.pages)?;
        // No database has more.
        let pages = u32::try_from(file.metadata()?.len() / PAGE as u64).unwrap_or(u32::MAX);
        // The first page says how many there are: as many as the damaged file has.
        let count = || first.query_row("PRAGMA page_count", [], |row| row.get::<_, u32>(0));
        loop {
            let missing = pages.max(FEWEST).saturating_sub(count()?);
            if missing == 0 {
                break;
            }
            let octets = missing.saturating_mul(PAGE as u32).min(FILLING);
            first.execute("INSERT INTO filling VALUES (zeroblob(?))", [octets])?;
        }
        first.execute_batch("DROP TABLE room")?;
        file.set_len(u64::from(count()?) * PAGE as u64)?;
        let made = Self {
            files,
            key,
            first,
            pages,
        };
        made.put_first_page()?;
        Ok(made.reads_anything()?.then_some(made))
    }

    fn put_first_page(&self) -> Result<(), StoreError> {
        let mut page = vec![0; PAGE];
        File::open(&self.files.first)?.read_exact(&mut page)?;
        let mut file = OpenOptions::new().write(true).open(&self.files.pages)?;
        Ok(file.write_all(&page)?)
    }

    /// Whether the code of any page of the damaged file is right.
    fn reads_anything(&self) -> Result<bool, StoreError> {
        let connection = connect(&self.files.pages, self.key)?;
        let mut check = connection.prepare("PRAGMA cipher_integrity_check")?;
        let (mut rows, mut wrong) = (check.query([])?, 0_u32);
        while rows.next()?.is_some() {
            wrong += 1;
        }
        // Those that only fill the stand-in are wrong, too.
        let all: u32 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        Ok(wrong + 1 < all)
    }

    fn copy(&self, table: &Table, to: &Connection) -> Result<(), StoreError> {
        let Some(look) = look(table) else {
            return Ok(());
        };
        let sql: String = to.query_row(
            "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?",
            [&table.name],
            |row| row.get(0),
        )?;
        self.first.execute_batch(&sql)?;
        self.put_first_page()?;
        self.first
            .execute_batch(&format!("DROP TABLE {}", table.name))?;
        let mut connection = None;
        for page in 2..=self.pages {
            // One that met a page with a wrong code or another's shape may not recover.
            let reused = connection
                .take()
                .filter(|open| begin_at(open, table, page).is_ok());
            let open = match reused {
                Some(open) => open,
                None => {
                    let open = self.open()?;
                    begin_at(&open, table, page)?;
                    open
                }
            };
            copy_rows(&open, table, &format!("WHERE {look}"), to)?;
            connection = Some(open);
        }
        Ok(())
    }

    fn open(&self) -> Result<Connection, StoreError> {
        let connection = connect(&self.files.pages, self.key)?;
        connection.execute_batch("PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE")?;
        Ok(connection)
    }
}

/// Lets the table begin at that page. The change takes effect, and goes with the connection.
fn begin_at(connection: &Connection, table: &Table, page: u32) -> Result<(), StoreError> {
    connection.execute_batch("PRAGMA writable_schema = ON")?;
    connection.execute(
        "UPDATE sqlite_schema SET rootpage = ? WHERE type = 'table' AND name = ?",
        (page, &table.name),
    )?;
    Ok(connection.execute_batch("PRAGMA writable_schema = RESET")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;

    /// A table that somebody adds is thought of here.
    #[test]
    fn every_table_that_is_nowhere_else_has_a_look() {
        let folder = tempfile::tempdir().unwrap();
        let key = Secret::new(vec![7; 32]);
        let store = Store::create(&folder.path().join("store.db"), &key).unwrap();
        for table in super::super::tables(&store.connection).unwrap() {
            if table.comes_back {
                continue;
            }
            let look = look(&table).unwrap();
            let sql = format!("{} WHERE {look}", table.select());
            assert!(store.connection.prepare(&sql).is_ok(), "{sql}");
        }
    }
}
