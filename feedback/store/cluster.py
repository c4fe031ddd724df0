"""One PostgreSQL data folder: whose it is, how it is made, set, started, stopped. Who may: see server.py."""

import hashlib
import os
import pwd
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from feedback.store import postmaster, programs
from feedback.store.programs import ServerError

DATABASE = "minsheng"
_PRIVATE = "minsheng-socket-"

_SETTINGS = """\
# Written anew at every start; what you change with ALTER SYSTEM stays and wins.
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
max_wal_senders = 0
wal_level = minimal
jit = off
random_page_cost = 1.1
timezone = 'UTC'
log_timezone = 'UTC'
# One log file a weekday, begun anew each week.
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_checkpoints = off
# The details of an error would quote what a citizen wrote.
log_error_verbosity = terse
log_parameter_max_length = 0
fsync = {safe}
synchronous_commit = {safe}
full_page_writes = {safe}
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The data under one folder, and the account (uid, gid) its programs run as."""

    folder: Path
    user: tuple[int, int]
    lasting: bool
    """False: a throw-away, which a crash may destroy."""

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    @property
    def url(self) -> str:
        """Address of the running server's database, for asyncpg, `databases` and libpq."""
        return f"postgresql://postgres@/{DATABASE}?host={quote(postmaster.sockets(self.data))}"


def at(folder: Path, *, lasting: bool = True) -> Cluster:
    """The cluster of an existing, absolute folder. Raises ServerError if this user can run none there."""
    if unfit := re.search(r'["$`\\\n]', str(folder)):
        raise ServerError(f"{folder}: PostgreSQL cannot use a folder with {unfit[0]!r} in its name")
    data = folder / "postgres"
    owner = (data.stat().st_uid, data.stat().st_gid) if data.exists() else _newcomer()
    if owner[0] == 0:
        raise ServerError(f"{data} belongs to root, and PostgreSQL refuses root: chown -R nobody '{data}'")
    if os.geteuid() not in (0, owner[0]):
        raise ServerError(f"{data} belongs to another user: run as that user, or choose another MINSHENG_VAR")
    return Cluster(folder, owner, lasting)


def wake(cluster: Cluster) -> None:
    """Leave an answering server with our database in it, making what is absent. Raises ServerError."""
    if not postmaster.answers(cluster.data):
        _check_folders(cluster)
        if not cluster.data.exists():
            _create(cluster)
        _check_version(cluster.data)
        if not postmaster.comes_up(cluster.data):
            postmaster.remove_remains(cluster.data)
            _start(cluster)
    _create_database(cluster)


def stop(cluster: Cluster) -> None:
    """Stop the server if it runs. Raises ServerError if it will not."""
    said, sockets = "", Path(postmaster.sockets(cluster.data))
    for mode in ("fast", "immediate") if cluster.lasting else ("immediate",):
        if not postmaster.processes(cluster.data):
            break
        arguments = ("stop", "-D", cluster.data, "-m", mode, "-t", 60)
        said = programs.attempt("pg_ctl", *arguments, user=cluster.user).stdout
    if not postmaster.gone(cluster.data, seconds=2):
        raise ServerError(f"PostgreSQL in {cluster.data} does not stop:\n{said}")
    if sockets.name.startswith(_PRIVATE) and sockets.is_dir() and not any(sockets.iterdir()):
        sockets.rmdir()


def _newcomer() -> tuple[int, int]:
    """Who shall own new data: oneself, but `nobody` for root, because PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise ServerError("PostgreSQL refuses root, and there is no user 'nobody' to run it as") from None
    return nobody.pw_uid, nobody.pw_gid


def _check_folders(cluster: Cluster) -> None:
    """The modes of folders above are their owners' business: a closed one is named, never opened."""
    wanted = (cluster.data, programs.binaries() / "postgres")
    above = [str(folder) for file in wanted for folder in reversed(file.parents)]
    look = 'for folder do [ -x "$folder" ] || { printf %s "$folder"; exit; }; done'
    if closed := programs.run("/bin/sh", "-c", look, "sh", *above, user=cluster.user):
        raise ServerError(
            f"started by root, PostgreSQL runs as user {cluster.user[0]}, who cannot enter {closed}: "
            f"start as an ordinary user, choose another MINSHENG_VAR, or open it (chmod o+x '{closed}')"
        )


def _create(cluster: Cluster) -> None:
    """Make the data beside their place and move them there whole: half-made data never look like data."""
    new = cluster.folder / "postgres.new"
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(0o700)
    os.chown(new, *cluster.user)
    options = [
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--locale-provider=builtin",
        "--no-instructions",
    ] + ["--no-sync"] * (not cluster.lasting)
    programs.run("initdb", "-D", new, *options, user=cluster.user)
    with (new / "postgresql.conf").open("a") as file:
        file.write("include = '../postgres.conf'\n")
    new.rename(cluster.data)
    # A power cut must not undo the move: the next start would begin anew and throw the data away.
    folder = os.open(cluster.folder, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _check_version(data: Path) -> None:
    stamp = data / "PG_VERSION"
    if not stamp.exists():
        raise ServerError(f"{data} is in the way: it holds no PostgreSQL data; move it elsewhere")
    if (version := stamp.read_text().strip()) != programs.MAJOR:
        raise ServerError(f"{data} was made by PostgreSQL {version}, not {programs.MAJOR}: restore a backup")


def _start(cluster: Cluster) -> None:
    settings, first_words = cluster.folder / "postgres.conf", cluster.data / "start.log"
    safe = "on" if cluster.lasting else "off"
    settings.write_text(_SETTINGS.format(sockets=_socket_folder(cluster), safe=safe))
    settings.chmod(0o644)
    first_words.unlink(missing_ok=True)
    arguments = ("start", "-D", cluster.data, "-l", first_words, "-w", "-t", postmaster.PATIENCE)
    try:
        programs.run("pg_ctl", *arguments, user=cluster.user)
    except ServerError as error:
        said = first_words.read_text(errors="replace")[-2000:] if first_words.exists() else ""
        raise ServerError(f"{error}\n{said}More may stand in {cluster.data / 'log'}") from error


def _create_database(cluster: Cluster) -> None:
    """Asked at every start: who started the server before may have been killed before this."""
    server = ("-h", postmaster.sockets(cluster.data), "-U", "postgres")
    question = f"SELECT count(*) FROM pg_database WHERE datname = '{DATABASE}'"
    if programs.run("psql", "-XAtq", *server, "-c", question, "postgres", user=cluster.user).strip() == "0":
        programs.run("createdb", *server, DATABASE, user=cluster.user)


def _socket_folder(cluster: Cluster) -> Path:
    """The data folder; if its path is too long for a socket (107 bytes) or has a comma, a private one."""
    longest = len(os.fsencode(cluster.data / postmaster.SOCKET))
    if longest <= 100 and not set(str(cluster.data)) & set(",'"):
        return cluster.data
    name = f"{_PRIVATE}{cluster.user[0]}-{hashlib.sha256(os.fsencode(cluster.data)).hexdigest()[:16]}"
    temporary = tempfile.gettempdir()
    place = Path(temporary if len(os.fsencode(temporary)) < 40 else "/tmp", name)
    place.mkdir(0o700, exist_ok=True)
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), cluster.user[0]):
        raise ServerError(f"{place} is not a folder of this user: remove it")
    if found.st_mode & 0o077:
        raise ServerError(f"{place} is open to other users: remove it")
    os.chown(place, *cluster.user)
    return place
