-- Photos and files of a case. The bytes lie sealed under VAR/files; here stands which file is whose, and who may see it.

CREATE TABLE attachments (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code       text NOT NULL UNIQUE,             -- its name in addresses: says nothing, cannot be guessed
    case_id    bigint NOT NULL REFERENCES cases,
    seq        integer NOT NULL,                 -- of the event it came with
    round      smallint NOT NULL,
    purpose    text NOT NULL CHECK (purpose IN ('letter', 'answer', 'internal')),
    public     boolean NOT NULL,                 -- the citizen sees it; of an answer once that is approved
    bureau     text,                             -- whose staff added it
    person_id  bigint REFERENCES people,         -- NULL: the citizen
    at         timestamptz NOT NULL,
    name       bytea NOT NULL,                   -- sealed: file names name people
    format     text NOT NULL CHECK (format IN ('jpeg', 'png', 'pdf', 'docx', 'xlsx', 'text')),
    size       integer NOT NULL,                 -- bytes, as it is served
    width      integer,                          -- of a picture, in pixels
    height     integer,
    content    bytea NOT NULL,                   -- SHA-256 of the sealed file, which is its name on disk
    small      bytea,                            -- the same of its small picture
    removed_at timestamptz,                      -- taken back before anybody outside saw it; the worker collects the bytes
    removed_by bigint REFERENCES people
);
CREATE INDEX attachments_of ON attachments (case_id, id);
CREATE INDEX attachments_content ON attachments (content);
CREATE INDEX attachments_small ON attachments (small) WHERE small IS NOT NULL;
