-- A request for rework that waits for a supervisor, as a column: not sought among everything that was ever asked again.
ALTER TABLE cases ADD COLUMN asked_again boolean NOT NULL DEFAULT false;
UPDATE cases SET asked_again = true WHERE status IN ('replied','closed') AND 'request_rework' = (SELECT step FROM events
    WHERE events.case_id = cases.id AND events.round = cases.round AND step IN ('request_rework','refuse_rework') ORDER BY seq DESC LIMIT 1);
CREATE INDEX cases_asked_again ON cases (id) WHERE asked_again;
DROP INDEX events_rework_refused;
