"""Who can read the code sent to a phone has the phone: once, soon, and not by guessing."""

import pytest

from feedback.actions import proving
from tests import people
from tests.conftest import at

pytestmark = pytest.mark.anyio

NOW = at("2026-11-23 09:00")


async def code_sent(hall, now=NOW):
    await proving.send_code(hall, people.XIAO_LIN_PHONE, now=now)
    row = await hall.database.fetch_one("SELECT code FROM notices ORDER BY id DESC LIMIT 1")
    return hall.vault.open(row["code"])


async def test_the_code_counts_once(hall):
    code = await code_sent(hall)
    await proving.demand(hall, people.XIAO_LIN_PHONE, code, now=NOW)
    with pytest.raises(proving.WrongCode):
        await proving.demand(hall, people.XIAO_LIN_PHONE, code, now=NOW)


async def test_another_phone_cannot_use_it(hall):
    code = await code_sent(hall)
    with pytest.raises(proving.WrongCode):
        await proving.demand(hall, people.XIAO_ZHOU_PHONE, code, now=NOW)


async def test_it_lives_ten_minutes(hall):
    code = await code_sent(hall)
    with pytest.raises(proving.WrongCode):
        await proving.demand(hall, people.XIAO_LIN_PHONE, code, now=at("2026-11-23 09:10"))


async def test_five_tries_and_no_more(hall):
    code = await code_sent(hall)
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        with pytest.raises(proving.WrongCode):
            await proving.demand(hall, people.XIAO_LIN_PHONE, wrong, now=NOW)
    with pytest.raises(proving.WrongCode):
        await proving.demand(hall, people.XIAO_LIN_PHONE, code, now=NOW)
