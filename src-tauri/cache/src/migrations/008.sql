-- Whether the person no longer wants drafts to travel, and the portal still has some of them.
ALTER TABLE draft_sharing ADD COLUMN ending INTEGER NOT NULL DEFAULT 0;
