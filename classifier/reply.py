"""What is wrong with an official reply, judged by words a reader can check, and how much it explains. Nothing is learned."""

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from classifier import personal, reply_words, text

SHORT = 20
"""Characters below which nothing can have been explained; without a single figure it is half as many again."""


class Fault(StrEnum):
    """One thing a reviewer would send back."""

    OFF_TOPIC = "off_topic"
    BOILERPLATE = "boilerplate"
    NO_ACTION = "no_action"
    MISSING_QUESTION = "missing_question"
    TOO_SHORT = "too_short"
    RUDE = "rude"
    LEAKS_PII = "leaks_pii"


@dataclass(frozen=True, slots=True)
class Review:
    """Faults in order of weight, each with one sentence that names the words behind it."""

    ok: bool
    faults: tuple[Fault, ...]
    explain: tuple[str, ...]


_PUBLIC_NUMBER = re.compile(r"(?:办公|咨询|服务|监督|投诉电话|热线|值班|联系电话|科室|局|中心|所|办)[^。，（(\n]{0,10}$")
_EVERYWHERE = frozenset(
    "您好 你好 我们 反映 问题 情况 回复 部门 进行 处理 相关 工作 领导 希望 尊敬 感谢 谢谢 有关 目前 解决 关于 没有 不能 什么 怎么 可以".split(" ")  # noqa: SIM905
)


def _shared_words(message: str, reply: str) -> list[str]:
    """Words of two or more characters in both, in the order of the message."""
    said = set(text.words(text.string(text.normalise(reply))))
    heard = dict.fromkeys(text.words(text.string(text.normalise(message))))
    return [word for word in heard if len(word) >= 2 and word in said and not word.isdigit() and word not in _EVERYWHERE]


def _subjects(letter: str) -> dict[str, str]:
    """The subjects a letter speaks of, each with the word that shows it."""
    return {
        subject: word
        for subject, words in reply_words.SUBJECTS.items()
        for word in words[::-1]
        if word in letter
    }


def _off_topic(message: str, reply: str) -> str:
    """Why the reply speaks of another matter; empty when it does not, or when that cannot be told."""
    asked, answered = _subjects(message), _subjects(reply)
    if not answered or asked.keys() & answered.keys() or _shared_words(message, reply):
        return ""
    return f"答复说的是{'、'.join(list(answered)[:2])}（“{next(iter(answered.values()))}”），来信没有提到"


def _boilerplate(reply: str) -> str:
    """The formulas of a reply that consists of little else; empty otherwise."""
    phrases = list(dict.fromkeys(match.group() for match in reply_words.PHRASES.finditer(reply)))
    if not phrases or reply_words.FACT.search(reply):
        return ""
    left = re.sub(r"[\W_]", "", reply_words.PHRASES.sub("", reply))
    if len(left) >= 0.6 * len(reply):
        return ""
    return f"去掉“{'、'.join(phrases)[:60]}”这类套话后几乎没有内容"


def _unanswered(message: str, reply: str) -> str:
    """The citizen's question to which the reply holds nothing of the kind asked for."""
    for kind, asked, answered in reply_words.QUESTIONS:
        if (match := asked.search(message)) and not answered.search(reply):
            return f"来信问“{match.group()}”，答复没有说明{kind}"
    return ""


def _too_short(message: str, reply: str) -> str:
    length = len(reply.strip())
    short = length < SHORT or (length < SHORT * 1.5 and not any(char.isdigit() for char in reply))
    return f"答复只有{length}个字" if short and explained(message, reply) < 0.5 else ""


def _leaked(message: str, reply: str) -> str:
    """Private data in a reply: numbers of offices are meant to be there, a citizen's are not."""
    leaked = []
    for found in personal.find(reply):
        if found.type == "landline" and found.text not in message:
            continue
        if found.type == "phone" and found.text not in message and _PUBLIC_NUMBER.search(reply[: found.start]):
            continue
        leaked.append(found.text)
    return f"公开了个人信息：{'、'.join(leaked[:3])}" if leaked else ""


def _no_action(reply: str) -> str:
    return "" if reply_words.ACTION.search(reply) else "没有写做了什么、将做什么、依据哪条规定或什么时候完成"


def _rude(reply: str) -> str:
    match = reply_words.RUDE.search(reply)
    return f"“{match.group()}”不礼貌" if match else ""


def explained(message: str, reply: str) -> float:
    """How much a reply explains, 0 to 1: facts, reasons, steps and the citizen's own matter, against formulas and brevity."""
    plain = reply_words.PHRASES.sub("", reply)
    substance = math.log1p(len(re.sub(r"[\W_]", "", plain)))
    facts = min(6, len(reply_words.FACT.findall(reply)))
    reasons = min(4, len(reply_words.REASON.findall(plain)))
    steps = min(4, len(reply_words.STEPS.findall(plain)))
    shared = min(6, len(_shared_words(message, reply)))
    score = 1.2 * (substance - 4.2) + 0.15 * facts + 0.3 * reasons + 0.2 * steps + 0.1 * shared - 1.0 * bool(_boilerplate(reply))
    return 1 / (1 + math.exp(-score))


def review(*, message: str, reply: str) -> Review:
    """Faults of a reply to a message (only the first text.READ_AT_MOST characters of each are read)."""
    message, reply = message[: text.READ_AT_MOST], reply[: text.READ_AT_MOST]
    empty = not message.strip() or not reply.strip()
    judged = (
        (Fault.OFF_TOPIC, "" if empty else _off_topic(message, reply)),
        (Fault.BOILERPLATE, _boilerplate(reply)),
        (Fault.NO_ACTION, _no_action(reply)),
        (Fault.MISSING_QUESTION, _unanswered(message, reply)),
        (Fault.TOO_SHORT, _too_short(message, reply)),
        (Fault.RUDE, _rude(reply)),
        (Fault.LEAKS_PII, _leaked(message, reply)),
    )
    found = [(fault, why) for fault, why in judged if why]
    return Review(not found, tuple(fault for fault, _ in found), tuple(why for _, why in found))
