"""What waits for one member of staff, as rows of a file: their notices, and the drawn cases to be looked at. Never a protected case."""

from typing import Any

from feedback.actions.hall import Hall
from feedback.store import audits, inbox
from feedback.web import auditing, export_rows, forms, inbox_page, reading
from feedback.web.export_rows import BATCH, Rows, Wanted


class Inbox(forms.Form):
    """The notices as their page narrows them."""

    unread: forms.words(1) = ""  # type: ignore[valid-type]


INBOX = ("时间", "消息", "编号", "标题", "承办单位", "紧急", "已读")
AUDIT = ("编号", "收到时间", "标题", "内容", "地点", "机器派给", "机器判的事项", "把握")
_MOST = 10_000


async def inbox_rows(hall: Hall, wanted: Wanted) -> Rows:
    """One's own notices, the newest first; of a case that is not one's own any more only the number. Raises BadFields."""
    unseen, before = reading.checked(Inbox, wanted.query).unread == "1", None
    while True:
        found = await inbox.page(hall.database, wanted.actor.person_id or 0, before=before, unseen=unseen, most=BATCH)
        shown = [row for row in found[:BATCH] if not row["protected"]]
        yield await export_rows.each(shown, lambda row: _notice(hall, wanted, row))
        if len(found) <= BATCH:
            return
        before = found[BATCH - 1]["id"]


def _notice(hall: Hall, wanted: Wanted, row: Any) -> list[Any]:
    one = inbox_page.shown(hall, wanted.actor, row)
    urgent = "是" if one["urgent"] and one["visible"] else ""
    return [
        one["at"], one["text"], one["number"], hall.redact(one["title"]), export_rows.name(one["bureau"]), urgent,
        "是" if one["seen"] else "",
    ]  # fmt: skip


async def audit_rows(hall: Hall, wanted: Wanted) -> Rows:
    """The drawn cases nobody has looked at, the oldest first, without personal data."""
    found = await audits.waiting(hall.database, person=wanted.actor.person_id, limit=_MOST)
    for first in range(0, len(found), BATCH):
        yield await export_rows.each(found[first : first + BATCH], lambda row: _drawn(hall, row))


def _drawn(hall: Hall, row: Any) -> list[Any]:
    one = auditing.machine_said(hall, row)
    return [
        row["number"], row["received_at"], hall.redact(row["title"]), hall.redact(row["body"]), hall.redact(row["address"]),
        export_rows.name(one["bureau"]), export_rows.name(one["category"]), f"{one['sure']}（{one['percent']}%）",
    ]  # fmt: skip
