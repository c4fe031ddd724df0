"""Review of replies: the faults a reviewer named on marked pairs, and words that say why."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from classifier import reply
from tests.bench import reply_review

MARKED = Path(__file__).parent / "marked" / "replies.csv"


def _tally(half: str) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """By fault: named rightly, named wrongly, missed."""
    right, extra, missed = Counter[str](), Counter[str](), Counter[str]()
    with MARKED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["half"] == half:
                marked = set(row["faults"].split(";")) - {""}
                found = {fault.value for fault in reply.review(message=row["message"], reply=row["reply"]).faults}
                right.update(marked & found)
                extra.update(found - marked)
                missed.update(marked - found)
    return right, extra, missed


@pytest.mark.parametrize("half", ["mend", "held"])
def test_faults_on_marked_pairs(half: str) -> None:
    right, extra, missed = _tally(half)
    for fault in reply.Fault:
        got = right[fault]
        precision, recall = got / (got + extra[fault]), got / (got + missed[fault])
        print(f"{half} {fault.value}: precision {precision:.2f}, recall {recall:.2f}, marked {got + missed[fault]}")
        assert min(precision, recall) >= 0.75


@pytest.mark.parametrize(("message", "answer", "fault", "word"), [
    ("路灯坏了三天", "低保申请请带身份证到镇民政办，30个工作日内审批。", "off_topic", "低保"),
    ("什么时候修好水管", "水管由供水公司负责维护，公司一向重视管网安全，请放心使用。", "missing_question", "什么时候"),
    ("路灯坏了三天", "路灯已报修。", "too_short", "6个字"),
    ("路灯坏了", "路灯坏了就大惊小怪，11月20日已经更换了灯具，不要老是打电话。", "rude", "大惊小怪"),
    ("路灯坏了", "投诉人电话13877201234已登记，路灯于11月20日更换灯具，现已恢复。", "leaks_pii", "13877201234"),
])
def test_each_fault_is_explained_by_words(message: str, answer: str, fault: str, word: str) -> None:
    found = reply.review(message=message, reply=answer)
    assert fault in found.faults
    assert any(word in why for why in found.explain)
    assert len(found.faults) == len(found.explain)


def test_a_good_reply_has_no_fault() -> None:
    good = reply.review(message="路灯坏了三天，什么时候修好？", reply="该路段路灯因电缆被挖断停电，已于11月20日更换电缆，当晚恢复亮灯。咨询电话0772-2816300。")
    assert good == reply.Review(True, (), ())


def test_explained_goes_with_substance() -> None:
    message = "水费为什么突然多了一百？"
    empty = reply.explained(message, "您好，您反映的问题已收悉，我们高度重视，感谢您的支持。")
    full = reply.explained(message, "经上门核实，11月水表读数无误，水费增加是因为水箱漏水，每天约0.4吨，建议更换配件；如有异议可申请检定。")
    assert 0 <= empty < full <= 1


@pytest.mark.parametrize("text", ["", "。", "😀" * 50, "您好" * 50_000, "已1月" * 30_000])
def test_any_text_gets_an_answer(text: str) -> None:
    assert len(reply.review(message=text, reply=text).explain) <= len(reply.Fault)


def test_the_measure_by_hand() -> None:
    assert reply_review.auc([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == 0.75
    assert reply_review.auc([1.0, 1.0], [True, False]) == 0.5


def test_on_real_replies() -> None:
    """Only the figure is looked at; the replies were not read for writing the words."""
    if not reply_review.FILE.exists():
        pytest.skip("messages_with_replies.csv is kept outside the project")
    assert reply_review.measure(reply_review.FILE)["explained"] >= 0.80
