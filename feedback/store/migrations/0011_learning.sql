-- Learning from the desk: what people confirmed, models and who put them to work, the audit sample, what a candidate would have said.

-- A model that was trained but never served has no first use.
ALTER TABLE models ALTER COLUMN first_used_at DROP NOT NULL;
ALTER TABLE models
    ADD COLUMN trained_at timestamptz,          -- NULL: the shipped model
    ADD COLUMN folder     text NOT NULL DEFAULT '',  -- under models/ of the data folder; '': the shipped model's place
    ADD COLUMN letters    integer NOT NULL DEFAULT 0,
    ADD COLUMN confirmed  integer NOT NULL DEFAULT 0,  -- of them confirmed by the desk
    ADD COLUMN before_at  timestamptz,          -- it learned nothing that was received later
    ADD COLUMN compared   text NOT NULL DEFAULT '',  -- the model it was measured against
    ADD COLUMN passed     boolean NOT NULL DEFAULT true,
    ADD COLUMN set_aside  timestamptz;          -- a person decided against it

-- What a trained model had to show before anybody could put it to work.
CREATE TABLE model_checks (
    version  text NOT NULL REFERENCES models,
    position smallint NOT NULL,
    name     text NOT NULL,
    value    real NOT NULL,
    wanted   real NOT NULL,
    letters  integer NOT NULL,
    passed   boolean NOT NULL,
    PRIMARY KEY (version, name)
);

-- Both models on the letters of the last months, category by category.
CREATE TABLE model_categories (
    version         text NOT NULL REFERENCES models,
    category        text NOT NULL,
    letters         integer NOT NULL,
    serving_right   integer NOT NULL,
    candidate_right integer NOT NULL,
    PRIMARY KEY (version, category)
);

-- Which model serves: that of the newest row; none: the shipped one. Going back is another row.
CREATE TABLE promotions (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL,
    person_id bigint NOT NULL REFERENCES people,
    version   text NOT NULL REFERENCES models,
    instead   text NOT NULL,                    -- the version that served until then
    back      boolean NOT NULL,                 -- it had served before
    reason    text NOT NULL
);
CREATE TRIGGER promotions_append_only BEFORE UPDATE OR DELETE ON promotions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER promotions_no_truncate BEFORE TRUNCATE ON promotions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Cases the machine routed, drawn by chance when they came in, for a person to look at again.
CREATE TABLE audits (
    case_id    bigint PRIMARY KEY REFERENCES cases,
    drawn_at   timestamptz NOT NULL,
    decided_at timestamptz,
    person_id  bigint REFERENCES people,
    category   text,                            -- what is right, as that person says …
    bureau     text,
    category_right boolean,                     -- … and whether the machine had said so
    bureau_right   boolean
);
CREATE INDEX audits_waiting ON audits (drawn_at, case_id) WHERE decided_at IS NULL;

-- How many words of a letter the serving model had never seen: new matters show before they are corrected.
CREATE TABLE novelty (
    case_id bigint PRIMARY KEY REFERENCES cases,
    unknown real NOT NULL CHECK (unknown BETWEEN 0 AND 1)
);

-- What a candidate would have said of a letter, beside the ledger of the model that served.
CREATE TABLE shadows (
    version     text NOT NULL REFERENCES models,
    case_id     bigint NOT NULL REFERENCES cases,
    at          timestamptz NOT NULL,
    decision    text NOT NULL,
    category    text,
    bureau      text,
    probability real NOT NULL,
    reasons     text[] NOT NULL,
    differs     boolean NOT NULL,               -- from the ledger: category, bureau or decision
    PRIMARY KEY (version, case_id)
);
CREATE INDEX shadows_different ON shadows (version, case_id DESC) WHERE differs;

-- Which labels came with an imported case: people had chosen them. The others are the machine's.
CREATE TABLE imported_labels (
    case_id  bigint PRIMARY KEY REFERENCES cases,
    category text,
    bureau   text
);
