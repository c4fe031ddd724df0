"""An answer to a case nobody has signed for yet: signed for and answered in one go, so that an ordinary case is three pages."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from feedback.rules.attachment import Kept
from feedback.rules.record import Case
from feedback.rules.status import Status
from feedback.web import reading, steps

ACCEPTING = "accepting"
"""The field of a form that asks for it."""


async def take(
    request: Request, number: str, given: dict[str, Any], *, read: Any = reading.checked, files: Sequence[Kept] = ()
) -> Case:  # fmt: skip
    """Takes the step; before a reply signs for the case if it is asked for and was not done. Two steps, each by itself.

    An answer that could not be sent signs for nothing. Raises what steps.take raises."""
    asked = {name: value for name, value in given.items() if name != ACCEPTING}
    if given.get(ACCEPTING) and asked.get("step") == "reply":
        case = await steps.visible(request, number)
        if case.status is Status.ASSIGNED:
            if str(asked.get("version")) == str(case.version):
                read(steps.STEPS["reply"].form, asked)
            version = {"version": asked.get("version")}
            accepted = await steps.take(request, number, {"step": "accept", **version}, read=read)
            asked["version"] = accepted.version if read is not reading.checked else str(accepted.version)
    return await steps.take(request, number, asked, read=read, files=files)
