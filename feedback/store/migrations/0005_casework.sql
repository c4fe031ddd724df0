-- One case becomes two; cases under 《信访工作条例》; limits for every stage, in versions that people make; what a return came to.

ALTER TABLE cases ADD COLUMN regime text NOT NULL DEFAULT 'hotline' CHECK (regime IN ('hotline', 'xinfang'));
ALTER TABLE cases ADD COLUMN split_from bigint REFERENCES cases;    -- the case whose letter this is a part of
ALTER TABLE cases ADD COLUMN base_due_at timestamptz;               -- of an extended round: when it would have been due without
ALTER TABLE past_rounds ADD COLUMN base_due_at timestamptz;
CREATE INDEX cases_split ON cases (split_from) WHERE split_from IS NOT NULL;

-- `stage`: what must be done in that time, counted from receipt (reply) or from the dispatch (accept, contact, return).
ALTER TABLE limits ADD COLUMN stage text NOT NULL DEFAULT 'reply' CHECK (stage IN ('accept', 'contact', 'return', 'reply', 'rework'));
ALTER TABLE limits ADD COLUMN regime text NOT NULL DEFAULT 'hotline' CHECK (regime IN ('hotline', 'xinfang', 'urgent'));
UPDATE limits SET regime = 'urgent' WHERE code = 'JJ';
UPDATE limits SET regime = 'xinfang' WHERE code = 'XF';
UPDATE limits SET stage = 'rework' WHERE code = 'CB';

-- Who made a version of the limits; the shipped one is not here.
CREATE TABLE limit_versions (
    version   text PRIMARY KEY,
    at        timestamptz NOT NULL,
    person_id bigint NOT NULL REFERENCES people,
    note      text NOT NULL
);
CREATE TRIGGER limit_versions_append_only BEFORE UPDATE OR DELETE ON limit_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- When the bureau should have signed for the case, and told the citizen something. NULL: no such limit.
ALTER TABLE assignments ADD COLUMN accept_due_at timestamptz;
ALTER TABLE assignments ADD COLUMN contact_due_at timestamptz;

-- A return that the dispatcher did not accept: 不当退单.
ALTER TABLE assignments ADD COLUMN return_rejected boolean NOT NULL DEFAULT false;
UPDATE assignments SET return_rejected = true FROM events
WHERE ended_by = 'return' AND events.step = 'reject_return' AND events.case_id = assignments.case_id
    AND events.bureau = assignments.bureau AND events.round = assignments.round AND events.at >= assignments.until_at;

-- Citizens whose wish for another round was refused wait no longer.
CREATE INDEX events_rework_refused ON events (case_id, round) WHERE step = 'refuse_rework';
