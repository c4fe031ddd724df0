-- The stages before the answer, sign for it and first word to the citizen: watched by the clock as the answer is.

ALTER TABLE assignments
    ADD COLUMN accept_warn_at      timestamptz,
    ADD COLUMN contact_warn_at     timestamptz,
    ADD COLUMN contacted_at        timestamptz,     -- the bureau's first public word while it had the case
    ADD COLUMN accept_breached_at  timestamptz,     -- once recorded they stay, whatever follows
    ADD COLUMN contact_breached_at timestamptz;
ALTER TABLE cases ADD COLUMN accept_due_at timestamptz;  -- that of its newest lead assignment: the order in which a desk signs

-- As deadline.warn_before: the last day of a limit in days, the last quarter of one in hours.
UPDATE assignments SET
    accept_warn_at = accept_due_at - CASE WHEN (accept_due_at AT TIME ZONE 'Asia/Shanghai')::time = '00:00'
        THEN interval '1 day' ELSE (accept_due_at - from_at) / 4 END,
    contact_warn_at = contact_due_at - CASE WHEN (contact_due_at AT TIME ZONE 'Asia/Shanghai')::time = '00:00'
        THEN interval '1 day' ELSE (contact_due_at - from_at) / 4 END;
UPDATE assignments SET contacted_at = cases.first_response_at FROM cases
WHERE cases.id = case_id AND assignments.role = 'lead' AND contact_due_at IS NOT NULL AND cases.first_response_at >= from_at
    AND cases.first_response_at <= coalesce(until_at, 'infinity');
-- What is still running is the clock's to record.
UPDATE assignments SET accept_breached_at = accept_due_at WHERE coalesce(accepted_at, until_at) >= accept_due_at;
UPDATE assignments SET contact_breached_at = contact_due_at WHERE coalesce(contacted_at, until_at) >= contact_due_at;
UPDATE cases SET accept_due_at = held.accept_due_at FROM assignments AS held
WHERE held.case_id = cases.id AND held.role = 'lead' AND held.until_at IS NULL;

CREATE INDEX assignments_to_accept ON assignments (accept_warn_at) WHERE role = 'lead' AND until_at IS NULL AND accepted_at IS NULL;
CREATE INDEX assignments_to_contact ON assignments (contact_warn_at) WHERE role = 'lead' AND until_at IS NULL AND contacted_at IS NULL;
CREATE INDEX cases_to_accept ON cases ((coalesce(accept_due_at, due_at)), id) INCLUDE (protected) WHERE status = 'assigned';
CREATE INDEX cases_to_accept_at ON cases (bureau, (coalesce(accept_due_at, due_at)), id) INCLUDE (protected) WHERE status = 'assigned';

-- Each rung once for each stage of each assignment.
CREATE TABLE stage_warnings (
    assignment_id bigint NOT NULL REFERENCES assignments,
    stage         text NOT NULL CHECK (stage IN ('accept', 'contact')),
    rung          text NOT NULL CHECK (rung IN ('handler', 'head', 'supervisor')),
    at            timestamptz NOT NULL,
    PRIMARY KEY (assignment_id, stage, rung)
);
