"""The fields of the dispatcher's rarer steps: splitting a letter, putting it under other rules. What they mean is `actions`."""

from typing import Annotated, Literal

from pydantic import Field

from feedback.rules import attachment
from feedback.rules.record import Kind
from feedback.web import forms


class ChangeRegime(forms.StepForm):
    """hotline: the city's own limits; xinfang: 《信访工作条例》 and its calendar days."""

    regime: Literal["hotline", "xinfang"]


class ChangeUrgency(forms.StepForm):
    """Whether somebody is in danger: the urgent limits, in hours and minutes, or the ordinary ones."""

    urgent: bool


class Split(forms.StepForm):
    """`own` is what stays the matter of this case; `part` becomes the text of a second one, received when this one was.

    `files` are the identities of the citizen's photos and files that go to the second one too: all when it is left out."""

    own: forms.words(5000, least=4)  # type: ignore[valid-type]
    part: forms.words(5000, least=4)  # type: ignore[valid-type]
    title: forms.words(100) = ""  # type: ignore[valid-type]
    category: forms.Code
    bureau: forms.empty_is_none(forms.Code) = None  # type: ignore[valid-type]
    kind: forms.empty_is_none(Kind) = None  # type: ignore[valid-type]
    files: Annotated[list[forms.Code], Field(max_length=attachment.OF_CASE)] | None = None


class Assign(forms.StepForm):
    """To a colleague or to a 科室 of the same bureau: one of the two."""

    person: forms.empty_is_none(Annotated[int, Field(ge=1, le=2**63 - 1)]) = None  # type: ignore[valid-type]
    unit: forms.empty_is_none(Annotated[int, Field(ge=1, le=2**63 - 1)]) = None  # type: ignore[valid-type]
