"""Three administrators, each with their own part (三员分立)."""

import pytest

from feedback.rules import administration, permission
from feedback.rules.administration import ADMINISTRATORS, CHANGING, OWNERS, Act
from feedback.rules.permission import Actor, Role, WrongRole
from feedback.rules.status import Step


def owned(role):
    return {act for act, roles in OWNERS.items() if role in roles}


def test_every_act_has_an_owner():
    assert set(OWNERS) == set(Act) and all(OWNERS.values())


def test_no_two_administrators_may_change_the_same_thing():
    for act in CHANGING:
        assert len(OWNERS[act] & ADMINISTRATORS) <= 1


def test_each_administers_only_their_part():
    assert owned(Role.SYSTEM_ADMIN) == {
        Act.CALENDAR, Act.LIMITS, Act.NOTICES, Act.MODELS, Act.REORGANISE, Act.PERMISSIONS,
    }  # fmt: skip
    assert owned(Role.SECURITY_ADMIN) == {Act.PEOPLE, Act.FILES, Act.PERMISSIONS}
    assert owned(Role.AUDIT_ADMIN) == {Act.LOG, Act.PERMISSIONS}


def test_the_audit_administrator_changes_nothing():
    assert not owned(Role.AUDIT_ADMIN) & CHANGING


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_no_administrator_sees_a_case_or_takes_a_step_on_one(role):
    for secret in (False, True):
        assert not permission.may_see(Actor(role, bureau="STHJ"), protected=secret, bureaus={"STHJ"})
    assert not any(permission.may_take(Actor(role), step) for step in Step)


def test_who_does_not_administer_it_is_refused():
    administration.demand(Actor(Role.SECURITY_ADMIN), Act.PEOPLE)
    for role in set(Role) - {Role.SECURITY_ADMIN}:
        with pytest.raises(WrongRole):
            administration.demand(Actor(role), Act.PEOPLE)
