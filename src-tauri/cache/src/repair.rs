//! A damaged file: finding the damage out, and saving what is nowhere else.
//!
//! What the portal knows comes back with the next pass. Drafts, what waits in the outbox and the
//! signed copies exist here only, so they are read out of the damaged file row by row before anything
//! takes its place, and a file out of which something could not be read stays beside the new one.
//!
//! SQLCipher authenticates each page by itself, so damage costs the rows of the pages that it hit, not
//! the file. Where the first page or another one of the schema is lost, which say where everything
//! else is, rows are known by their looks ([`pages`]).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kabinet_stb::Secret;
use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, OpenFlags, params_from_iter};

use crate::protection::remove;
use crate::store::{self, with_end};
use crate::{Store, StoreError};

mod journal;
mod pages;

/// Octets of a page: what SQLCipher takes unless it is told otherwise.
const PAGE: usize = 4096;
/// The new store, until it has everything.
const BUILDING: &str = "building.db";
/// What no row of ours can be: of a page whose owner is lost it is guessed by the columns' types, and
/// some other table may have the like. Also what refers to rows that were lost.
const MISTAKEN: &[(&str, &str)] = &[
    ("applications", "NOT json_valid(body)"),
    ("documents", "NOT json_valid(body)"),
    ("drafts", "NOT json_valid(body)"),
    ("former_procedures", "NOT json_valid(body)"),
    ("messages", "NOT json_valid(body)"),
    ("outbox", "NOT json_valid(CAST(manifest AS TEXT))"),
    ("procedures", "NOT json_valid(body)"),
    ("carried", "NOT json_valid(body)"),
    ("draft_documents", "NOT json_valid(document)"),
    ("draft_sharing", "NOT json_valid(clock)"),
    ("attachments", "length(hash) <> 64"),
    (
        "attachment_pieces",
        "attachment NOT IN (SELECT id FROM attachments)",
    ),
    ("draft_changes", "draft NOT IN (SELECT id FROM drafts)"),
];

/// What a repair saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// Drafts.
    pub drafts: usize,
    /// Signed applications that wait.
    pub waiting: usize,
    /// Whether every row that is nowhere else could be read.
    pub complete: bool,
    /// Where the damaged file stays if not: beside the new one, named `store.damaged1` and so on.
    pub aside: Option<PathBuf>,
}

impl Store {
    /// Whether every page is whole and every table and index agree. Reads the whole file.
    ///
    /// # Errors
    /// [`StoreError::Io`] and [`StoreError::Database`] when that could not be found out.
    pub fn is_whole(&self) -> Result<bool, StoreError> {
        match self.findings() {
            Ok(findings) => Ok(findings == 0),
            Err(StoreError::Damaged) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn findings(&self) -> Result<usize, StoreError> {
        // What still stands in the journal is put into the file, whose pages are checked.
        self.connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        // One row a page whose code is wrong, none for a whole file.
        let mut pages = self.connection.prepare("PRAGMA cipher_integrity_check")?;
        let mut findings = 0;
        let mut rows = pages.query([])?;
        while rows.next()?.is_some() {
            findings += 1;
        }
        let first: String = self
            .connection
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        Ok(findings + usize::from(first != "ok"))
    }
}

/// Makes a new store of what can be read in the damaged one at `path`, and puts it in its place. A
/// power cut in the middle leaves the damaged one, or a repair that [`settle`] ends.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::Busy`] while the store is open, [`StoreError::TooNew`],
/// [`StoreError::DiskFull`], [`StoreError::ReadOnly`]: the damaged file is then as it was.
pub fn repair(path: &Path, key: &Secret) -> Result<Repaired, StoreError> {
    settle(path)?;
    if !path.try_exists()? {
        return Err(StoreError::NotFound);
    }
    let _lock = store::lock(path)?;
    // What an interrupted repair left is of no use: it may not be all.
    let building = path.with_file_name(BUILDING);
    for file in [
        with_end(&building, "-wal"),
        building.clone(),
        store::lock_file(&building),
    ] {
        remove(&file)?;
    }
    pages::Files::beside(path).remove()?;
    let outcome = build(path, &building, key);
    remove(&store::lock_file(&building))?;
    let mut repaired = outcome?;
    fs::rename(&building, built(path))?;
    let aside = put_in_place(path)?;
    if repaired.complete {
        for end in ["-wal", ""] {
            remove(&with_end(&aside, end))?;
        }
    } else {
        repaired.aside = Some(aside);
    }
    Ok(repaired)
}

/// Ends a repair in the middle of which the power went. Costs a look whether there is one.
///
/// # Errors
/// [`StoreError::Busy`], [`StoreError::ReadOnly`].
pub fn settle(path: &Path) -> Result<(), StoreError> {
    if !built(path).try_exists()? {
        return Ok(());
    }
    let _lock = store::lock(path)?;
    put_in_place(path).map(drop)
}

/// Reads the damaged store into a new one, which is closed and on the disk when this returns.
fn build(path: &Path, building: &Path, key: &Secret) -> Result<Repaired, StoreError> {
    let damaged = Damaged::open(path, key)?;
    let mut store = Store::create_at(building, key, damaged.version)?;
    let transaction = store.transaction()?;
    // Rows come in the order of their tables, not of what they refer to.
    transaction.pragma_update(None, "defer_foreign_keys", true)?;
    let mut complete = damaged.readable;
    let tables = tables(&transaction)?;
    if damaged.readable {
        for table in &tables {
            complete &= damaged.copy(table, &transaction)?;
        }
    } else {
        pages::copy(path, key, &tables, &transaction)?;
    }
    for (name, mistaken) in MISTAKEN {
        if tables.iter().any(|table| table.name == *name) {
            transaction.execute(&format!("DELETE FROM {name} WHERE {mistaken}"), [])?;
        }
    }
    transaction.commit()?;
    store.migrate_all()?;
    let repaired = Repaired {
        drafts: store.count("drafts")?,
        waiting: store.count("outbox")?,
        complete,
        aside: None,
    };
    // Closing puts the journal into the file and removes it.
    drop(store);
    fs::File::open(building)?.sync_all()?;
    Ok(repaired)
}

/// The damaged one, as far as it opens. A connection that met a page with a wrong code does not
/// recover, so each table has one of its own.
struct Damaged<'a> {
    path: &'a Path,
    key: &'a Secret,
    version: i64,
    /// Whether its first page and its schema can be read.
    readable: bool,
}

impl<'a> Damaged<'a> {
    fn open(path: &'a Path, key: &'a Secret) -> Result<Self, StoreError> {
        let newest = store::newest_version();
        let (version, readable) = match version(path, key) {
            Ok(version) if version > newest => return Err(StoreError::TooNew(version)),
            Ok(version) => (version, has_schema(path, key)?),
            Err(StoreError::Damaged) => (newest, false),
            Err(error) => return Err(error),
        };
        Ok(Self {
            path,
            key,
            version,
            readable,
        })
    }

    /// Copies what can be read of a table; whether that was everything, so far as can be known.
    fn copy(&self, table: &Table, to: &Connection) -> Result<bool, StoreError> {
        let complete = self.copy_in_order(table, &table.order("ASC"), to)?;
        if !complete && table.has_rowid {
            self.copy_unreached(table, to)?;
        } else if !complete {
            // From the other end up to the same damage.
            self.copy_in_order(table, &table.order("DESC"), to)?;
        }
        // What the portal brings back is no loss.
        Ok(complete || table.comes_back)
    }

    /// Rows up to the first that cannot be read; whether that was the end.
    fn copy_in_order(
        &self,
        table: &Table,
        order: &str,
        to: &Connection,
    ) -> Result<bool, StoreError> {
        let connection = connect(self.path, self.key)?;
        copy_rows(&connection, table, &format!("ORDER BY {order}"), to)
    }

    /// Rows on pages that can be read but are not reached any more, since a page above them is lost:
    /// each page that belongs to no other table is taken for the table's first in turn. Nothing of
    /// this is written to the file. Deleted rows do not come back: their octets were overwritten
    /// (`secure_delete`).
    fn copy_unreached(&self, table: &Table, to: &Connection) -> Result<(), StoreError> {
        let pages: i64 =
            connect(self.path, self.key)?.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        let others = self.pages_of_others(table)?;
        for page in (2..=pages).filter(|page| !others.contains(page)) {
            let connection = connect(self.path, self.key)?;
            connection.execute_batch("BEGIN IMMEDIATE")?;
            connection.execute(
                "UPDATE sqlite_schema SET rootpage = ? WHERE type = 'table' AND name = ?",
                (page, &table.name),
            )?;
            // The change takes effect, and goes with the connection.
            connection.execute_batch("PRAGMA writable_schema = RESET")?;
            copy_rows(&connection, table, "", to)?;
        }
        Ok(())
    }

    /// Every other table and index with its first page.
    fn others(&self, table: &Table) -> Result<Vec<(String, i64)>, StoreError> {
        let connection = connect(self.path, self.key)?;
        let mut statement = connection
            .prepare("SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0 AND name <> ?")?;
        let others = statement.query_map([&table.name], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut others = others.collect::<Result<Vec<_>, _>>()?;
        others.push(("sqlite_schema".to_owned(), 1));
        Ok(others)
    }

    /// The pages of every other table and index, as far as they can be read.
    fn pages_of_others(&self, table: &Table) -> Result<BTreeSet<i64>, StoreError> {
        let mut pages = BTreeSet::new();
        for (name, root) in self.others(table)? {
            pages.insert(root);
            let connection = connect(self.path, self.key)?;
            let mut pages_of = connection.prepare("SELECT pageno FROM dbstat WHERE name = ?")?;
            let mut rows = pages_of.query([name])?;
            while let Ok(Some(row)) = rows.next() {
                pages.insert(row.get(0)?);
            }
        }
        Ok(pages)
    }
}

fn version(path: &Path, key: &Secret) -> Result<i64, StoreError> {
    Ok(connect(path, key)?.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Whether every row of the schema can be read.
fn has_schema(path: &Path, key: &Secret) -> Result<bool, StoreError> {
    let connection = connect(path, key)?;
    let read = connection.query_row("SELECT sum(length(sql)) FROM sqlite_schema", [], |_| Ok(()));
    match read.map_err(StoreError::from) {
        Ok(()) => Ok(true),
        Err(StoreError::Damaged | StoreError::Database(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn connect(path: &Path, key: &Secret) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = store::keyed(path, key, None, flags)?;
    // The file stays octet for octet as it was found.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // A file that is shorter than it says opens all the same.
    connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE; PRAGMA writable_schema = ON")?;
    Ok(connection)
}

/// Rows up to the first that cannot be read, of those or in that order which `how` says in SQL;
/// whether that was the end.
fn copy_rows(
    from: &Connection,
    table: &Table,
    how: &str,
    to: &Connection,
) -> Result<bool, StoreError> {
    let sql = format!("{} {how}", table.select());
    let Ok(mut statement) = from.prepare(&sql) else {
        return Ok(false);
    };
    let mut rows = statement.query([])?;
    loop {
        match rows.next() {
            Ok(Some(row)) => table.insert(row, to)?,
            Ok(None) => return Ok(true),
            Err(_) => return Ok(false),
        }
    }
}

/// A table of ours.
struct Table {
    name: String,
    columns: Vec<String>,
    primary_key: Vec<String>,
    has_rowid: bool,
    /// Whether the portal has it too.
    comes_back: bool,
}

impl Table {
    fn order(&self, direction: &str) -> String {
        if self.has_rowid {
            return format!("rowid {direction}");
        }
        let keys = self.primary_key.iter();
        let keys: Vec<String> = keys.map(|key| format!("{key} {direction}")).collect();
        keys.join(", ")
    }

    fn select(&self) -> String {
        let rowid = if self.has_rowid { "rowid" } else { "0" };
        format!(
            "SELECT {rowid}, {} FROM {}",
            self.columns.join(", "),
            self.name
        )
    }

    fn insert(&self, row: &rusqlite::Row<'_>, to: &Connection) -> Result<(), StoreError> {
        let rowid = self.has_rowid.then_some("rowid");
        let columns: Vec<&str> = rowid
            .into_iter()
            .chain(self.columns.iter().map(String::as_str))
            .collect();
        let first = usize::from(!self.has_rowid);
        let values = (first..=self.columns.len())
            .map(|index| row.get::<_, Value>(index))
            .collect::<Result<Vec<_>, _>>()?;
        let sql = format!(
            "INSERT OR IGNORE INTO {} ({}) VALUES ({})",
            self.name,
            columns.join(", "),
            vec!["?"; columns.len()].join(", "),
        );
        match to.prepare_cached(&sql)?.execute(params_from_iter(values)) {
            // A row that does not fit the table is none of its rows.
            Err(error) if is_misfit(&error) => Ok(()),
            done => Ok(done.map(drop)?),
        }
    }
}

fn is_misfit(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch)
    )
}

/// The ordinary tables of a new store that are taken over. An index for searching is a virtual
/// table, made of the others.
fn tables(connection: &Connection) -> Result<Vec<Table>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT name, wr FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let names = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(String, bool)>, _>>()?;
    let mut columns_of =
        connection.prepare("SELECT name, pk FROM pragma_table_info(?) ORDER BY pk")?;
    let mut tables = Vec::new();
    for (name, without_rowid) in names {
        if store::REMADE.contains(&name.as_str()) {
            continue;
        }
        let columns = columns_of
            .query_map([&name], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<Vec<(String, i64)>, _>>()?;
        let primary_key = columns
            .iter()
            .filter(|(_, position)| *position > 0)
            .map(|(column, _)| column.clone())
            .collect();
        tables.push(Table {
            comes_back: store::FROM_PORTAL.contains(&name.as_str()),
            columns: columns.into_iter().map(|(column, _)| column).collect(),
            primary_key,
            has_rowid: !without_rowid,
            name,
        });
    }
    Ok(tables)
}

/// Files that a repair of the store at `path`, ended or not, may have left beside it.
pub(crate) fn traces(path: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let aside = format!("{stem}.damaged");
    let built = built(path);
    let mut traces = Vec::new();
    for entry in fs::read_dir(path.parent().unwrap_or(Path::new(".")))? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(&aside) || name.starts_with("building.") || file == built {
            traces.push(file);
        }
    }
    Ok(traces)
}

fn built(path: &Path) -> PathBuf {
    path.with_extension("built")
}

/// The damaged file goes beside (its new name is returned), the new one takes its place. Each step may be the last before a
/// power cut: the new one lies there until all are done, and a second start goes on.
fn put_in_place(path: &Path) -> Result<PathBuf, StoreError> {
    let aside = (1..)
        .map(|number: u32| path.with_extension(format!("damaged{number}")))
        .find(|aside| !aside.exists())
        .ok_or(StoreError::Exists)?;
    // The journal first: beside the new file it would be taken for its own.
    for end in ["-wal", ""] {
        match fs::rename(with_end(path, end), with_end(&aside, end)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    fs::rename(built(path), path)?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(aside)
}
