"""What people and programs may send: one definition for form, JSON and OpenAPI. Field errors are told in Chinese."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from feedback.actions.handling import Outcome
from feedback.rules.attachment import Purpose, Withdrawal
from feedback.rules.record import Kind
from feedback.web import wording
from feedback.web.fields import (
    Code,
    Email,
    Name,
    Phone,
    Refused,
    cleaned,
    empty_is_none,
    phone_or_email,
    sendable,
    words,
)


class Form(BaseModel):
    """Unknown fields are refused; numbers are numbers, not texts of numbers, in JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Contact(Form):
    """Who asks; only the bureau that handles the case sees it."""

    name: Name = ""
    email: Email = ""
    phone: Annotated[str, AfterValidator(cleaned), AfterValidator(phone_or_email), Field(validate_default=True)] = ""


class NewCase(Form):
    """A citizen's letter."""

    title: words(100) = ""  # type: ignore[valid-type]
    body: words(5000, least=4)  # type: ignore[valid-type]
    kind: empty_is_none(Kind) = None  # type: ignore[valid-type]
    address: words(200) = ""  # type: ignore[valid-type]
    district: empty_is_none(Code) = None  # type: ignore[valid-type]
    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    contact: Contact | None = None
    phone_code: Code = ""
    anonymous: bool = False
    publish: bool = False
    source: Annotated[str, Field(pattern="^(web|wechat|app|phone|counter|xinfang|api)$")] = "web"


class PhoneCodeRequest(Form):
    phone: Phone


class WithCode(Form):
    """A citizen's step on their own case; the code may come in the header X-Query-Code instead."""

    code: Code = ""


class Supplement(WithCode):
    text: words(5000, least=1)  # type: ignore[valid-type]


class SupplementWithFiles(WithCode):
    """What comes with files needs no words."""

    text: words(5000) = ""  # type: ignore[valid-type]


class Attach(Form):
    """Photos and files, as multipart/form-data: up to nine `files`, and what there is to say of them.

    `purpose` is for staff: internal (the default), answer (goes out with it), letter (for a citizen at the counter)."""

    text: words(5000) = ""  # type: ignore[valid-type]
    purpose: Purpose = Purpose.INTERNAL


class WithdrawFile(Form):
    """Why nobody may open a citizen's file any more: unlawful or harmful, private to others, sent by mistake."""

    reason: Withdrawal


class Remind(WithCode):
    pass


class Withdraw(WithCode):
    pass


Satisfaction = Annotated[int, Field(ge=1, le=5, strict=False)] | None


class Rate(WithCode):
    solved: bool
    satisfaction: Satisfaction = None
    comment: words(1000) = ""  # type: ignore[valid-type]


class Rework(WithCode):
    reason: words(1000, least=2)  # type: ignore[valid-type]


class Contest(WithCode):
    reason: words(1000, least=2)  # type: ignore[valid-type]


class SignIn(Form):
    username: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(sendable)]
    password: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(sendable)]
    otp: Annotated[str, Field(max_length=12), AfterValidator(sendable)] = ""


class Classify(Form):
    title: words(100) = ""  # type: ignore[valid-type]
    body: words(5000)  # type: ignore[valid-type]


# Staff steps: the field `step` chooses the form -------------------------------------------------------------------


class StepForm(Form):
    """A step without fields of its own. `version` is the one of the case the person saw."""

    step: str
    version: Annotated[int, Field(ge=0, le=2**31 - 1)]


class Dispatch(StepForm):
    bureau: Code
    category: empty_is_none(Code) = None  # type: ignore[valid-type]
    support: list[Code] = []
    confirmed: bool = False


class Return(StepForm):
    reason: words(1000, least=2)  # type: ignore[valid-type]
    propose: Code = ""
    basis: words(500) = ""  # type: ignore[valid-type]


class DecideReturn(StepForm):
    uphold: bool
    reason: words(1000) = ""  # type: ignore[valid-type]


class AskCitizen(StepForm):
    question: words(1000, least=2)  # type: ignore[valid-type]


class RequestExtension(StepForm):
    days: Annotated[int, Field(ge=1, le=30)]
    reason: words(1000, least=2)  # type: ignore[valid-type]


class DecideExtension(StepForm):
    grant: bool
    reason: words(1000) = ""  # type: ignore[valid-type]


class Suspend(StepForm):
    measure: words(1000, least=2)  # type: ignore[valid-type]
    until: words(40, least=2)  # type: ignore[valid-type]
    responsible: words(60, least=2)  # type: ignore[valid-type]
    post: words(40) = ""  # type: ignore[valid-type]
    milestones: words(500) = ""  # type: ignore[valid-type]


def _one_of(words: Iterable[str]) -> Any:
    """One of these codes, or nothing said."""
    return Annotated[str, Field(pattern=f"^({'|'.join(words)})?$")]


class Reply(StepForm):
    """Two texts that are never mixed: what was found, for colleagues (RULES 2.1), and what the citizen is told."""

    finding: words(10_000) = ""  # type: ignore[valid-type]
    answer: words(10_000, least=5)  # type: ignore[valid-type]
    outcome: Outcome = Outcome.SOLVED
    truth: _one_of(wording.TRUTHS) = ""  # type: ignore[valid-type]
    duty: _one_of(wording.DUTIES) = ""  # type: ignore[valid-type]
    contact_way: _one_of(wording.CONTACT_WAYS) = ""  # type: ignore[valid-type]
    contact_at: words(40) = ""  # type: ignore[valid-type]
    obstacle: words(1000) = ""  # type: ignore[valid-type]
    override: words(500) = ""  # type: ignore[valid-type]


class Note(StepForm):
    """A note, and who is to be told of it."""

    text: words(2000, least=1)  # type: ignore[valid-type]
    mention: list[Annotated[int, Field(ge=1, le=2**63 - 1)]] = []


class NoteWithFiles(Note):
    """What comes with files needs no words."""

    text: words(2000) = ""  # type: ignore[valid-type]


class Reason(StepForm):
    reason: words(1000, least=2)  # type: ignore[valid-type]


class Decline(StepForm):
    reason: Annotated[str, Field(pattern=f"^({'|'.join(wording.DECLINE_REASONS)})$")]
    route: words(500, least=2)  # type: ignore[valid-type]
    explanation: words(1000) = ""  # type: ignore[valid-type]


class Divert(StepForm):
    channel: Annotated[str, Field(pattern=f"^({'|'.join(wording.CHANNELS)})$")]
    explanation: words(1000) = ""  # type: ignore[valid-type]


class Join(StepForm):
    lead: Code


class Instruct(StepForm):
    text: words(1000, least=2)  # type: ignore[valid-type]
    due_at: AwareDatetime


class Text(StepForm):
    text: words(2000, least=1)  # type: ignore[valid-type]


class TextWithFiles(StepForm):
    """What comes with files needs no words."""

    text: words(2000) = ""  # type: ignore[valid-type]


class Contribute(StepForm):
    finding: words(10_000, least=2)  # type: ignore[valid-type]


class CorrectCategory(StepForm):
    category: Code


# Reading errors ---------------------------------------------------------------------------------------------------

_MESSAGES = {
    "missing": "这里需要填写。",
    "extra_forbidden": "不认识这个字段。",
    "enum": "不在可选的范围里。",
    "string_pattern_mismatch": "不在可选的范围里。",
    "string_too_long": "太长了。",
    "string_too_short": "这里不能空着。",
    "bool_parsing": "请选择“是”或“否”。",
    "bool_type": "请选择“是”或“否”。",
    "string_type": "这里应当是文字。",
    "int_type": "这里应当是整数。",
    "int_parsing": "这里应当是整数。",
    "timezone_aware": "时间要带时区，例如 2026-11-30T17:00+08:00。",
    "string_unicode": "内容里有损坏的字符，请重新输入。",
}


def faults(error: ValidationError) -> dict[str, str]:
    """One Chinese sentence for each field that is wrong; nested fields as contact.phone."""
    return {
        ".".join(str(part) for part in one["loc"]) or "body": _sentence(one)
        for one in error.errors(include_input=False)
    }


def _sentence(one: Any) -> str:
    cause = one.get("ctx", {}).get("error")
    if isinstance(cause, Refused):
        return str(cause)
    if one["type"] in ("greater_than_equal", "less_than_equal"):
        limits = one["ctx"]
        return f"数字不能小于 {limits['ge']}。" if "ge" in limits else f"数字不能大于 {limits['le']}。"
    return _MESSAGES.get(one["type"], "格式不对，请检查。")
