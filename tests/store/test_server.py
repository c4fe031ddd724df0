"""The embedded PostgreSQL with real processes: shared, killed, and found again in folders people really have."""

import asyncio
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree

import asyncpg
import databases
import pytest

from feedback.store import server

AS_ROOT = os.geteuid() == 0
NOBODY = 65534
HOLDER = """
import signal
import sys
from pathlib import Path
# Whoever starts the tests in the background or under nohup has these ignored, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from feedback.store import server
with server.running(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that `nobody` can pass (pytest's own cannot be); what still lives in it at the end is killed."""
    made = Path(tempfile.mkdtemp(prefix="minsheng-test-"))
    made.chmod(0o711)
    yield made
    for pid in at_home(made):
        kill(pid, made)
    rmtree(made)


def at_home(folder: Path) -> list[int]:
    """Processes whose working folder lies in this one: the test's own look, without the code under test."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and folder in (entry / "cwd").readlink().parents:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def kill(pid: int, folder: Path) -> None:
    """Kill -9, and wait: the kernel needs a moment to end a process after the signal has been sent."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    while pid in at_home(folder):
        time.sleep(0.01)


@contextmanager
def holder(folder: Path, **options: object) -> Iterator["subprocess.Popen[str]"]:
    """Another process that uses the server until its stdin closes."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )
    try:
        assert process.stdout is not None
        process.url = process.stdout.readline().strip()
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()


def leave(process: "subprocess.Popen[str]") -> None:
    process.stdin.close()
    assert process.wait(20) == 0


def ask(url: str, *statements: str) -> object:
    """What the last statement returns, through asyncpg."""

    async def asking() -> object:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(asking())


def write(url: str) -> None:
    ask(url, "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('路灯不亮')", "SELECT 1")


def read(url: str) -> object:
    return ask(url, "SELECT word FROM kept")


def test_a_fresh_folder_becomes_a_server_that_both_clients_reach(folder: Path) -> None:
    async def through_databases(url: str) -> object:
        async with databases.Database(url) as database:
            return await database.fetch_val("SELECT current_database()")

    with server.running(folder / "var") as url:
        assert ask(url, "SELECT current_database()") == "minsheng"
        assert asyncio.run(through_databases(url)) == "minsheng"
    assert at_home(folder) == []


def test_data_are_there_after_a_restart(folder: Path) -> None:
    with server.running(folder) as url:
        write(url)
    with server.running(folder) as url:
        assert read(url) == "路灯不亮"


def test_it_keeps_what_it_acknowledged_and_no_network_reaches_it(folder: Path) -> None:
    with server.running(folder) as url:
        shown = {
            name: ask(url, f"SHOW {name}")
            for name in (
                "fsync",
                "synchronous_commit",
                "full_page_writes",
                "listen_addresses",
                "timezone",
                "server_encoding",
            )
        }
    assert shown == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "listen_addresses": "",
        "timezone": "UTC",
        "server_encoding": "UTF8",
    }


def test_nobody_else_can_enter_the_socket_or_the_data(folder: Path) -> None:
    with server.running(folder):
        assert (folder / "postgres").stat().st_mode & 0o077 == 0


def test_a_dropped_database_is_made_again(folder: Path) -> None:
    with server.running(folder) as url:
        ask(url.replace("/minsheng?", "/postgres?"), "DROP DATABASE minsheng", "SELECT 1")
    with server.running(folder) as url:
        assert ask(url, "SELECT current_database()") == "minsheng"


def test_the_second_user_shares_and_only_the_last_to_leave_stops_it(folder: Path) -> None:
    with holder(folder) as other:
        with server.running(folder) as url:
            assert url == other.url
            write(url)
        assert at_home(folder)
        assert read(other.url) == "路灯不亮"
        leave(other)
    assert at_home(folder) == []


def test_two_users_who_come_at_once_to_a_fresh_folder_both_get_in(folder: Path) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    urls = [process.communicate(timeout=30)[0].strip() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert urls[0] == urls[1] != ""
    assert at_home(folder) == []


def test_kill_9_of_the_holder_leaves_a_server_for_the_next_who_stops_it(folder: Path) -> None:
    with holder(folder) as killed:
        write(killed.url)
        killed.kill()
        killed.wait()
    assert at_home(folder)
    with server.running(folder) as url:
        assert read(url) == "路灯不亮"
    assert at_home(folder) == []


def test_kill_9_of_everything_loses_nothing_acknowledged(folder: Path) -> None:
    with holder(folder) as killed:
        write(killed.url)
        killed.kill()
        for pid in at_home(folder):
            kill(pid, folder)
    assert (folder / "postgres" / "postmaster.pid").exists()
    with server.running(folder) as url:
        assert read(url) == "路灯不亮"


def test_a_server_that_was_killed_under_its_user_is_revived_at_the_same_address(folder: Path) -> None:
    with server.running(folder) as url:
        write(url)
        assert server.revive(folder) is False
        kill(int((folder / "postgres" / "postmaster.pid").read_text().split()[0]), folder)
        assert server.revive(folder) is True
        assert read(url) == "路灯不亮"


def test_a_stale_note_with_the_number_of_a_living_stranger_is_put_away(folder: Path) -> None:
    with server.running(folder) as url:
        write(url)
        note = (folder / "postgres" / "postmaster.pid").read_text()
    stranger = subprocess.Popen(["sleep", "60"], **({"user": NOBODY} if AS_ROOT else {}))
    try:
        stale = "\n".join([str(stranger.pid), *note.splitlines()[1:]]) + "\n"
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (folder / "postgres" / name).write_text(stale)
        with server.running(folder) as url:
            assert read(url) == "路灯不亮"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_the_holder_and_the_server(folder: Path, number: signal.Signals) -> None:
    with holder(folder) as ended:
        ended.send_signal(number)
        ended.wait(20)
    assert at_home(folder) == []


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(folder: Path) -> None:
    with holder(folder, start_new_session=True) as process:
        postmaster = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
        # Its children stay in its session; they come and go, so that one may be over before it is asked.
        assert os.getsid(postmaster) != os.getsid(process.pid)


@pytest.mark.parametrize("name", ["a b", "柳州市 数据", "O'Brien, Söhne", "l" * 120, "%20?host=x&y"])
def test_folders_as_people_name_them(folder: Path, name: str) -> None:
    with server.running(folder / name) as url:
        write(url)
    with server.running(folder / name) as url:
        assert read(url) == "路灯不亮"
        pg_dump = [str(server.binaries() / "pg_dump"), "--dbname", url, "--table", "kept"]
        assert "路灯不亮" in subprocess.run(pg_dump, capture_output=True, text=True, check=True).stdout


def test_a_name_that_postgresql_cannot_use_is_said(folder: Path) -> None:
    with (
        pytest.raises(server.ServerError, match=r"cannot use a folder with '\$' in its name"),
        server.running(folder / "$HOME"),
    ):
        pass


def test_a_socket_folder_that_another_could_enter_is_refused(folder: Path) -> None:
    long = folder / ("l" * 120)
    with server.running(long) as url:
        place = Path(url.partition("host=")[2])
        assert place.stat().st_mode & 0o077 == 0
    assert not place.exists()
    place.mkdir()
    place.chmod(0o755)
    try:
        with pytest.raises(server.ServerError, match="is open to other users"), server.running(long):
            pass
    finally:
        place.rmdir()


def test_what_an_interrupted_first_start_left_is_replaced(folder: Path) -> None:
    (folder / "postgres.new").mkdir()
    (folder / "postgres.new" / "PG_VERSION").write_text("18\n")
    with server.running(folder) as url:
        assert ask(url, "SELECT 1") == 1
    assert not (folder / "postgres.new").exists()


def test_foreign_files_in_the_way_are_named_and_left(folder: Path) -> None:
    (folder / "postgres").mkdir()
    (folder / "postgres" / "letter.txt").write_text("mine")
    if AS_ROOT:
        os.chown(folder / "postgres", NOBODY, NOBODY)
    with pytest.raises(server.ServerError, match="holds no PostgreSQL data"), server.running(folder):
        pass
    assert (folder / "postgres" / "letter.txt").read_text() == "mine"


def test_a_failing_initdb_is_quoted(folder: Path) -> None:
    def small_files_only() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    with holder(folder, preexec_fn=small_files_only) as failed:
        said = failed.communicate(timeout=30)[1]
    assert "ServerError: initdb failed" in said
    assert "File too large" in said
    with server.running(folder) as url:
        assert ask(url, "SELECT 1") == 1


def test_only_one_may_serve_a_folder(folder: Path) -> None:
    refused = pytest.raises(server.FolderInUse, match=f"already served by process {os.getpid()}")
    with server.serving(folder), refused, server.serving(folder):
        pass
    with server.serving(folder):
        pass


def test_a_throwaway_leaves_nothing(folder: Path) -> None:
    with server.throwaway() as url:
        place = Path(url.partition("host=")[2])
        assert ask(url, "SHOW fsync") == "off"
        assert place.exists()
    assert not place.parent.exists()
    assert at_home(place.parent) == []


@pytest.mark.skipif(not AS_ROOT, reason="only root has a `nobody` to run PostgreSQL as")
def test_root_is_told_which_folder_nobody_cannot_enter_and_it_stays_closed(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(server.ServerError, match=f"cannot enter {closed}: "), server.running(closed / "var"):
        pass
    assert closed.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not AS_ROOT, reason="everybody else runs all tests of this file as an ordinary user")
def test_an_ordinary_user_runs_a_server_and_a_stranger_is_told_whose_it_is(folder: Path) -> None:
    os.chown(folder, 1000, 1000)
    assert as_user(1000, folder) == "came up"
    assert (folder / "postgres").stat().st_uid == 1000
    assert "cannot be opened" in as_user(1001, folder)
    with server.running(folder) as url:  # root works for the owner
        assert ask(url, "SELECT 1") == 1
    assert as_user(1000, folder) == "came up"


def as_user(uid: int, folder: Path) -> str:
    """What happens to this user; a fork, because Python itself may be installed where only root can go."""
    answers = multiprocessing.get_context("fork").SimpleQueue()

    def use() -> None:
        os.setgid(uid)
        os.setuid(uid)
        try:
            with server.running(folder):
                answers.put("came up")
        except server.ServerError as error:
            answers.put(str(error))

    process = multiprocessing.get_context("fork").Process(target=use)
    process.start()
    process.join(30)
    return answers.get()
