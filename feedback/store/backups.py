"""The whole database and all photos and files in one file, and back, with PostgreSQL's own programs. Contents stay sealed; the
key is not in it."""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from feedback.store import depot, programs
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


_DATABASE = "database"
_FILES = "files/"
_ONLY_A_DATABASE = b"PGDMP"
"""How a backup begins that was made before there were files."""


def save(url: str, path: Path, *, files: Path) -> int:
    """Writes database and files to `path`, readable by its owner only; it appears whole or not at all. Returns how many files.

    The database first: what is added meanwhile may be there without its case, never the other way round. Raises BadBackup."""
    with _fresh(path, "dump") as dump, _fresh(path, "part") as part:
        _dump(url, dump)
        number = _pack(part, dump, files)
        part.rename(path)
    return number


@contextmanager
def _fresh(path: Path, ending: str) -> Iterator[Path]:
    """A new file of this name and ending, for its owner only, gone afterwards."""
    part = path.with_name(f"{path.name}.{ending}")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _dump(url: str, path: Path) -> None:
    options = [f"--exclude-table-data={table}" for table in _PASSING]
    with _started("pg_dump", "--format=custom", "--no-owner", *options, "--file", str(path), url=url) as dump:
        _, said = dump.communicate()
    if dump.returncode:
        raise BadBackup(_last_line(said))


def _pack(part: Path, dump: Path, files: Path) -> int:
    number = 0
    with tarfile.open(part, "w") as packed:
        packed.add(dump, _DATABASE)
        for lying in depot.listed(files):
            for path in lying:
                if len(path.name) == 64:  # the others are half written
                    number += _add(packed, path)
    return number


def _add(packed: tarfile.TarFile, path: Path) -> bool:
    try:
        packed.add(path, f"{_FILES}{path.name}")
    except FileNotFoundError:
        return False  # collected just now: no case needs it
    return True


def restore(url: str, path: Path, *, files: Path) -> int:
    """Puts the database of a backup in the place of everything it holds, wholly or not at all; returns how many files came back.

    The files first, beside those that are there; each is what its name says. Raises BadBackup."""
    with path.open("rb") as file:
        old = file.read(len(_ONLY_A_DATABASE)) == _ONLY_A_DATABASE
    if old:
        _restore(url, path)
        return 0
    files.parent.mkdir(parents=True, exist_ok=True)
    with _fresh(files.with_name("restored"), "dump") as dump:  # the backup may lie where nothing can be written
        number = _unpack(path, dump, files)
        _restore(url, dump)
    return number


def _unpack(path: Path, dump: Path, files: Path) -> int:
    """Read twice: nothing is laid down of a backup that is not whole."""
    number = 0
    try:
        for lay in (False, True):
            with tarfile.open(path, "r:") as packed:
                number = sum(_taken(packed, one, dump, files, lay=lay) for one in packed)
    except (tarfile.TarError, EOFError) as fault:
        raise BadBackup("这不是一个完整的备份文件") from fault
    if not dump.stat().st_size:
        raise BadBackup("这不是一个完整的备份文件")
    return number


def _taken(packed: tarfile.TarFile, one: tarfile.TarInfo, dump: Path, files: Path, *, lay: bool) -> bool:
    """Whether this part of a backup is a file of a case."""
    content = packed.extractfile(one)
    if content is None:
        raise BadBackup("备份里有不认识的内容")
    if one.name == _DATABASE:
        with dump.open("wb") as out:
            shutil.copyfileobj(content, out)
        return False
    name, sealed = one.name.removeprefix(_FILES), content.read()
    if not depot.is_whole(name, sealed):
        raise BadBackup(f"备份里的文件 {name[:12]} 损坏了")
    if lay and not depot.place(files, name).exists():
        depot.lay(files, name, sealed)
    return True


def _restore(url: str, path: Path) -> None:
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
