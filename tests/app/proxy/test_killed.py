"""A replica that is killed with requests on it: whoever may be asked for again is answered by another."""

from __future__ import annotations

import hashlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import httpx2
import pytest

pytestmark = pytest.mark.integration
ADDRESSES = ("127.0.0.1", "127.0.0.2")
AT_ONCE = 8
KEPT = 59_999  # bytes of the largest body that is sent again
Proxied = Callable[..., AbstractContextManager[httpx2.Client]]


@pytest.fixture
def replicas() -> Iterator[tuple[int, list[subprocess.Popen[bytes]]]]:
    """Two that say what they are sent, on one port of two addresses."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = str(Path(__file__).with_name("replica.py"))
    processes = [subprocess.Popen([sys.executable, program, address, str(port)], stderr=subprocess.DEVNULL) for address in ADDRESSES]
    until = time.monotonic() + 60
    while not all(listens(address, port) for address in ADDRESSES):
        assert time.monotonic() < until
        time.sleep(0.1)
    yield port, processes
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture
def client(replicas: tuple[int, list[subprocess.Popen[bytes]]], proxied: Proxied) -> Iterator[httpx2.Client]:
    """Of the proxy before both, which passes changes of items on, too."""
    with proxied(replicas[0], *ADDRESSES, PROXY_ALSO="/items") as opened:
        yield opened


@pytest.fixture
def killed(replicas: tuple[int, list[subprocess.Popen[bytes]]], client: httpx2.Client) -> Callable[..., tuple[int, list[int]]]:
    """Asks while a replica is killed that has taken some of it and answered none; how many waited for that one, and all statuses."""
    frozen = replicas[1][1]

    def asked(method: str, path: str, body: bytes) -> tuple[int, list[int]]:
        frozen.send_signal(signal.SIGSTOP)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            under_way = [pool.submit(client.request, method, path, content=body) for _ in range(AT_ONCE)]
            until = time.monotonic() + 60
            while sum(one.done() for one in under_way) < AT_ONCE // 2:  # by turns, so half of them come to each
                assert time.monotonic() < until
                time.sleep(0.1)
            time.sleep(0.5)
            waiting = sum(not one.done() for one in under_way)
            frozen.kill()
            answers = [one.result() for one in under_way]
        whole = {"method": method, "bytes": len(body), "digest": hashlib.sha256(body).hexdigest()}
        assert all(answer.json() == whole for answer in answers if answer.status_code == 200)
        return waiting, [answer.status_code for answer in answers]

    return asked


def listens(address: str, port: int) -> bool:
    """Whether a connection is taken."""
    with socket.socket() as tried:
        return tried.connect_ex((address, port)) == 0


@pytest.mark.parametrize(
    ("method", "path", "size"),
    [("GET", "/items", 0), ("POST", "/complete-outfit", 100), ("POST", "/events", KEPT), ("PUT", "/items", 100)],
)
def test_nobody_hears_of_it(killed: Callable[..., tuple[int, list[int]]], method: str, path: str, size: int) -> None:
    """What reads, what counts once, and what says how an item is, is asked of the other one, whole."""
    waiting, statuses = killed(method, path, b"x" * size)
    assert waiting
    assert statuses == [200] * AT_ONCE


@pytest.mark.parametrize(
    ("method", "path", "size"),
    [("POST", "/complete-outfit", KEPT + 1), ("POST", "/complete-outfit", 3_000_000), ("PATCH", "/items", 100), ("DELETE", "/items", 0)],
)
def test_what_cannot_be_sent_again_is_lost_with_it(killed: Callable[..., tuple[int, list[int]]], method: str, path: str, size: int) -> None:
    """A body too large to be kept, and changes that are another thing the second time: 502 to those who had waited alone."""
    waiting, statuses = killed(method, path, b"x" * size)
    assert 0 < waiting < AT_ONCE
    assert (statuses.count(502), statuses.count(200)) == (waiting, AT_ONCE - waiting)


def test_a_replica_that_is_gone_costs_nobody_an_answer(replicas: tuple[int, list[subprocess.Popen[bytes]]], client: httpx2.Client) -> None:
    """However large: nothing of a body is sent where the connection is refused."""
    replicas[1][1].kill()
    replicas[1][1].wait()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        bodies = [b"x" * size for size in (10, 3_000_000) * AT_ONCE]
        answers = list(pool.map(lambda body: client.post("/complete-outfit", content=body), bodies))
    assert [(answer.status_code, answer.json()["bytes"]) for answer in answers] == [(200, len(body)) for body in bodies]


@pytest.mark.parametrize(("told", "sent"), [(1_000, 10), (3_000_000, 2_000_000)])
def test_half_a_body_leaves_no_replica_out(client: httpx2.Client, told: int, sent: int) -> None:
    """Whoever sends it and goes away harms nobody else."""
    place = (client.base_url.host, client.base_url.port or 80)
    with ExitStack() as opened:
        halves = [opened.enter_context(socket.create_connection(place)) for _ in ADDRESSES]
        for half in halves:
            half.sendall(f"POST /complete-outfit HTTP/1.1\r\nHost: localhost\r\nContent-Length: {told}\r\n\r\n".encode() + b"x" * sent)
        time.sleep(0.3)
        for half in halves:
            half.shutdown(socket.SHUT_WR)
            half.settimeout(10)
        for half in halves:  # each is tried for some seconds
            assert half.recv(100).split()[1] >= b"400"
    assert [client.post("/complete-outfit", content=b"x").status_code for _ in range(AT_ONCE)] == [200] * AT_ONCE
