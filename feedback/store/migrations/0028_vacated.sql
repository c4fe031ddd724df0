-- Open cases of accounts that were closed before closing gave them up: nobody handles them, their bureau does.
UPDATE cases SET handler_id = NULL FROM people WHERE people.id = cases.handler_id AND NOT people.active
    AND cases.status IN ('triage','assigned','working','awaiting_citizen','suspended','in_review');
