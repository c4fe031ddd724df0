"""Who hears of which step: every place of the table is one somebody can stand at, and no step tells only who took it."""

from feedback.rules import audience, permission
from feedback.rules.audience import Whom
from feedback.rules.permission import Role
from feedback.rules.status import Step


def test_city_places_are_roles():
    assert audience.CITY_ROLES == {Whom.DISPATCHERS: Role.DISPATCHER, Whom.SUPERVISORS: Role.SUPERVISOR}


def test_what_a_supervisor_decides_is_told_to_supervisors():
    for step in (Step.REQUEST_EXTENSION, Step.REQUEST_REWORK, Step.REWORK):
        assert Whom.SUPERVISORS in audience.TABLE[step]


def test_nothing_the_clock_does_often_is_told():
    for step in (Step.WARN, Step.BREACH, Step.SETTLE, Step.ROUTE):  # warnings have receivers of their own
        assert step not in audience.TABLE


def test_while_no_bureau_has_it_dispatchers_are_hurried():
    for step in (Step.SUPPLEMENT, Step.REMIND, Step.INSTRUCT, Step.UNJOIN):
        assert audience.whom(step, at_bureau=False) == (Whom.DISPATCHERS,)
        assert audience.whom(step, at_bureau=True) == audience.TABLE[step]
    assert audience.whom(Step.RETURN, at_bureau=False) == audience.TABLE[Step.RETURN]
    assert audience.whom(Step.NOTE, at_bureau=True) == ()


def test_every_step_told_has_an_owner():
    assert all(permission.OWNERS[step] and whom for step, whom in audience.TABLE.items())
