"""A database comes with its key, or is not served: a second key would seal new letters apart from the old ones."""

import pytest

from feedback.actions import intake
from feedback.settings import Settings
from feedback.store import keys
from feedback.store.vault import WrongKey
from tests import people
from tests.conftest import at

pytestmark = pytest.mark.anyio

RIGHT = bytes(range(32)).hex()


async def test_an_empty_database_makes_its_key(hall, tmp_path):
    await keys.fitting_vault(hall.database, Settings(var=tmp_path))
    made = (tmp_path / "key").read_text()
    await keys.fitting_vault(hall.database, Settings(var=tmp_path))
    assert len(made) == 64 and (tmp_path / "key").read_text() == made


async def test_a_restored_database_asks_for_its_own_key(hall, tmp_path):
    letter = intake.Letter(body=people.NOISE, name="林小梅", phone=people.XIAO_LIN_PHONE)
    await intake.submit(hall, letter, now=at("2026-11-23 09:00"))
    with pytest.raises(WrongKey):
        await keys.fitting_vault(hall.database, Settings(var=tmp_path))
    assert not (tmp_path / "key").exists()
    with pytest.raises(WrongKey):
        await keys.fitting_vault(hall.database, Settings(var=tmp_path, key="22" * 32))
    await keys.fitting_vault(hall.database, Settings(var=tmp_path, key=RIGHT))
