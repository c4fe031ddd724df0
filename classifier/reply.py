"""What is wrong with an official reply, judged by words a reader can check. First version: rules, nothing learned."""

import re
from dataclasses import dataclass
from enum import StrEnum

from classifier import personal, text

SHORT = 30
"""Characters below which nothing can have been explained."""


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


_PHRASES = re.compile(
    r"感谢您?对.{0,12}(?:关心|支持|监督|信任)[^。！]{0,20}|高度重视|(?:已)?收悉|现(?:将.{0,30})?(?:答复|回复)如下|您反映的.{0,6}(?:问题|情况)"
    r"|(?:祝您|欢迎您?).{0,20}|如有(?:疑问|其他问题).{0,20}|尊敬的(?:网友|市民|群众)|您好|积极协调|按照相关规定|有关部门|进一步(?:加强|加大|核实)"
    r"|给您带来(?:的)?不便.{0,12}|敬请(?:谅解|理解)|转(?:交|至|到|给).{0,12}(?:处理|办理|研究)|(?:及时|认真|尽快)(?:处理|研究|办理|核实)"
)
_ACTION = re.compile(
    r"\d{1,2}月\d{1,2}日|\d{4}年|\d+个工作日|已(?:经)?(?:安排|组织|责令|要求|修复|完成|更换|清理|整改|联系|立案|处罚|下达|发放|约谈|现场|对|于|将|向|由)"
    r"|现场(?:核查|查看|检查|勘查|核实|调查)|经(?:现场)?(?:核实|调查|查|核查|了解|查询|与)|将于|计划(?:于|在)|预计|责令|整改|修复|立案|处罚|拨打|可(?:到|凭|通过|持|携带)"
    r"|根据《|依据《|按照《|第.{1,5}条|需(?:要)?(?:提供|携带|到)|办理(?:地点|流程|条件)|联系电话|咨询电话"
)
_RUDE = re.compile(
    r"无理取闹|胡搅蛮缠|不要再(?:反映|投诉|打)|别再(?:来|打|投)|自己(?:想办法|解决去)|关你(?:什么|啥)事|与你无关|不归我(?:们)?管|少管闲事|神经病|有病|刁民|没素质|你懂什么|爱(?:投诉|告|去)(?:哪|就)"
    r"|我们很忙|没(?:空|时间)(?:理|管)|找(?:别人|谁)去|滚|闭嘴|活该|自找的|烦不烦"
)
_QUESTION = re.compile(
    r"[^。！!；;\n,，]{0,30}(?:[?？]|什么时候|何时|多久|多少钱|几时|是否|能不能|可不可以|怎么(?:办|申请|办理)|在哪|哪里|如何(?:办|申请)|需要(?:什么|哪些))"
)
_WHEN = re.compile(r"什么时候|何时|多久|几时|啥时")
_DATE = re.compile(r"\d+\s*[年月日天]|\d+个工作日|目前|暂无|尚未|尚无|预计|计划|年底|月底|近期|已(?:经)?(?:完成|修复|恢复|开通|发放)|春节|季度|当日|当天|即日|待")
_MUCH = re.compile(r"多少钱|什么价|收费标准|多少元|几多钱")
_ANSWERED_MUCH = re.compile(r"\d|元|免费|不收|标准")
_PUBLIC_NUMBER = re.compile(r"(?:办公|咨询|服务|监督|投诉|热线|值班|联系|科室?|局|中心|所|办)[^。\n]{0,14}$")


def _shared_words(message: str, reply: str) -> list[str]:
    """Words of two or more characters in both, in the order of the message."""
    said = set(text.words(text.string(text.normalise(reply))))
    heard = dict.fromkeys(text.words(text.string(text.normalise(message))))
    return [word for word in heard if len(word) >= 2 and word in said and not word.isdigit()]


_EVERYWHERE = frozenset(re.split(
    " ", "您好 你好 我们 反映 问题 情况 回复 部门 进行 处理 相关 工作 领导 希望 尊敬 感谢 谢谢 有关 目前 解决 关于 没有 不能"
))


def _leaked(message: str, reply: str) -> list[str]:
    """Private data in a reply: numbers of offices are meant to be there, a citizen's are not."""
    leaked = []
    for found in personal.find(reply):
        if found.type == "landline":
            continue
        if found.type == "phone" and found.text not in message and _PUBLIC_NUMBER.search(reply[: found.start]):
            continue
        leaked.append(found.text)
    return leaked


def _substance(reply: str) -> str:
    """What is left when polite formulas are taken away."""
    return re.sub(r"[\W_]", "", _PHRASES.sub("", reply))


def _unanswered(message: str, reply: str) -> str:
    """The citizen's question about time or cost to which the reply has neither a time nor a sum."""
    for match in _QUESTION.finditer(message):
        asked = match.group().strip()
        if _WHEN.search(asked) and not _DATE.search(reply):
            return asked
        if _MUCH.search(asked) and not _ANSWERED_MUCH.search(reply):
            return asked
    return ""


def review(*, message: str, reply: str) -> Review:
    """Faults of a reply to a message (only the first text.READ_AT_MOST characters of each are read)."""
    message, reply = message[: text.READ_AT_MOST], reply[: text.READ_AT_MOST]
    found: list[tuple[Fault, str]] = []
    shared = [word for word in _shared_words(message, reply) if word not in _EVERYWHERE]
    substance = _substance(reply)
    if message.strip() and reply.strip() and not shared:
        found.append((Fault.OFF_TOPIC, "答复里没有出现来信所说的任何具体事物"))
    if reply.strip() and len(substance) < max(12, 0.25 * len(reply)):
        phrases = "、".join(dict.fromkeys(match.group() for match in _PHRASES.finditer(reply)))[:60]
        found.append((Fault.BOILERPLATE, f"去掉“{phrases}”这类套话后几乎没有内容"))
    if not _ACTION.search(reply):
        found.append((Fault.NO_ACTION, "没有写做了什么、将做什么、依据哪条规定或什么时候完成"))
    if asked := _unanswered(message, reply):
        found.append((Fault.MISSING_QUESTION, f"没有回答“{asked[-40:]}”"))
    if len(reply.strip()) < SHORT:
        found.append((Fault.TOO_SHORT, f"答复只有{len(reply.strip())}个字"))
    if match := _RUDE.search(reply):
        found.append((Fault.RUDE, f"“{match.group()}”不礼貌"))
    if leaked := _leaked(message, reply):
        found.append((Fault.LEAKS_PII, f"公开了个人信息：{'、'.join(leaked[:3])}"))
    return Review(not found, tuple(fault for fault, _ in found), tuple(why for _, why in found))
