"""What the tests of the staff's pages share: a case at the ecology bureau, somebody's browser, and a page read strictly."""

import re
from html.parser import HTMLParser
from typing import Any

import httpx

from tests import people
from tests.web.conftest import submitted, token


async def api_step(client: httpx.AsyncClient, who: people.Someone, number: str, step: str, **fields: Any) -> Any:
    """Takes a step through the JSON API on the newest version, and returns the case."""
    headers = await token(client, who)
    version = (await client.get(f"/api/v1/cases/{number}", headers=headers)).json()["version"]
    given = {"step": step, "version": version, **fields}
    answer = await client.post(f"/api/v1/cases/{number}/steps", json=given, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def at_bureau(client: httpx.AsyncClient, **fields: Any) -> str:
    """The number of 小林's case at the ecology bureau, whatever the classifier thought of it."""
    made = await submitted(client, contact={"name": "林小梅", "phone": people.XIAO_LIN_PHONE}, **fields)
    if made["decision"] == "triage":
        await api_step(client, people.DIAO, made["number"], "dispatch", bureau="STHJ", category="C01")
    return made["number"]


async def browser(client: httpx.AsyncClient, someone: people.Someone) -> dict[str, str]:
    """The Cookie header of somebody's browser."""
    return {"Cookie": f"minsheng={(await token(client, someone))['Authorization'].removeprefix('Bearer ')}"}


class Page(HTMLParser):
    """A page as it was sent. Made only of what is valid: one h1 that the title begins with, no id twice, forms with an action."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.status, self.text = answer.status_code, answer.text
        self.ids: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.words: dict[str, str] = {"h1": "", "title": ""}
        self._inside = ""
        self.feed(answer.text)
        assert len(self.ids) == len(set(self.ids)), sorted(one for one in self.ids if self.ids.count(one) > 1)
        assert self.words["title"].strip().startswith(self.words["h1"].strip()), self.words
        assert "style=" not in answer.text and "onclick" not in answer.text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "h1":
            assert not self.words["h1"], "two h1"
        if tag == "form":
            assert given["action"]
            self.forms.append({"action": given["action"], "method": given.get("method", "get")})
        elif tag == "input" and given.get("type") == "hidden":
            self.forms[-1][given["name"]] = given["value"]
        self._inside = tag if tag in self.words else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.words[self._inside] += data

    def form(self, step: str) -> dict[str, str]:
        """The hidden fields of the form of this step."""
        return next(one for one in self.forms if one.get("step") == step)

    @property
    def steps(self) -> set[str]:
        """Every step that is offered."""
        return {one["step"] for one in self.forms if "step" in one}

    def near(self, words: str, width: int = 300) -> str:
        """What stands around these words, for assertions that name a place."""
        at = self.text.index(words)
        return re.sub(r"\s+", " ", self.text[max(0, at - width) : at + width])


async def get(client: httpx.AsyncClient, who: people.Someone, address: str) -> Page:
    """The page somebody sees; its status is `page.status`."""
    return Page(await client.get(address, headers=await browser(client, who)))


async def post(client: httpx.AsyncClient, who: people.Someone, address: str, **fields: Any) -> httpx.Response:
    """A form somebody sends."""
    return await client.post(address, data=fields, headers=await browser(client, who))


async def step(client: httpx.AsyncClient, who: people.Someone, number: str, name: str, **fields: Any) -> httpx.Response:
    """Fills in the form of the case's page, as a browser would."""
    hidden = (await get(client, who, f"/desk/{number}")).form(name)
    kept = {field: hidden[field] for field in ("version", "seen") if field in hidden}
    return await post(client, who, hidden["action"], step=name, **{**kept, **fields})
