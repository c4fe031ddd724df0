"""Kill -9 of the web, of the database, of everything, right after a 201: what a citizen was told stays true."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shutil import rmtree

import pytest

from feedback.store import server
from tests import people, pictures

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30


class City:
    """`minsheng serve` on a free port, as an operator starts it."""

    def __init__(self, var: Path) -> None:
        self.var, self.log = var, var / "serve.log"
        self.start()

    def start(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MINSHENG_")}
        environment = kept | {"MINSHENG_VAR": str(self.var), "MINSHENG_LIMITS": "0"}
        with self.log.open("w") as log:
            command = [sys.executable, "-m", "feedback", "serve", "--port", "0", "--workers", "1"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        self.address = until(self._said, self.log).rstrip("/")

    def _said(self) -> str:
        assert self.process.poll() is None, self.log.read_text()
        found = re.search(r"http://[0-9.:]+/", self.log.read_text())
        return found[0] if found else ""

    def submit(self) -> tuple[str, str]:
        """Number and query code of a case that was acknowledged with 201."""
        body = json.dumps({"body": people.NOISE}).encode()
        request = urllib.request.Request(f"{self.address}/api/v1/cases", body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 201
            told = json.load(answer)
        return told["number"], told["query_code"]

    def attach(self, case: tuple[str, str], content: bytes) -> str:
        """The id of a file of this case that was acknowledged with 201."""
        head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
        headers = {"content-type": "multipart/form-data; boundary=x", "x-query-code": case[1]}
        address = f"{self.address}/api/v1/cases/{case[0]}/attachments"
        request = urllib.request.Request(address, head + content + b"\r\n--x--\r\n", headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 201
            return str(json.load(answer)["attachments"][0]["id"])

    def file(self, case: tuple[str, str], identity: str) -> bytes:
        """The file; nothing while the server cannot be reached."""
        address = f"{self.address}/api/v1/cases/{case[0]}/attachments/{identity}?code={case[1]}"
        with suppress(OSError), urllib.request.urlopen(address, timeout=10) as answer:
            return answer.read()
        return b""

    def has(self, case: tuple[str, str]) -> bool:
        """Whether the case is found with its code; an unreachable server is no answer, False."""
        address = f"{self.address}/api/v1/cases/{case[0]}?code={case[1]}"
        with suppress(OSError), urllib.request.urlopen(address, timeout=10) as answer:
            return json.load(answer)["number"] == case[0]
        return False

    def children(self, what: str) -> list[int]:
        """The processes that the serving parent started: `web` or `worker`."""
        names = (entry.name for entry in Path("/proc").iterdir())
        return [int(name) for name in names if name.isdigit() and self._is(int(name), what)]

    def _is(self, pid: int, what: str) -> bool:
        with suppress(OSError):
            parent = Path(f"/proc/{pid}/stat").read_text().rsplit(")")[1].split()[1]
            command = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            serving = parent == str(self.process.pid) and "feedback.serving" in command
            return serving and (command[-2] == "work") == (what == "worker")
        return False

    def postmaster(self) -> int:
        return int((self.var / "postgres" / "postmaster.pid").read_text().split()[0])


def until(ask, log: Path):
    """The first answer that is something."""
    give_up = time.monotonic() + PATIENCE
    while not (answer := ask()):
        assert time.monotonic() < give_up, log.read_text()
        time.sleep(0.1)
    return answer


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    folder = Path(tempfile.mkdtemp(prefix="minsheng-survival-"))
    folder.chmod(0o711)
    served = City(folder)
    try:
        yield served
    finally:
        served.process.terminate()
        served.process.wait(PATIENCE)
        with server.running(folder):
            pass  # whoever leaves last stops the database, also one that a failed test left behind
        rmtree(folder)


def test_kill_9_of_the_web_right_after_the_acknowledgement(city: City) -> None:
    for _ in range(2):
        case = city.submit()
        for child in city.children("web"):
            os.kill(child, signal.SIGKILL)
        until(lambda case=case: city.has(case), city.log)


def test_kill_9_of_the_database_right_after_the_acknowledgement(city: City) -> None:
    for _ in range(2):
        case = city.submit()
        os.kill(city.postmaster(), signal.SIGKILL)
        until(lambda case=case: city.has(case), city.log)


def test_kill_9_of_everything_right_after_the_acknowledgement(city: City) -> None:
    case = city.submit()
    for process in (city.postmaster(), city.process.pid, *city.children("web"), *city.children("worker")):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    city.process.wait()
    city.start()
    until(lambda: city.has(case), city.log)


def test_kill_9_of_everything_right_after_a_file_was_acknowledged(city: City) -> None:
    case = city.submit()
    identity = city.attach(case, pictures.PDF)
    for process in (city.postmaster(), city.process.pid, *city.children("web"), *city.children("worker")):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    city.process.wait()
    city.start()
    assert until(lambda: city.file(case, identity), city.log) == pictures.PDF


def test_the_worker_comes_back_and_the_history_is_whole(city: City) -> None:
    for child in city.children("worker"):
        os.kill(child, signal.SIGKILL)
    with server.running(city.var) as url:

        def sealed() -> bool:
            question = "SELECT count(*) > 0 AND bool_and(seal_id IS NOT NULL) FROM events LEFT JOIN seal_leaves ON event_id = id"
            psql = [str(server.binaries() / "psql"), "-XAtq", "-d", url, "-c", question]
            return subprocess.run(psql, capture_output=True, text=True, check=True).stdout.strip() == "t"

        until(sealed, city.log)
    environment = os.environ | {"MINSHENG_VAR": str(city.var)}
    proof = subprocess.run(
        [sys.executable, "-m", "feedback", "verify"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert proof.returncode == 0, proof.stderr


def test_sigterm_ends_it_in_order(city: City) -> None:
    assert city.postmaster()
    city.process.send_signal(signal.SIGTERM)
    assert city.process.wait(PATIENCE) == 0, city.log.read_text()
    assert not (city.var / "postgres" / "postmaster.pid").exists()
