-- Not solved, and the time for asking rework is over: the clock closes it.
CREATE INDEX cases_unsolved ON cases (answered_at) WHERE status = 'replied' AND NOT solved;
