-- A procedure that left the catalogue stays for the drafts and applications that name it.
ALTER TABLE procedures ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;
