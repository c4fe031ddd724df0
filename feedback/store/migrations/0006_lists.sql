-- The desks' lists: none of them slower in a large city than in a small one. Filters that people keep, and words to be found.

-- A return that waits for the dispatcher's decision, as a column: not read out of the history of every case in triage.
ALTER TABLE cases ADD COLUMN returned boolean NOT NULL DEFAULT false;
UPDATE cases SET returned = true WHERE status = 'triage' AND (SELECT step FROM events WHERE events.case_id = cases.id
    AND step IN ('return','uphold_return','reject_return','dispatch') ORDER BY seq DESC LIMIT 1) = 'return';
CREATE INDEX cases_returned ON cases (due_at, id) WHERE returned AND status = 'triage';

-- Counted without looking at the rows: what the conditions of the queues ask for is in their indexes. One for each status of
-- the whole city, one for all that a bureau has open, one for each person's own.
DROP INDEX cases_held;
DROP INDEX cases_triage;
DROP INDEX cases_due;
DROP INDEX cases_again;
DROP INDEX cases_answered;
DROP INDEX cases_replied;
CREATE INDEX cases_standing ON cases (status, due_at, id) INCLUDE (protected, returned) WHERE status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review');
CREATE INDEX cases_due ON cases (due_at, id) INCLUDE (protected, warn_at, paused_at) WHERE status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review');
CREATE INDEX cases_again ON cases (due_at, id) INCLUDE (protected) WHERE round > 1 AND status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review');
CREATE INDEX cases_answered ON cases (answered_at DESC, id) INCLUDE (protected) WHERE status IN ('replied', 'closed') AND answered_at IS NOT NULL;
CREATE INDEX cases_replied ON cases (bureau, answered_at DESC, id) INCLUDE (protected) WHERE status IN ('replied', 'closed') AND answered_at IS NOT NULL;
CREATE INDEX cases_at_bureau ON cases (bureau, due_at, id) INCLUDE (protected, warn_at, paused_at, handler_id) WHERE status IN ('assigned','working','awaiting_citizen','suspended','in_review');
CREATE INDEX cases_mine ON cases (handler_id, due_at, id) WHERE handler_id IS NOT NULL AND status IN ('assigned','working','awaiting_citizen','suspended','in_review');

-- What a case is found by: every pair of neighbouring characters of its number, title, place and text as a number, and
-- marks for its age and for what it can be filtered by (feedback/store/pairs.py). Kept up by the worker from the cases that
-- changed, so that a submission writes nothing here. Never a protected case.
CREATE TABLE case_words (
    case_id bigint PRIMARY KEY REFERENCES cases,
    version integer NOT NULL,                   -- of the case when this was written
    marks   integer[] NOT NULL,
    pairs   integer[] NOT NULL                  -- with the marks
);
-- The pairs are read through the index only: kept apart, the rows stay small.
ALTER TABLE case_words ALTER COLUMN pairs SET STORAGE EXTERNAL;
ALTER TABLE case_words SET (toast_tuple_target = 128);
-- New pairs wait in a short list, which every search reads, until it is full.
CREATE INDEX case_words_pairs ON case_words USING gin (pairs) WITH (gin_pending_list_limit = 1024);

-- Filters of a person's own. One of them may be what the desk opens with.
CREATE TABLE saved_filters (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id bigint NOT NULL REFERENCES people,
    name      text NOT NULL,
    address   text NOT NULL,                    -- queue, words and choices as the desk's address has them
    home      boolean NOT NULL DEFAULT false,
    UNIQUE (person_id, name)
);
CREATE UNIQUE INDEX saved_filters_home ON saved_filters (person_id) WHERE home;
