"""What a list of the desk is narrowed to: read from an address, said in words, and put into another address.

`only` is all of it in one parameter: the forms of a case have fields of the same names."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from pydantic import Field

from feedback.actions.hall import Hall
from feedback.rules.city import City
from feedback.rules.record import Kind
from feedback.store.filters import Narrow
from feedback.web import case_page, errors, forms, reading, wording


class Asked(forms.Form):
    """The choices as an address or a form has them; empty means all."""

    category: forms.Code = ""
    district: forms.Code = ""
    kind: forms.empty_is_none(Kind) = None  # type: ignore[valid-type]
    urgent: Annotated[str, Field(pattern="^[01]?$")] = ""
    handler: Annotated[str, Field(pattern="^[0-9]{0,18}$")] = ""
    unit: Annotated[str, Field(pattern="^[0-9]{0,18}$")] = ""


NAMES = tuple(Asked.model_fields)


def read(hall: Hall, given: Mapping[str, str]) -> Narrow:
    """The choices of an address: its own parameters, or those in `only`. Raises BadFields."""
    packed = given.get("only", "")
    if len(packed) > 300:
        raise errors.BadFields({"only": "筛选条件太长了。"})
    told = {**dict(parse_qsl(packed)), **{name: given[name] for name in NAMES if given.get(name)}}
    asked = reading.checked(Asked, told)
    faults = {}
    if asked.category and asked.category not in hall.city.categories:
        faults["category"] = "没有这个事项。"
    if asked.district and asked.district not in hall.city.districts:
        faults["district"] = "没有这个城区。"
    if faults:
        raise errors.BadFields(faults)
    return Narrow(
        asked.category or None, asked.district or None, asked.kind, asked.urgent == "1" if asked.urgent else None,
        int(asked.handler) if asked.handler else None, int(asked.unit) if asked.unit else None,
    )  # fmt: skip


def chosen(narrow: Narrow) -> dict[str, str]:
    """The choices by the names that forms and addresses give them."""
    urgent = "" if narrow.urgent is None else str(int(narrow.urgent))
    values = (narrow.category, narrow.district, narrow.kind, urgent, narrow.handler_id, narrow.unit_id)
    return {name: str(value) for name, value in zip(NAMES, values, strict=True) if value not in (None, "")}


def packed(narrow: Narrow) -> str:
    """All of it as one parameter; empty when nothing is narrowed."""
    return urlencode(chosen(narrow))


def address(queue: str, q: str, narrow: Narrow) -> str:
    """The query of the desk that shows this list."""
    given = {"queue": queue, "q": q, **chosen(narrow)}
    return urlencode({name: value for name, value in given.items() if value})


def words(city: City, narrow: Narrow, colleagues: Mapping[int, str], units: Mapping[int, str]) -> list[str]:
    """What is narrowed to, for people: 噪声扰民, 鱼峰区, 紧急, 王工经办."""
    urgent = {True: "紧急", False: "不紧急", None: ""}[narrow.urgent]
    found = [
        city.categories[narrow.category].name if narrow.category else "",
        city.districts[narrow.district] if narrow.district else "",
        wording.KINDS[Kind(narrow.kind)] if narrow.kind else "",
        urgent,
        f"{colleagues.get(narrow.handler_id, '别人')}经办" if narrow.handler_id is not None else "",
        units.get(narrow.unit_id, "别的科室") if narrow.unit_id is not None else "",
    ]
    return [one for one in found if one]


def choices(city: City, colleagues: Mapping[int, str], units: Mapping[int, str]) -> dict[str, Any]:
    """What there is to choose from; colleagues and 科室 only within a bureau."""
    return {
        "categories": case_page.categories(city),
        "districts": list(city.districts.items()),
        "kinds": [(kind.value, name) for kind, name in wording.KINDS.items()],
        "colleagues": [(str(identity), name) for identity, name in colleagues.items()],
        "units": [(str(identity), name) for identity, name in units.items()],
    }
