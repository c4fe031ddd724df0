-- What the desks and the clock ask for stays as fast with a million cases as with a thousand.

-- Counted without looking at the rows.
DROP INDEX cases_returned;
DROP INDEX cases_desk;
DROP INDEX cases_at_bureau;
CREATE INDEX cases_returned ON cases (due_at, id) INCLUDE (protected) WHERE returned AND status = 'triage';
CREATE INDEX cases_desk ON cases (bureau, status, due_at, id) INCLUDE (protected) WHERE status IN ('assigned','working','awaiting_citizen','suspended','in_review');
CREATE INDEX cases_at_bureau ON cases (bureau, due_at, id) INCLUDE (protected, warn_at, paused_at, handler_id, round) WHERE status IN ('assigned','working','awaiting_citizen','suspended','in_review');

-- The open cases about one matter in the order of their due times.
CREATE INDEX cases_open_about ON cases (category, due_at, id) WHERE status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review');

-- New cases are compared with the latest ones about the same matter.
CREATE INDEX cases_about ON cases (category, received_at);

-- An answer the citizen was not content with is answered for years: the clock does not look at it every five seconds.
DROP INDEX cases_settle;
CREATE INDEX cases_settle ON cases (answered_at) WHERE status = 'replied' AND solved IS NULL;

-- The round whose ladder of warnings is climbed to its end: a case that has long been late is not looked at every five seconds either.
ALTER TABLE cases ADD COLUMN warned_round smallint NOT NULL DEFAULT 0;
UPDATE cases SET warned_round = cases.round FROM (SELECT case_id, round FROM warnings GROUP BY case_id, round HAVING count(*) = 4) AS climbed
    WHERE climbed.case_id = cases.id AND climbed.round = cases.round;
CREATE INDEX cases_to_warn ON cases (warn_at) WHERE warned_round < round AND status IN ('triage','assigned','working','suspended','in_review');
