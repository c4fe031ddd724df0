-- What the city's desks look for, found without reading all cases. Partial: a submission writes none of them,
-- except that of a report against officials.

CREATE INDEX cases_held ON cases (status, due_at, id) WHERE status IN ('awaiting_citizen', 'suspended', 'in_review');
CREATE INDEX cases_again ON cases (due_at, id) WHERE round > 1 AND status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review');
CREATE INDEX cases_answered ON cases (answered_at DESC, id) WHERE status IN ('replied', 'closed');
CREATE INDEX cases_protected ON cases (status, due_at, id) WHERE protected;
CREATE INDEX events_rework_asked ON events (case_id, round) WHERE step = 'request_rework';
CREATE INDEX instructions_undone ON instructions (due_at) WHERE done_at IS NULL;
CREATE INDEX instructions_case ON instructions (case_id);
