"""Signing for a case and the first word to its citizen, as desk, case page, supervisor and leader see them."""

import pytest

from tests import people
from tests.browser.conftest import change
from tests.browser.test_lists import cases
from tests.conftest import apart

pytestmark = pytest.mark.browser

_LATE = """UPDATE assignments SET accept_due_at = now() - interval '3 hours', accept_warn_at = now() - interval '1 day',
    contact_due_at = now() - interval '3 hours', contact_warn_at = now() - interval '1 day' WHERE case_id = (SELECT min(case_id) FROM assignments)"""
_SOON = """UPDATE assignments SET accept_warn_at = now() - interval '1 hour', contact_warn_at = now() - interval '1 hour'
    WHERE case_id = (SELECT max(case_id) FROM assignments)"""


@pytest.fixture
def numbers(site, template):
    """Three cases at the ecology bureau: one that nobody signed for in time, one whose time runs out, one with time."""
    made = cases(site, 3)
    apart(change(template, _LATE))
    apart(change(template, _SOON))
    return made


def test_what_is_late_to_sign_for_stands_out(visitor, numbers):
    visitor.sign_in(people.WANG)
    visitor.open("/desk?queue=to_accept")
    visitor.check("stages-list")
    assert "签收：超期 3 小时" in visitor.page.content() and "首次联系市民：超期 3 小时" in visitor.page.content()
    visitor.open(f"/desk/{numbers[0]}?queue=to_accept")
    visitor.check("stages-case")
    visitor.open("/desk?queue=to_accept&all=1")
    visitor.press("统一答复")
    visitor.check("stages-bulk")
    visitor.page.context.clear_cookies()
    visitor.sign_in(people.DU)
    visitor.open("/supervise")
    visitor.check("stages-supervise")
    assert "签收及时率" in visitor.page.content()
    visitor.open("/dashboard")
    visitor.check("stages-dashboard")
    visitor.page.context.clear_cookies()
    visitor.sign_in(people.XI)
    visitor.open("/admin/limits")
    visitor.check("stages-limits")
