-- Files of drafts and of what waits, by belt-hash (lower-case hex). The hash comes with the last
-- octet: without one the file is still being taken in. Who refers to a file is asked, never counted.
CREATE TABLE attachments (
    id   INTEGER PRIMARY KEY,
    hash TEXT UNIQUE
) STRICT;

-- Their octets: each piece has 262144 of them, the last one what is left.
CREATE TABLE attachment_pieces (
    attachment INTEGER NOT NULL REFERENCES attachments (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL,
    octets     BLOB NOT NULL,
    PRIMARY KEY (attachment, number)
) STRICT;

-- The last changes of each draft, in order; those that were undone come after the others.
CREATE TABLE draft_changes (
    draft  TEXT NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0,
    body   TEXT NOT NULL,
    PRIMARY KEY (draft, number)
) STRICT, WITHOUT ROWID;

-- Whether the portal was asked to register it: from then on it may have. What earlier versions tried
-- may have been.
ALTER TABLE outbox ADD COLUMN offered INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET offered = 1 WHERE tries > 0;
-- Whether the person holds it back.
ALTER TABLE outbox ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
