"""Staff come in by name and password, each to their own place; nobody is sent to another site or told which names exist."""

import dataclasses

import httpx
import pyotp
import pytest

from feedback import app as application
from feedback import clock
from feedback.web import signing_in
from tests import people
from tests.web.conftest import submitted
from tests.web.staff import Page
from tests.web.test_citizen import HOSTILE, harmless

pytestmark = pytest.mark.anyio

HOMES = [
    (people.WANG, "/desk"), (people.SHEN, "/desk"), (people.JU, "/desk"), (people.DIAO, "/dispatch"),
    (people.MI, "/dispatch"), (people.DU, "/supervise"), (people.SHI, "/dashboard"), (people.XI, "/admin"),
    (people.AN, "/admin"), (people.JI, "/admin"),
]  # fmt: skip


async def enter(client, someone=people.WANG, **fields):
    return await client.post("/sign-in", data={"username": someone.username, "password": people.PASSWORD, **fields})


async def test_each_role_comes_to_its_own_place(client):
    for someone, home in HOMES:
        answer = await enter(client, someone)
        assert (answer.status_code, answer.headers["location"]) == (303, home), someone.username
        page = await client.get(home)
        assert page.status_code == 200 and someone.name in page.text, someone.username
        client.cookies.clear()


async def test_the_cookie_is_for_the_server_only(client):
    cookie = (await enter(client)).headers["set-cookie"]
    assert (
        cookie.startswith("minsheng=") and "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie
    )


async def test_over_https_the_cookie_is_secure(client):
    client.base_url = "https://city"
    assert "Secure" in (await enter(client)).headers["set-cookie"]


async def test_a_door_leads_to_the_form_and_back(client):
    asked = await client.get("/desk?queue=overdue")
    assert asked.status_code == 303
    page = Page(await client.get(asked.headers["location"]))
    assert page.forms[0]["next"] == "/desk?queue=overdue"
    answer = await enter(client, next=page.forms[0]["next"])
    assert answer.headers["location"] == "/desk?queue=overdue"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "desk", "", "/\n/evil",
     "/\t/evil.example", "/sign-out", "/sign-in?next=/sign-in", "/api/v1/desk", "http:///evil", "/desk\u202eevil", "//[", "/\0"],
)  # fmt: skip
def test_only_paths_of_this_site_are_followed(address):
    assert signing_in.local(address) == ""


def test_a_path_of_this_site_is_kept_whole():
    assert signing_in.local("/desk/2026-1122-0001?queue=overdue&q=a//b") == "/desk/2026-1122-0001?queue=overdue&q=a//b"


async def test_a_foreign_next_leads_home(client):
    for address in ("https://evil.example", "//evil.example/x", "/\\evil"):
        assert (await enter(client, next=address)).headers["location"] == "/desk"


async def test_who_is_signed_in_goes_on(client):
    await enter(client)
    assert (await client.get("/sign-in")).headers["location"] == "/desk"
    assert (await client.get("/sign-in?next=/desk?q=1")).headers["location"] == "/desk?q=1"


async def test_a_wrong_password_and_an_unknown_name_are_told_the_same(client):
    wrong, unknown = await enter(client, password="falsch"), await enter(client, username="niemand")
    for answer, name in ((wrong, "wang"), (unknown, "niemand")):
        page = Page(answer)
        assert page.status == 401 and "用户名或密码不对" in page.text and f'value="{name}"' in page.text
        assert people.PASSWORD not in page.text and "falsch" not in page.text and "set-cookie" not in answer.headers
    assert wrong.text.replace("wang", "N") == unknown.text.replace("niemand", "N")


async def test_five_wrong_passwords_lock_the_account(client):
    for _ in range(5):
        assert (await enter(client, password="falsch")).status_code == 401
    page = Page(await enter(client))
    assert page.status == 429 and "已锁定 15 分钟" in page.text
    program = await client.post("/api/v1/sign-in", json={"username": "wang", "password": "falsch"})
    assert program.status_code == 429 and 800 < int(program.headers["retry-after"]) <= 900


async def test_signing_out_ends_the_session(client):
    await enter(client)
    token = client.cookies["minsheng"]
    answer = await client.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in") and "minsheng" not in client.cookies
    again = await client.get("/desk", headers={"cookie": f"minsheng={token}"})
    assert again.status_code == 303 and again.headers["location"].startswith("/sign-in")
    assert (await client.get("/sign-out")).status_code == 405


@pytest.mark.parametrize("field", ["username", "password", "otp", "next", "extra"])
async def test_the_form_takes_any_text(client, field):
    for kind, text in HOSTILE.items():
        answer = await enter(client, **{field: text})
        client.cookies.clear()
        if field == "next":
            assert answer.status_code in (303, 422), kind
            assert answer.status_code == 422 or answer.headers["location"] == "/desk", kind
        else:
            assert answer.status_code in (303, 401, 422, 429), (field, kind)
        assert answer.status_code == 303 or harmless(Page(answer)), (field, kind)


async def test_missing_fields_are_told(client):
    page = Page(await client.post("/sign-in", data={}))
    assert page.status == 422 and 'href="#f-username"' in page.text and 'href="#f-password"' in page.text


@pytest.fixture
async def strict(settings):
    """A client of a city that is no demo: second factor and limits are on."""
    app = application.create(dataclasses.replace(settings, demo=False, limits=True))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://city") as one:
            one.app = app
            yield one


async def test_with_a_second_factor_the_code_is_asked(strict):
    hall, secret = strict.app.state.hall, pyotp.random_base32()
    await hall.database.execute(
        "UPDATE people SET otp_secret = :secret WHERE username = 'wang'", {"secret": hall.vault.seal(secret)}
    )
    assert "动态验证码" in Page(await strict.get("/sign-in")).text
    asked = Page(await enter(strict))
    assert asked.status == 401 and 'href="#f-otp"' in asked.text
    assert (await enter(strict, otp="000000")).status_code == 401
    right = await enter(strict, otp=pyotp.TOTP(secret).at(clock.now()))
    assert right.status_code == 303


async def test_names_and_clients_are_limited(strict):
    answers = [await enter(strict, username="niemand") for _ in range(12)]
    assert answers[0].status_code == 401 and answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0 and 'value="niemand"' in answers[-1].text


async def test_the_right_password_is_no_try(client):
    """An office behind one address signs in as often as it likes."""
    client.app.state.settings = dataclasses.replace(client.app.state.settings, limits=True)
    for _ in range(35):
        assert (await enter(client)).status_code == 303
        client.cookies.clear()
    program = {"username": "wang", "password": people.PASSWORD}
    assert (await client.post("/api/v1/sign-in", json=program)).status_code == 200


async def test_the_right_code_is_no_try(client):
    client.app.state.settings = dataclasses.replace(client.app.state.settings, limits=True)
    made = await submitted(client)
    looks = [
        await client.get(f"/api/v1/cases/{made['number']}", params={"code": made["query_code"]}) for _ in range(65)
    ]
    assert {look.status_code for look in looks} == {200}
