-- Limits in minutes, such as half an hour to sign for an urgent matter.
ALTER TABLE limits DROP CONSTRAINT limits_unit_check;
ALTER TABLE limits ADD CONSTRAINT limits_unit_check CHECK (unit IN ('wd', 'cd', 'h', 'm'));
