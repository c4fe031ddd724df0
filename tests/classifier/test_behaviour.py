"""What any dispatcher expects of the classifier, whatever it was trained on."""

import numpy as np
import pytest

from classifier import corpus
from classifier.letter import Decision, Letter
from classifier.understanding import Understander
from tests.classifier.conftest import DATA

LETTERS = corpus.read(DATA / "corpus")


def test_a_plain_matter_goes_to_its_bureau(understander: Understander) -> None:
    told = understander.understand("", "家里停电一天了，供电局电话打不通，变压器在冒烟", district="D_LN")
    assert told.category == "B06"
    assert told.bureaus[0][0] == "GD"
    assert told.district == "D_LN"
    assert any("停电" in reason or "供电局" in reason for reason in told.reasons)


def test_three_of_everything_and_probabilities_for_the_ledger(understander: Understander) -> None:
    told = understander.understand("公交车等了四十分钟", "早上去上班，说好十分钟一班，一个多月了都这样")
    assert len(told.categories) == len(told.bureaus) == 3
    assert told.probabilities.dtype == np.float32
    assert len(told.probabilities) == len(understander.labels)
    assert told.probabilities.sum() == pytest.approx(1, abs=1e-4)
    assert told.categories[0][1] == pytest.approx(told.probabilities.max(), abs=1e-6)


@pytest.mark.parametrize(
    "letter", ["楼道里好像是煤气漏气了", "电梯停在七楼，里面困着两个人", "电线掉在路上，还在冒火花"]
)
def test_danger_is_urgent(understander: Understander, letter: str) -> None:
    assert understander.understand("", letter).urgent


def test_adding_a_gas_leak_makes_it_urgent(understander: Understander) -> None:
    calm = "小区的燃气表显示不对，想请人来看一下"
    assert not understander.understand("", calm).urgent
    assert understander.understand("", calm + "，现在厨房里一直在漏气").urgent


def test_an_accusation_never_reaches_the_accused(understander: Understander) -> None:
    told = understander.understand("", "举报住建局局长受贿，收了开发商三十万")
    assert told.decision is Decision.PROTECTED
    assert told.sensitive
    assert told.category == "V02"
    assert told.bureaus[0][0] == "JWJW"


def test_the_street_does_not_change_the_matter(understander: Understander) -> None:
    letter = "{}上的路面坑坑洼洼，骑电动车摔了一跤，麻烦修一下"
    told = {
        understander.understand("", letter.format(street)).category
        for street in ("龙城路", "五一路", "谷埠街", "跃进路")
    }
    assert len(told) == 1


PLAIN = (
    ("B03", "小区门口这条路的路灯坏了一个多月", "晚上黑得看不见人，请派人来修"),
    ("G01", "等公交车等了五十分钟", "来了两辆又不停站"),
    ("N02", "请问异地住院医保怎么报销", "住院的时候没有备案"),
    ("P02", "公司三个月没有发工资了", "老板电话也不接"),
    ("R01", "在饭店吃饭吃出一只蟑螂", "老板只肯换一碗"),
    ("L01", "孩子今年上小学", "外地户口报名要什么材料"),
)


@pytest.mark.parametrize(("category", "one", "other"), PLAIN)
def test_politeness_and_order_do_not_change_the_matter(understander: Understander, category: str, one: str, other: str) -> None:
    letters = (f"{one}，{other}。", f"{other}，{one}。", f"尊敬的领导您好！{one}，{other}。恳请领导重视，谢谢，祝工作顺利！", f"你们到底管不管啊，{one}，{other}！！！")
    assert {understander.understand("", letter).category for letter in letters} == {category}


@pytest.mark.parametrize(
    "letter",
    [
        "学校组织消防演练，提前通知一下附近居民就好", "燃气表的数字看不清，想换一块",
        "建议汛期前给河边的村子发救生衣", "请问家里的灭火器过期了去哪里换", "去年洪水冲垮的路到现在还没有修",
    ],
)
def test_to_speak_of_danger_is_not_to_be_in_it(understander: Understander, letter: str) -> None:
    assert not understander.understand("", letter).urgent


def test_a_bureau_that_is_hard_to_tell_asks_for_more_certainty(understander: Understander) -> None:
    assert understander.raised
    assert set(understander.raised) <= set(understander.leads)
    assert min(understander.raised.values()) > understander.levels.auto


def test_an_unknown_place_is_not_sent_to_any_district(understander: Understander) -> None:
    letter = "物业一个月没有扫过楼道了，保安天天睡觉"
    told = understander.understand("", letter)
    assert told.bureaus[0][0] == "DIST"
    assert told.decision is Decision.TRIAGE
    assert understander.understand("", letter, address="柳江区拉堡").bureaus[0][0] == "D_LJ"


@pytest.mark.parametrize(
    "letter",
    [
        "",
        " ",
        "。",
        "啊",
        "😀😀😀",
        "\x00\x00",
        "\ud800坏了",
        "\u202eabc",
        "a" * 100_000,
        "漏水" * 50_000,
        "𠀀" * 5_000,
        "Hello, the light is broken",
        "1" * 100_000,
        "(" * 50_000,
        "路" * 100_000,
    ],
)
def test_any_string_is_answered(understander: Understander, letter: str) -> None:
    told = understander.understand(letter, letter)
    assert len(told.categories) == 3


@pytest.mark.parametrize("letter", ["", " ", "。", "😀😀😀", "\x00"])
def test_nothing_said_goes_to_triage(understander: Understander, letter: str) -> None:
    assert understander.understand("", letter).decision is Decision.TRIAGE


def test_many_letters_at_once_are_understood_as_one_by_one(understander: Understander) -> None:
    odd = ["", "。", "😀😀", "\x00\ud800", "help me please", "漏水" * 3_000, "路灯坏了\n\n没人修"]
    letters = [Letter("" if number % 3 else one.title, one.body) for number, one in enumerate(LETTERS[::60])]
    letters += [Letter(title, body) for body in odd for title in ("", "投诉", "漏" * 300)]
    together = understander.understand_all(letters)
    assert len(together) == len(letters)
    for letter, told in zip(letters, together, strict=True):
        alone = understander.understand(letter.title, letter.body)
        assert (told.category, told.kind, told.decision, told.urgent, told.district) == (
            alone.category, alone.kind, alone.decision, alone.urgent, alone.district,
        ), letter
        assert (told.reasons, told.leads, told.support) == (alone.reasons, alone.leads, alone.support), letter
        assert [code for code, _ in told.bureaus] == [code for code, _ in alone.bureaus], letter
        assert told.probability == pytest.approx(alone.probability, abs=1e-5)


def test_a_given_place_decides_for_its_own_letter_only(understander: Understander) -> None:
    letters = [Letter("", "路灯坏了", district="D_LN"), Letter("", "路灯坏了"), Letter("", "路灯坏了", address="柳北区跃进路")]
    assert [one.district for one in understander.understand_all(letters)] == ["D_LN", None, "D_LB"]
