-- The log of a city of any age is read by what was done and by whom.
CREATE INDEX logbook_deed ON logbook (deed, at DESC, id DESC);
CREATE INDEX reveals_person ON reveals (person_id, at DESC, id DESC);
