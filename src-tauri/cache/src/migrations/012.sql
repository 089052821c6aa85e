-- The index of records says which of them have a term, and no longer where: nothing asked for that.
-- Beginnings of two and three letters are terms of it as well. It is made anew at the next search.
DROP TABLE record_terms;
CREATE VIRTUAL TABLE record_terms USING fts5 (
    terms,
    content = '', contentless_delete = 1, detail = none, prefix = '2 3', tokenize = "ascii tokenchars '.-/'"
);
UPDATE search_state SET analysis = 0;

-- What changed and is not in the index yet, in the order in which it changed: texts of a record that is
-- there are put into it, one that is gone is taken out.
CREATE TABLE search_due (
    number INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL,
    id     TEXT NOT NULL,
    UNIQUE (kind, id)
) STRICT;
