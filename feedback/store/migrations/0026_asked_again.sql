-- A request for rework that waits for a supervisor, as a column: not sought among everything that was ever asked again.
ALTER TABLE cases ADD COLUMN asked_again boolean NOT NULL DEFAULT false;
UPDATE cases SET asked_again = true FROM events AS asked WHERE asked.step = 'request_rework' AND asked.case_id = cases.id
    AND asked.round = cases.round AND status IN ('replied','closed') AND NOT EXISTS (SELECT FROM events AS refused
        WHERE refused.case_id = asked.case_id AND refused.round = asked.round AND refused.step = 'refuse_rework');
CREATE INDEX cases_asked_again ON cases (id) WHERE asked_again;
DROP INDEX events_rework_refused;
