-- What OCSP responders said (OCSPResponse in DER), by belt-hash of the certificate (lower-case hex).
CREATE TABLE revocation_answers (
    certificate TEXT PRIMARY KEY,
    octets      BLOB NOT NULL,
    kept_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Files with a signature that the person wants to raise: `t` or `lt`.
CREATE TABLE raising (
    path        TEXT PRIMARY KEY,
    level       TEXT NOT NULL,
    since       INTEGER NOT NULL,
    tries       INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER NOT NULL DEFAULT 0,
    -- Name of the problem of the last try.
    problem     TEXT
) STRICT, WITHOUT ROWID;
