"""The address that is listened on: taken before anything starts, so that a taken one is said at once and plainly.

The messages are Chinese: they are for whoever typed `make run`.
"""

import errno
import http.client
import socket


class PortError(Exception):
    """The address cannot be listened on; the message says why and what to do."""


def bound(host: str, port: int) -> socket.socket:
    """The address, reserved: connections are refused until `listen`. Raises PortError."""
    if not 0 <= port <= 65535:
        raise PortError(f"端口应为 1 到 65535 之间的数字，而不是 {port}。")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise PortError(f"找不到主机 {host}。只在本机使用请填 127.0.0.1,对外服务请填 0.0.0.0。") from error
    taken = socket.socket(family, kind, protocol)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(address)
    except OSError as error:
        taken.close()
        raise PortError(_why(error, host, port)) from error
    return taken


def listen(taken: socket.socket) -> None:
    """Accept connections from now on. Raises PortError if somebody else was faster since `bound`."""
    host, port = taken.getsockname()[:2]
    try:
        taken.listen(2048)
    except OSError as error:
        raise PortError(_why(error, host, port)) from error


def address(taken: socket.socket) -> str:
    """Where a browser on this machine finds it."""
    host, port = _here(taken)
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def answers(taken: socket.socket) -> bool:
    """Whether whoever serves it answers a request by now, within half a second."""
    question = http.client.HTTPConnection(*_here(taken), timeout=0.5)
    try:
        question.request("GET", "/healthz")
        return question.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        question.close()


def _here(taken: socket.socket) -> tuple[str, int]:
    host, port = taken.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port


def _why(error: OSError, host: str, port: int) -> str:
    number = error.errno
    if number == errno.EADDRINUSE:
        return f"端口 {port} 已被占用。请先停止占用它的程序，或换一个端口，例如：make run PORT={port % 65535 + 1}"
    if number == errno.EACCES:
        return f"没有权限使用端口 {port}。请换一个 1024 以上的端口，例如：make run PORT=8000"
    if number == errno.EADDRNOTAVAIL:
        return f"本机没有 {host} 这个地址。只在本机使用请填 127.0.0.1,对外服务请填 0.0.0.0。"
    return f"无法使用地址 {host}:{port}:{error.strerror}"
