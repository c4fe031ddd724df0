"""What is sent to give an instruction, to answer one, and to ask for their ledger."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from feedback.actions.instructing import MOST
from feedback.rules.instruction import Act, State
from feedback.web import forms

Identity = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Meant(forms.Form):
    """Which cases an instruction is on: named ones, those of a hot issue, or what a list of the desk shows."""

    cases: Annotated[tuple[forms.Code, ...], Field(max_length=MOST)] = ()
    hot_issue: forms.empty_is_none(Identity) = None  # type: ignore[valid-type]
    queue: forms.Code = ""
    q: forms.words(100) = ""  # type: ignore[valid-type]
    only: forms.words(1000) = ""  # type: ignore[valid-type]


class NewInstruction(Meant):
    """督办 or 批示 on these cases."""

    text: forms.words(1000, least=2)  # type: ignore[valid-type]
    due_at: AwareDatetime


class Word(forms.Form):
    """What somebody says to an instruction."""

    act: Act
    text: forms.words(2000, least=2)  # type: ignore[valid-type]


class Ledger(forms.Form):
    """Which instructions, and behind which the page begins."""

    state: forms.empty_is_none(State) = None  # type: ignore[valid-type]
    cursor: forms.empty_is_none(Identity) = None  # type: ignore[valid-type]
    done: forms.Code = ""
