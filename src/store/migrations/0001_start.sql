-- The first schema. A migration is never edited once it is released: what changes comes as a new file.
--
-- Moments are milliseconds since 1970-01-01T00:00:00Z, sides are 'a' and 'b', nested things are JSON.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
    name TEXT PRIMARY KEY,
    settings TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pairs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    spec TEXT NOT NULL,
    paused INTEGER NOT NULL DEFAULT 0,
    accepted TEXT,
    failing_since INTEGER,
    failing_why TEXT
) STRICT;

CREATE TABLE identities (
    pair INTEGER NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
    side TEXT NOT NULL CHECK (side IN ('a', 'b')),
    identity TEXT NOT NULL,
    PRIMARY KEY (pair, side)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursors (
    pair INTEGER NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
    side TEXT NOT NULL CHECK (side IN ('a', 'b')),
    cursor TEXT NOT NULL,
    PRIMARY KEY (pair, side)
) STRICT, WITHOUT ROWID;

CREATE TABLE links (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pair INTEGER NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
    a_id TEXT NOT NULL,
    b_id TEXT NOT NULL,
    a TEXT NOT NULL,
    b TEXT NOT NULL,
    flips TEXT,
    UNIQUE (pair, a_id, b_id)
) STRICT;

CREATE TABLE unlinked (
    pair INTEGER NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
    side TEXT NOT NULL CHECK (side IN ('a', 'b')),
    record TEXT NOT NULL,
    seen TEXT NOT NULL,
    PRIMARY KEY (pair, side, record)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pair INTEGER NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
    trigger TEXT NOT NULL,
    outcome TEXT NOT NULL,
    started INTEGER NOT NULL,
    millis INTEGER NOT NULL DEFAULT 0,
    sides TEXT NOT NULL,
    conflicts INTEGER NOT NULL DEFAULT 0,
    set_aside INTEGER NOT NULL DEFAULT 0,
    failed TEXT NOT NULL,
    message TEXT,
    undone_by INTEGER
) STRICT;
CREATE INDEX runs_of_pair ON runs (pair, id);
CREATE INDEX runs_going_on ON runs (pair) WHERE outcome = 'running';

CREATE TABLE writes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    side TEXT NOT NULL CHECK (side IN ('a', 'b')),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    record TEXT,
    label TEXT NOT NULL,
    fields TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    error TEXT,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX writes_of_run ON writes (run, seq);
CREATE INDEX writes_in_doubt ON writes (run, seq) WHERE state = 'intended';

-- Whole records as they were before they were deleted. Apart, so that a history is read without them.
CREATE TABLE raws (
    write INTEGER PRIMARY KEY REFERENCES writes (seq) ON DELETE CASCADE,
    raw TEXT NOT NULL
) STRICT;

CREATE TABLE matters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pair INTEGER NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
    origin TEXT NOT NULL CHECK (origin IN ('run', 'compare')),
    class TEXT NOT NULL CHECK (class IN ('conflict', 'mismatch')),
    word TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject_key TEXT NOT NULL,
    subject TEXT NOT NULL,
    label TEXT NOT NULL,
    reason TEXT NOT NULL,
    fields TEXT NOT NULL,
    modified TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    opened INTEGER NOT NULL,
    closed INTEGER,
    closed_how TEXT
) STRICT;
CREATE INDEX matters_of_pair ON matters (pair);
CREATE UNIQUE INDEX matters_open ON matters (pair, origin, subject_key, word) WHERE closed IS NULL;

CREATE TABLE decisions (
    pair INTEGER NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
    subject_key TEXT NOT NULL,
    slot TEXT NOT NULL,
    subject TEXT NOT NULL,
    resolution TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    made INTEGER NOT NULL,
    PRIMARY KEY (pair, subject_key, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE compares (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pair INTEGER NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
    started INTEGER NOT NULL,
    millis INTEGER NOT NULL,
    counts TEXT NOT NULL,
    mismatches INTEGER NOT NULL
) STRICT;
CREATE INDEX compares_of_pair ON compares (pair, id);

-- Only the newest compare of a pair has rows here.
CREATE TABLE compare_mismatches (
    id INTEGER PRIMARY KEY,
    compare INTEGER NOT NULL REFERENCES compares (id) ON DELETE CASCADE,
    mismatch TEXT NOT NULL
) STRICT;
CREATE INDEX mismatches_of_compare ON compare_mismatches (compare, id);

CREATE TABLE alerts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pair INTEGER NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL,
    seen INTEGER NOT NULL DEFAULT 0,
    healed INTEGER
) STRICT;
CREATE INDEX alerts_of_pair ON alerts (pair);
CREATE UNIQUE INDEX alerts_open ON alerts (pair, kind, key) WHERE healed IS NULL;
