"""Reads what came in: a JSON body or a form, checked by a model of forms.py; and the limits on how often."""

from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request

from feedback import clock
from feedback.rules import code
from feedback.rules.record import Case
from feedback.store import buckets, cases
from feedback.web import doors, errors, forms

Model = TypeVar("Model", bound=BaseModel)


async def json(request: Request) -> Any:
    """The JSON body. Raises BadFields for anything that is no JSON."""
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise errors.BadFields({"body": "请求体不是有效的 JSON（UTF-8）。"}, code="bad_json") from None


def checked(model: type[Model], given: Any) -> Model:
    """The model made of `given`. Raises BadFields with a sentence for each wrong field."""
    if not isinstance(given, dict):
        raise errors.BadFields({"body": "请求体应当是一个 JSON 对象。"})
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise errors.BadFields(forms.faults(error)) from None


def strictly(model: type[Model], given: Any) -> Model:
    """As `checked`, for what came as JSON: no text for a number, no "yes" and no 1 for true. A form knows only texts."""
    if not isinstance(given, dict):
        raise errors.BadFields({"body": "请求体应当是一个 JSON 对象。"})
    try:
        return model.model_validate_json(orjson.dumps(given), strict=True)
    except orjson.JSONEncodeError:
        raise errors.BadFields({"body": "请求体的层次太深了。"}) from None
    except ValidationError as error:
        raise errors.BadFields(forms.faults(error)) from None


MOST_FILES = 60
"""In one form: more than are taken (`uploads`), so that too many are told as that and the words are kept."""


async def posted(request: Request) -> dict[str, str]:
    """The fields of an HTML form as they were typed; files are left out, those the form remembers are one text.

    Raises BadFields for broken encodings."""
    try:
        form = await request.form(max_files=MOST_FILES, max_fields=100, max_part_size=1 << 20)
    except (UnicodeDecodeError, ValueError):
        raise errors.BadFields({"body": "表单的编码不对，请用 UTF-8。"}) from None
    given = {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
    if "kept" in given:
        given["kept"] = " ".join(one for one in form.getlist("kept") if isinstance(one, str))
    return given


def try_form(model: type[Model], given: dict[str, Any]) -> tuple[Model | None, dict[str, str]]:
    """The model, or None and the field errors to show beside what was typed."""
    try:
        return checked(model, given), {}
    except errors.BadFields as bad:
        return None, bad.fields


def client(request: Request) -> str:
    """The address of the client without its port (a NAT changes ports at will)."""
    return request.client.host if request.client else "unknown"


async def limit(request: Request, key: str, *, burst: int, per_hour: float) -> None:
    """Takes one token of `key`. Raises TooMany with the seconds to wait when there is none."""
    if not request.app.state.settings.limits:
        return
    wait = await buckets.take(doors.hall(request).database, key, burst=burst, per_hour=per_hour, now=clock.now())
    if wait:
        raise errors.TooMany(wait)


async def spare(request: Request, *keys: str) -> None:
    """Gives the tokens of these keys back: it was no guess. Many sign in, or look at their own cases, from one address."""
    if request.app.state.settings.limits:
        for key in keys:
            await buckets.give_back(doors.hall(request).database, key)


async def own_case(request: Request, number: str, given_code: str) -> Case:
    """The citizen's case for number and query code. Raises NotFound for a wrong code as for an unknown number.

    Tries are counted for the client and for the number, so that neither many numbers nor one can be tried through."""
    hall, found, tries = doors.hall(request), None, f"code:{client(request)}"
    await limit(request, tries, burst=60, per_hour=600)
    typed = code.normalised(given_code) if len(given_code) <= 40 else None
    if code.is_number(number) and typed:
        found = await cases.with_code(hall.database, number, hall.vault.hash("code", typed))
    if found is None:
        await limit(request, f"wrong:{client(request)}", burst=10, per_hour=30)
        if code.is_number(number):
            await limit(request, f"wrong:{number}", burst=10, per_hour=20)
        raise errors.NotFound
    await spare(request, tries)
    return found
