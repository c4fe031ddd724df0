-- A notice of holidays moves the due times of the stages too: which of them it still may move, since when they are counted, and
-- which it moved.

ALTER TABLE assignments
    ADD COLUMN counted_from           timestamptz,     -- from_at, or when the case became urgent or ceased to be
    ADD COLUMN accept_provisional     boolean NOT NULL DEFAULT false,
    ADD COLUMN contact_provisional    boolean NOT NULL DEFAULT false,
    ADD COLUMN contribute_provisional boolean NOT NULL DEFAULT false;

-- What runs now: everything that reaches a day nobody has announced. For one in hours the recount finds the same time again.
WITH announced AS (
    SELECT CAST(make_date(CAST(max(extract(year FROM day)) AS integer) + 1, 1, 1) AS timestamp) AT TIME ZONE 'Asia/Shanghai' AS until
    FROM calendar_days WHERE scope = 'national' AND NOT provisional
)
UPDATE assignments SET
    counted_from = from_at,
    accept_provisional = coalesce(accept_due_at > until, false),
    contact_provisional = coalesce(contact_due_at > until, false),
    contribute_provisional = coalesce(contribute_due_at > until, false)
FROM announced WHERE until_at IS NULL;
UPDATE assignments SET counted_from = changed.at
FROM (SELECT case_id, max(at) AS at FROM events WHERE step = 'urgent' GROUP BY case_id) AS changed
WHERE changed.case_id = assignments.case_id AND until_at IS NULL AND changed.at > from_at;

CREATE INDEX assignments_provisional ON assignments (id)
    WHERE until_at IS NULL AND (accept_provisional OR contact_provisional OR contribute_provisional);

CREATE TABLE recounted_stages (
    recount_id    bigint NOT NULL REFERENCES recounts,
    assignment_id bigint NOT NULL REFERENCES assignments,
    stage         text NOT NULL CHECK (stage IN ('accept', 'contact', 'contribute')),
    from_due      timestamptz NOT NULL,
    to_due        timestamptz NOT NULL,
    PRIMARY KEY (recount_id, assignment_id, stage)
);
CREATE TRIGGER recounted_stages_append_only BEFORE UPDATE OR DELETE ON recounted_stages FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE recounts ADD COLUMN stages integer;  -- how many due times of stages it moved
