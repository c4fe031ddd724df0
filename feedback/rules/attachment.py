"""Photos and files beside a case: what is taken, how much, for whom, and how a file may be called. Looking into them is `inspecting`."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

MEBIBYTE = 1 << 20

EACH = 10 * MEBIBYTE
"""Bytes of one file: photos of the largest phone cameras have 3 to 9 MiB, scanned letters less."""
AT_ONCE = 9
"""Files sent together: what phones let people choose at once (九宫格)."""
SENDING = AT_ONCE * EACH + MEBIBYTE
"""Bytes of the body of one sending: so many of the largest files, and the words beside them."""
OF_CITIZEN = 30
"""Files one citizen may add to a case over time; more than that nobody looks through."""
OF_CASE = 60
"""Files of a case, whoever added them."""
BYTES_OF_CASE = 100 * MEBIBYTE
"""What is kept of them: pictures are made smaller first, about 1 MiB each."""
NAME = 80
"""Characters of a file name that are kept."""


class Format(StrEnum):
    """As what a file is kept: what comes as WebP leaves as JPEG or PNG."""

    JPEG = "jpeg"
    PNG = "png"
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    TEXT = "text"


class Purpose(StrEnum):
    """Why somebody adds a file: it says who sees it."""

    LETTER = "letter"
    """Of the citizen: they and whoever may open the case."""
    ANSWER = "answer"
    """Goes out with the answer once that is approved."""
    INTERNAL = "internal"
    """Among colleagues; the citizen never sees it."""


class Withdrawal(StrEnum):
    """Why nobody may open a citizen's file any more."""

    UNLAWFUL = "unlawful"
    PRIVATE = "private"
    MISTAKE = "mistake"

    @property
    def chinese(self) -> str:
        """As it is told to the citizen."""
        return {
            Withdrawal.UNLAWFUL: "违法或有害内容", Withdrawal.PRIVATE: "他人隐私", Withdrawal.MISTAKE: "发错了",
        }[self]  # fmt: skip


PICTURES = frozenset({Format.JPEG, Format.PNG})

MEDIA = {
    Format.JPEG: "image/jpeg",
    Format.PNG: "image/png",
    Format.PDF: "application/pdf",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.TEXT: "text/plain; charset=utf-8",
}

CALLED = {
    Format.JPEG: "图片", Format.PNG: "图片", Format.PDF: "PDF", Format.DOCX: "Word 文档", Format.XLSX: "Excel 表格",
    Format.TEXT: "文本",
}  # fmt: skip

ENDINGS = {
    Format.JPEG: ("jpg", "jpeg", "jpe", "jfif", "png", "webp"),
    Format.PNG: ("png", "jpg", "jpeg", "webp"),
    Format.PDF: ("pdf",),
    Format.DOCX: ("docx",),
    Format.XLSX: ("xlsx",),
    Format.TEXT: ("txt",),
}
"""Endings a name may have for such a content, the first is the right one. Chat programs call PNG jpg: no harm among pictures."""


class Unusable(Exception):
    """A file that is not taken; the message says why and what to do, as one Chinese sentence."""


class TooMuch(Exception):
    """附件太多了：每件诉求最多 60 个、共 100 MB，市民自己最多 30 个。文件没有添加。"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was looked through and lies on disk, sealed: what is known of it, whether it belongs to a case yet or not."""

    name: str
    format: Format
    size: int
    content: str
    """SHA-256 of the sealed file, in hexadecimal digits: its name on disk."""
    small: str = ""
    """The same of its small picture; empty when it has none."""
    width: int | None = None
    height: int | None = None
    source: str = ""
    """SHA-256 of what was sent: the same file sent twice is the same."""


def cleaned(name: str) -> str:
    """A file name as it may be shown: no folders, no control or direction characters, no leading dots, at most NAME characters."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(one for one in last if unicodedata.category(one)[0] not in "CZ" or one == " ")
    plain = re.sub(r'[<>:"|?*;%]', "_", re.sub(r" +", " ", plain)).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 8:
        return plain[:NAME].strip()
    return f"{stem[: NAME - len(ending) - 1].strip()}.{ending}"


def ending(name: str) -> str:
    """The ending of a name, in small letters; empty when it has none."""
    stem, dot, found = name.rpartition(".")
    return found.lower() if dot and stem else ""


def fits(name: str, format: Format) -> bool:
    """Whether a name is one for such a content; without an ending it promises nothing. Text is only believed to who says so."""
    found = ending(name)
    return found in ENDINGS[format] or (not found and format is not Format.TEXT)


def named(name: str, format: Format, *, number: int = 1) -> str:
    """The name with the ending of its content; 附件 and a number for who sent no name."""
    found = cleaned(name)
    stem = found.rpartition(".")[0] if ending(found) in ENDINGS[format] else found
    return f"{stem or f'附件{number}'}.{ENDINGS[format][0]}"


def weight(size: int) -> str:
    """So many bytes in words: 860 KB, 2.4 MB."""
    return f"{max(1, round(size / 1024))} KB" if size < MEBIBYTE else f"{size / MEBIBYTE:.1f} MB"


def demand_room(mine: int, all: int, size: int, *, citizen: bool) -> None:
    """Raises TooMuch when a case with so many files of the citizen, of everybody, and so many bytes has no room for them."""
    if (citizen and mine > OF_CITIZEN) or all > OF_CASE or size > BYTES_OF_CASE:
        raise TooMuch
