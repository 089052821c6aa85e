-- How many years after its end an application stays here: one row, or none for as long as there is room.
CREATE TABLE retention (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    years INTEGER NOT NULL
) STRICT;

-- Applications that left since their time was over, with their end and the newest that was here of them
-- (milliseconds since 1970): what the portal still has up to then does not come again. `back` are those
-- that shall, with the next pass.
CREATE TABLE let_go (
    application TEXT PRIMARY KEY,
    ended_at    INTEGER NOT NULL,
    newest      INTEGER NOT NULL,
    back        INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX let_go_back ON let_go (back) WHERE back;

-- When an application ended, decided or withdrawn; nothing as long as it has not.
ALTER TABLE applications ADD COLUMN ended_at INTEGER;
UPDATE applications
SET ended_at = coalesce(unixepoch(body ->> '$.history[#-1].at') * 1000, submitted_at)
WHERE body ->> '$.status' IN ('approved', 'refused', 'withdrawn');
CREATE INDEX applications_ended ON applications (ended_at) WHERE ended_at IS NOT NULL;

-- What the file was sent with last; nothing where an earlier version sent it.
ALTER TABLE sent_files ADD COLUMN application TEXT;
