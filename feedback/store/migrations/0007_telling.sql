-- The outbox: one token for one message however often it is tried, what is given up, and what no longer makes sense.
ALTER TABLE notices RENAME COLUMN sent_at TO ended_at;
ALTER TABLE notices
    ADD COLUMN token   uuid NOT NULL DEFAULT gen_random_uuid(), -- the gateway knows a repeated message by it
    ADD COLUMN state   text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
    ADD COLUMN urgent  boolean NOT NULL DEFAULT false,          -- goes out at night too
    ADD COLUMN subject bytea;                                   -- sealed; of an e-mail
UPDATE notices SET state = 'sent' WHERE ended_at IS NOT NULL;
UPDATE notices SET urgent = true WHERE code IS NOT NULL;
DROP INDEX notices_waiting;
CREATE INDEX notices_due ON notices (urgent DESC, send_at, id) WHERE state = 'waiting';
CREATE INDEX notices_failed ON notices (ended_at DESC, id DESC) WHERE state = 'failed';
CREATE INDEX notices_ended ON notices (ended_at) WHERE ended_at IS NOT NULL;

-- Who had a failed message sent again.
CREATE TABLE notice_resends (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice_id bigint NOT NULL REFERENCES notices,
    person_id bigint NOT NULL REFERENCES people,
    at        timestamptz NOT NULL,
    fault     text                              -- why it had failed
);
CREATE TRIGGER notice_resends_append_only BEFORE UPDATE OR DELETE ON notice_resends FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER notice_resends_no_truncate BEFORE TRUNCATE ON notice_resends FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE contacts ADD COLUMN email bytea;    -- sealed

-- In-site notices of staff. They hold no text: what they say is read from the case, by whoever may see it then.
CREATE TABLE inbox (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id bigint NOT NULL REFERENCES people,
    case_id   bigint NOT NULL REFERENCES cases,
    seq       integer NOT NULL,                 -- the newest event of the case when it was told
    what      text NOT NULL,                    -- templates/notice/<what>.site.txt
    by_id     bigint REFERENCES people,         -- NULL: the citizen or the clock
    at        timestamptz NOT NULL,
    seen_at   timestamptz,
    UNIQUE (person_id, case_id, seq, what)      -- one event, one receiver, one notice
);
CREATE INDEX inbox_list ON inbox (person_id, id DESC);
CREATE INDEX inbox_unseen ON inbox (person_id) WHERE seen_at IS NULL;

-- Whom a bureau's urgent matters wake. The newest row of a bureau counts; the older ones say who changed what.
CREATE TABLE duty_contacts (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bureau    text NOT NULL REFERENCES bureaus,
    phone     bytea,                            -- sealed
    email     bytea,                            -- sealed
    at        timestamptz NOT NULL,
    person_id bigint REFERENCES people
);
CREATE INDEX duty_contacts_newest ON duty_contacts (bureau, id DESC);
CREATE TRIGGER duty_contacts_append_only BEFORE UPDATE OR DELETE ON duty_contacts FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The one question after each answer: was it solved? The link holds a token, here is only its hash.
CREATE TABLE surveys (
    case_id    bigint NOT NULL REFERENCES cases,
    round      smallint NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    asked_at   timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (case_id, round)                -- asked once a round
);
