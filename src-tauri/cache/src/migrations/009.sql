-- Files that are put to a reply that is not signed yet: a JSON list by the message that is answered.
CREATE TABLE letter_files (
    message     TEXT PRIMARY KEY,
    attachments TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Files of what was sent, by belt-hash (lower-case hex): they stay until newer ones need the room.
CREATE TABLE sent_files (
    hash    TEXT PRIMARY KEY,
    size    INTEGER NOT NULL,
    sent_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Applications and messages come anew, with the names of their signatures.
DELETE FROM sync_states WHERE type IN ('Application', 'Message');
