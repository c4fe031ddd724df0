"""What clerks write into a text and the house understands: 市民称呼 in braces becomes 王女士/先生 when a prepared answer is taken,
@姓名 in a note tells a colleague."""

import re
from collections.abc import Mapping

PLACEHOLDERS = ("市民称呼", "地点", "期限", "编号", "单位", "事项", "今天", "单位电话")
"""What a prepared answer may leave open."""

_BRACES = re.compile(r"[{｛]([^{}｛｝]{0,20})[}｝]")


def unknown(text: str) -> list[str]:
    """The names in braces that are no placeholders, in order, each once."""
    return list(dict.fromkeys(name for name in _BRACES.findall(text) if name.strip() not in PLACEHOLDERS))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with every placeholder replaced; one without a value stays as （…） for the writer to see and fill in."""
    return _BRACES.sub(lambda match: values.get(match[1].strip()) or f"（{match[1].strip()}）", text)


def called(name: str) -> str:
    """How a citizen of this name is addressed: by the family name, or as everybody when there is none."""
    own = re.sub(r"(先生|女士|小姐|阿姨|大爷|师傅)$", "", name.strip())
    title = name.strip()[len(own) :] or "先生/女士"
    family = own[:2] if own[:2] in _DOUBLE else own[:1]
    return f"{family}{title}" if family else "市民朋友"


_DOUBLE = frozenset("欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 令狐 慕容 司徒 夏侯 端木 独孤 南宫 申屠 长孙".split(" "))  # noqa: SIM905


def mentioned(text: str, people: Mapping[int, str]) -> set[int]:
    """Who of these people, by their names, is mentioned as @name: @王工程 is 王工程 and not 王工, the longest name that fits."""
    found: set[int] = set()
    for rest in text.split("@")[1:]:
        longest = max((name for name in people.values() if rest.startswith(name)), key=len, default=None)
        found |= {one for one, name in people.items() if name == longest}
    return found
