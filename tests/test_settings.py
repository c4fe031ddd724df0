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


GATEWAY = {"MINSHENG_SMS_URL": "https://sms.example.cn/send?v=1", "MINSHENG_SMS_KEY": "k" * 32}
MAIL = {"MINSHENG_MAIL_URL": "smtps://user:p%40ss@mail.example.cn:465", "MINSHENG_MAIL_FROM": "民声 <ms@example.cn>"}


def test_gateway_and_mail_server_are_read():
    found = settings.read({**GATEWAY, **MAIL, "MINSHENG_SITE": "https://12345.example.cn", "MINSHENG_QUIET": "23:00-07:30"})
    assert (found.sms_url, found.mail_from) == (GATEWAY["MINSHENG_SMS_URL"], MAIL["MINSHENG_MAIL_FROM"])
    assert (found.site, found.quiet, found.survey_days) == ("https://12345.example.cn", "23:00-07:30", 7)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MINSHENG_SITE", "12345.example.cn"),
        ("MINSHENG_SITE", "https://example.cn/minsheng"),
        ("MINSHENG_QUIET", "22-8"),
        ("MINSHENG_QUIET", "25:00-08:00"),
        ("MINSHENG_SURVEY_DAYS", "0"),
        ("MINSHENG_SMS_URL", "ftp://sms.example.cn"),
        ("MINSHENG_SMS_KEY", "short"),
        ("MINSHENG_MAIL_URL", "mail.example.cn"),
    ],
)
def test_wrong_ways_out_are_named(name, value):
    with pytest.raises(settings.BadSetting, match=name):
        settings.read({**GATEWAY, **MAIL, name: value})


@pytest.mark.parametrize("missing", ["MINSHENG_SMS_KEY", "MINSHENG_MAIL_FROM"])
def test_a_gateway_without_a_key_is_refused(missing):
    with pytest.raises(settings.BadSetting, match=missing):
        settings.read({**GATEWAY, **MAIL, missing: ""})
