"""A real browser on the real application: uvicorn, PostgreSQL, Debian's chromium. Without chromium the tests skip, and CI fails."""

import contextlib
import itertools
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from feedback import app as application
from feedback.settings import Settings
from tests import people
from tests.conftest import apart, sibling

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
SHOTS = os.environ.get("MINSHENG_SHOTS", "")
"""A folder for pictures of the pages; empty: none are taken, which saves a tenth of the time."""
_count = itertools.count(1)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        if os.environ.get("MINSHENG_BROWSER_REQUIRED"):
            pytest.fail("chromium is missing, and here a skipped browser test is a failure")
        pytest.skip("needs Debian's chromium: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def site(template: str, tmp_path: Path) -> Iterator[str]:
    """The address of a running city with the staff of people.py and no cases."""
    name = f"browser_{next(_count)}"
    apart(_execute(template, f"CREATE DATABASE {name} TEMPLATE template_city STRATEGY file_copy"))
    settings = Settings(var=tmp_path, socket_url=sibling(template, name), demo=True, key="11" * 32, limits=False)
    with served(settings) as port:
        yield f"http://127.0.0.1:{port}"
    apart(_execute(template, f"DROP DATABASE {name} WITH (FORCE)"))


@contextlib.contextmanager
def served(settings: Settings) -> Iterator[int]:
    """The port on which uvicorn serves the city, in a thread of its own: a process of its own would read everything in again."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(
            application.create(settings), loop="uvloop", http="httptools", access_log=False, log_level="error"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = server.force_exit = True
        thread.join()


async def _execute(template: str, statement: str) -> None:
    connection = await asyncpg.connect(sibling(template, "postgres"))
    await connection.execute(statement)
    await connection.close()


async def change(template: str, statement: str) -> None:
    """In the database that the newest `site` serves: what no page can bring about."""
    connection = await asyncpg.connect(sibling(template, f"browser_{newest()}"))
    await connection.execute(statement)
    await connection.close()


def newest() -> int:
    """How many sites there were."""
    return int(repr(_count).removeprefix("count(").removesuffix(")")) - 1


class Visitor:
    """One person at one screen. Every page they see is checked: axe, no sideways scrolling, no script error."""

    def __init__(self, page: Page, site: str, width: int) -> None:
        self.page, self.site, self.width = page, site, width
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda told: self.complaints.append(told.text) if "Content Security Policy" in told.text else None,
        )

    def open(self, path: str) -> None:
        self.page.goto(self.site + path)

    def sign_in(self, someone: people.Someone) -> None:
        self.open("/sign-in")
        self.page.get_by_label("用户名").fill(someone.username)
        self.page.get_by_label("密码").fill(people.PASSWORD)
        self.page.get_by_role("button", name="登录").click()

    def press(self, name: str, exact: bool = False) -> None:
        self.page.get_by_role("button", name=name, exact=exact).first.click()

    def picture(self, name: str, *, whole: bool = False) -> None:
        """Keeps a screenshot of the page, or of all one can scroll to, if somebody wants to look at it."""
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"{name}-{self.width}.png", full_page=whole)

    def check(self, name: str) -> None:
        """What every page must be."""
        self.page.wait_for_load_state("load")
        self.picture(name)
        found = Axe().run(self.page)
        assert found.violations_count == 0, f"{name} at {self.width} px:\n{found.generate_report()}"
        assert not self.page.evaluate("document.documentElement.scrollWidth > innerWidth"), f"{name} scrolls sideways"
        assert self.page.locator("h1").count() == 1, f"{name} needs one h1"
        heading, title = self.page.locator("h1").inner_text().strip(), self.page.title().split(" - ")[0]
        assert heading.startswith(title[:8]) or title.startswith(heading[:8]), (
            f"{name}: {title!r} is not about {heading!r}"
        )
        assert not self.complaints, f"{name}: {self.complaints}"


@pytest.fixture(params=[360, 1440], ids=["phone", "desk"])
def visitor(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Visitor]:
    context = browser.new_context(viewport={"width": request.param, "height": 900}, locale="zh-CN")
    yield Visitor(context.new_page(), site, request.param)
    context.close()
