"""Who uses the embedded PostgreSQL of a folder: the first user starts it, all share it, the last stops it.

Only the wheel's programs serve (see programs.py): its own `get_server` fails for ordinary users and on a
space in the path, and leaves PostgreSQL behind after SIGTERM. Locks are the kernel's: kill -9 frees them.
"""

import fcntl
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from feedback.store import cluster, postmaster, programs
from feedback.store.programs import ServerError

__all__ = ["FolderInUse", "ServerError", "binaries", "revive", "running", "serving", "throwaway"]


class FolderInUse(ServerError):
    """Another `minsheng serve` runs on this folder."""

    def __init__(self, folder: Path, process: str) -> None:
        super().__init__(f"{folder} is already served by process {process}")
        self.folder, self.process = folder, process


def binaries() -> Path:
    """Folder of pg_dump, pg_restore, psql and the others. Raises ServerError without the wheel."""
    return programs.binaries()


@contextmanager
def running(folder: Path, *, lasting: bool = True) -> Iterator[str]:
    """The address of the folder's database, which is served at least as long as the context lasts.

    Folder and database are made if absent. `lasting=False` gives safety in a crash away for speed.
    Raises ServerError with a sentence for the operator.
    """
    folder = _made(folder)
    with _unwinding(), _locked(folder / "users.lock", fcntl.LOCK_SH) as users:
        home = cluster.at(folder, lasting=lasting)
        try:
            _wake(home)
            yield home.url
        finally:
            _leave(users, home)


def revive(folder: Path) -> bool:
    """Start the server again if it died under its users; the address stays the same. True if it had died."""
    home = cluster.at(folder.resolve())
    if postmaster.lives(home.data):
        return False
    _wake(home)
    return True


@contextmanager
def serving(folder: Path) -> Iterator[None]:
    """Be the only `minsheng serve` of this folder. Raises FolderInUse, naming the process that is."""
    path = _made(folder) / "serve.lock"
    try:
        lock = _locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise FolderInUse(path.parent, path.read_text().strip()) from None
    with lock:
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


@contextmanager
def throwaway(parent: Path | None = None) -> Iterator[str]:
    """The address of an empty database in a folder of its own under `parent` (None: the system's temporary one), both gone at the
    end: for tests."""
    folder = Path(tempfile.mkdtemp(prefix="minsheng-throwaway-", dir=parent))
    try:
        if os.geteuid() == 0:
            folder.chmod(0o711)
        with running(folder, lasting=False) as url:
            yield url
    finally:
        shutil.rmtree(folder)


def _wake(home: cluster.Cluster) -> None:
    with _locked(home.folder / "start.lock", fcntl.LOCK_EX):
        cluster.wake(home)


def _leave(users: IO[str], home: cluster.Cluster) -> None:
    """Who gets the lock alone is the last; a newcomer waits for a share of it until the stop is done."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    cluster.stop(home)


def _made(folder: Path) -> Path:
    """The folder, absolute. What root makes here `nobody` can pass, whatever the umask; data stay closed."""
    folder = folder.resolve()
    try:
        for each in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
            each.mkdir(exist_ok=True)
            if os.geteuid() == 0:
                each.chmod(0o711)
    except OSError as error:
        raise ServerError(f"{folder} cannot be made: {error.strerror}: {error.filename}") from error
    return folder


def _locked(path: Path, kind: int) -> IO[str]:
    """The file, locked until it is closed. Raises BlockingIOError if the kind is a non-blocking one."""
    try:
        file = path.open("a")
    except OSError as error:
        raise ServerError(f"{path} cannot be opened: {error.strerror}; whose folder is it?") from error
    try:
        fcntl.flock(file, kind)
    except BaseException:
        file.close()
        raise
    return file


@contextmanager
def _unwinding() -> Iterator[None]:
    """Make SIGTERM and a closed terminal leave the context orderly, as Ctrl-C does, not the server behind."""
    here = threading.current_thread() is threading.main_thread()
    deadly = [s for s in (signal.SIGTERM, signal.SIGHUP) if here and signal.getsignal(s) is signal.SIG_DFL]
    for number in deadly:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in deadly:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
