"""Settings come from MINSHENG_* variables alone, and a wrong one is named."""

import pytest

from feedback import settings


def test_defaults_need_no_environment():
    found = settings.read({})
    assert found.database_url == "" and not found.demo and found.limits


def test_a_wrong_value_is_named():
    with pytest.raises(settings.BadSetting, match="MINSHENG_POOL"):
        settings.read({"MINSHENG_POOL": "many"})


def test_demo_accounts_are_refused_on_a_real_database():
    with pytest.raises(settings.BadSetting, match="MINSHENG_DEMO"):
        settings.read({"MINSHENG_DEMO": "1", "MINSHENG_DATABASE_URL": "postgresql://db/minsheng"})
