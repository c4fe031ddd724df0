"""The photos and files of a case as plain data, for its citizen and for staff; nobody else ever reads of them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from feedback.actions import attaching
from feedback.actions.hall import Hall
from feedback.rules import attachment
from feedback.rules.attachment import Purpose
from feedback.rules.permission import Actor
from feedback.rules.record import Case
from feedback.store import attachments
from feedback.store.attachments import Attachment


def _plain(one: Attachment) -> dict[str, Any]:
    return {
        "id": one.code,
        "name": one.name or f"{attachment.CALLED[one.format]}（已撤下）",
        "withdrawn": one.withdrawn_reason,
        "withdrawn_for": one.withdrawn_reason.chinese if one.withdrawn_reason else "",
        "type": attachment.MEDIA[one.format],
        "called": attachment.CALLED[one.format],
        "picture": one.format in attachment.PICTURES,
        "size": one.size,
        "width": one.width,
        "height": one.height,
        "at": one.at,
        "purpose": one.purpose,
        "round": one.round,
        "seq": one.seq,
    }


def citizen(hall: Hall, case: Case, found: Sequence[Attachment]) -> list[dict[str, Any]]:
    """For the citizen: their own as they called them; those of a bureau without a name in it that is nobody's business."""
    return [
        {
            **_plain(one),
            **({"name": hall.redact(one.name)} if one.person_id is not None and one.name else {}),
            "by": _by(hall, case, one),
        }
        for one in found
        if one.public
    ]


def _by(hall: Hall, case: Case, one: Attachment) -> str:
    """A bureau answers for its people; of a protected case no bureau is named."""
    if one.person_id is None:
        return "您"
    return "承办单位" if case.protected else hall.city.bureau_name(one.bureau) if one.bureau else "派单中心"


def staff(hall: Hall, who: Actor, case: Case, found: Sequence[Attachment]) -> list[dict[str, Any]]:
    """For staff who may see the case: all, with who added each, whether the citizen sees it or will, and whether it can be taken back."""
    return [
        {
            **_plain(one),
            "by": one.by or "市民",
            "bureau": hall.city.bureau_name(one.bureau) if one.bureau else "",
            "public": one.public,
            "outgoing": _outgoing(case, one),
            "removable": attaching.may_remove(who, case, one),
            "withdrawable": attaching.may_withdraw(who, one),
            "withdrawn_by": one.withdrawn_by,
            "withdrawn_at": one.withdrawn_at,
        }
        for one in found
    ]


def _outgoing(case: Case, one: Attachment) -> bool:
    """Whether it goes out with the next answer: only what the bureau that answers added in this round does (`attachments.publish`)."""
    waiting = one.purpose is Purpose.ANSWER and not one.public
    return waiting and (one.round, one.bureau) == (case.round, case.bureau)


def counted(found: Sequence[Attachment]) -> Counter[int]:
    """How many files came with each event; its line in the history says no more."""
    return Counter(one.seq for one in found)


def answered(shown: Sequence[dict[str, Any]], round: int) -> list[dict[str, Any]]:
    """Those that went out with the answer of this round."""
    return [one for one in shown if one["purpose"] is Purpose.ANSWER and one["round"] == round]


async def of_case(hall: Hall, case: Case, *, public_only: bool = False) -> list[Attachment]:
    """The files of a case in the order they came."""
    return await attachments.of_case(hall.database, hall.vault, case.id, public_only=public_only)
