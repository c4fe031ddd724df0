-- A unique constraint makes case_id a key: writing it waits for everybody who is signing at that moment, while they wait
-- for the writer. A partial index keeps it unique and is no key.
ALTER TABLE petitions DROP CONSTRAINT petitions_case_id_key;
CREATE UNIQUE INDEX petitions_case ON petitions (case_id) WHERE case_id IS NOT NULL;
