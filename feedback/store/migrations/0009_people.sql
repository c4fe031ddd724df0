-- Sub-units, recusals, what an account needs beyond a password, and the log of the administrators.

-- 科室: inside a bureau, made by its head. No citizen ever sees one; a closed one keeps its people's past.
CREATE TABLE units (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bureau text NOT NULL REFERENCES bureaus,
    name   text NOT NULL,
    active boolean NOT NULL DEFAULT true
);
CREATE UNIQUE INDEX units_name ON units (bureau, name) WHERE active;

ALTER TABLE people
    ADD COLUMN unit_id        bigint REFERENCES units,
    ADD COLUMN password_once  boolean NOT NULL DEFAULT false,  -- given by an administrator: good for choosing one's own
    ADD COLUMN password_until timestamptz,                     -- and only until then
    ADD COLUMN otp_pending    bytea;                           -- sealed; a second factor that was begun and not confirmed
CREATE INDEX people_bureau ON people (bureau) WHERE bureau IS NOT NULL;

ALTER TABLE cases ADD COLUMN unit_id bigint REFERENCES units;  -- who of the bureau has it, if it was given to a 科室
CREATE INDEX cases_unit ON cases (unit_id, due_at, id) WHERE unit_id IS NOT NULL;

-- 回避: this person has nothing more to do with this case, and does not see it.
CREATE TABLE recusals (
    person_id bigint NOT NULL REFERENCES people,
    case_id   bigint NOT NULL REFERENCES cases,
    at        timestamptz NOT NULL,
    PRIMARY KEY (person_id, case_id)
);
CREATE INDEX recusals_case ON recusals (case_id);
CREATE TRIGGER recusals_append_only BEFORE UPDATE OR DELETE ON recusals FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Who came in, and who changed an account or a setting. Never the content of a case.
CREATE TABLE logbook (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL,
    person_id bigint REFERENCES people,         -- NULL: nobody who is known, or the command line
    deed      text NOT NULL,
    about_id  bigint REFERENCES people,         -- the account it was done to
    detail    text NOT NULL DEFAULT ''
);
CREATE INDEX logbook_at ON logbook (at DESC, id DESC);
CREATE INDEX logbook_person ON logbook (person_id, at DESC, id DESC);
CREATE INDEX logbook_about ON logbook (about_id, at DESC, id DESC) WHERE about_id IS NOT NULL;
CREATE INDEX reveals_at ON reveals (at DESC, id DESC);
CREATE TRIGGER logbook_append_only BEFORE UPDATE OR DELETE ON logbook FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER logbook_no_truncate BEFORE TRUNCATE ON logbook FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
