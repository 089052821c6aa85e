-- What is searched (docs/search.md). The tables hold the stems of words and no texts; they can be made
-- anew from the rest of the store at any time.

-- One row: the version of the analysis that the index was made with. Another one makes it anew.
CREATE TABLE search_state (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    analysis INTEGER NOT NULL
) STRICT;
INSERT INTO search_state (one, analysis) VALUES (1, 0);

-- Whose words a row of the two indexes below has. Later changes have larger keys.
CREATE TABLE search_entries (
    key  INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id   TEXT NOT NULL,
    UNIQUE (kind, id)
) STRICT;

CREATE VIRTUAL TABLE procedure_terms USING fts5 (
    number, title, keywords, description,
    content = '', contentless_delete = 1, tokenize = "ascii tokenchars '.-/'"
);
CREATE VIRTUAL TABLE record_terms USING fts5 (
    terms,
    content = '', contentless_delete = 1, tokenize = "ascii tokenchars '.-/'"
);

-- Every term of the two indexes (class 1 and 2): for completion and for mistyped words.
CREATE TABLE search_words (
    class INTEGER NOT NULL,
    term  TEXT NOT NULL,
    PRIMARY KEY (class, term)
) STRICT, WITHOUT ROWID;

-- Forms that the catalogue has replaced, as long as a draft or something that waits was filled in with them.
CREATE TABLE former_procedures (
    id      TEXT NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (id, version)
) STRICT, WITHOUT ROWID;

-- What became of a draft's values when the form changed, until the person has seen it.
CREATE TABLE carried (
    draft TEXT PRIMARY KEY,
    body  TEXT NOT NULL
) STRICT;
