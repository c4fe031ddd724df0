"""The whole database in one file, and back, with PostgreSQL's own programs. Contents stay sealed; the key is not in it."""

import os
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from feedback.store import programs
from feedback.store.programs import ServerError

_PASSING = ("sessions", "phone_codes", "idempotency", "buckets", "heartbeats")
"""Tables whose rows are worth nothing in another place or time."""

_EMPTIED = """
DROP SCHEMA public CASCADE;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""
_RENUMBERED = """
SET search_path = public;
ALTER TABLE events DISABLE TRIGGER events_append_only;
UPDATE events SET tx = '3';
ALTER TABLE events ENABLE TRIGGER events_append_only;
ALTER TABLE seals DISABLE TRIGGER seals_append_only;
UPDATE seals SET upto = '3';
ALTER TABLE seals ENABLE TRIGGER seals_append_only;
"""
"""Transaction numbers of another cluster mean nothing here: every restored event counts as committed long ago."""


class BadBackup(Exception):
    """The file cannot be written or restored; the message says why."""


def save(url: str, path: Path) -> None:
    """Writes the database to `path`, readable by its owner only; the file appears whole or not at all. Raises BadBackup."""
    part = path.with_name(f"{path.name}.part")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    options = [f"--exclude-table-data={table}" for table in _PASSING]
    try:
        with _started("pg_dump", "--format=custom", "--no-owner", *options, "--file", str(part), url=url) as dump:
            _, said = dump.communicate()
        if dump.returncode:
            raise BadBackup(_last_line(said))
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def restore(url: str, path: Path) -> None:
    """Puts the contents of a backup in the place of everything the database holds: wholly, or not at all. Raises BadBackup."""
    with path.open("rb"):
        pass  # a missing file is said before anything starts
    with (
        _started("pg_restore", "--no-owner", "--file=-", str(path.resolve())) as unpacking,
        _started("psql", "-XqAt", "--single-transaction", "--set=ON_ERROR_STOP=1", "--file=-", url=url) as writing,
    ):
        fault = _pump(unpacking, writing)
        if fault:
            writing.kill()  # before the end of its input: nothing is committed
            raise BadBackup(fault)
        _, said = writing.communicate()
    if writing.returncode:
        raise BadBackup(_last_line(said))


def _pump(unpacking: "subprocess.Popen[bytes]", writing: "subprocess.Popen[bytes]") -> str:
    """Everything but the end of input; returns what went wrong while unpacking."""
    assert unpacking.stdout and unpacking.stderr and writing.stdin
    try:
        writing.stdin.write(_EMPTIED.encode())
        while block := unpacking.stdout.read(1 << 16):
            writing.stdin.write(block)
        writing.stdin.write(_RENUMBERED.encode())
        writing.stdin.flush()
    except BrokenPipeError:
        unpacking.kill()
        return _last_line(writing.stderr.read() if writing.stderr else b"")
    return _last_line(unpacking.stderr.read()) if unpacking.wait() else ""


def _started(program: str, *arguments: str, url: str = "") -> "subprocess.Popen[bytes]":
    environment = {"LC_ALL": "C.UTF-8", "PGOPTIONS": "-c lock_timeout=30s"}
    if url:
        # Everybody on the machine may read arguments; the password goes another way.
        address, environment["PGPASSWORD"] = _without_password(url)
        arguments = (*arguments, "--dbname", address)
    try:
        return subprocess.Popen(
            [str(programs.binaries() / program), *arguments], env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    except OSError as error:
        raise ServerError(f"{program} cannot be run: {error.strerror}") from error


def _without_password(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    names, _, host = parts.netloc.rpartition("@")
    user, _, password = names.partition(":")
    scheme = parts.scheme.partition("+")[0]
    return urlunsplit(parts._replace(scheme=scheme, netloc=f"{user}@{host}" if names else host)), unquote(password)


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "原因不明")
