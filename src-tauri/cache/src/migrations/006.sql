-- What this store calls itself in the clocks of drafts (the client's hybrid logical clock as JSON),
-- and whether the person wants drafts to travel to their other computers.
CREATE TABLE draft_sharing (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    clock  TEXT NOT NULL,
    agreed INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The history of each draft that travels; also of one that waits in the outbox, and of one that
-- ended here, until the portal knows.
CREATE TABLE draft_documents (
    id       TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    -- Whether the portal does not have this yet, and whether it has anything of that name.
    unsent   INTEGER NOT NULL DEFAULT 1,
    known    INTEGER NOT NULL DEFAULT 0,
    -- What was seen of it when it was put before the person to sign.
    signing  TEXT,
    -- How the draft ended that this one goes on from; until the person has read it.
    parted   TEXT
) STRICT;
