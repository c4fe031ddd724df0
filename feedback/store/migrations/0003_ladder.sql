-- Warnings before and after the due time, and the city's calendar as people change it.

-- Each rung of the ladder once a round: what the clock has done, whether or not anybody was there to be told.
CREATE TABLE warnings (
    case_id bigint NOT NULL REFERENCES cases,
    round   smallint NOT NULL,
    rung    text NOT NULL CHECK (rung IN ('handler', 'head', 'supervisor', 'leader')),
    at      timestamptz NOT NULL,
    PRIMARY KEY (case_id, round, rung)
);

-- In-site notices. They hold no text: what they say is read from the case, by whoever may see it then.
CREATE TABLE reminders (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id bigint NOT NULL REFERENCES people,
    case_id   bigint NOT NULL REFERENCES cases,
    round     smallint NOT NULL,
    rung      text NOT NULL,
    at        timestamptz NOT NULL,
    seen_at   timestamptz,
    UNIQUE (person_id, case_id, round, rung)
);
CREATE INDEX reminders_unseen ON reminders (person_id, at DESC) WHERE seen_at IS NULL;

-- Who changed which day of the calendar from what to what. NULL: the day had, or has, no row of its own.
CREATE TABLE calendar_changes (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL,
    person_id    bigint NOT NULL REFERENCES people,
    scope        text NOT NULL CHECK (scope IN ('national', 'city')),
    day          date NOT NULL,
    from_working boolean,
    from_name    text,
    to_working   boolean,
    to_name      text
);
CREATE INDEX calendar_changes_at ON calendar_changes (at DESC, id DESC);
CREATE TRIGGER calendar_changes_append_only BEFORE UPDATE OR DELETE ON calendar_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER calendar_changes_no_truncate BEFORE TRUNCATE ON calendar_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Provisional due times are counted again after each change, by the worker.
CREATE TABLE recounts (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    asked_at timestamptz NOT NULL,
    asked_by bigint NOT NULL REFERENCES people,
    done_at  timestamptz,
    looked   integer,
    changed  integer
);
CREATE INDEX recounts_waiting ON recounts (id) WHERE done_at IS NULL;
CREATE INDEX cases_provisional ON cases (id) WHERE provisional AND status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review','joined');

CREATE TABLE recounted_cases (
    recount_id bigint NOT NULL REFERENCES recounts,
    case_id    bigint NOT NULL REFERENCES cases,
    from_due   timestamptz NOT NULL,
    to_due     timestamptz NOT NULL,
    PRIMARY KEY (recount_id, case_id)
);
CREATE TRIGGER recounted_cases_append_only BEFORE UPDATE OR DELETE ON recounted_cases FOR EACH ROW EXECUTE FUNCTION refuse_change();
