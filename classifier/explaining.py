"""Which words of a text spoke for an answer: every known sequence gives its weight to the characters it covers."""

import numpy as np

from classifier.features import Grams
from classifier.linear import Linear, Reals
from classifier.space import Entries, Vector

_STOP = frozenset(
    ["我们", "你们", "他们", "这个", "那个", "一个", "什么", "怎么", "没有", "不是", "就是", "还是", "可以", "请问", "希望", "现在", "已经", "因为", "所以", "但是", "如果", "有关部门", "部门", "领导", "尊敬", "谢谢", "您好", "你好", "问题", "情况", "反映", "处理", "解决", "麻烦", "非常", "一直", "每天", "时候", "知道", "不能", "自己", "有人", "这样", "这里", "那里", "出来", "起来"]
)


def words(
    model: Linear, grams: Grams, *, entries: Entries, vector: Vector, column: int, most: int = 4
) -> tuple[str, ...]:
    """Up to `most` words of the normalised text, strongest first, that raise this column's score."""
    known = np.flatnonzero(entries >= 0)
    if not len(known):
        return ()
    worth = vector.values * model.scales[vector.ids] * model.weights[vector.ids, column]
    begins, ends = grams.begins[known], grams.ends[known]
    share: Reals = worth[np.searchsorted(vector.entries, entries[known])] / (ends - begins)
    size = len(grams.text) + 1
    steps = np.bincount(begins, share, size) - np.bincount(ends, share, size)
    weight = np.concatenate((np.zeros(1), np.cumsum(np.cumsum(steps))))
    firsts, lasts = grams.edges[:-1], grams.edges[1:]
    scores = np.where(grams.whole & (lasts - firsts >= 2), weight[lasts] - weight[firsts], 0)
    best = np.argsort(-scores, kind="stable")[: most * 3].tolist()
    chosen = [grams.text[firsts[one] : lasts[one]] for one in best if scores[one] > 0]
    return tuple(word for word in dict.fromkeys(chosen) if word not in _STOP and not word.isdigit())[:most]
