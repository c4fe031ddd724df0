"""Which words of a text spoke for an answer: every known sequence gives its weight to the characters it covers."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from classifier.features import Grams
from classifier.linear import Linear, Reals
from classifier.space import Entries, Vector

_STOP = frozenset(
    ["我们", "你们", "他们", "这个", "那个", "一个", "什么", "怎么", "没有", "不是", "就是", "还是", "可以", "请问", "希望", "现在", "已经", "因为", "所以", "但是", "如果", "有关部门", "部门", "领导", "尊敬", "谢谢", "您好", "你好", "问题", "情况", "反映", "处理", "解决", "麻烦", "非常", "一直", "每天", "时候", "知道", "不能", "自己", "有人", "这样", "这里", "那里", "出来", "起来"]
)


def words(
    model: Linear, grams: Grams, *, entries: Entries, vector: Vector, columns: npt.NDArray[np.int64], most: int = 4
) -> list[tuple[str, ...]]:
    """For each letter up to `most` words of the normalised text, strongest first, that raise the score of its column."""
    known = (entries >= 0).nonzero()[0]
    if not len(known):
        return [()] * grams.letters
    column = columns.repeat(vector.cuts[1:] - vector.cuts[:-1])
    worth = vector.values * model.scales[vector.ids] * model.weights[vector.ids, column]
    begins, ends = grams.begins[known], grams.ends[known]
    share: Reals = worth[vector.entries.searchsorted(entries[known])] / (ends - begins)
    size = len(grams.text) + 1
    steps = np.bincount(begins, share, size) - np.bincount(ends, share, size)
    weight = np.zeros(size + 1)
    steps.cumsum().cumsum(out=weight[1:])
    firsts, lasts = grams.edges[:-1], grams.edges[1:]
    scores = np.where(grams.whole & (lasts - firsts >= 2), weight[lasts] - weight[firsts], 0)
    cuts = firsts.searchsorted(grams.starts).tolist()
    return [_strongest(grams, scores, first, last, most) for first, last in pairwise(cuts)]


def _strongest(grams: Grams, scores: Reals, first: int, last: int, most: int) -> tuple[str, ...]:
    chosen: dict[str, None] = {}
    for one in (first + (-scores[first:last]).argsort(kind="stable")[: most * 3]).tolist():
        word = grams.text[grams.edges[one] : grams.edges[one + 1]]
        if scores[one] <= 0 or len(chosen) == most:
            break
        if word not in _STOP and not word.isdigit():
            chosen[word] = None
    return tuple(chosen)
