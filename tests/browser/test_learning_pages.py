"""The pages about the machine's learning on a phone and on a desk, with letters of every sort, each page through axe."""

import asyncpg
import httpx
import pytest

from classifier import golden
from tests import people
from tests.browser.conftest import Visitor
from tests.conftest import DATA, apart, sibling

pytestmark = pytest.mark.browser

_SOME = """
    INSERT INTO audits (case_id, drawn_at) SELECT case_id, at FROM ledger WHERE decision = 'auto' ON CONFLICT DO NOTHING;
    UPDATE audits SET decided_at = now(), person_id = (SELECT id FROM people WHERE username = 'diao'), category_right = case_id % 7 <> 0,
        bureau_right = case_id % 9 <> 0 WHERE case_id % 5 <> 0;
    INSERT INTO corrections (case_id, at, person_id, step, from_category, to_category)
        SELECT case_id, at, (SELECT id FROM people WHERE username = 'diao'), 'correct_category', category, 'A05' FROM ledger WHERE case_id % 6 = 0;
    INSERT INTO novelty SELECT id, 0.3 + (id % 10) / 50.0 FROM cases;
    UPDATE cases SET received_at = received_at - (id % 70) * interval '1 day';
    INSERT INTO models (version, labels, trained_at, folder, letters, confirmed, before_at, compared, passed) VALUES
        ('5f3c0a91d7be', '{A01}', now(), '5f3c0a91d7be', 10480, 1224, now() - interval '61 days', 'x', true),
        ('17aa4be0c2d9', '{A01}', now() - interval '40 days', '17aa4be0c2d9', 9931, 675, now() - interval '101 days', 'x', false);
    INSERT INTO model_checks VALUES ('5f3c0a91d7be', 0, 'golden_floor', 0.971, 0.9, 447, true), ('5f3c0a91d7be', 1, 'golden', 0.971, 0.975, 447, true),
        ('5f3c0a91d7be', 2, 'accusations', 1, 1, 3, true), ('5f3c0a91d7be', 3, 'recent_bureau', 0.803, 0.741, 212, true),
        ('5f3c0a91d7be', 4, 'recent_category', 0.755, 0.67, 212, true);
    INSERT INTO model_categories SELECT '5f3c0a91d7be', code, 9 + ascii(code) % 7, 4 + ascii(code) % 5, 5 + ascii(substr(code, 3)) % 6 FROM categories WHERE code ~ '[AC]0[1-6]';
    INSERT INTO shadows SELECT '5f3c0a91d7be', case_id, at, CASE WHEN case_id % 4 = 0 THEN 'triage' ELSE decision END,
        CASE WHEN case_id % 3 = 0 THEN 'D01' ELSE category END, CASE WHEN case_id % 3 = 0 THEN 'ZJJ' ELSE bureau END, 0.74, reasons[1:2], case_id % 3 = 0
        FROM ledger WHERE decision <> 'protected';
"""


async def _furnish(template: str, site: str) -> None:
    letters = golden.read(DATA / "golden.csv")[:240:3]
    async with httpx.AsyncClient(base_url=site) as client:
        for one in letters:
            body = f"{one.body}已经反映过好几次了，打电话说会转给有关部门，到现在也没有人来看过，家里有老人和上学的孩子，希望能尽快给个说法。"
            (await client.post("/api/v1/cases", json={"body": body})).raise_for_status()
    connection = await asyncpg.connect(sibling(template, "postgres"))
    name = await connection.fetchval("SELECT datname FROM pg_database WHERE datname LIKE 'browser%' ORDER BY oid DESC LIMIT 1")
    await connection.close()
    connection = await asyncpg.connect(sibling(template, name))
    await connection.execute(_SOME)
    await connection.close()


def test_quality_audit_and_models(visitor: Visitor, template: str):
    page = visitor.page
    visitor.sign_in(people.DIAO)
    visitor.open("/learning/audit")
    visitor.check("learning-audit-empty")
    visitor.open("/learning/models")
    visitor.check("learning-models-empty")
    apart(_furnish(template, visitor.site))
    visitor.open("/learning")
    visitor.check("learning-quality")
    visitor.open("/learning/audit")
    visitor.check("learning-audit")
    page.get_by_text("不对，正确的是").first.click()
    page.get_by_label("正确的单位").first.fill("宇宙管理局")
    visitor.press("记下")
    page.get_by_text("处需要改一下").wait_for()
    visitor.check("learning-audit-refused")
    visitor.open("/learning/audit")
    visitor.press("单位和事项都对")
    page.get_by_text("机器派对了").wait_for()
    visitor.open("/learning/models")
    visitor.check("learning-models")
    page.get_by_label("为什么").first.fill("近两个月的信多派对一成，噪声和物业类明显更准")
    visitor.press("启用候选模型")
    page.get_by_text("已启用").wait_for()
    visitor.check("learning-models-promoted")
