"""A client on the whole application: real routes, real database, real classifier of the shipped corpus."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from feedback import app as application
from feedback.settings import Settings
from tests import people


@pytest.fixture
async def settings(address: str, tmp_path: Path) -> Settings:
    return Settings(var=tmp_path, socket_url=address, demo=True, key="11" * 32, limits=False, pool=5)


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A browser-like client without cookies; `client.app` is the application."""
    app = application.create(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://city") as one:
            one.app = app  # type: ignore[attr-defined]
            yield one


async def token(client: httpx.AsyncClient, someone: people.Someone) -> dict[str, str]:
    """The Authorization header of somebody of people.py."""
    answer = await client.post("/api/v1/sign-in", json={"username": someone.username, "password": people.PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def sign_in(client: httpx.AsyncClient, someone: people.Someone) -> httpx.AsyncClient:
    """The same client, now with the session cookie of somebody of people.py."""
    answer = await client.post("/api/v1/sign-in", json={"username": someone.username, "password": people.PASSWORD})
    client.cookies.set("minsheng", answer.json()["token"])
    return client


async def submitted(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    """A case through the API, with the noise of people.py unless told otherwise."""
    answer = await client.post("/api/v1/cases", json={"body": people.NOISE, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()
