"""The kinds of fields people and programs may send: text without what nobody types, phones, e-mail addresses, names."""

import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema

# Marks that reorder or hide text on screen, and controls nobody types: they go, the words stay.
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)


class Refused(ValueError):
    """A field error whose text is already a sentence for people."""


def sendable(text: str) -> str:
    """The text as it is. Raises for what no keyboard sends: NUL, lone surrogates."""
    if "\0" in text:
        raise Refused("内容里有无法显示的字符，请删除后再提交。")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused("内容里有损坏的字符，请重新输入。") from None
    return text


def cleaned(text: str) -> str:
    """The text without unseen marks, in one Unicode form, trimmed. Raises for what cannot be sent."""
    sendable(text)
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))).strip()


def _phone(text: str) -> str:
    digits = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).removeprefix("+86")
    if not re.fullmatch(r"1[3-9][0-9]{9}", digits):
        raise Refused("手机号应当是 11 位数字，例如 13800000000。")
    return digits


def _email(text: str) -> str:
    if text and (
        len(text) > 254 or not re.fullmatch(r"[A-Za-z0-9._%+\-]{1,64}@([A-Za-z0-9\-]{1,63}\.)+[A-Za-z]{2,63}", text)
    ):
        raise Refused("邮箱应当像 name@example.com 这样。")
    return text


def _no_formula(text: str) -> str:
    """Names go into spreadsheets: none may begin like a formula or carry an address."""
    if text.startswith(("=", "+", "-", "@")) or "://" in text:
        raise Refused("名字里不能有网址，也不能以 = + - @ 开头。")
    return text


Words = Annotated[str, AfterValidator(cleaned)]


def words(most: int, *, least: int = 0) -> Any:
    """A text field of `least` to `most` characters after cleaning. Longer raw input is refused before it is cleaned."""

    def sized(text: str) -> str:
        if len(text) < least:
            raise Refused("这里不能空着。" if not text else f"至少写 {least} 个字。")
        if len(text) > most:
            raise Refused(f"最多 {most} 个字，现在有 {len(text)} 个。")
        return text

    told = WithJsonSchema({"type": "string", "minLength": least, "maxLength": most})
    return Annotated[str, AfterValidator(cleaned), AfterValidator(sized), told]


def phone_or_email(text: str, info: ValidationInfo) -> str:
    """Somebody who leaves an e-mail address need not leave a phone."""
    if not text and info.data.get("email"):
        return ""
    if not text:
        raise Refused("这里需要填写。")
    return _phone(text)


Phone = Annotated[str, AfterValidator(cleaned), AfterValidator(_phone)]
Email = Annotated[str, AfterValidator(cleaned), AfterValidator(_email)]
Name = Annotated[words(40), AfterValidator(_no_formula)]
Code = Annotated[str, Field(max_length=40), AfterValidator(cleaned)]


def none_if_empty(value: Any) -> Any:
    """A form sends an empty string for what was not filled in."""
    return None if value == "" else value


def empty_is_none(kind: Any) -> Any:
    """An optional field that may also be sent empty."""
    return Annotated[kind | None, BeforeValidator(none_if_empty)]


def _phone_or_nothing(text: str) -> str:
    return _phone(text) if text else ""


OptionalPhone = Annotated[str, AfterValidator(cleaned), AfterValidator(_phone_or_nothing)]
