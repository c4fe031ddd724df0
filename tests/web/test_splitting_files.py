"""The citizen's photos when a letter is split: both cases have them unless the dispatcher says otherwise, and neither needs the other."""

import os
import time

import pytest

from feedback import clock
from feedback.actions import attaching
from feedback.store import cases, depot
from tests import people
from tests.web.conftest import sign_in, token
from tests.web.test_attachments import PAPER, PHOTO, attach, with_photo
from tests.web.test_limits import seen_by
from tests.web.test_splitting import FIELDS

pytestmark = pytest.mark.anyio


async def split(client, number, **more):
    version = (await seen_by(client, people.DIAO, number))["version"]
    return await client.post(
        f"/api/v1/cases/{number}/steps", json={"step": "split", "version": version, **FIELDS, **more},
        headers=await token(client, people.DIAO),
    )  # fmt: skip


async def parts_of(client, number, code):
    """The second case's number, and the files of both as their citizen sees them."""
    own = (await client.get(f"/api/v1/cases/{number}?code={code}")).json()
    other = (await client.get(f"/api/v1/cases/{own['parts'][0]['number']}?code={code}")).json()
    return other["number"], own["attachments"], other["attachments"]


async def test_left_out_both_cases_have_every_file_each_under_an_address_of_its_own(client):
    number, code, _ = await with_photo(client, PHOTO, PAPER)
    assert (await split(client, number)).status_code == 200
    second, own, other = await parts_of(client, number, code)
    assert [one["name"] for one in own] == [one["name"] for one in other] == ["工地 13977200001.jpg", "合同.pdf"]
    assert not {one["id"] for one in own} & {one["id"] for one in other}
    for mine, where in ((own, number), (other, second)):
        sent = await client.get(f"/api/v1/cases/{where}/attachments/{mine[1]['id']}?code={code}")
        assert sent.status_code == 200 and sent.content.startswith(b"%PDF")
    assert (await client.get(f"/api/v1/cases/{second}/attachments/{own[0]['id']}?code={code}")).status_code == 404


@pytest.mark.parametrize(("chosen", "names"), [([1], ["合同.pdf"]), ([], [])])
async def test_json_says_which_files_go_along(client, chosen, names):
    number, code, files = await with_photo(client, PHOTO, PAPER)
    assert (await split(client, number, files=[files[at]["id"] for at in chosen])).status_code == 200
    _, own, other = await parts_of(client, number, code)
    assert len(own) == 2 and [one["name"] for one in other] == names


async def test_a_file_of_nobody_or_of_colleagues_is_refused_and_nothing_is_split(client):
    number, code, _ = await with_photo(client)
    note = await attach(client, number, PAPER, who=people.DIAO, text="电话里说的", purpose="internal")
    [internal] = [one["id"] for one in note.json()["attachments"] if one["purpose"] == "internal"]
    for wrong in ("0" * 32, internal):
        answer = await split(client, number, files=[wrong])
        assert (answer.status_code, answer.json()["error"]) == (422, "no_such_file")
    assert (await split(client, number, files="x")).status_code == 422
    assert (await client.get(f"/api/v1/cases/{number}?code={code}")).json()["parts"] == []
    assert (await split(client, number)).status_code == 200
    second, *_ = await parts_of(client, number, code)
    assert [one["purpose"] for one in (await seen_by(client, people.DIAO, second))["attachments"]] == ["letter"]


async def test_the_page_has_all_ticked_keeps_what_was_unticked_and_sends_the_rest(client):
    number, code, (photo, paper) = await with_photo(client, PHOTO, PAPER)
    await sign_in(client, people.DIAO)
    url = f"/desk/{number}/split"
    page = (await client.get(url)).text
    assert page.count('name="files"') == page.count(" checked>") == 2
    version = (await seen_by(client, people.DIAO, number))["version"]
    given = {**FIELDS, "version": version, "choosing": "1", "files": [paper["id"]]}
    for more in ({"suggest": "1"}, {"part": ""}):
        again = (await client.post(url, data={**given, **more})).text
        assert f'value="{photo["id"]}">' in again and f'value="{paper["id"]}" checked>' in again
    wrong = await client.post(url, data={**given, "files": ["0" * 32]})
    assert wrong.status_code == 422 and "请重新选" in wrong.text and FIELDS["part"] in wrong.text
    assert (await client.post(url, data=given)).status_code == 303
    _, own, other = await parts_of(client, number, code)
    assert len(own) == 2 and [one["name"] for one in other] == ["合同.pdf"]


async def test_what_one_case_gives_up_the_other_keeps(client):
    number, code, _ = await with_photo(client)
    await split(client, number)
    second, own, other = await parts_of(client, number, code)
    hall = client.app.state.hall
    first = await cases.get(hall.database, number)
    await hall.database.execute(
        "UPDATE attachments SET removed_at = '2020-01-01' WHERE case_id = :id", {"id": first.id}
    )
    for lying in depot.listed(hall.depot.folder):
        for path in lying:
            os.utime(path, (time.time() - 9e6,) * 2)
    await attaching.sweep(hall, now=clock.now())
    assert (await client.get(f"/api/v1/cases/{number}/attachments/{own[0]['id']}?code={code}")).status_code == 404
    kept = await client.get(f"/api/v1/cases/{second}/attachments/{other[0]['id']}?code={code}")
    assert kept.status_code == 200 and kept.headers["content-type"] == "image/jpeg"
