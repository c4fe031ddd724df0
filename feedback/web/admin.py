"""The administrators' first page: three separate roles (三员分立), and who has an account."""

from starlette.requests import Request
from starlette.responses import Response

from feedback.rules.permission import Role
from feedback.store import people
from feedback.web import case_view, doors, templating
from feedback.web.doors import door

ADMINISTRATORS = doors.Enter(frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}))


async def home(request: Request) -> Response:
    """What each of the three may do; the accounts, for the security administrator."""
    hall, who = doors.hall(request), doors.actor(request)
    staff = await people.everybody(hall.database) if who.role is Role.SECURITY_ADMIN else []
    listed = [(one, case_view.bureau(hall.city, one.bureau)) for one in staff]
    return templating.page(request, "admin/home.html", staff=listed, role=who.role)


ROUTES = [door("/admin", home, enter=ADMINISTRATORS, name="admin")]
