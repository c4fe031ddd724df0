"""The address of `make run`: taken by somebody else, not ours, or nonsense, it is said in a plain sentence."""

import socket

import pytest

from feedback import port


def test_a_free_port_refuses_until_it_listens() -> None:
    with port.bound("127.0.0.1", 0) as taken:
        address = taken.getsockname()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, timeout=1)
        port.listen(taken)
        socket.create_connection(address, timeout=1).close()
        assert port.address(taken) == f"http://127.0.0.1:{address[1]}/"


def test_a_taken_port_is_said_with_another_to_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = other.getsockname()[1]
        with pytest.raises(port.PortError, match=f"端口 {number} 已被占用.*PORT={number + 1}"):
            port.bound("127.0.0.1", number)


def test_who_is_slower_than_another_is_told_too() -> None:
    with port.bound("127.0.0.1", 0) as taken, port.bound(*taken.getsockname()) as slower:
        port.listen(taken)
        with pytest.raises(port.PortError, match="已被占用"):
            port.listen(slower)


@pytest.mark.parametrize(
    ("host", "number", "said"),
    [
        ("127.0.0.1", 65536, "1 到 65535"),
        ("127.0.0.1", -1, "1 到 65535"),
        ("no-such-host.invalid", 8000, "找不到主机 no-such-host.invalid"),
        ("192.0.2.1", 8000, "本机没有 192.0.2.1 这个地址"),
    ],
)
def test_an_impossible_address_is_said(host: str, number: int, said: str) -> None:
    with pytest.raises(port.PortError, match=said):
        port.bound(host, number)


def test_a_port_taken_and_never_answered_does_not_answer() -> None:
    with port.bound("127.0.0.1", 0) as taken:
        assert port.answers(taken) is False
        port.listen(taken)
        assert port.answers(taken) is False
