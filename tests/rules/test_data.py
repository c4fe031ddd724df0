"""The shipped city tables fit together: codes known, rules reachable, sources stated."""

import csv
from pathlib import Path

import pytest

from feedback.rules import limit

DATA = Path(__file__).resolve().parents[2] / "data"
COLUMNS = {
    "bureaus": "code,name,short,kind,hotline,duties,keywords,source",
    "districts": "code,name,short,places,source",
    "categories": "code,group,name,lead,support,kind,limit,urgent,public,boundary,keywords,source",
    "routing_rules": "id,category,district,when,lead,support,reason,source",
    "unit_names": "word,bureau,source",
    "limits": "version,code,name,amount,unit,kind,stage,regime,source",
    "calendar": "date,working,name,provisional,source",
    "national": "date,working,name,provisional,source",
}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def words(cell: str) -> list[str]:
    return cell.split(";") if cell else []


BUREAUS = {row["code"]: row for row in rows("bureaus")}
CATEGORIES = {row["code"]: row for row in rows("categories")}
RULES = rows("routing_rules")


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_encoding_and_sources(name: str):
    raw = (DATA / f"{name}.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode().splitlines()[0] == COLUMNS[name]
    assert all(row["source"] in {"seen", "memory", "default"} for row in rows(name))
    assert all(None not in row and None not in row.values() for row in rows(name))


def test_how_many_there_are():
    assert (len(BUREAUS), len(rows("districts")), len(CATEGORIES)) == (81, 12, 149)
    assert "DIST" not in BUREAUS


def test_bureaus():
    assert {row["kind"] for row in BUREAUS.values()} == set("BSVPUDC")
    districts = {code for code, row in BUREAUS.items() if row["kind"] == "D"}
    assert {row["code"] for row in rows("districts")} == districts


def test_no_place_lies_in_two_districts():
    places = [place for row in rows("districts") for place in [row["short"], *words(row["places"])]]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("table", [list(CATEGORIES.values()), RULES], ids=["categories", "rules"])
def test_leads_and_support_are_bureaus_or_the_district(table: list[dict[str, str]]):
    for row in table:
        for code in [row["lead"], *words(row["support"])]:
            assert code == "DIST" or code in BUREAUS, row
        assert row["lead"] not in words(row["support"]), row


def test_categories():
    codes = {row["code"] for row in rows("limits")}
    for row in CATEGORIES.values():
        assert row["kind"] in limit.CODE_OF_KIND
        assert row["limit"] in codes
        assert {row["urgent"], row["public"]} <= {"0", "1"}


def test_rules_belong_to_a_category_and_explain_themselves():
    for row in RULES:
        assert row["id"].startswith("boundary:B")
        assert row["category"] in CATEGORIES
        assert row["district"] == "" or row["district"] in BUREAUS
        assert len(row["reason"]) >= 8


def test_no_rule_stands_behind_one_that_always_applies():
    settled: set[str] = set()
    for row in RULES:
        assert row["category"] not in settled, row
        if not row["when"] and not row["district"]:
            settled.add(row["category"])


def test_a_rule_without_words_keeps_the_categorys_own_lead():
    assert all(row["when"] or row["lead"] == CATEGORIES[row["category"]]["lead"] for row in RULES)


def test_reports_against_officials_stay_with_the_confidential_units():
    assert {row["lead"] for row in RULES if row["category"] == "V02"} == {"JWJW", "ZZB"}


def test_limits_can_be_counted():
    shipped = {row["code"]: str(limit.Limit(int(row["amount"]), limit.Unit(row["unit"]))) for row in rows("limits")}
    assert shipped == {
        "ZX": "2wd", "QZ": "5wd", "TS": "10wd", "JB": "15wd", "JY": "10wd", "GX": "3wd", "JJ": "24h", "XF": "60cd",
        "CB": "5wd", "BC": "5wd", "QS": "1wd", "LX": "1wd", "TD": "1wd", "JQ": "30m", "JL": "2h", "XQ": "15cd", "XL": "15cd",
        "XT": "5wd", "FC": "30cd", "XB": "3wd", "JX": "4h", "XX": "15cd",
    }  # fmt: skip
    assert {row["version"] for row in rows("limits")} == {"2026-1"}
    assert all(row["source"] == "default" for row in rows("limits"))


def test_every_regime_has_a_limit_for_every_stage_it_knows():
    known = {(row["regime"], row["stage"]) for row in rows("limits")}
    stages = {"accept", "contact", "return", "contribute", "reply"}
    of_their_own = {("hotline", "rework"), ("xinfang", "rework"), ("hotline", "pause")}
    every = {(regime, stage) for regime in ("hotline", "urgent", "xinfang") for stage in stages} | of_their_own
    assert known == every - {("urgent", "return")}  # as long as any other: the wrong bureau must not keep an urgent case
