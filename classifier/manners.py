"""Letters as they come from polite people: a greeting before and thanks after, which say nothing of the matter or the kind.

The corpus was written without them; people who write to a mayor rarely leave them out, and 谢谢 alone must not turn a request into praise.
"""

import zlib
from collections.abc import Sequence
from dataclasses import replace

from classifier.corpus import Letter

GREETINGS = (
    "尊敬的领导：您好！", "您好！", "领导好，", "你好，", "尊敬的市长：您好！", "局长您好：", "各位领导：", "尊敬的书记：您好，百忙之中打扰您了。", "您好，我想反映一个情况。", "您好，感谢您在百忙之中看我的来信。",
)
THANKS = (
    "谢谢！", "谢谢", "多谢！", "望回复，谢谢！", "万分感谢！", "谢谢领导！", "辛苦了，谢谢。", "恳请领导重视，谢谢！", "盼复，不胜感激！", "给你们添麻烦了，谢谢。", "麻烦了，多谢多谢。", "先谢谢你们了！",
)


def polite(letters: Sequence[Letter]) -> list[Letter]:
    """The letters, about half of them with a greeting, thanks or both, by lot from their id; who praises thanks anyway."""
    return [_polite(letter) for letter in letters]


def _polite(letter: Letter) -> Letter:
    lot = zlib.crc32(letter.id.encode())
    greeting = GREETINGS[lot // 8 % len(GREETINGS)] if lot % 8 in (0, 1) else ""
    thanks = THANKS[lot // 8 % len(THANKS)] if lot % 8 in (1, 2, 3) and letter.kind != "praise" else ""
    if not greeting and not thanks:
        return letter
    stop = "" if letter.body.endswith(("。", "！", "？", "!", "?", "，", ",")) or not thanks else "。"
    return replace(letter, body=f"{greeting}{letter.body}{stop}{thanks}")
