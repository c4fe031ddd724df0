"""The administrators' first page: three separate roles (三员分立), and what each of them may open."""

from starlette.requests import Request
from starlette.responses import Response

from feedback.rules import administration
from feedback.rules.administration import Act
from feedback.web import doors, templating
from feedback.web.doors import door

ADMINISTRATORS = doors.Enter(administration.ADMINISTRATORS)


def entrance(act: Act) -> doors.Enter:
    """Those who administer this, and nobody else."""
    return doors.Enter(frozenset(administration.OWNERS[act]))


async def home(request: Request) -> Response:
    """What each of the three may do, and the pages of who is asking."""
    return templating.page(request, "admin/home.html", role=doors.actor(request).role)


ROUTES = [door("/admin", home, enter=ADMINISTRATORS, name="admin")]
