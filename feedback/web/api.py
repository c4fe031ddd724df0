"""The JSON API of citizens and staff (shared names: API.md). The same actions as the pages, nothing more and nothing less."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from feedback import clock
from feedback.actions import asking, intake, proving
from feedback.actions.hall import Hall
from feedback.rules.record import Case, Decision
from feedback.rules.status import TABLE, Step, WrongStep
from feedback.store import cases
from feedback.web import assisting, case_view, doors, entering, errors, forms, idempotency, reading, steps, timeline
from feedback.web.assisting_forms import AssistedCase
from feedback.web.doors import door
from feedback.web.receipts import receipt_view


def answer(content: Any, status_code: int = 200) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(content, option=orjson.OPT_UTC_Z), status_code, media_type="application/json")


# Citizens ---------------------------------------------------------------------------------------------------------


async def submit(request: Request) -> Response:
    """A new case. With Idempotency-Key a retried request gives the same case."""
    hall, now = doors.hall(request), clock.now()
    key = request.headers.get("idempotency-key", "")
    if len(key) > 200:
        raise errors.BadFields({"Idempotency-Key": "最多 200 个字符。"})
    given = await reading.json(request)
    if assisting.is_assisted(request, given):
        return answer(await assisting.api_answer(request, reading.strictly(AssistedCase, given), key, now=now), 201)
    new = reading.strictly(forms.NewCase, given)
    await limit_submission(request, new)
    letter = letter_of(hall, new)

    async def make(keep: idempotency.Keep | None) -> Any:
        if new.phone_code and new.contact:
            await proving.demand(hall, new.contact.phone, new.phone_code, now=now)
        also = (lambda receipt: keep(receipt_view(hall, receipt))) if keep else None
        return receipt_view(hall, await intake.submit(hall, letter, now=now, also=also))

    content, _ = await idempotency.once(hall, key, await request.body(), make, now=now)
    return answer(content, 201)


async def limit_submission(request: Request, new: forms.NewCase) -> None:
    """Many people share one address on mobile networks: the address is given much, a phone number little."""
    await reading.limit(request, f"submit:{reading.client(request)}", burst=60, per_hour=600)
    if new.contact:
        person = doors.hall(request).vault.hash("limit", new.contact.phone or new.contact.email).hex()
        await reading.limit(request, f"submit:{person}", burst=10, per_hour=20)


def letter_of(hall: Hall, new: forms.NewCase) -> intake.Letter:
    """The checked letter; raises BadFields for a district that is none."""
    if new.district is not None and new.district not in hall.city.districts:
        raise errors.BadFields({"district": "没有这个城区，请重新选择。"})
    return intake.Letter(
        body=new.body, title=new.title, kind=new.kind, address=new.address, district=new.district,
        latitude=new.latitude, longitude=new.longitude, name=new.contact.name if new.contact else "",
        phone=new.contact.phone if new.contact else "", email=new.contact.email if new.contact else "", anonymous=new.anonymous, publish=new.publish, source=new.source,
    )  # fmt: skip


async def phone_code(request: Request) -> Response:
    """Sends a code; the answer is the same for every number."""
    wanted = reading.strictly(forms.PhoneCodeRequest, await reading.json(request))
    await reading.limit(request, f"phone-code:{reading.client(request)}", burst=30, per_hour=60)
    phone = doors.hall(request).vault.hash("limit", wanted.phone).hex()
    await reading.limit(request, f"phone-code:{phone}", burst=5, per_hour=10)
    await proving.send_code(doors.hall(request), wanted.phone, now=clock.now())
    return answer({"message": "验证码已发送，10 分钟内有效。"}, 202)


def given_code(request: Request, in_body: str = "") -> str:
    """The query code from body, query or header; empty when there is none."""
    return in_body or request.query_params.get("code", "") or request.headers.get("x-query-code", "")


async def case(request: Request) -> Response:
    """One case: for staff by token, for its citizen by query code. With neither: not found."""
    number = request.path_params["number"]
    if request.state.person is not None:
        found = await steps.visible(request, number)
        return answer(await case_view.staff(doors.hall(request), doors.actor(request), found, now=clock.now()))
    found = await reading.own_case(request, number, given_code(request))
    return answer(await timeline.citizen_view(doors.hall(request), found, clock.now()))


Citizen = Callable[[Hall, Case, Any], Awaitable[Case]]


async def _supplement(hall: Hall, case: Case, given: forms.Supplement) -> Case:
    return await asking.supplement(hall, case, text=given.text, now=clock.now())


async def _remind(hall: Hall, case: Case, given: forms.Remind) -> Case:
    return await asking.remind(hall, case, now=clock.now())


async def _withdraw(hall: Hall, case: Case, given: forms.Withdraw) -> Case:
    return await asking.withdraw(hall, case, now=clock.now())


async def _rate(hall: Hall, case: Case, given: forms.Rate) -> Case:
    return await asking.rate(
        hall, case, solved=given.solved, satisfaction=given.satisfaction, comment=given.comment, now=clock.now()
    )


async def _rework(hall: Hall, case: Case, given: forms.Rework) -> Case:
    return await asking.rework(hall, case, reason=given.reason, now=clock.now())


async def _contest(hall: Hall, case: Case, given: forms.Contest) -> Case:
    return await asking.contest(hall, case, reason=given.reason, now=clock.now())


CITIZEN_STEPS: dict[str, tuple[type[forms.WithCode], Citizen]] = {
    "supplement": (forms.Supplement, _supplement),
    "remind": (forms.Remind, _remind),
    "withdraw": (forms.Withdraw, _withdraw),
    "rate": (forms.Rate, _rate),
    "rework": (forms.Rework, _rework),
    "contest": (forms.Contest, _contest),
}
"""What the citizen of a case may do; the pages use the same table."""


def _citizen_step(name: str) -> doors.Endpoint:
    form, act = CITIZEN_STEPS[name]

    async def endpoint(request: Request) -> Response:
        given = await reading.json(request)
        in_body = given.get("code", "") if isinstance(given, dict) else ""
        found = await reading.own_case(
            request, request.path_params["number"], given_code(request, in_body if isinstance(in_body, str) else "")
        )
        if found.status not in TABLE[Step(name)]:
            raise asking.refusal(found, Step(name))  # told before any wrong field (SETTLED 22)
        after = await act(doors.hall(request), found, reading.strictly(form, given))
        return answer(await timeline.citizen_view(doors.hall(request), after, clock.now()))

    endpoint.__name__ = f"api_{name}"
    endpoint.__doc__ = form.__doc__
    return endpoint


# Staff ------------------------------------------------------------------------------------------------------------


async def sign_in(request: Request) -> Response:
    """A bearer token for ten hours."""
    given = reading.strictly(forms.SignIn, await reading.json(request))
    token, until, person = await entering.enter(request, given)
    bureau = case_view.bureau(doors.hall(request).city, person.bureau)
    about = {"name": person.name, "role": person.role, "bureau": bureau}
    return answer({"token": token, "expires_at": until, "person": about})


async def step(request: Request) -> Response:
    """One step of staff on one case."""
    given = await reading.json(request)
    if not isinstance(given, dict):
        raise errors.BadFields({"body": "请求体应当是一个 JSON 对象。"})
    hall, who, number = doors.hall(request), doors.actor(request), request.path_params["number"]
    try:
        after = await steps.take(request, number, given, read=reading.strictly)
    except (cases.Stale, WrongStep) as fault:
        # Somebody was faster, or the page is old: the refusal brings the case as it is now.
        fresh = await case_view.staff(hall, who, await steps.visible(request, number), now=clock.now())
        refused = await errors.known(request, fault)
        return answer({**orjson.loads(refused.body), "case": fresh}, refused.status_code)
    return answer(await case_view.staff(hall, who, after, now=clock.now()))


async def classify(request: Request) -> Response:
    """What the classifier makes of a text, without keeping it."""
    given = reading.strictly(forms.Classify, await reading.json(request))
    hall = doors.hall(request)
    understood = hall.understood(given.title, given.body, district=None, address="")
    whole = f"{given.title}\n{given.body}" if given.title else given.body
    return answer(
        {
            "category": understood.category,
            "categories": [{"code": one.category, "probability": one.probability} for one in understood.candidates],
            "bureaus": [{"code": code, "probability": probability} for code, probability in understood.bureaus],
            "district": understood.district,
            "kind": understood.kind,
            "urgent": understood.urgent,
            "sensitive": understood.decision is Decision.PROTECTED,
            "decision": understood.decision,
            "personal_data": [
                {"type": kind, "start": start, "end": end, "text": whole[start:end]}
                for kind, start, end in request.app.state.personal_data(whole)
            ],
            "reasons": list(understood.reasons),
        }
    )


ROUTES = [
    door("/api/v1/cases", submit, enter=doors.ANYBODY, methods=("POST",), name="api_submit", takes=forms.NewCase),
    door(
        "/api/v1/phone-codes",
        phone_code,
        enter=doors.ANYBODY,
        methods=("POST",),
        name="api_phone_code",
        takes=forms.PhoneCodeRequest,
    ),
    door("/api/v1/cases/{number}", case, enter=doors.ANYBODY, name="api_case"),
    *(
        door(
            f"/api/v1/cases/{{number}}/{name}", _citizen_step(name), enter=doors.ANYBODY, methods=("POST",), takes=form
        )
        for name, (form, _) in CITIZEN_STEPS.items()
    ),
    door("/api/v1/sign-in", sign_in, enter=doors.ANYBODY, methods=("POST",), name="api_sign_in", takes=forms.SignIn),
    door(
        "/api/v1/cases/{number}/steps",
        step,
        enter=doors.CASEWORK,
        methods=("POST",),
        name="api_step",
        takes=forms.StepForm,
    ),
    door(
        "/api/v1/classify",
        classify,
        enter=doors.ANY_STAFF,
        methods=("POST",),
        name="api_classify",
        takes=forms.Classify,
    ),
]
