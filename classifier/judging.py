"""Kind, urgency and accusation: what the linear model says, weighed with the form of a letter (how it asks, when, of whom).

The words here are small closed groups; the words of the field are in data/terms.csv.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier import signals
from classifier.linear import Reals
from classifier.spotting import Spotter

DOUBT = 0.05
"""Strength of regularisation: a hundred urgent letters cannot carry free weights."""

ACTS = (
    ("请问", "想问", "问一下", "咨询", "想了解", "怎么办理", "什么时候", "怎么算", "有没有规定", "多少钱", "如何", "哪里办", "去哪", "该找谁", "归谁", "可不可以", "能不能", "能否", "什么手续", "什么条件", "算不算", "会不会", "多久", "怎样", "吗"),
    ("帮", "求助", "救", "麻烦", "请尽快", "派人", "来修", "尽快", "修一下", "处理一下", "看看", "盼", "恳请", "请求", "求"),
    ("举报", "检举", "无证", "没有证", "偷偷", "违法", "涉嫌", "查一查", "查处", "黑", "非法", "假", "有人在", "偷排", "窝点"),
    ("建议", "希望能增", "可以考虑", "不如", "提个", "意见", "应该", "最好", "是否可以", "增设", "加装", "试试", "设一个", "推广", "统一"),
    ("感谢", "谢谢", "表扬", "点赞", "锦旗", "好人", "辛苦", "满意", "暖", "给个赞", "夸"),
    ("投诉", "凭什么", "没人管", "一直", "还是", "不管", "说话不算", "什么态度", "欺负", "天天", "每天", "恼火", "离谱", "过分", "坑", "受不了", "不退", "不给", "拖", "推"),
)
"""What citizens do: ask, call for help, report, suggest, praise, complain. Looked for in title, beginning and end, too."""

_CIRCUMSTANCES = (
    ("现在", "正在", "快来", "马上", "赶紧", "还在", "刚刚", "刚才", "随时", "眼看", "越来越", "不断", "一直在"),
    ("去年", "上次", "以前", "后来", "当时", "上个月", "上星期", "曾经", "那年", "前年", "事后", "当年", "上周", "昨天", "前天", "早就"),
    ("幸好", "好在", "差点", "没出事", "虚惊", "没有受伤", "怕", "担心", "万一", "如果", "要是", "以免", "预防", "避免", "防止"),
    ("演练", "演习", "宣传", "培训", "讲座", "预案"),
    ("费", "价格", "赔", "钱", "退款", "工资"),
    ("老人", "孩子", "小孩", "学生", "有人", "人被", "娃", "婴儿"),
    ("受伤", "流血", "送医院", "昏", "晕", "吐", "烧伤", "砸", "压", "死"),
    ("救命", "110", "119", "120", "快来人", "快派人", "报警"),
)
_POWER = (
    signals.ACTS_OF_CORRUPTION,
    ("局长", "处长", "科长", "所长", "院长", "校长", "镇长", "乡长", "县长", "区长", "主任", "书记", "支书", "村干部", "干部", "领导", "公务员", "民警", "法官", "队长", "站长", "股长", "会计", "副局", "负责人", "科员", "办事员", "股级", "党员", "车间主任", "总经理", "队员"),
    ("工作人员", "教育局", "人社局", "住建局", "交通局", "国土", "城管", "交警", "派出所", "国企", "执法", "窗口的人", "村委", "编制"),
    (
        "收黑钱", "私下", "给钱就", "给钱才", "不给就", "给了钱", "才给办", "才批", "才盖章", "才验收", "才签字", "就能进", "请吃饭", "请他吃", "结账", "报销", "油卡", "单位的车", "公家",
        "入场费", "提成给", "好处", "送烟", "送酒", "购物卡", "红包", "没开收据", "不开收据", "个人二维码", "私人账户", "转给他", "合伙开", "挂名", "领空饷", "不上班领", "指定", "打招呼", "托关系",
        "走后门", "花钱买", "名单里", "没干活", "多报", "假发票", "假档案", "做手脚", "分掉", "进了他", "装进", "自己人", "收据", "吃回扣",
    ),
    ("亲戚", "小舅子", "弟弟", "侄", "老婆名下", "儿子名下", "妻子", "亲家", "外甥", "堂弟", "表弟", "情妇", "家属的公司"),
    ("态度", "推诿", "踢皮球", "没人接", "热线", "窗口", "不作为", "效率", "敷衍", "回复", "办结", "打电话", "上班时间"),
    ("匿名", "实名", "检举", "控告", "纪委", "监委", "巡察", "巡视", "保密", "12388", "举报人", "打击报复"),
    ("老板", "公司", "物业", "开发商", "业委会", "中介", "店", "商家", "医生", "老师"),
)
_GROUPS = (*ACTS, *_CIRCUMSTANCES, *_POWER)
_OF_WORD = {word: tuple(number for number, group in enumerate(_GROUPS) if word in group) for group in _GROUPS for word in group}
_SPOTTER = Spotter(_OF_WORD)
_BEGINNING, _END = 12, 15
"""Characters of the body in which an act is the beginning or the end of what is said."""


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """A linear answer to several questions at once: one score a column."""

    weights: Reals
    bias: Reals

    def scores(self, traits: Reals) -> Reals:
        """Scores of one letter's traits, or of many rows of them."""
        result: Reals = traits @ self.weights + self.bias
        return result


def form(title: str, body: str) -> list[float]:
    """How a letter is written, in plain numbers: words of each group, acts in title, beginning and end, marks, length."""
    text = f"{title}\n{body}"
    counts = [0] * len(_GROUPS)
    places = [0] * (3 * len(ACTS))
    seen = set()
    start, end = len(title) + 1, max(len(title) + 1, len(text) - _END)
    for word, first, last in _SPOTTER.spots(text):
        for group in _OF_WORD[word]:
            counts[group] += word not in seen
            if group < len(ACTS):
                places[3 * group] |= last < start
                places[3 * group + 1] |= start <= first and last <= start + _BEGINNING
                places[3 * group + 2] |= first >= end
        seen.add(word)
    said = text.rstrip()
    return [
        *counts, *places, text.count("？") + text.count("?"), said.endswith(("？", "?")), said.endswith(("吗", "呢", "么")),
        text.count("！") + text.count("!"), "12345" in text, len(text),
    ]


def traits(
    forms: Reals, *, danger: Reals, accused: Reals, kinds: Reals, urgent: Reals, likely: Reals
) -> Reals:
    """Everything the judges weigh, a row a letter: form, words of alarm, scores of kinds and urgency, chances of telling categories."""
    words, places = len(_GROUPS), 3 * len(ACTS)
    questions, *ends, calls, hotline, length = forms[:, words + places :].T
    # A word counts less in a letter of more than a hundred characters: in a thousand a few of every group stand by chance.
    spread = np.sqrt(np.minimum(1.0, 100 / np.maximum(1, length)))
    counts = forms[:, :words] * spread[:, None]
    danger, accused = danger * spread, accused * spread
    singles = (
        questions > 0, np.minimum(3, questions), *ends, np.log1p(length), np.minimum(2, calls) * spread, hotline,
        danger, accused, danger * urgent, urgent,
        # What was dangerous last year, and what is proposed or asked about, is not dangerous now.
        *(danger * np.log1p(counts[:, len(ACTS) + one]) for one in range(len(_CIRCUMSTANCES))),
        *(danger * np.minimum(1.0, counts[:, one]) for one in range(len(ACTS))),
    )
    return np.concatenate((
        np.minimum(spread[:, None], counts[:, : len(ACTS)]), np.log1p(counts), forms[:, words : words + places],
        np.array(singles).T, kinds, np.log(likely + 1e-3),
    ), axis=1)


def learned(rows: Reals, truth: npt.NDArray[np.int64], *, answers: int) -> Judge:
    """A judge of one question with so many answers (for two: one column, above 0 for yes); deterministic."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    columns = answers if answers > 2 else 1
    weights, bias = np.zeros((rows.shape[1], columns)), np.full(columns, -9.0)
    seen = np.unique(truth)
    if len(seen) > 1:
        mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
        # More threads than one wait for each other thirty times as long as they work on so few columns.
        with threadpool_limits(1):
            fitted = LogisticRegression(C=DOUBT, max_iter=100, tol=1e-3).fit((rows - mean) / spread, truth)
        places = seen if answers > 2 and len(seen) > 2 else seen[1:] if answers > 2 else [0]
        weights[:, places] = (fitted.coef_ / spread).T
        bias[places] = fitted.intercept_ - (fitted.coef_ / spread) @ mean
    return Judge(np.round(weights, 9), np.round(bias, 9))


def left_out(
    rows: Reals, truth: npt.NDArray[np.int64], *, answers: int, among: npt.NDArray[np.bool_] | None = None, folds: int = 5
) -> Reals:
    """Scores of every row by a judge that did not see it: row i belongs to fold i modulo `folds`; learns `among` these only."""
    scores = np.zeros((len(rows), answers if answers > 2 else 1))
    fold = np.arange(len(rows)) % folds
    usable = np.ones(len(rows), np.bool_) if among is None else among
    for one in range(folds):
        seen = (fold != one) & usable
        scores[fold == one] = learned(rows[seen], truth[seen], answers=answers).scores(rows[fold == one])
    return scores


def together(judges: Sequence[Judge]) -> Judge:
    """One judge with the columns of all."""
    return Judge(np.hstack([one.weights for one in judges]), np.concatenate([one.bias for one in judges]))
