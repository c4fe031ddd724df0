"""联名建议 in JSON, and the models that its pages use too: propose, list, read, sign, decide (shared names: API.md)."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field
from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.actions import petitioning
from feedback.actions.hall import Hall
from feedback.rules import petition
from feedback.rules.permission import Role
from feedback.rules.petition import Petition, Status
from feedback.store import petitions
from feedback.web import api, doors, errors, forms, idempotency, petition_view, reading
from feedback.web.doors import door

MODERATE = doors.Enter(frozenset({Role.DISPATCHER}))

FullName = Annotated[forms.words(40, least=1), *forms.Name.__metadata__]
"""A name that must be given."""


class NewPetition(forms.Form):
    """A proposal. Name and phone are sealed, never shown, and given to the bureau when it has to answer."""

    title: forms.words(60, least=4)  # type: ignore[valid-type]
    body: forms.words(5000, least=4)  # type: ignore[valid-type]
    district: forms.empty_is_none(forms.Code) = None  # type: ignore[valid-type]
    name: FullName
    phone: forms.Phone
    phone_code: forms.Code


class Signature(forms.Form):
    """附议 by one person, proven by the code sent to the phone."""

    name: FullName
    phone: forms.Phone
    phone_code: forms.Code
    district: forms.Code


class Decision(forms.Form):
    """What the dispatcher decides: publish, or reject with a reason of the list and public words."""

    decision: Annotated[str, Field(pattern="^(publish|reject)$")]
    reason: forms.Code = ""
    explanation: forms.words(500) = ""  # type: ignore[valid-type]


class Rejection(forms.Form):
    """What a rejection needs."""

    reason: Annotated[str, Field(pattern=f"^({'|'.join(petition.REASONS)})$")]
    explanation: forms.words(500, least=4)  # type: ignore[valid-type]


def _status(text: str) -> str:
    """One of the statuses the public may ask for; empty for all of them."""
    if text not in ("", *petition.PUBLIC):
        raise ValueError
    return text


def _cursor(text: str) -> str:
    if text and not petition.is_number(text):
        raise ValueError
    return text


class Search(forms.Form):
    """What a list is asked for."""

    q: forms.words(100) = ""  # type: ignore[valid-type]
    status: Annotated[forms.Code, AfterValidator(_status)] = ""
    cursor: Annotated[forms.Code, AfterValidator(_cursor)] = ""


async def known(request: Request) -> Petition:
    """The petition of the address. Raises NotFound."""
    found = await petitions.get(doors.hall(request).database, request.path_params["number"], now=clock.now())
    if found is None:
        raise errors.NotFound
    return found


def searched(request: Request) -> Search:
    """The search of the address; parameters that are none of ours are left alone. Raises BadFields."""
    return reading.checked(Search, {name: request.query_params.get(name, "") for name in Search.model_fields})


def demand_district(hall: Hall, district: str | None) -> None:
    """Raises BadFields for a district that is none."""
    if district is not None and district not in hall.city.districts:
        raise errors.BadFields({"district": "没有这个城区，请重新选择。"})


async def limit(request: Request, what: str, phone: str, *, burst: int, per_hour: float) -> None:
    """Many people share one address on mobile networks: the address is given much, a phone number little."""
    await reading.limit(request, f"{what}:{reading.client(request)}", burst=60, per_hour=600)
    hashed = doors.hall(request).vault.hash("limit", phone).hex()
    await reading.limit(request, f"{what}:{hashed}", burst=burst, per_hour=per_hour)


async def make_petition(request: Request, given: NewPetition, *, key: str, body: bytes) -> dict[str, Any]:
    """The new petition as its proposer sees it; the same one for a request that is sent twice with the same key."""
    hall, now = doors.hall(request), clock.now()
    demand_district(hall, given.district)
    await limit(request, "propose", given.phone, burst=5, per_hour=5)
    proposal = petitioning.Proposal(given.title, given.body, given.name, given.phone, given.phone_code, given.district)

    async def make(keep: idempotency.Keep | None) -> Any:
        also = (lambda made: keep(_proposed(made))) if keep else None
        return _proposed(await petitioning.propose(hall, proposal, now=now, also=also))

    made, _ = await idempotency.once(hall, key, body, make, now=now)
    return made


def _proposed(made: Petition) -> dict[str, Any]:
    thresholds = [{"at": at, "promise": promise, "reached_at": None} for at, promise in petition.THRESHOLDS]
    return {
        "number": made.number, "status": made.status, "title": made.title, "proposed_at": made.proposed_at,
        "decide_by": made.due_at, "signatures": 0, "thresholds": thresholds,
    }  # fmt: skip


async def add_signature(
    request: Request, found: Petition, given: Signature, *, key: str, body: bytes
) -> dict[str, Any]:
    """What the signer is told: already counted before or not, and the sum."""
    hall, now = doors.hall(request), clock.now()
    demand_district(hall, given.district)
    await limit(request, "sign", given.phone, burst=10, per_hour=20)
    signer = petitioning.Signer(given.name, given.phone, given.phone_code, given.district)

    async def make(keep: idempotency.Keep | None) -> Any:
        also = (lambda signed: keep(_signed(signed))) if keep else None
        return _signed(await petitioning.sign(hall, found, signer, now=now, also=also))

    told, _ = await idempotency.once(hall, key, body, make, now=now)
    return told


def _signed(signed: petitioning.Signed) -> dict[str, Any]:
    words = "您已经附议过这条建议，不用重复附议，谢谢您。" if signed.already else "您的附议已计入，谢谢您。"
    return {"already": signed.already, "signatures": signed.signatures, "message": words}


async def _retry(request: Request) -> dict[str, Any]:
    """Key and body of a request that may be sent twice. The address belongs to the body: a key serves one petition."""
    key = request.headers.get("idempotency-key", "")
    if len(key) > 200:
        raise errors.BadFields({"Idempotency-Key": "最多 200 个字符。"})
    return {"key": key, "body": request.url.path.encode() + await request.body()}


async def propose(request: Request) -> Response:
    """A new petition; it is read by a person before it is published. With Idempotency-Key a retry makes no second one."""
    given = reading.strictly(NewPetition, await reading.json(request))
    return api.answer(await make_petition(request, given, **await _retry(request)), 201)


async def listed(request: Request) -> Response:
    """Published petitions, newest first; rejected ones with their reason."""
    hall, now, wanted = doors.hall(request), clock.now(), searched(request)
    statuses = [Status(wanted.status)] if wanted.status else petition.PUBLIC
    found, more = await petitions.page(hall.database, statuses, q=wanted.q, cursor=wanted.cursor, now=now)
    return api.answer({"items": await petition_view.rows(hall, found), "next": more or None})


async def one(request: Request) -> Response:
    """One petition: text, signatures by district, thresholds with what is promised, and the answer."""
    staff = request.state.person is not None
    found = await known(request)
    return api.answer(await petition_view.full(doors.hall(request), found, now=clock.now(), staff=staff))


async def sign(request: Request) -> Response:
    """附议. A second one of the same person is told and not counted."""
    found = await known(request)
    petition.demand_open(found)
    given = reading.strictly(Signature, await reading.json(request))
    return api.answer(await add_signature(request, found, given, **await _retry(request)), 202)


async def decide(request: Request) -> Response:
    """The dispatcher publishes or rejects."""
    found = demand_waiting(await known(request))
    after = await decided(request, found, reading.strictly(Decision, await reading.json(request)))
    return api.answer(await petition_view.full(doors.hall(request), after, now=clock.now(), staff=True))


def demand_waiting(found: Petition) -> Petition:
    """The petition, if nobody has decided it yet. Raises Decided."""
    if found.status is not Status.MODERATION:
        raise petition.Decided(found.number)
    return found


async def decided(request: Request, found: Petition, given: Decision) -> Petition:
    """The petition after the decision. Raises Decided, or BadFields for a rejection without reason or words."""
    hall, who, now = doors.hall(request), doors.actor(request), clock.now()
    if given.decision == "publish":
        return await petitioning.publish(hall, who, found, now=now)
    rejection = reading.checked(Rejection, {"reason": given.reason, "explanation": given.explanation})
    return await petitioning.reject(
        hall, who, found, reason=rejection.reason, explanation=rejection.explanation, now=now
    )


_ONE = "/api/v1/petitions/{number}"
_POST = ("POST",)
ROUTES = [
    door("/api/v1/petitions", propose, enter=doors.ANYBODY, methods=_POST, name="api_propose", takes=NewPetition),
    door("/api/v1/petitions", listed, enter=doors.ANYBODY, name="api_petitions", asks=Search),
    door(_ONE, one, enter=doors.ANYBODY, name="api_petition"),
    door(f"{_ONE}/signatures", sign, enter=doors.ANYBODY, methods=_POST, name="api_sign", takes=Signature),
    door(f"{_ONE}/decision", decide, enter=MODERATE, methods=_POST, name="api_decide", takes=Decision),
]
