"""What became of bureaus and categories: merges, splits, chains, and what cannot be."""

from datetime import date

import pytest

from feedback.rules import succession
from feedback.rules.record import Candidate, Decision, Kind, Understanding
from feedback.rules.succession import Act, Change, Known, Refused, Succession, Successor, What

TODAY = date(2026, 11, 22)
NEW_YEAR, FEBRUARY, MARCH = date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1)
KNOWN = Known(
    alive={What.BUREAU: {"A", "B", "C", "JWJW", "D_YF"}, What.CATEGORY: {"X", "Y", "Z", "V02"}},
    ever={What.BUREAU: {"A", "B", "C", "OLD", "JWJW", "D_YF"}, What.CATEGORY: {"X", "Y", "Z", "V02"}},
    leads={"X": "A", "Y": "B", "Z": "DIST", "V02": "JWJW"},
    fixed={"D_YF"},
)


def merge(code, into, on=NEW_YEAR, what=What.BUREAU, id=1):
    heir = into if isinstance(into, Successor) else Successor(into)
    return Change(id, what, Act.MERGE, code, on, (heir,))


def split(code, *heirs, on=NEW_YEAR, what=What.BUREAU, id=1):
    return Change(id, what, Act.SPLIT, code, on, heirs)


def rename(code, name, short="", what=What.BUREAU):
    return Change(1, what, Act.RENAME, code, NEW_YEAR, (), name, short)


def refused(new, *planned):
    with pytest.raises(Refused) as said:
        succession.check(new, planned, KNOWN, today=TODAY)
    return str(said.value)


def fits(new, *planned):
    succession.check(new, planned, KNOWN, today=TODAY)


def test_what_fits():
    fits(merge("A", "B"))
    fits(merge("A", Successor("NEW", "新局")))
    fits(split("A", Successor("B"), Successor("NEW", "新局", categories=frozenset({"X"}))))
    fits(split("A", Successor("A"), Successor("B", categories=frozenset({"X"}))))
    fits(rename("JWJW", "市纪委", "纪委"))
    fits(rename("X", "新事项", what=What.CATEGORY))
    fits(merge("X", "Y", what=What.CATEGORY))


def test_a_chain_over_days_fits_and_a_circle_does_not():
    first = merge("A", "B")
    fits(merge("B", "C", FEBRUARY, id=2), first)
    assert "已经并入别处" in refused(merge("B", "A", FEBRUARY, id=2), first)
    assert "那时 B 已经不在了" in refused(merge("B", "C", date(2026, 12, 1), id=0), first)
    assert "已经安排了调整" in refused(merge("A", "C", FEBRUARY, id=2), first)


def test_on_one_day_changes_happen_as_they_were_planned():
    fits(merge("B", "C", id=2), merge("A", "B", id=1))
    assert "已经并入别处" in refused(merge("A", "B", id=3), merge("B", "C", id=2))


def test_a_unit_made_by_a_plan_may_be_used_by_a_later_one_only():
    made = merge("A", Successor("NEW", "新局"), FEBRUARY)
    fits(merge("B", "NEW", MARCH, id=2), made)
    assert "没有 NEW" in refused(merge("B", "NEW", NEW_YEAR, id=2), made)


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (merge("A", "B", date(2026, 11, 21)), "不能早于今天"),
        (merge("OLD", "B"), "已经撤销"),
        (merge("A", "OLD"), "没有 OLD"),
        (merge("A", "A"), "选一个别的去处"),
        (merge("A", Successor("OLD", "旧局")), "不能重复使用"),
        (merge("A", Successor("new", "新局")), "大写字母"),
        (split("A", Successor("B")), "至少要有两个"),
        (split("A", Successor("B"), Successor("B")), "写了两次"),
        (
            split("A", Successor("B", categories=frozenset({"X"})), Successor("C", categories=frozenset({"X"}))),
            "分给了两个单位",
        ),
        (merge("JWJW", "B"), "只能更名"),
        (merge("A", "JWJW"), "只能更名"),
        (merge("D_YF", "A"), "城区"),
        (merge("V02", "X", what=What.CATEGORY), "检举控告的事项"),
        (merge("X", "V02", what=What.CATEGORY), "不能并入检举控告"),
        (rename("A", "新"), "新的名称"),
        (rename("A", "新名称"), "新的名称"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(new, words):
    assert words in refused(new)


def test_a_code_promised_to_a_planned_unit_is_taken():
    assert "不能重复使用" in refused(merge("B", Successor("NEW", "别的局"), id=2), merge("A", Successor("NEW", "新局")))


CHAIN = Succession((merge("A", "B"), merge("B", "C", FEBRUARY, id=2), rename("C", "新名", "新")))
PARTS = Succession(
    (split("A", Successor("B"), Successor("C", categories=frozenset({"X"}))), merge("C", "D", FEBRUARY, id=2))
)
WORDS = Succession(
    (
        split("X", Successor("X1", words=("油烟",)), Successor("X2", words=("噪音", "吵")), what=What.CATEGORY),
        merge("Y", "X", on=date(2026, 12, 1), what=What.CATEGORY, id=2),
    )
)


def test_bureaus_are_followed_along_the_chain():
    assert CHAIN.bureau("A") == CHAIN.bureau("B") == CHAIN.bureau("C") == "C"
    assert PARTS.bureau("A") == "B" and PARTS.bureau("A", category="X") == "D" and PARTS.bureau("Z") == "Z"


def test_an_heir_is_found_by_category():
    assert succession.heir(PARTS.changes[0], "X") == "C" and succession.heir(PARTS.changes[0], None) == "B"


def test_a_split_category_is_told_by_words_or_by_nobody():
    assert WORDS.category("X", text="楼下太吵") == "X2" and WORDS.category("X", text="不清楚") == "X1"
    assert WORDS.label("X", text="楼下太吵") == "X2" and WORDS.label("X", text="不清楚") is None
    assert WORDS.label("Z", text="吵") == "Z"


def test_a_label_given_after_a_change_means_what_it_says():
    one = Succession((merge("X", "Y", what=What.CATEGORY),))
    assert one.label("X", since=date(2026, 12, 31)) == "Y" and one.label("X", since=NEW_YEAR) == "X"


def test_figures_fold_merges_and_leave_splits_alone():
    assert CHAIN.folded(What.BUREAU, "A") == "C" and CHAIN.family(What.BUREAU, "C") == {"A", "B", "C"}
    assert PARTS.folded(What.BUREAU, "A") == "A" and PARTS.family(What.BUREAU, "B") == {"B"}
    assert CHAIN.folded(What.CATEGORY, "A") == "A"


def test_a_transfer_of_duties_ends_nobody():
    assert not split("A", Successor("A"), Successor("B")).ends and merge("A", "B").ends and not rename("A", "b", "b").ends


def understood(category="X", bureau="A", decision=Decision.AUTO, **more):
    return Understanding(category, Kind.COMPLAINT, False, "D_YF", decision, bureau, **more)


LEADS = {"X": "A", "Y": "B", "Z": "DIST", "X1": "A", "X2": "DIST"}


def test_an_old_models_answer_is_told_in_present_codes():
    past = Succession((merge("X", "Y", what=What.CATEGORY), merge("A", "B", id=2)))
    found = understood(
        support=("A", "C"), bureaus=(("A", 0.5), ("B", 0.3), ("C", 0.2)),
        candidates=(Candidate("X", "A", 0.5), Candidate("Z", "A", 0.3), Candidate("Y", "B", 0.2)),
    )  # fmt: skip
    now = succession.present(found, "文字", past, LEADS)
    assert (now.category, now.bureau, now.decision, now.support) == ("Y", "B", Decision.AUTO, ("C",))
    assert now.bureaus == (("B", 0.8), ("C", 0.2))
    assert now.candidates == (Candidate("Y", "B", 0.7), Candidate("Z", "B", 0.3))


def test_what_was_split_and_no_word_decides_goes_to_a_person():
    assert succession.present(understood(), "不清楚", WORDS, LEADS).decision is Decision.TRIAGE
    told = succession.present(understood(), "楼下太吵", WORDS, LEADS)
    assert (told.category, told.bureau, told.decision) == ("X2", "D_YF", Decision.AUTO)
    secret = succession.present(understood(decision=Decision.PROTECTED, bureau=None), "不清楚", WORDS, LEADS)
    assert secret.decision is Decision.PROTECTED


def test_what_nobody_leads_goes_to_a_person():
    past = Succession((merge("X", "Q", what=What.CATEGORY),))
    assert succession.present(understood(), "", past, LEADS).decision is Decision.TRIAGE
    untouched = understood(category="Z", bureau=None)
    assert succession.present(untouched, "", past, LEADS).bureau is None


def test_what_was_not_understood_stays_so():
    nothing = understood(category=None, bureau=None, decision=Decision.TRIAGE)
    assert succession.present(nothing, "", CHAIN, LEADS) is nothing
