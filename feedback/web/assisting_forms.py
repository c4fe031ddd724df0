"""What a dispatcher sends for a citizen on the phone or at the counter: as a new case, but a landline may be left, and a bureau chosen."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from feedback.web import fields, forms

_LANDLINE = re.compile(r"0\d{2,3}\d{7,8}|\d{7,8}")


def _caller(text: str) -> str:
    """A mobile phone or a landline with or without its area code, as digits."""
    digits = re.sub(r"[\s\-－—()（）]", "", unicodedata.normalize("NFKC", text)).removeprefix("+86")
    if not re.fullmatch(r"1[3-9]\d{9}", digits) and not _LANDLINE.fullmatch(digits):
        raise fields.Refused("电话应当是 11 位手机号，或者带区号的固定电话，例如 0772-2812345。")
    return digits


CallerPhone = Annotated[str, AfterValidator(fields.cleaned), AfterValidator(_caller)]


class Caller(forms.Form):
    """Who calls or stands at the counter."""

    name: forms.Name = ""  # type: ignore[valid-type]
    phone: CallerPhone


class AssistedCase(forms.NewCase):
    """A case written down by a dispatcher. `bureau`: dispatched at once; `sms`: whether messages go to the phone."""

    contact: Caller | None = None  # type: ignore[assignment]
    source: Annotated[str, Field(pattern="^(phone|counter)$")] = "phone"
    sms: bool = True
    bureau: forms.Code = ""
    category: forms.Code = ""
