"""Files in a form: looked through as they come, and remembered in the form itself until it is sent. So neither a picture that
cannot be read costs the words, nor a wrong telephone number the pictures."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import orjson
from starlette.datastructures import UploadFile
from starlette.requests import Request

from feedback import clock
from feedback.actions import attaching
from feedback.actions.hall import Hall
from feedback.rules import attachment
from feedback.rules.attachment import Format, Kept, Unusable
from feedback.store import vault
from feedback.web import doors, reading

FIELD = "files"
"""The field that carries files."""
KEPT = "kept"
"""The field that remembers those that came before: sealed words, so that nobody claims a file they did not send."""
REMEMBERED = timedelta(hours=12)
"""Shorter than files without a case lie on disk (`attaching.FORGOTTEN`): what is remembered is there."""

_TOO_MANY = f"一次最多 {attachment.AT_ONCE} 个文件，多出来的没有收。提交以后可以再补充。"
_EXPIRED = "刚才选的文件放得太久，已经不在了，请重新选。"


async def take(request: Request, given: dict[str, Any], *, about: str) -> list[str]:
    """Looks through the files of the posted form and remembers them in `given`; returns a sentence for each that is not taken.

    `about` is the case or the person whose sendings are counted besides the client's. Raises TooMany."""
    hall, now = doors.hall(request), clock.now()
    kept, faults = remembered(hall, given, now=now)
    sent, room = await _sent(request), attachment.AT_ONCE - len(kept)
    if sent:
        await _limit(request, about)
    for file in sent[:room]:
        try:
            kept.append(await _looked_through(hall, file, len(kept) + 1))
        except Unusable as fault:
            faults.append(f"“{attachment.cleaned(file.filename or '') or '没有名字的文件'}”{fault}。")
    if len(sent) > room:
        faults.append(_TOO_MANY)
    _remember(hall, given, kept, now)
    return faults


async def _sent(request: Request) -> list[UploadFile]:
    """The files of the form; a field in which nothing was chosen is sent as a file without name and content."""
    sent = (await request.form()).getlist(FIELD)
    return [one for one in sent if isinstance(one, UploadFile) and (one.filename or one.size)]


async def _limit(request: Request, about: str) -> None:
    """Looking through pictures costs more than reading letters. Many share one address, one case has one citizen."""
    await reading.limit(request, f"files:{reading.client(request)}", burst=30, per_hour=120)
    await reading.limit(request, f"files:{about}", burst=15, per_hour=40)
    await reading.limit(request, "files", burst=600, per_hour=12_000)


async def _looked_through(hall: Hall, file: UploadFile, number: int) -> Kept:
    if file.size and file.size > attachment.EACH:
        raise Unusable(f"有 {attachment.weight(file.size)}，每个文件最多 {attachment.EACH >> 20} MB，请改小一些再传")
    return await attaching.keep(hall, file.filename or "", await file.read(), number=number)


def _remember(hall: Hall, given: dict[str, Any], kept: Sequence[Kept], now: datetime) -> None:
    given.pop(KEPT, None)
    if kept:
        given[KEPT] = " ".join(_sealed(hall, one, now) for one in kept)


def _sealed(hall: Hall, one: Kept, now: datetime) -> str:
    told = orjson.dumps({"file": asdict(one), "until": (now + REMEMBERED).timestamp()}).decode()
    return base64.urlsafe_b64encode(hall.vault.seal(told)).decode()


def _opened(hall: Hall, token: str, now: datetime) -> Kept | None:
    """The file a form remembers; None for what is broken, made up, or too old."""
    try:
        told = orjson.loads(hall.vault.open(base64.urlsafe_b64decode(token.encode())))
        if told["until"] <= now.timestamp():
            return None
        return Kept(**{**told["file"], "format": Format(told["file"]["format"])})
    except (vault.WrongKey, binascii.Error, ValueError, KeyError, TypeError):
        return None


def remembered(hall: Hall, given: dict[str, Any], *, now: datetime) -> tuple[list[Kept], list[str]]:
    """The files that the form remembers, and what to say when some are gone."""
    opened = [_opened(hall, token, now) for token in str(given.get(KEPT, "")).split()[: attachment.AT_ONCE]]
    kept = [one for one in opened if one is not None]
    return kept, [_EXPIRED] if len(kept) < len(opened) else []


def shown(hall: Hall, given: dict[str, Any]) -> list[dict[str, Any]]:
    """The files that a form remembers, for showing it again: the words that remember each, its name and its size."""
    tokens = str(given.get(KEPT, "")).split()[: attachment.AT_ONCE]
    opened = [(token, _opened(hall, token, clock.now())) for token in tokens]
    return [{"token": token, "name": one.name, "size": one.size} for token, one in opened if one]


def identity(files: Sequence[Kept]) -> list[tuple[str, str]]:
    """What makes two sendings the same: names and contents as they were sent."""
    return [(one.name, one.source) for one in files]
