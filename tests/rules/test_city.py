"""A city's records answer: which limit, due when, whose name."""

import dataclasses
from datetime import date, datetime

from feedback.rules.calendar import Calendar
from feedback.rules.city import Bureau, Category, City, Term
from feedback.rules.deadline import CITY_TIME, parse
from feedback.rules.limit import Regime, Stage

NOISE = Category("C01", "生态环境", "建筑施工噪声", "STHJ", ("ZJJ",), "complaint", "TS", True, True)
LIGHTS = Category("B03", "市政设施", "路灯", "CGJ", (), "help", "QZ", False, True)


def term(code, text, version="2026-1"):
    return (version, code), Term(version, code, code, parse(text))


CITY = City(
    bureaus={"STHJ": Bureau("STHJ", "市生态环境局", "市生态环境局", "B", "", True)},
    districts={"D_YF": "鱼峰区"},
    categories={"C01": NOISE, "B03": LIGHTS},
    terms=dict(
        [term("TS", "10wd"), term("QZ", "5wd"), term("ZX", "2wd"), term("JJ", "24h"), term("TS", "9wd", "2025-1")]
    ),
    calendar=Calendar({}, date(2026, 12, 31)),
)


def test_the_newest_version_of_the_limits_is_in_force():
    assert CITY.version == "2026-1"
    assert str(CITY.term(kind="complaint", category="C01", urgent=False).limit) == "10wd"


def test_urgent_comes_before_the_category_and_the_category_before_the_kind():
    assert CITY.term(kind="complaint", category="C01", urgent=True).code == "JJ"
    assert CITY.term(kind="help", category="B03", urgent=False).code == "QZ"
    assert CITY.term(kind="enquiry", category="B03", urgent=False).code == "ZX"
    assert CITY.term(kind="enquiry", category=None, urgent=False).code == "ZX"


def test_due_and_warning():
    received = datetime(2026, 11, 23, 9, 0, tzinfo=CITY_TIME)  # a Monday
    due = CITY.due(received, CITY.terms["2026-1", "ZX"])
    assert due.due_at == datetime(2026, 11, 26, tzinfo=CITY_TIME)
    assert due.warn_at == datetime(2026, 11, 25, tzinfo=CITY_TIME) and not due.provisional


def test_names():
    assert CITY.bureau_name("STHJ") == "市生态环境局" and CITY.bureau_name(None) == "派单中心"


def test_a_stage_has_the_limit_of_its_regime_and_an_urgent_case_its_own_where_there_is_one():
    def row(code, text, stage, regime):
        return ("2026-1", code), Term("2026-1", code, code, parse(text), stage, regime)

    rows = dict(
        [
            row("QS", "1wd", Stage.ACCEPT, Regime.HOTLINE),
            row("JQ", "1h", Stage.ACCEPT, Regime.URGENT),
            row("TD", "1wd", Stage.RETURN, Regime.HOTLINE),
            row("XQ", "15cd", Stage.ACCEPT, Regime.XINFANG),
        ]
    )
    town = dataclasses.replace(CITY, terms=rows)

    def code(stage, regime=Regime.HOTLINE, urgent=False, version="2026-1"):
        found = town.stage(stage, regime=regime, urgent=urgent, version=version)
        return found and found.code

    assert (code(Stage.ACCEPT), code(Stage.ACCEPT, urgent=True), code(Stage.RETURN, urgent=True)) == ("QS", "JQ", "TD")
    assert code(Stage.ACCEPT, Regime.XINFANG) == "XQ" and code(Stage.RETURN, Regime.XINFANG) is None
    town.terms["1999-1", "TS"] = Term("1999-1", "TS", "投诉", parse("9wd"))
    assert code(Stage.ACCEPT, version="1999-1") is None  # that version had none
    assert code(Stage.ACCEPT, version="2026-9") == "QS"  # another process has made that one just now


def test_a_case_keeps_its_version_and_takes_from_the_newest_what_that_lacks():
    assert CITY.term(kind="complaint", category="C01", urgent=False, version="2025-1").limit == parse("9wd")
    assert CITY.term_in("2025-1", "ZX").version == "2026-1"
    assert dataclasses.replace(CITY, newest="2025-1").version == "2025-1"
    assert CITY.terms["2026-1", "TS"].default and not Term("1", "TS", "", parse("1wd"), source="city").default


def test_who_leads_what_and_which_bureau_is_sent_cases():
    gone = dataclasses.replace(CITY, bureaus={"STHJ": dataclasses.replace(CITY.bureaus["STHJ"], active=False)})
    assert CITY.leads == {"C01": "STHJ", "B03": "CGJ"}
    assert CITY.serves("STHJ") and not gone.serves("STHJ") and not CITY.serves("NOPE")


def test_the_clock_waits_for_the_citizen_as_long_as_the_city_says_and_five_working_days_where_it_says_nothing():
    rows = dict(CITY.terms) | {("2026-1", "BC"): dataclasses.replace(term("BC", "3wd")[1], stage=Stage.PAUSE)}
    town = dataclasses.replace(CITY, terms=rows)
    for regime in (Regime.HOTLINE, Regime.XINFANG):
        for urgent in (False, True):
            assert str(town.pause_cap(regime=regime, urgent=urgent, version="2026-1")) == "3wd"
            assert str(CITY.pause_cap(regime=regime, urgent=urgent, version="2026-1")) == "5wd"
