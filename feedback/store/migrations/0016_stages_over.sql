-- A stage that was missed and of which everybody was warned is not looked at every five seconds for as long as the case is open.
ALTER TABLE assignments
    ADD COLUMN accept_over  boolean NOT NULL DEFAULT false,
    ADD COLUMN contact_over boolean NOT NULL DEFAULT false;
UPDATE assignments SET accept_over = true WHERE accept_breached_at IS NOT NULL
    AND (SELECT count(*) FROM stage_warnings WHERE assignment_id = assignments.id AND stage = 'accept') = 3;
UPDATE assignments SET contact_over = true WHERE contact_breached_at IS NOT NULL
    AND (SELECT count(*) FROM stage_warnings WHERE assignment_id = assignments.id AND stage = 'contact') = 3;
DROP INDEX assignments_to_accept;
DROP INDEX assignments_to_contact;
CREATE INDEX assignments_to_accept ON assignments (accept_warn_at) WHERE role = 'lead' AND until_at IS NULL AND accepted_at IS NULL AND NOT accept_over;
CREATE INDEX assignments_to_contact ON assignments (contact_warn_at) WHERE role = 'lead' AND until_at IS NULL AND contacted_at IS NULL AND NOT contact_over;
