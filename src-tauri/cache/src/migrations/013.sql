-- What is written and not signed yet, by the message that it answers or the application that it takes back.
CREATE TABLE letter_texts (
    about TEXT PRIMARY KEY,
    text  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
