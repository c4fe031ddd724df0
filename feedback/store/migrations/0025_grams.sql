-- The index of words holds trigrams beside bigrams, so that what nobody wrote is found to be nowhere as fast in a large city as in
-- a small one. The worker reads every case again: its layout (feedback/store/grams.py) is another.
ALTER TABLE case_words RENAME COLUMN pairs TO grams;
ALTER INDEX case_words_pairs RENAME TO case_words_grams;
