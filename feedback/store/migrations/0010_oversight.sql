-- Instructions on several cases with replies and write-off, groups of like cases, lists that leave or enter as files,
-- and citizens who want no messages.

-- One instruction, any number of cases; what was given on one case keeps it.
CREATE TABLE instruction_cases (
    instruction_id bigint NOT NULL REFERENCES instructions,
    case_id        bigint NOT NULL REFERENCES cases,
    answered_at    timestamptz,                 -- when the answer of the case went out
    PRIMARY KEY (instruction_id, case_id)
);
CREATE INDEX instruction_cases_case ON instruction_cases (case_id);
INSERT INTO instruction_cases (instruction_id, case_id, answered_at) SELECT id, case_id, done_at FROM instructions;

DROP INDEX instructions_case;
DROP INDEX instructions_undone;
ALTER TABLE instructions
    DROP COLUMN case_id,
    ADD COLUMN about   text NOT NULL DEFAULT '',            -- the hot issue or the list it was given on
    ADD COLUMN warn_at timestamptz,
    ADD COLUMN done_by bigint REFERENCES people;            -- who wrote it off
UPDATE instructions SET warn_at = due_at - least(interval '1 day', (due_at - at) / 4);
ALTER TABLE instructions ALTER COLUMN warn_at SET NOT NULL;
CREATE INDEX instructions_undone ON instructions (due_at, id) WHERE done_at IS NULL;
CREATE INDEX instructions_done ON instructions (done_at DESC, id DESC) WHERE done_at IS NOT NULL;

-- What was said to an instruction: progress, done, sent back, written off.
CREATE TABLE instruction_words (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    instruction_id bigint NOT NULL REFERENCES instructions,
    at             timestamptz NOT NULL,
    person_id      bigint NOT NULL REFERENCES people,
    bureau         text REFERENCES bureaus,
    act            text NOT NULL CHECK (act IN ('progress', 'done', 'send_back', 'write_off')),
    text           text NOT NULL
);
CREATE INDEX instruction_words_of ON instruction_words (instruction_id, id);
CREATE TRIGGER instruction_words_append_only BEFORE UPDATE OR DELETE ON instruction_words FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Each rung once: yellow before the due time, red at it. The notices hold no text, as those of cases.
CREATE TABLE instruction_warnings (
    instruction_id bigint NOT NULL REFERENCES instructions,
    rung           text NOT NULL CHECK (rung IN ('yellow', 'red')),
    at             timestamptz NOT NULL,
    PRIMARY KEY (instruction_id, rung)
);
CREATE TABLE instruction_reminders (
    person_id      bigint NOT NULL REFERENCES people,
    instruction_id bigint NOT NULL REFERENCES instructions,
    rung           text NOT NULL,
    at             timestamptz NOT NULL,
    seen_at        timestamptz,
    PRIMARY KEY (person_id, instruction_id, rung)
);
CREATE INDEX instruction_reminders_unseen ON instruction_reminders (person_id) WHERE seen_at IS NULL;

-- Groups of cases that seem to tell of one incident. Every case that was looked at is in one, most of them alone.
CREATE TABLE hot_issues (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    place    text NOT NULL DEFAULT '',
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    cases    integer NOT NULL DEFAULT 1
);
CREATE INDEX hot_issues_last ON hot_issues (last_at DESC) WHERE cases > 1;
CREATE TABLE hot_issue_cases (
    case_id  bigint PRIMARY KEY REFERENCES cases,
    issue_id bigint NOT NULL REFERENCES hot_issues
);
CREATE INDEX hot_issue_cases_issue ON hot_issue_cases (issue_id);

-- Long work on files, done by the worker: lists to be written, tables to be read. The files go after a day.
CREATE TABLE file_jobs (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('export', 'import')),
    status      text NOT NULL CHECK (status IN ('asked', 'waiting', 'running', 'done', 'failed')),  -- asked: an import whose columns are not yet named
    person_id   bigint NOT NULL REFERENCES people,
    at          timestamptz NOT NULL,
    name        text NOT NULL,                  -- of the file
    asked       bytea NOT NULL,                 -- sealed: what exactly is wanted
    total       integer,
    done        integer NOT NULL DEFAULT 0,
    outcome     text NOT NULL DEFAULT '',       -- in words, for the page
    beat_at     timestamptz,                    -- a running job whose worker was killed is taken up again
    finished_at timestamptz
);
CREATE INDEX file_jobs_waiting ON file_jobs (id) WHERE status IN ('waiting', 'running');
CREATE INDEX file_jobs_person ON file_jobs (person_id, id DESC);
CREATE TABLE file_parts (
    job_id bigint NOT NULL REFERENCES file_jobs,
    role   text NOT NULL CHECK (role IN ('given', 'made', 'refused')),
    part   integer NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (job_id, role, part)
);

-- Which column was which field, by the header of the file.
CREATE TABLE import_mappings (
    header    bytea PRIMARY KEY,                -- hash of the column names
    columns   text[] NOT NULL,
    fields    text[] NOT NULL,
    person_id bigint NOT NULL REFERENCES people,
    at        timestamptz NOT NULL
);

-- Every list that left as a file: who, when, which, how many rows, with or without contacts.
CREATE TABLE exports (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL,
    person_id bigint REFERENCES people,         -- NULL: a public list, taken by nobody in particular
    list      text NOT NULL,
    filter    text NOT NULL,
    lines     integer NOT NULL,
    contacts  boolean NOT NULL,
    reason    text NOT NULL DEFAULT ''
);
CREATE INDEX exports_at ON exports (at DESC, id DESC);
CREATE TRIGGER exports_append_only BEFORE UPDATE OR DELETE ON exports FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE contacts ADD COLUMN quiet boolean NOT NULL DEFAULT false;  -- told at the counter or by phone: no messages
