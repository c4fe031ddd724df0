"""The parent that serves: it starts web and worker processes, restarts what dies, and takes everything down.

What those processes do stands in app.py and worker.py; run as a module, this file is one such process.
What it says on the terminal is Chinese: `make run` is for the city's own staff.
"""

import ctypes
import logging
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, fields, replace

from feedback import port as ports
from feedback.settings import Settings
from feedback.store import server

GRACE = 15.0
"""Seconds a process may take to end before it is killed; requests under way are given 10 of them."""
_QUICK = 10.0
"""A process that dies within so many seconds of its start has failed to start."""
_TRIES = 5
_LONGEST_PAUSE = 30
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Child:
    """A process to be kept alive; without the essential ones there is nothing left to serve."""

    name: str
    command: list[str]
    essential: bool
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    failures: int = 0
    """How many times in a row it has failed to start."""
    not_before: float = 0.0

    @property
    def hopeless(self) -> bool:
        return self.essential and self.failures >= _TRIES


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    workers: int,
    with_worker: bool,
    prepare: Callable[[str], None] | None = None,
) -> int:
    """Serve with so many web processes until SIGTERM, Ctrl-C or a closed terminal. Returns the exit code.

    The embedded database is used unless the settings name another. `prepare` is given its address when it is
    up, before anything is served (migrations, demo data); what it raises ends the service.
    """
    try:
        with _alone(settings), ports.bound(host, port) as listener, _database(settings) as url:
            if prepare:
                prepare(url)
            ports.listen(listener)
            children = _children(listener, workers=workers, with_worker=with_worker)
            return _keep(children, listener, settings, _environment(_sited(settings, listener), url))
    except KeyboardInterrupt:
        return 0
    except (ports.PortError, server.ServerError) as error:
        sys.stderr.write(f"{_plainly(error)}\n")
        return 1


def _alone(settings: Settings) -> AbstractContextManager[None]:
    return nullcontext() if settings.database_url else server.serving(settings.var)


def _database(settings: Settings) -> AbstractContextManager[str]:
    return nullcontext(settings.database_url) if settings.database_url else server.running(settings.var)


def _plainly(error: Exception) -> str:
    if isinstance(error, server.FolderInUse):
        return (
            f"数据目录 {error.folder} 已有一个民声在运行（进程 {error.process}）。"
            "请先停止它，或另选数据目录，例如：make run VAR=var2 PORT=8001"
        )
    return str(error) if isinstance(error, ports.PortError) else f"数据库无法使用。{error}"


def _children(listener: socket.socket, *, workers: int, with_worker: bool) -> list[Child]:
    """Each is this module again: the web on the given socket, or the worker."""
    me = [sys.executable, "-m", "feedback.serving"]
    web = [Child(f"网页 {number}", [*me, str(listener.fileno())], essential=True) for number in range(1, workers + 1)]
    return web + [Child("后台", [*me, "work"], essential=False)] * with_worker


def _sited(settings: Settings, listener: socket.socket) -> Settings:
    """Where no public address is set, links in messages lead to where these processes listen."""
    return settings if settings.site != Settings().site else replace(settings, site=ports.address(listener).rstrip("/"))


def _environment(settings: Settings, url: str) -> dict[str, str]:
    """These very settings for the children, who are told where the embedded database is and start none."""
    found = {field.name: getattr(settings, field.name) for field in fields(settings)}
    found["socket_url"] = "" if settings.database_url else url
    written = {name: str(int(value)) if isinstance(value, bool) else str(value) for name, value in found.items()}
    return os.environ | {f"MINSHENG_{name.upper()}": value for name, value in written.items()}


def _keep(children: list[Child], listener: socket.socket, settings: Settings, environment: dict[str, str]) -> int:
    """Until a signal comes: 0. Or until an essential process cannot be started at all: 1."""
    with _signals() as received:
        try:
            said, failures = False, 0
            while not received and not any(child.hopeless for child in children):
                if not settings.database_url:
                    failures = _revive(settings, failures)
                for child in children:
                    _tend(child, listener, environment)
                said = said or _announce(listener)
                time.sleep(0.2)
        finally:
            listener.close()
            _end(children)
        if received:
            return 0
    sys.stderr.write("民声无法启动，原因见上。\n")
    return 1


def _revive(settings: Settings, failures: int) -> int:
    """How often in a row reviving has failed by now. It may be killed again while it comes up; at last raises ServerError."""
    try:
        if server.revive(settings.var):
            _log.error("数据库意外停止，已重新启动")
    except server.ServerError as error:
        if failures + 1 >= _TRIES:
            raise
        _log.error("数据库没有启动成功，再试一次：%s", error)
        time.sleep(failures)
        return failures + 1
    return 0


def _announce(listener: socket.socket) -> bool:
    """Whether pages are answered by now; if so, it has been said where."""
    if not ports.answers(listener):
        return False
    sys.stdout.write(f"民声已启动：{ports.address(listener)}（按 Ctrl+C 停止）\n")
    sys.stdout.flush()
    return True


@contextmanager
def _signals() -> Iterator[list[int]]:
    """The signals to end by that came so far. One that was ignored before (nohup) stays ignored."""
    received: list[int] = []
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    heard = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in heard:
        signal.signal(number, lambda number, frame: received.append(number))
    try:
        yield received
    finally:
        for number in heard:
            signal.signal(number, before[number])


def _tend(child: Child, listener: socket.socket, environment: dict[str, str]) -> None:
    now = time.monotonic()
    if child.process is None:
        if now >= child.not_before:
            child.process, child.started = _start(child, listener, environment), now
    elif (code := child.process.poll()) is not None:
        child.process = None
        child.failures = child.failures + 1 if now - child.started < _QUICK else 0
        pause = min(2**child.failures - 1, _LONGEST_PAUSE)
        child.not_before = now + pause
        what_next = "不再重新启动" if child.hopeless else f"{pause} 秒后重新启动"
        _log.error("%s进程意外结束（%d），%s", child.name, code, what_next)


def _start(child: Child, listener: socket.socket, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    # A group of its own: Ctrl-C in the terminal is for the parent, who ends the children in order.
    return subprocess.Popen(
        child.command,
        env=environment,
        stdin=subprocess.DEVNULL,
        pass_fds=[listener.fileno()],
        process_group=0,
    )


def _end(children: list[Child]) -> None:
    alive = [child.process for child in children if child.process]
    for process in alive:
        process.terminate()
    give_up = time.monotonic() + GRACE
    for process in alive:
        try:
            process.wait(max(0.0, give_up - time.monotonic()))
        except subprocess.TimeoutExpired:
            _log.error("进程 %d 没有按时结束，已强行停止", process.pid)
            process.kill()
            process.wait()


def _child(what: str) -> None:
    # PR_SET_PDEATHSIG: when the parent is killed, Linux ends its children, and the port is free again.
    ctypes.CDLL(None).prctl(1, int(signal.SIGTERM))
    if what == "work":
        sys.argv = ["minsheng", "work"]
        runpy.run_module("feedback", run_name="__main__", alter_sys=False)
    else:
        _web(socket.socket(fileno=int(what)))


def _web(listener: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(
        "feedback.app:create",
        factory=True,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
        # Only a proxy on this machine is believed about who is calling.
        proxy_headers=True,
        forwarded_allow_ips=["127.0.0.1", "::1"],
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    _child(sys.argv[1])
