-- Trained models are not kept for ever: of an old one only what is written here stays.
ALTER TABLE models ADD COLUMN dropped_at timestamptz;   -- its files are gone, it cannot be put to work any more
