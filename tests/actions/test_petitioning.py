"""A petition's way: proposed, read by a person, supported by people counted once each, answered by a bureau."""

import asyncio

import pytest

from feedback.actions import petitioning, proving
from feedback.rules import permission, petition
from feedback.rules.petition import Status
from feedback.rules.record import Kind
from feedback.store import cases, contacts, database, petitions
from tests import people
from tests.conftest import actor, at

pytestmark = pytest.mark.anyio

MONDAY = at("2026-11-23 09:00")
TUESDAY = at("2026-11-24 10:00")
TITLE = "在工地旁的小学门口禁止上课时间打桩"
BODY = "孩子上课听不清老师说话，希望规定上课时间不得打桩。"


async def code_for(hall, phone, now):
    await proving.send_code(hall, phone, now=now)
    row = await hall.database.fetch_one(
        "SELECT code FROM notices WHERE template = 'phone_code' ORDER BY id DESC LIMIT 1"
    )
    return hall.vault.open(row["code"])


async def proposed(hall, now=MONDAY, title=TITLE, body=BODY):
    phone = people.XIAO_LIN_PHONE
    proposal = petitioning.Proposal(
        title=title, body=body, name="林晓", phone=phone, code=await code_for(hall, phone, now), district="D_YF"
    )
    return await petitioning.propose(hall, proposal, now=now)


async def opened(hall, now=TUESDAY):
    found = await proposed(hall)
    return await petitioning.publish(hall, await actor(hall, people.DIAO), found, now=now)


async def signed(hall, found, phone, district="D_CZ", now=TUESDAY, typed=None):
    signer = petitioning.Signer("周舟", typed or phone, await code_for(hall, phone, now), district)
    return await petitioning.sign(hall, found, signer, now=now)


async def current(hall, found, now=TUESDAY):
    return await petitions.get(hall.database, found.number, now=now)


async def set_signatures(hall, found, number):
    """As if so many had signed already: the first threshold is far for a test."""
    await hall.database.execute("UPDATE petitions SET signatures = :n WHERE id = :id", {"n": number, "id": found.id})


async def test_a_proposal_waits_two_working_days_at_most(hall):
    found = await proposed(hall)
    assert (found.status, found.number) == (Status.MODERATION, "P2026-0001")
    # Monday: two working days end with Wednesday 25 November.
    assert found.due_at == at("2026-11-26 00:00")
    assert await current(hall, found, MONDAY) == found
    assert [one.number for one in await petitions.waiting(hall.database, now=MONDAY)] == ["P2026-0001"]
    assert await petitions.page(hall.database, petition.PUBLIC, now=MONDAY) == ([], "")


async def test_names_and_phones_are_sealed(hall):
    found = await proposed(hall)
    row = await hall.database.fetch_one("SELECT proposer, phone FROM petitions")
    assert "林晓".encode() not in row["proposer"] and people.XIAO_LIN_PHONE.encode() not in row["phone"]
    assert await petitions.proposer(hall.database, hall.vault, found.id) == ("林晓", people.XIAO_LIN_PHONE)


async def test_a_proposal_without_the_code_leaves_nothing(hall):
    with pytest.raises(proving.WrongCode):
        await petitioning.propose(
            hall, petitioning.Proposal(TITLE, BODY, "林晓", people.XIAO_LIN_PHONE, "000000"), now=MONDAY
        )
    assert await hall.database.fetch_val("SELECT count(*) FROM petitions") == 0


async def test_a_report_against_an_official_is_no_petition(hall):
    with pytest.raises(petition.Confidential):
        await proposed(hall, body="某局长受贿，请大家一起附议。")
    assert await hall.database.fetch_val("SELECT count(*) FROM petitions") == 0


async def test_published_for_sixty_days_without_personal_data(hall):
    hall.redact = lambda text: text.replace("13977200001", "【电话】")
    found = await proposed(hall, body="希望上课时间不得打桩，有意见打 13977200001。")
    found = await petitioning.publish(hall, await actor(hall, people.DIAO), found, now=TUESDAY)
    assert found.status is Status.OPEN and found.decided_at == TUESDAY
    # The 60th day after 24 November is 23 January.
    assert found.closes_at == at("2027-01-24 00:00")
    assert found.public_body == "希望上课时间不得打桩，有意见打 【电话】。"
    assert "13977200001" in found.body


async def test_rejected_with_a_reason(hall):
    found = await proposed(hall)
    found = await petitioning.reject(
        hall, await actor(hall, people.DIAO), found, reason="beyond", explanation="属于自治区权限。", now=TUESDAY
    )
    assert (found.status, found.reason, found.explanation) == (Status.REJECTED, "beyond", "属于自治区权限。")
    assert found.public_title == TITLE
    templates = await hall.database.fetch_all("SELECT template FROM notices WHERE template LIKE 'petition%'")
    assert [row["template"] for row in templates] == ["petition_rejected"]


async def test_a_harmful_text_is_kept_out_of_the_public_columns(hall):
    found = await petitioning.reject(
        hall,
        await actor(hall, people.DIAO),
        await proposed(hall),
        reason="personal",
        explanation="点名道姓。",
        now=TUESDAY,
    )
    assert found.public_title == found.public_body == ""
    assert (await petitions.page(hall.database, petition.PUBLIC, q="打桩", now=TUESDAY))[0] == []


async def test_only_the_dispatcher_decides_and_only_once(hall):
    found = await proposed(hall)
    for someone in (people.WANG, people.MI, people.SHI):
        with pytest.raises(permission.WrongRole):
            await petitioning.publish(hall, await actor(hall, someone), found, now=TUESDAY)
    diao = await actor(hall, people.DIAO)
    await petitioning.publish(hall, diao, found, now=TUESDAY)
    with pytest.raises(petition.Decided):
        await petitioning.reject(hall, diao, found, reason="unclear", explanation="看不懂。", now=TUESDAY)
    assert (await current(hall, found)).status is Status.OPEN


async def test_a_reason_off_the_list_is_refused(hall):
    found = await proposed(hall)
    with pytest.raises(KeyError):
        await petitioning.reject(
            hall, await actor(hall, people.DIAO), found, reason="dislike", explanation="不喜欢。", now=TUESDAY
        )


async def test_one_person_one_signature(hall):
    found = await opened(hall)
    first = await signed(hall, found, people.XIAO_ZHOU_PHONE)
    again = await signed(hall, found, people.XIAO_ZHOU_PHONE, district="D_LB", typed="+86 139-7720-0002")
    assert (first.already, first.signatures) == (False, 1)
    assert again.already
    assert (await current(hall, found)).signatures == 1
    assert await petitions.by_district(hall.database, found.id) == [("D_CZ", 1)]


async def test_signatures_of_one_person_cannot_be_linked(hall):
    one = await opened(hall)
    other = await petitioning.publish(
        hall, await actor(hall, people.DIAO), await proposed(hall, title="多种树"), now=TUESDAY
    )
    for found in (one, other):
        await signed(hall, found, people.XIAO_ZHOU_PHONE)
    rows = await hall.database.fetch_all("SELECT signer, name FROM signatures")
    assert len({row["signer"] for row in rows}) == len({row["name"] for row in rows}) == 2


async def test_without_the_code_nobody_learns_who_signed(hall):
    found = await opened(hall)
    await signed(hall, found, people.XIAO_ZHOU_PHONE)
    signer = petitioning.Signer("周舟", people.XIAO_ZHOU_PHONE, "000000", "D_CZ")
    with pytest.raises(proving.WrongCode):
        await petitioning.sign(hall, found, signer, now=TUESDAY)


async def test_not_to_be_signed_before_after_or_when_rejected(hall):
    waiting = await proposed(hall)
    with pytest.raises(petition.NotOpen):
        await signed(hall, waiting, people.XIAO_ZHOU_PHONE, now=MONDAY)
    found = await petitioning.publish(hall, await actor(hall, people.DIAO), waiting, now=TUESDAY)
    over = await current(hall, found, now=at("2027-01-24 00:00"))
    assert over.status is Status.CLOSED
    with pytest.raises(petition.NotOpen):
        await signed(hall, over, people.XIAO_ZHOU_PHONE, now=at("2027-01-24 00:00"))
    # A page read while it was open does not help afterwards, and leaves no signature.
    with pytest.raises(petition.NotOpen):
        await signed(hall, found, people.XIAO_ZHOU_PHONE, now=at("2027-01-24 00:00"))
    assert await hall.database.fetch_val("SELECT count(*) FROM signatures") == 0


async def test_the_first_threshold_opens_one_case_with_a_bureau_and_a_due_time(hall):
    found = await opened(hall)
    await set_signatures(hall, found, 49)
    await signed(hall, found, people.XIAO_ZHOU_PHONE)
    await signed(hall, found, "13977200003")
    found = await current(hall, found)
    case = await cases.by_id(hall.database, found.case_id)
    assert (case.bureau, case.kind, case.source, case.publish) == ("STHJ", Kind.SUGGESTION, "petition", True)
    assert (case.title, case.body) == (TITLE, BODY)
    # A suggestion: ten working days after Tuesday 24 November end on Tuesday 8 December.
    assert case.due_at == at("2026-12-09 00:00")
    assert await hall.database.fetch_val("SELECT count(*) FROM cases") == 1
    assert await contacts.get(hall.database, hall.vault, case.id) == ("林晓", people.XIAO_LIN_PHONE, "")
    assert (await petitions.of_case(hall.database, case.id, now=TUESDAY)).number == found.number
    reached = (await petitions.thresholds(hall.database, [found.id]))[found.id]
    assert [(one.at, one.reached_at) for one in reached] == [(50, TUESDAY), (500, None), (2000, None)]
    assert [one.number for one in await petitions.promised(hall.database, now=TUESDAY)] == [found.number]


async def test_a_later_threshold_is_noted_once_and_opens_no_second_case(hall):
    found = await opened(hall)
    await set_signatures(hall, found, 49)
    await signed(hall, found, people.XIAO_ZHOU_PHONE)
    await set_signatures(hall, found, 499)
    await signed(hall, found, "13977200003", now=at("2026-11-25 10:00"))
    await signed(hall, found, "13977200004", now=at("2026-11-26 10:00"))
    reached = (await petitions.thresholds(hall.database, [found.id]))[found.id]
    assert [one.reached_at for one in reached] == [TUESDAY, at("2026-11-25 10:00"), None]
    assert await hall.database.fetch_val("SELECT count(*) FROM cases") == 1


async def test_forty_at_once_and_twenty_of_them_twice_count_forty(hall, address):
    """Forty race over thirty real connections, then twenty of them race again; the fifteenth opens one case while the others wait."""
    found = await opened(hall)
    await hall.database.execute("UPDATE thresholds SET at = 15 WHERE at = 50")
    phones = [f"138772{n:05}" for n in range(40)]
    codes = {phone: await code_for(hall, phone, TUESDAY) for phone in phones}
    async with database.connect(address, pool=30) as pool:
        racing = petitioning.Hall(
            database=pool, vault=hall.vault, city=hall.city, understand=hall.understand, words=hall.words,
            redact=hall.redact,
        )  # fmt: skip

        async def one(phone, code):
            return await petitioning.sign(racing, found, petitioning.Signer("某某", phone, code, "D_LB"), now=TUESDAY)

        results = await asyncio.gather(*(one(phone, codes[phone]) for phone in phones))
        second = {phone: await code_for(hall, phone, TUESDAY) for phone in phones[:20]}
        results += await asyncio.gather(*(one(phone, second[phone]) for phone in second))
    assert sum(result.already for result in results) == 20
    assert sorted(result.signatures for result in results if not result.already) == list(range(1, 41))
    await demand_exact(hall, found, 40)


async def test_the_same_person_twice_at_the_same_moment_counts_once(hall, address):
    """Both have a valid code in hand: the second waits for the first and is told that it was counted."""
    found = await opened(hall)
    phones = [f"138772{n:05}" for n in range(20)]

    async def add(phone):
        async with pool.transaction():
            signer = hall.vault.hash("signer", found.number, phone)
            new = await petitions.add_signature(pool, found.id, signer=signer, name=b"", district="D_LB", now=TUESDAY)
            return new and await petitions.count_up(pool, found.id, now=TUESDAY) is not None

    async with database.connect(address, pool=30) as pool:
        results = await asyncio.gather(*(add(phone) for phone in [*phones, *phones]))
    assert results.count(True) == 20
    assert (await current(hall, found)).signatures == 20


async def demand_exact(hall, found, number):
    counted = await hall.database.fetch_val("SELECT count(*) FROM signatures")
    assert (await current(hall, found)).signatures == counted == number
    assert await hall.database.fetch_val("SELECT count(*) FROM cases") == 1
