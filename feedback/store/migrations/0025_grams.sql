-- The index of words holds trigrams beside bigrams, so that what nobody wrote is found to be nowhere as fast in a large city as in
-- a small one. The worker reads every case again: its layout (feedback/store/grams.py) is another.
ALTER TABLE case_words RENAME COLUMN pairs TO grams;
ALTER INDEX case_words_pairs RENAME TO case_words_grams;

-- Published cases are found by the words of the answer too, by everybody; null: not published.
ALTER TABLE case_words ADD COLUMN published integer[];
ALTER TABLE case_words ALTER COLUMN published SET STORAGE EXTERNAL;
CREATE INDEX case_words_published ON case_words USING gin (published) WITH (gin_pending_list_limit = 1024) WHERE published IS NOT NULL;
CREATE INDEX cases_public_of ON cases (bureau, answered_at DESC, id) WHERE publish AND NOT protected AND NOT historical AND answer_seq IS NOT NULL;
CREATE INDEX cases_public_both ON cases (bureau, category, answered_at DESC, id) WHERE publish AND NOT protected AND NOT historical AND answer_seq IS NOT NULL;
