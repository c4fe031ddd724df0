-- A citizen's file that is harmful or illegal, shows others, or was sent by mistake: nobody opens it any more, the row remains.
ALTER TABLE attachments
    ADD COLUMN withdrawn_at     timestamptz,
    ADD COLUMN withdrawn_by     bigint REFERENCES people,
    ADD COLUMN withdrawn_reason text CHECK (withdrawn_reason IN ('unlawful', 'private', 'mistake')),
    ADD CONSTRAINT attachments_withdrawn
        CHECK (num_nulls(withdrawn_at, withdrawn_by, withdrawn_reason) IN (0, 3));
