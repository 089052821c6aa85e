-- Correspondence on applications.
CREATE TABLE messages (
    id          TEXT PRIMARY KEY,
    application TEXT NOT NULL,
    body        TEXT NOT NULL,
    sent_at     INTEGER NOT NULL,
    in_reply_to TEXT,
    -- End of the time that a request gives.
    due         INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX messages_thread ON messages (application, sent_at, id);
CREATE INDEX messages_answers ON messages (in_reply_to) WHERE in_reply_to IS NOT NULL;
CREATE INDEX messages_due ON messages (due) WHERE due IS NOT NULL;

-- What authorities issued; the octets come after, each blob under its name.
CREATE TABLE documents (
    id          TEXT PRIMARY KEY,
    application TEXT NOT NULL,
    body        TEXT NOT NULL,
    issued_at   INTEGER NOT NULL,
    -- Whether octets are still to come.
    waits       INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;
CREATE INDEX documents_of ON documents (application, issued_at, id);
CREATE INDEX documents_waiting ON documents (issued_at) WHERE waits;
CREATE TABLE document_blobs (
    id     TEXT PRIMARY KEY,
    octets BLOB NOT NULL
) STRICT;

-- Letters wait in the outbox too, each behind the application that it is about.
ALTER TABLE outbox ADD COLUMN kind TEXT NOT NULL DEFAULT 'application';
ALTER TABLE outbox ADD COLUMN application TEXT;
ALTER TABLE outbox ADD COLUMN in_reply_to TEXT;
