-- The whole house. Times are timestamptz; closed sets are checked here and defined in feedback/rules.

-- The city's own tables: data, never code -------------------------------------------------------------------------

CREATE TABLE bureaus (
    code     text PRIMARY KEY,                  -- immutable id
    name     text NOT NULL,
    short    text NOT NULL,
    kind     text NOT NULL,                     -- B bureau, S sub-unit, V vertical, P party, U utility, D district, C centre
    hotline  text NOT NULL DEFAULT '',
    duties   text NOT NULL DEFAULT '',
    keywords text[] NOT NULL DEFAULT '{}',
    source   text NOT NULL,                     -- seen, memory or default
    active   boolean NOT NULL DEFAULT true
);

CREATE TABLE districts (
    code   text PRIMARY KEY REFERENCES bureaus,
    name   text NOT NULL,
    short  text NOT NULL,
    places text[] NOT NULL,
    source text NOT NULL
);

CREATE TABLE categories (
    code       text PRIMARY KEY,                -- immutable id
    group_name text NOT NULL,
    name       text NOT NULL,
    lead       text NOT NULL,                   -- a bureau, or DIST: the district of the case
    support    text[] NOT NULL,
    kind       text NOT NULL,
    limit_code text NOT NULL,
    urgent     boolean NOT NULL,
    public     boolean NOT NULL,
    boundary   text NOT NULL,
    keywords   text[] NOT NULL,
    source     text NOT NULL,
    active     boolean NOT NULL DEFAULT true
);

CREATE TABLE routing_rules (
    position integer PRIMARY KEY,               -- first match wins
    id       text NOT NULL,                     -- boundary:B22
    category text NOT NULL REFERENCES categories,
    district text,
    words    text[] NOT NULL,                   -- any of them in the text; none: always
    lead     text NOT NULL,
    support  text[] NOT NULL,
    reason   text NOT NULL,
    source   text NOT NULL
);

CREATE TABLE limits (
    version text NOT NULL,
    code    text NOT NULL,
    name    text NOT NULL,
    amount  integer NOT NULL CHECK (amount > 0),
    unit    text NOT NULL CHECK (unit IN ('wd', 'cd', 'h')),
    kind    text NOT NULL DEFAULT '',
    source  text NOT NULL,
    PRIMARY KEY (version, code)
);

CREATE TABLE calendar_days (
    scope       text NOT NULL CHECK (scope IN ('national', 'city')),
    day         date NOT NULL,
    working     boolean NOT NULL,
    name        text NOT NULL,
    provisional boolean NOT NULL,
    source      text NOT NULL,
    PRIMARY KEY (scope, day)
);

-- Staff -----------------------------------------------------------------------------------------------------------

CREATE TABLE people (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username      text NOT NULL UNIQUE,
    name          text NOT NULL,
    role          text NOT NULL,
    bureau        text REFERENCES bureaus,
    password_hash text NOT NULL,
    otp_secret    bytea,                        -- sealed
    active        boolean NOT NULL DEFAULT true,
    failures      integer NOT NULL DEFAULT 0,
    locked_until  timestamptz
);

CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY,
    person_id  bigint NOT NULL REFERENCES people,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Cases -----------------------------------------------------------------------------------------------------------

-- Web processes fetch identities in blocks, so that a submission is one statement; numbers may have gaps.
CREATE SEQUENCE case_ids INCREMENT BY 50;

CREATE TABLE cases (
    id                bigint PRIMARY KEY,
    number            text NOT NULL UNIQUE,
    code_hash         bytea,                    -- keyed hash of the query code; the code itself is nowhere
    status            text NOT NULL,
    round             smallint NOT NULL DEFAULT 1,
    version           integer NOT NULL DEFAULT 1,
    kind              text NOT NULL,
    category          text REFERENCES categories,
    district          text REFERENCES districts,
    bureau            text REFERENCES bureaus,  -- who must answer now
    title             text NOT NULL,            -- empty when protected: see sealed_text
    body              text NOT NULL,
    address           text NOT NULL DEFAULT '',
    sealed_text       bytea,                    -- 检举控告: title and body, encrypted
    latitude          double precision,
    longitude         double precision,
    urgent            boolean NOT NULL,
    protected         boolean NOT NULL,
    anonymous         boolean NOT NULL,
    publish           boolean NOT NULL,         -- the citizen agrees that the redacted text is published
    historical        boolean NOT NULL DEFAULT false,
    source            text NOT NULL,
    source_id         text UNIQUE,              -- of an imported case
    decision          text NOT NULL,
    limit_code        text NOT NULL,
    limit_version     text NOT NULL,
    received_at       timestamptz NOT NULL,
    round_started_at  timestamptz NOT NULL,
    due_at            timestamptz,              -- the first moment that is too late, of this round
    warn_at           timestamptz,
    provisional       boolean NOT NULL DEFAULT false,
    extended_days     smallint NOT NULL DEFAULT 0,
    paused_at         timestamptz,
    pause_until       timestamptz,              -- when waiting for the citizen ends by itself
    first_response_at timestamptz,              -- the bureau's first public word
    answered_at       timestamptz,              -- of the last round
    answer_seq        integer,                  -- the event whose public text is the answer
    answer_bureau     text,                     -- its name when it answered
    closed_at         timestamptz,
    breached_at       timestamptz,              -- of this round; once recorded it stays
    solved            boolean,
    satisfaction      smallint CHECK (satisfaction BETWEEN 1 AND 5),
    rated_at          timestamptz,
    reminders         integer NOT NULL DEFAULT 0,
    reminded_at       timestamptz,
    handler_id        bigint REFERENCES people,
    lead_id           bigint REFERENCES cases,  -- joined under this case
    joined_from       text,
    designated        boolean NOT NULL DEFAULT false,  -- the dispatcher has decided: no return any more
    contested         boolean NOT NULL DEFAULT false,
    head              bytea NOT NULL            -- hash of its newest event
);
CREATE INDEX cases_received ON cases (received_at);
CREATE INDEX cases_desk ON cases (bureau, status, due_at, id) WHERE status IN ('assigned','working','awaiting_citizen','suspended','in_review');
CREATE INDEX cases_due ON cases (due_at, id) WHERE status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review');
CREATE INDEX cases_triage ON cases (due_at, id) WHERE status = 'triage';
CREATE INDEX cases_replied ON cases (bureau, answered_at DESC, id) WHERE status IN ('replied', 'closed');
CREATE INDEX cases_settle ON cases (answered_at) WHERE status = 'replied';
CREATE INDEX cases_pause ON cases (pause_until) WHERE status = 'awaiting_citizen';
CREATE INDEX cases_breach ON cases (due_at) WHERE breached_at IS NULL AND status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review');
CREATE INDEX cases_lead ON cases (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX cases_public ON cases (answered_at DESC, id) WHERE publish AND NOT protected AND NOT historical AND answer_seq IS NOT NULL;

CREATE TABLE contacts (
    case_id    bigint PRIMARY KEY REFERENCES cases,
    name       bytea,                           -- sealed
    phone      bytea,                           -- sealed
    phone_hash bytea                            -- keyed hash, for look-up
);
CREATE INDEX contacts_phone ON contacts (phone_hash);

-- Earlier rounds of a reopened case, moved here as they were when the next round began.
CREATE TABLE past_rounds (
    case_id       bigint NOT NULL REFERENCES cases,
    round         smallint NOT NULL,
    started_at    timestamptz NOT NULL,
    due_at        timestamptz,
    extended_days smallint NOT NULL,
    answered_at   timestamptz,
    breached_at   timestamptz,
    solved        boolean,
    satisfaction  smallint,
    PRIMARY KEY (case_id, round)
);

CREATE TABLE events (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id     bigint NOT NULL REFERENCES cases,
    seq         integer NOT NULL,
    at          timestamptz NOT NULL,
    step        text NOT NULL,
    from_status text NOT NULL,
    to_status   text NOT NULL,
    actor       text NOT NULL,                  -- a role, citizen or clock
    person_id   bigint,
    bureau      text,                           -- on whose behalf, or to whom it was dispatched
    round       smallint NOT NULL,
    hash        bytea NOT NULL,
    tx          xid8 NOT NULL DEFAULT pg_current_xact_id(),
    UNIQUE (case_id, seq)
);
CREATE INDEX events_tx ON events (tx);
CREATE INDEX events_at ON events (at);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What was said at a step. Public: the citizen reads it in the timeline.
CREATE TABLE texts (
    case_id bigint NOT NULL,
    seq     integer NOT NULL,
    field   text NOT NULL,
    body    text NOT NULL,                      -- empty when the case is protected: see sealed
    sealed  bytea,
    public  boolean NOT NULL,
    PRIMARY KEY (case_id, seq, field),
    FOREIGN KEY (case_id, seq) REFERENCES events (case_id, seq)
);

CREATE TABLE seals (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at   timestamptz NOT NULL,
    upto xid8 NOT NULL,                         -- events of transactions before this one are sealed
    n    integer NOT NULL,
    root bytea NOT NULL,
    head bytea NOT NULL                         -- chained to the seal before
);
CREATE TABLE seal_leaves (
    event_id bigint PRIMARY KEY REFERENCES events,
    seal_id  bigint NOT NULL REFERENCES seals
);
CREATE INDEX seal_leaves_seal ON seal_leaves (seal_id, event_id);
CREATE TRIGGER seals_append_only BEFORE UPDATE OR DELETE ON seals FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER seal_leaves_append_only BEFORE UPDATE OR DELETE ON seal_leaves FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE assignments (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id     bigint NOT NULL REFERENCES cases,
    bureau      text NOT NULL REFERENCES bureaus,
    role        text NOT NULL CHECK (role IN ('lead', 'support')),
    round       smallint NOT NULL,
    from_at     timestamptz NOT NULL,
    accepted_at timestamptz,
    until_at    timestamptz,
    ended_by    text
);
CREATE INDEX assignments_case ON assignments (case_id, from_at);
CREATE UNIQUE INDEX assignments_one_lead ON assignments (case_id) WHERE role = 'lead' AND until_at IS NULL;
CREATE INDEX assignments_support ON assignments (bureau, case_id) WHERE role = 'support' AND until_at IS NULL;

CREATE TABLE extensions (
    case_id    bigint NOT NULL REFERENCES cases,
    round      smallint NOT NULL,
    days       smallint NOT NULL,               -- working days
    asked_at   timestamptz NOT NULL,
    granted    boolean,
    decided_at timestamptz,
    PRIMARY KEY (case_id, round)                -- once per round
);

CREATE TABLE instructions (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id    bigint NOT NULL REFERENCES cases,
    person_id  bigint NOT NULL REFERENCES people,
    at         timestamptz NOT NULL,
    text       text NOT NULL,
    due_at     timestamptz NOT NULL,
    done_at    timestamptz
);

-- The routing ledger: everything a decision was based on, and later who corrected it to what ------------------------

CREATE TABLE models (
    version       text PRIMARY KEY,
    labels        text[] NOT NULL,              -- the order of ledger.probabilities
    first_used_at timestamptz NOT NULL
);

CREATE TABLE ledger (
    case_id       bigint PRIMARY KEY REFERENCES cases,
    at            timestamptz NOT NULL,
    decision      text NOT NULL,
    model         text NOT NULL,
    category      text,
    bureau        text,
    probability   real NOT NULL,
    threshold     real NOT NULL,
    probabilities real[] NOT NULL,
    categories    text[] NOT NULL,              -- the three candidates …
    bureaus       text[] NOT NULL,              -- … the bureau of each, '' when unknown …
    scores        real[] NOT NULL,              -- … and their probabilities
    reasons       text[] NOT NULL
);

CREATE TABLE corrections (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id       bigint NOT NULL REFERENCES cases,
    at            timestamptz NOT NULL,
    person_id     bigint REFERENCES people,
    step          text NOT NULL,
    from_category text,
    to_category   text,
    from_bureau   text,
    to_bureau     text
);
CREATE INDEX corrections_case ON corrections (case_id);

-- Petitions -------------------------------------------------------------------------------------------------------

CREATE SEQUENCE petition_ids;

CREATE TABLE petitions (
    id           bigint PRIMARY KEY,            -- of petition_ids; the number is made of it
    number       text NOT NULL UNIQUE,
    status       text NOT NULL CHECK (status IN ('moderation', 'open', 'rejected')),  -- closed follows from closes_at
    title        text NOT NULL,                 -- as it was sent
    body         text NOT NULL,
    public_title text NOT NULL DEFAULT '',      -- without personal data, as it was published by the decision
    public_body  text NOT NULL DEFAULT '',
    district     text REFERENCES districts,
    proposer     bytea NOT NULL,                -- sealed name
    phone        bytea NOT NULL,                -- sealed
    proposed_at  timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,          -- when it must be decided
    decided_at   timestamptz,
    decided_by   bigint REFERENCES people,
    reason       text,                          -- of a rejection: a code of rules/petition.py
    explanation  text NOT NULL DEFAULT '',      -- and its public words
    closes_at    timestamptz,                   -- the first moment that is too late to sign
    signatures   integer NOT NULL DEFAULT 0,    -- counted in the transaction of each signature
    case_id      bigint UNIQUE REFERENCES cases -- opened when the first threshold was reached; its answer is the response
);
CREATE INDEX petitions_list ON petitions (status, id DESC);

CREATE TABLE signatures (
    petition_id bigint NOT NULL REFERENCES petitions,
    signer      bytea NOT NULL,                 -- keyed hash of petition and phone: unlinkable between petitions
    name        bytea NOT NULL,                 -- sealed; shown to nobody, kept to prove that signers are people
    district    text NOT NULL REFERENCES districts,
    at          timestamptz NOT NULL,
    PRIMARY KEY (petition_id, signer)           -- one person, one signature
);

CREATE TABLE thresholds (
    petition_id bigint NOT NULL REFERENCES petitions,
    at          integer NOT NULL,
    promise     text NOT NULL,
    reached_at  timestamptz,
    PRIMARY KEY (petition_id, at)
);

-- What goes out, and who may come in ------------------------------------------------------------------------------

CREATE TABLE notices (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id  bigint,
    at       timestamptz NOT NULL,
    channel  text NOT NULL,
    template text NOT NULL,
    receiver bytea NOT NULL,                    -- sealed
    text     bytea NOT NULL,                    -- sealed: it may hold a code
    code     bytea,                             -- sealed
    send_at  timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    sent_at  timestamptz,
    fault    text
);
CREATE INDEX notices_waiting ON notices (send_at, id) WHERE sent_at IS NULL;

CREATE TABLE phone_codes (
    phone_hash bytea PRIMARY KEY,
    code_hash  bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    attempts   integer NOT NULL DEFAULT 0
);

CREATE TABLE idempotency (
    key_hash  bytea PRIMARY KEY,
    body_hash bytea NOT NULL,
    answer    bytea NOT NULL,                   -- sealed
    at        timestamptz NOT NULL
);
CREATE INDEX idempotency_at ON idempotency (at);

-- Token buckets. Unlogged: after a crash everybody begins with a full one.
CREATE UNLOGGED TABLE buckets (
    key    text PRIMARY KEY,
    tokens double precision NOT NULL,
    at     timestamptz NOT NULL
);

-- Who looked at what they could have left alone: every reveal of a phone number or a name.
CREATE TABLE reveals (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id   bigint NOT NULL REFERENCES cases,
    person_id bigint NOT NULL REFERENCES people,
    at        timestamptz NOT NULL,
    reason    text NOT NULL
);
CREATE TRIGGER reveals_append_only BEFORE UPDATE OR DELETE ON reveals FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The worker says that it lives.
CREATE TABLE heartbeats (
    name text PRIMARY KEY,
    at   timestamptz NOT NULL
);
