"""Who may see what, and who may do what: by role, bureau and secrecy."""

import pytest

from feedback.rules import permission
from feedback.rules.permission import Actor, Role, WrongRole
from feedback.rules.status import Step

WANG = Actor(Role.HANDLER, 1, "STHJ", "王工")
LI = Actor(Role.HANDLER, 2, "CGJ", "李工")
MI = Actor(Role.CONFIDENTIAL, 3, None, "米文")


def sees(who, *, protected=False, bureaus=("STHJ",)):
    return permission.may_see(who, protected=protected, bureaus=bureaus)


def test_a_bureau_sees_what_it_holds():
    assert sees(WANG) and not sees(LI)


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.SUPERVISOR, Role.LEADER])
def test_the_city_desks_see_everything_but_reports_against_officials(role):
    assert sees(Actor(role)) and not sees(Actor(role), protected=True)


def test_reports_against_officials_are_for_the_confidential_clerk_alone():
    assert sees(MI, protected=True) and not sees(MI)
    assert not any(sees(Actor(role, bureau="STHJ"), protected=True) for role in Role if role is not Role.CONFIDENTIAL)


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_administrators_see_no_case(role):
    assert not sees(Actor(role))


def test_only_reviewer_and_head_approve():
    able = {role for role in Role if permission.may_take(Actor(role), Step.APPROVE)}
    assert able == {Role.REVIEWER, Role.HEAD, Role.CONFIDENTIAL}


def test_the_clerk_may_do_on_protected_cases_what_dispatcher_and_bureau_do():
    assert permission.may_take(MI, Step.DISPATCH) and permission.may_take(MI, Step.REPLY)
    assert not permission.may_take(MI, Step.RATE) and not permission.may_take(MI, Step.JOIN)


def test_the_wrong_role_is_refused():
    permission.demand(WANG, Step.ACCEPT)
    permission.demand_on(WANG, Step.ACCEPT, bureau="STHJ", unit=None)
    with pytest.raises(WrongRole):
        permission.demand(WANG, Step.DISPATCH)
    with pytest.raises(WrongRole):
        permission.demand_on(WANG, Step.ACCEPT, bureau="CGJ", unit=None)


def allowed(who, *, bureau="STHJ", unit=None, handler=None):
    return {step for step in Step if permission.may_take_on(who, step, bureau=bureau, unit=unit, handler=handler)}


def test_a_supporting_bureau_adds_what_it_found_and_nothing_else():
    assert allowed(LI) == {Step.CONTRIBUTE, Step.NOTE, Step.RECUSE}
    assert Step.CONTRIBUTE not in allowed(WANG) and Step.REPLY in allowed(WANG)


def test_a_handler_of_another_unit_reads_along_and_says_something():
    inside, outside, generalist = (Actor(Role.HANDLER, 1, "STHJ", unit=unit) for unit in (7, 8, None))
    assert allowed(outside, unit=7) == {Step.NOTE}
    assert allowed(inside, unit=7) == allowed(generalist, unit=7) == allowed(outside) == allowed(WANG)
    head = Actor(Role.HEAD, 2, "STHJ", unit=8)
    assert Step.APPROVE in allowed(head, unit=7) and Step.ASSIGN in allowed(head, unit=7)


def test_who_handles_a_case_is_never_apart_from_it():
    moved = Actor(Role.HANDLER, 1, "STHJ", unit=8)
    assert allowed(moved, unit=7, handler=1) == allowed(moved, unit=8)
    assert allowed(moved, unit=7, handler=2) == {Step.NOTE}
    assert allowed(Actor(Role.HANDLER, None, "STHJ", unit=8), unit=7) == {Step.NOTE}


def test_units_are_nothing_to_those_who_belong_to_no_bureau():
    assert allowed(MI, bureau="JWJW", unit=7) == {step for step in Step if permission.may_take(MI, step)}
