"""The PostgreSQL process at home in a data folder: whether it lives and answers, and what a killed one left.

Linux only: /proc tells who is at home; the process number in a file may be a zombie's or a stranger's.
"""

import os
import signal
import time
from pathlib import Path

from feedback.store import programs
from feedback.store.programs import ServerError

PATIENCE = 120
"""Seconds a server may take to come up; recovery after a crash is part of it."""
SOCKET = ".s.PGSQL.5432"


def sockets(data: Path) -> str:
    """Folder of the server's socket, as the server itself noted it; empty if it noted none."""
    return _note(data)[4]


def lives(data: Path) -> bool:
    """Whether the main process is at home. Cheap: two looks into /proc."""
    return _at_home(_main_process(data), data)


def processes(data: Path) -> list[int]:
    """Numbers of all PostgreSQL processes at home in the folder, orphans of a killed server included."""
    everybody = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in everybody if _at_home(pid, data)]


def answers(data: Path) -> bool:
    """Whether it accepts connections."""
    folder = sockets(data)
    if not folder:
        return False
    me = os.geteuid(), os.getegid()
    return programs.attempt("pg_isready", "-q", "-h", folder, user=me).returncode == 0


def comes_up(data: Path) -> bool:
    """Wait while it starts, stops or recovers; False if it is gone. Raises ServerError if it hangs."""
    give_up = time.monotonic() + PATIENCE
    while lives(data):
        if answers(data):
            return True
        if time.monotonic() > give_up:
            raise ServerError(f"PostgreSQL (process {_main_process(data)}) in {data} does not answer")
        time.sleep(0.05)
    return False


def gone(data: Path, *, seconds: float) -> bool:
    """Whether nobody is at home any more, or at least within so many seconds."""
    give_up = time.monotonic() + seconds
    while left := processes(data):
        if time.monotonic() > give_up:
            break
        time.sleep(0.02)
    return not left


def remove_remains(data: Path) -> None:
    """Clear what a killed server left: its children, its note and its socket's lock. Raises ServerError.

    PostgreSQL itself refuses to start when the number in such a file is by now somebody else's.
    """
    if not gone(data, seconds=2):
        for pid in processes(data):
            _quit(pid)
        if not gone(data, seconds=10):
            raise ServerError(f"processes {processes(data)} of a dead server still live in {data}: end them")
    if folder := sockets(data):
        Path(folder, f"{SOCKET}.lock").unlink(missing_ok=True)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _note(data: Path) -> list[str]:
    """Process, data, start, port, socket folder, address, memory, state; empty where nothing is noted."""
    note = data / "postmaster.pid"
    lines = note.read_text().splitlines() if note.exists() else []
    return lines + [""] * (8 - len(lines))


def _main_process(data: Path) -> int:
    first = _note(data)[0].strip()
    return int(first) if first.isdigit() else 0


def _at_home(pid: int, data: Path) -> bool:
    process = Path("/proc") / str(pid)
    try:
        name = process.joinpath("comm").read_text()
        return name == "postgres\n" and process.joinpath("cwd").readlink() == data
    except OSError:  # it has ended, is a zombie, or is another user's: at home nowhere
        return False


def _quit(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGQUIT)
    except ProcessLookupError:
        return  # ended by itself meanwhile
