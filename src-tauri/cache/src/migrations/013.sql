-- What is written and not signed yet, by the message that it answers or the application that it takes back.
CREATE TABLE letter_texts (
    about TEXT PRIMARY KEY,
    text  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- When it was asked what is known of the certificates of a document, when it is to be asked again, and how
-- often in a row that was in vain.
ALTER TABLE documents ADD COLUMN asked_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN ask_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN in_vain INTEGER NOT NULL DEFAULT 0;
-- The newest are asked for at every pass and in the window's lists.
CREATE INDEX documents_newest ON documents (issued_at, id);
