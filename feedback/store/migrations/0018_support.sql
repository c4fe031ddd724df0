-- 协办: a supporting bureau tells the lead what it found within a time of its own.
ALTER TABLE limits DROP CONSTRAINT limits_stage_check;
ALTER TABLE limits ADD CONSTRAINT limits_stage_check
    CHECK (stage IN ('accept', 'contact', 'return', 'contribute', 'reply', 'rework'));
INSERT INTO limits (version, code, name, amount, unit, kind, stage, regime, source)
SELECT version, code, name, amount, unit, '', 'contribute', regime, 'default'
FROM (SELECT DISTINCT version FROM limits) AS versions
CROSS JOIN (VALUES ('XB', '协办反馈', 3, 'wd', 'hotline'), ('JX', '紧急诉求协办反馈', 4, 'h', 'urgent'),
    ('XX', '信访事项协办反馈', 15, 'cd', 'xinfang')) AS own (code, name, amount, unit, regime)
ON CONFLICT DO NOTHING;
ALTER TABLE assignments
    ADD COLUMN contribute_due_at timestamptz,
    ADD COLUMN contributed_at    timestamptz;       -- the supporting bureau's first finding
UPDATE assignments SET contributed_at = (SELECT min(at) FROM events
    WHERE events.case_id = assignments.case_id AND step = 'contribute' AND events.bureau = assignments.bureau
        AND at BETWEEN from_at AND coalesce(until_at, 'infinity'))
WHERE role = 'support';
