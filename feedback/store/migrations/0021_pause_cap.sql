-- 等市民补充: how long the clock may wait for the citizen in one round, all questions together, is the city's to say.
ALTER TABLE limits DROP CONSTRAINT limits_stage_check;
ALTER TABLE limits ADD CONSTRAINT limits_stage_check
    CHECK (stage IN ('accept', 'contact', 'return', 'contribute', 'reply', 'rework', 'pause'));
INSERT INTO limits (version, code, name, amount, unit, kind, stage, regime, source)
SELECT version, 'BC', '等市民补充（每轮合计）', 5, 'wd', '', 'pause', 'hotline', 'default'
FROM (SELECT DISTINCT version FROM limits) AS versions ON CONFLICT DO NOTHING;

-- A notice of holidays moves the end of every pause that runs.
CREATE INDEX cases_waiting ON cases (id) WHERE status = 'awaiting_citizen' AND NOT provisional;
