-- What a supporting bureau owes the lead is watched by the clock as the lead's own stages are: warned of, and recorded when missed.

ALTER TABLE assignments
    ADD COLUMN contribute_warn_at     timestamptz,
    ADD COLUMN contribute_breached_at timestamptz,
    ADD COLUMN contribute_over        boolean NOT NULL DEFAULT false;

-- As deadline.warn_before: the last day of a limit in days, the last quarter of one in hours.
UPDATE assignments SET contribute_warn_at = contribute_due_at
    - CASE WHEN (contribute_due_at AT TIME ZONE 'Asia/Shanghai')::time = '00:00'
        THEN interval '1 day' ELSE (contribute_due_at - coalesce(counted_from, from_at)) / 4 END;
-- What is still running is the clock's to record.
UPDATE assignments SET contribute_breached_at = contribute_due_at
WHERE coalesce(contributed_at, until_at) >= contribute_due_at;

CREATE INDEX assignments_to_contribute ON assignments (contribute_warn_at)
    WHERE role = 'support' AND until_at IS NULL AND contributed_at IS NULL AND NOT contribute_over;

ALTER TABLE stage_warnings DROP CONSTRAINT stage_warnings_stage_check;
ALTER TABLE stage_warnings ADD CONSTRAINT stage_warnings_stage_check CHECK (stage IN ('accept', 'contact', 'contribute'));
