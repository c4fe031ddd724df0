"""The opaque cursor of a list that is ordered by a time and an identity, and what it means when it comes back."""

import base64
import binascii
from datetime import datetime

import orjson

from feedback.web import errors


def written(at: datetime, identity: int) -> str:
    """The cursor that stands for everything behind this row; `at` is aware."""
    return base64.urlsafe_b64encode(orjson.dumps([at.isoformat(), identity])).decode().rstrip("=")


def after(cursor: str) -> tuple[datetime, int] | None:
    """Behind which row the page begins; None for the first page. Raises BadFields for what is no cursor of ours."""
    if not cursor:
        return None
    try:
        at, identity = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(at)
        if moment.utcoffset() is None or not 2001 <= moment.year <= 2098 or not 0 <= int(identity) < 2**63:
            raise ValueError
    except (binascii.Error, ValueError, TypeError, OverflowError):
        raise errors.BadFields({"cursor": "翻页的位置不对，请从第一页看起。"}) from None
    return moment, int(identity)
