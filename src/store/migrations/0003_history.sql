-- A record's whole life is found without reading every write: each write is remembered under every id
-- that it speaks of, on both sides.
CREATE TABLE traces (
    side TEXT NOT NULL CHECK (side IN ('a', 'b')),
    record TEXT NOT NULL,
    write INTEGER NOT NULL REFERENCES writes (seq) ON DELETE CASCADE,
    PRIMARY KEY (side, record, write)
) STRICT, WITHOUT ROWID;
CREATE INDEX traces_of_write ON traces (write);

INSERT INTO traces (side, record, write)
SELECT 'a', json_extract(subject, '$.pair.a'), seq FROM writes WHERE json_extract(subject, '$.pair.a') IS NOT NULL
UNION SELECT 'b', json_extract(subject, '$.pair.b'), seq FROM writes WHERE json_extract(subject, '$.pair.b') IS NOT NULL
UNION SELECT json_extract(subject, '$.single[0]'), json_extract(subject, '$.single[1]'), seq FROM writes
    WHERE json_extract(subject, '$.single[1]') IS NOT NULL
UNION SELECT side, record, seq FROM writes WHERE record IS NOT NULL;

CREATE INDEX runs_by_time ON runs (started);

-- Every question of a record, open or not, and what the operator answered.
CREATE INDEX matters_of_subject ON matters (pair, subject_key);
CREATE TABLE answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    matter INTEGER NOT NULL REFERENCES matters (id) ON DELETE CASCADE,
    resolution TEXT NOT NULL,
    made INTEGER NOT NULL
) STRICT;
CREATE INDEX answers_of_matter ON answers (matter);

-- The run that closed a question, so that taking the run back can ask it again.
ALTER TABLE matters ADD COLUMN closed_by INTEGER;
CREATE INDEX matters_closed_by ON matters (closed_by) WHERE closed_by IS NOT NULL;
