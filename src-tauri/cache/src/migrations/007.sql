-- What the person was told of by the desktop, and how far: `messages` and `decisions` up to which
-- moment (milliseconds since 1970), `due:<message>` at how many days before the end, others simply that.
CREATE TABLE noticed (
    what  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When an application was decided; nothing as long as it is not.
ALTER TABLE applications ADD COLUMN decided_at INTEGER;
UPDATE applications
SET decided_at = coalesce(unixepoch(body ->> '$.history[#-1].at') * 1000, submitted_at)
WHERE body ->> '$.status' IN ('approved', 'refused');
CREATE INDEX applications_decided ON applications (decided_at) WHERE decided_at IS NOT NULL;

CREATE INDEX messages_newest ON messages (sent_at, id);
