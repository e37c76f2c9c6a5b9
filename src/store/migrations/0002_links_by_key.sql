-- Links are found by what they wait for and by their match keys, so that a run with ten changes does not
-- read a million links.

-- What the keys were made with; none while they are not whole.
ALTER TABLE pairs ADD COLUMN indexed TEXT;

ALTER TABLE links ADD COLUMN pending INTEGER NOT NULL DEFAULT 1;
-- The hashes of its match keys as a JSON list, as they stand in link_keys.
ALTER TABLE links ADD COLUMN keys TEXT;
CREATE INDEX links_pending ON links (pair, id) WHERE pending = 1;
CREATE INDEX links_of_b ON links (pair, b_id);

CREATE TABLE link_keys (
    pair INTEGER NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
    hash INTEGER NOT NULL,
    link INTEGER NOT NULL,
    PRIMARY KEY (pair, hash, link)
) STRICT, WITHOUT ROWID;

-- Counting a million rows takes longer than a run with nothing to do.
CREATE TABLE link_counts (
    pair INTEGER PRIMARY KEY REFERENCES pairs (id) ON DELETE CASCADE,
    links INTEGER NOT NULL
) STRICT;
INSERT INTO link_counts (pair, links) SELECT p.id, (SELECT count(*) FROM links WHERE pair = p.id) FROM pairs p;
CREATE TRIGGER pair_added AFTER INSERT ON pairs BEGIN
    INSERT INTO link_counts (pair, links) VALUES (NEW.id, 0);
END;
CREATE TRIGGER link_added AFTER INSERT ON links BEGIN
    UPDATE link_counts SET links = links + 1 WHERE pair = NEW.pair;
END;
CREATE TRIGGER link_removed AFTER DELETE ON links BEGIN
    UPDATE link_counts SET links = links - 1 WHERE pair = OLD.pair;
END;
