"""The life of a case: the allowed moves, written down again by hand from DESIGN 4, and properties of any walk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.rules import status
from feedback.rules.status import FINAL, OPEN, TABLE, Status, Step, WrongStep

S = Status

MAIN_LINE = [
    (S.SUBMITTED, Step.ROUTE, S.ASSIGNED),
    (S.SUBMITTED, Step.ASK, S.TRIAGE),
    (S.TRIAGE, Step.DISPATCH, S.ASSIGNED),
    (S.ASSIGNED, Step.ACCEPT, S.WORKING),
    (S.WORKING, Step.REPLY, S.IN_REVIEW),
    (S.IN_REVIEW, Step.APPROVE, S.REPLIED),
    (S.IN_REVIEW, Step.SEND_BACK, S.WORKING),
    (S.REPLIED, Step.SETTLE, S.CLOSED),
    (S.AWAITING_CITIZEN, Step.SUPPLEMENT, S.WORKING),
    (S.AWAITING_CITIZEN, Step.EXPIRE, S.WORKING),
    (S.WORKING, Step.SUSPEND, S.SUSPENDED),
    (S.SUSPENDED, Step.RESUME, S.WORKING),
    (S.ASSIGNED, Step.RETURN, S.TRIAGE),
    (S.WORKING, Step.RETURN, S.TRIAGE),
    (S.TRIAGE, Step.DECLINE, S.DECLINED),
    (S.TRIAGE, Step.DIVERT, S.DIVERTED),
    (S.DECLINED, Step.CONTEST, S.TRIAGE),
    (S.DIVERTED, Step.CONTEST, S.TRIAGE),
    (S.REPLIED, Step.REWORK, S.ASSIGNED),
    (S.CLOSED, Step.REWORK, S.ASSIGNED),
    (S.JOINED, Step.FOLLOW, S.REPLIED),
]


@pytest.mark.parametrize(("before", "step", "after"), MAIN_LINE)
def test_the_main_line(before, step, after):
    assert status.following(before, step) is after


@pytest.mark.parametrize("final", [S.CLOSED, S.WITHDRAWN, S.TERMINATED])
def test_after_the_end_only_rework_and_notes(final):
    allowed = {Step.NOTE} | ({Step.REWORK, Step.REQUEST_REWORK, Step.REFUSE_REWORK} if final is S.CLOSED else set())
    assert set(status.possible(final)) == allowed


def test_a_return_never_closes_a_case():
    assert {to for tos in TABLE[Step.RETURN].values() for to in tos} == {S.TRIAGE}


def test_only_a_choice_of_the_table_is_taken():
    assert status.following(S.REPLIED, Step.RATE, S.CLOSED) is S.CLOSED
    assert status.following(S.REPLIED, Step.RATE, S.REPLIED) is S.REPLIED
    # With nothing left of the cap of pauses a question is asked and the case stays in work.
    assert status.following(S.WORKING, Step.ASK_CITIZEN, S.AWAITING_CITIZEN) is S.AWAITING_CITIZEN
    assert status.following(S.WORKING, Step.ASK_CITIZEN, S.WORKING) is S.WORKING
    with pytest.raises(WrongStep):
        status.following(S.REPLIED, Step.RATE)
    with pytest.raises(WrongStep):
        status.following(S.REPLIED, Step.RATE, S.WITHDRAWN)


@given(st.sampled_from(Status), st.sampled_from(Step))
def test_what_the_table_does_not_list_is_refused(before, step):
    if before in TABLE[step]:
        assert step in status.possible(before)
    else:
        assert step not in status.possible(before)
        with pytest.raises(WrongStep):
            status.following(before, step)


@given(st.lists(st.integers(0, 99), max_size=40))
def test_no_walk_ends_in_an_open_case_that_nobody_can_move(choices):
    here = S.SUBMITTED
    for choice in choices:
        moves = [(step, to) for step in status.possible(here) for to in TABLE[step][here]]
        here = moves[choice % len(moves)][1]
        if here in OPEN:
            onward = {to for step in status.possible(here) for to in TABLE[step][here]} - {here}
            assert onward, f"{here} is a dead end"
        assert (here in OPEN) + (here in FINAL) + (here in (S.REPLIED, S.JOINED)) == 1
