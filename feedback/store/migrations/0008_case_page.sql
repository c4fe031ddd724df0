-- What people keep beside a case while they work on it: drafts, who is here; and texts kept for later: templates, articles.

-- An unfinished answer, sealed: it may speak of anything. Gone when the answer is sent.
CREATE TABLE drafts (
    case_id   bigint NOT NULL REFERENCES cases,
    person_id bigint NOT NULL REFERENCES people,
    round     smallint NOT NULL,
    at        timestamptz NOT NULL,
    fields    bytea NOT NULL,                   -- sealed JSON object of the form's fields
    PRIMARY KEY (case_id, person_id)
);
CREATE INDEX drafts_at ON drafts (at);

-- Who has a case open to work on it. Unlogged: after a crash nobody has.
CREATE UNLOGGED TABLE presence (
    case_id    bigint NOT NULL,
    person_id  bigint NOT NULL,
    at         timestamptz NOT NULL,
    writing_at timestamptz,                     -- when they last wrote something
    PRIMARY KEY (case_id, person_id)
);

-- Texts to begin an answer with, with {placeholders} of rules/phrasing.
CREATE TABLE reply_templates (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bureau     text NOT NULL REFERENCES bureaus,
    category   text REFERENCES categories,      -- NULL: whatever the case is about
    name       text NOT NULL,
    body       text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by bigint NOT NULL REFERENCES people,
    active     boolean NOT NULL DEFAULT true
);
CREATE INDEX reply_templates_of ON reply_templates (bureau) WHERE active;

-- Knowledge: without personal data from the beginning. Shown to citizens while `review_on` lies ahead.
CREATE TABLE articles (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bureau       text NOT NULL REFERENCES bureaus,
    category     text REFERENCES categories,
    title        text NOT NULL,
    body         text NOT NULL,
    case_id      bigint REFERENCES cases,       -- whose answer it was made of
    created_at   timestamptz NOT NULL,
    created_by   bigint NOT NULL REFERENCES people,
    changed_at   timestamptz NOT NULL,
    changed_by   bigint NOT NULL REFERENCES people,
    version      integer NOT NULL DEFAULT 1,
    review_on    date,                          -- the day from which it must be looked at again; NULL: nobody has approved it yet
    withdrawn_at timestamptz,
    reason       text NOT NULL DEFAULT ''       -- of the withdrawal
);
CREATE INDEX articles_of ON articles (bureau, id DESC);
CREATE INDEX articles_about ON articles (category) WHERE withdrawn_at IS NULL;
CREATE INDEX articles_list ON articles (changed_at DESC, id DESC) WHERE withdrawn_at IS NULL;

-- Whether an answer needs a second person, by bureau, and who decided so.
ALTER TABLE bureaus ADD COLUMN two_step boolean NOT NULL DEFAULT true;
CREATE TABLE approval_changes (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL,
    person_id bigint NOT NULL REFERENCES people,
    bureau    text NOT NULL REFERENCES bureaus,
    two_step  boolean NOT NULL,
    reason    text NOT NULL
);
CREATE TRIGGER approval_changes_append_only BEFORE UPDATE OR DELETE ON approval_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER approval_changes_no_truncate BEFORE TRUNCATE ON approval_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Earlier matters of one place, and published answers about one matter, without reading all cases.
CREATE INDEX cases_place ON cases (address, received_at DESC) WHERE address <> '' AND NOT protected;
CREATE INDEX cases_public_about ON cases (category, answered_at DESC, id) WHERE publish AND NOT protected AND NOT historical AND answer_seq IS NOT NULL;
