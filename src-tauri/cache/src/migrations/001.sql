-- One row: who the store belongs to.
CREATE TABLE person (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    portal  TEXT NOT NULL,
    subject TEXT NOT NULL,
    holder  TEXT NOT NULL
) STRICT;

-- One row at most: tokens and the key that they are bound to.
CREATE TABLE session (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    octets  BLOB NOT NULL
) STRICT;

CREATE TABLE procedures (
    id      TEXT PRIMARY KEY,
    body    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE drafts (
    id         TEXT PRIMARY KEY,
    body       TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

-- What is signed and not registered yet. From here on nothing loses it.
CREATE TABLE outbox (
    id          TEXT PRIMARY KEY,
    manifest    BLOB NOT NULL,
    cms         BLOB NOT NULL,
    signed_at   INTEGER NOT NULL,
    tries       INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER NOT NULL DEFAULT 0,
    refused     INTEGER NOT NULL DEFAULT 0,
    problem     TEXT
) STRICT;

CREATE TABLE applications (
    id           TEXT PRIMARY KEY,
    body         TEXT NOT NULL,
    submitted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX applications_newest ON applications (submitted_at DESC, id DESC);

-- The signed octets of what was sent from here.
CREATE TABLE signed_copies (
    id  TEXT PRIMARY KEY,
    cms BLOB NOT NULL
) STRICT;

-- How far each type is synchronised (RFC 8620, section 1.6.2).
CREATE TABLE sync_states (
    type  TEXT PRIMARY KEY,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;
