-- Bureaus and categories that are merged, split and renamed. Every table here is append-only: what was planned, what came
-- of it, and which cases moved. Codes in bureaus and categories are never deleted and never used again.

CREATE TABLE reorganisations (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL,
    person_id bigint NOT NULL REFERENCES people,
    what      text NOT NULL CHECK (what IN ('bureau', 'category')),
    act       text NOT NULL CHECK (act IN ('rename', 'merge', 'split')),
    code      text NOT NULL,
    was       text NOT NULL,                    -- its name when this was planned
    name      text NOT NULL DEFAULT '',         -- its new one
    short     text NOT NULL DEFAULT '',
    on_day    date NOT NULL,                    -- from 00:00, Asia/Shanghai
    basis     text NOT NULL                     -- by which decision
);

CREATE TABLE reorganisation_successors (
    reorganisation_id bigint NOT NULL REFERENCES reorganisations,
    position          smallint NOT NULL,        -- the first takes what no other does
    code              text NOT NULL,
    name              text NOT NULL DEFAULT '', -- of a new one
    short             text NOT NULL DEFAULT '',
    categories        text[] NOT NULL DEFAULT '{}',
    words             text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (reorganisation_id, position)
);

CREATE TABLE reorganisation_ends (
    reorganisation_id bigint PRIMARY KEY REFERENCES reorganisations,
    at                timestamptz NOT NULL,
    person_id         bigint REFERENCES people, -- who cancelled it; NULL: it was applied by the worker
    cancelled         boolean NOT NULL
);

CREATE TABLE reorganised_cases (
    reorganisation_id bigint NOT NULL REFERENCES reorganisations,
    case_id           bigint NOT NULL REFERENCES cases,
    at                timestamptz NOT NULL,
    PRIMARY KEY (reorganisation_id, case_id)
);

CREATE TRIGGER reorganisations_append_only BEFORE UPDATE OR DELETE ON reorganisations FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reorganisation_successors_append_only BEFORE UPDATE OR DELETE ON reorganisation_successors FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reorganisation_ends_append_only BEFORE UPDATE OR DELETE ON reorganisation_ends FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reorganised_cases_append_only BEFORE UPDATE OR DELETE ON reorganised_cases FOR EACH ROW EXECUTE FUNCTION refuse_change();
