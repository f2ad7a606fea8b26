"""The raw port: giant heads, slow heads and bodies, half-open connections, and many large bodies at once."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import httpx2
import pytest

pytestmark = pytest.mark.integration
Server = tuple[subprocess.Popen[str], str, int]


def sent(server: Server, data: bytes) -> socket.socket:
    """A connection over which this was sent."""
    connection = socket.create_connection(server[1:], timeout=60)
    connection.sendall(data)
    return connection


def answered(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    found = b""
    with connection, suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            found += part
    return found


def status(answer: bytes) -> int:
    """The status of an answer, which is a problem in JSON."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head, answer
    assert json.loads(body)["status"] == int(head.split()[1])
    return int(head.split()[1])


def healthy(server: Server) -> bool:
    """Whether it answers."""
    return httpx2.get(f"http://{server[1]}:{server[2]}/healthz", timeout=30).status_code == 200


def test_a_giant_header_is_refused_at_once(server: Server) -> None:
    """60 MB took 7.8 s of everyone's time; of these, no more is read than the bound."""
    began, given = time.monotonic(), 0
    with sent(server, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ") as connection, suppress(OSError):
        for _ in range(6_000):
            connection.sendall(b"a" * 10_000)
            given += 10_000
    assert time.monotonic() - began < 10
    assert given < 20_000_000  # what sockets buffer
    assert healthy(server)


def test_a_head_that_is_too_large_is_431(server: Server) -> None:
    """Bytes in all, in one header, or too many headers: whole heads are told so."""
    for many in (
        b"X: " + b"a" * 33_000 + b"\r\n",
        b"X: aaaaaaaaaa\r\n" * 101,
        b"X: " + b"a" * 300 + b"\r\n" + (b"Y: " + b"b" * 400 + b"\r\n") * 90,
    ):
        assert status(answered(sent(server, b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + many + b"\r\n"))) == 431


def test_what_is_not_http_is_a_problem_in_json(server: Server) -> None:
    """Also what the parser itself refuses."""
    assert status(answered(sent(server, b"NOT HTTP\r\n\r\n"))) == 400


@pytest.mark.parametrize(
    "around", [b"T: a\r\n" * 10_000, b"1;" + b"e" * 60_000 + b"\r\na\r\n", b"1\r\na\r\n" * 10_000], ids=["trailers", "extensions", "bytes"]
)
def test_what_stands_around_the_chunks_of_a_body_has_an_end(server: Server, around: bytes) -> None:
    """Trailers held the event loop for seconds each, for as long as somebody sent them; none of it is a body, so none of it was counted."""
    head = b"POST /complete-outfit HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    given = 0
    with sent(server, head + (b"0\r\n" if around[:1] == b"T" else b"")) as connection, suppress(OSError):
        for _ in range(2_000):
            connection.sendall(around)
            given += len(around)
    assert given < 20_000_000  # what sockets buffer
    assert healthy(server)


@pytest.mark.parametrize("chunks", [b"-2\r\n{}\r\n", b"2\n{}\n0\n\n", b"2\r\n{}XX0\r\n\r\n", b"f" * 30 + b"\r\n"])
def test_chunks_that_are_none_are_400(server: Server, chunks: bytes) -> None:
    """In the midst of a body, too, whoever sent it is told why the connection closes."""
    head = b"POST /complete-outfit HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert status(answered(sent(server, head + chunks))) == 400


def posted(body: bytes, more: bytes = b"", length: int | None = None) -> bytes:
    """A question with this body; with these headers, too, or another length than it has."""
    head = b"POST /complete-outfit HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%bContent-Length: %d\r\n\r\n"
    return head % (more, len(body) if length is None else length) + body


ASKED = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("behind", "refused"),
    [
        (ASKED + b"X: a\r\n" * 101 + b"\r\n", 431),
        (b"NOT HTTP\r\n\r\n", 400),
        (posted(b"", b"Transfer-Encoding: chunked\r\n") + b"zz\r\n", 400),
        ((ASKED + b"\r\n") * 99, 503),
    ],
    ids=["head", "not HTTP", "body", "very many"],
)
def test_a_request_before_has_its_own_answer_and_then_the_refusal_of_the_next_is_told(server: Server, behind: bytes, refused: int) -> None:
    """All that was owed is answered, in order; what comes last says why there is no more."""
    told = answered(sent(server, posted(b'{"items":["tops-1"]}') + behind))
    statuses = [int(part[:3]) for part in told.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200] + [200] * (16 if refused == 503 else 0) + [refused]
    assert status(b"HTTP/1.1 " + told.rpartition(b"HTTP/1.1 ")[2]) == refused
    assert b"recommendation_id" in told.partition(b"HTTP/1.1 %d" % refused)[0]


@pytest.mark.parametrize("offered", [b"h2c", b"websocket", b"anything"])
def test_an_offer_of_another_protocol_is_passed_over(server: Server, offered: bytes) -> None:
    """As Java's HttpClient makes one with its first request: the body is its body, and never another request."""
    offer = b"Connection: Upgrade\r\nUpgrade: %b\r\n" % offered
    hidden = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
    with sent(server, posted(b"", offer, length=len(hidden))) as connection:
        time.sleep(0.2)  # the body comes by itself
        connection.sendall(hidden + posted(b'{"items":["tops-1"]}', offer + b"Connection: close\r\n"))
        told = answered(connection)
    first, second = (int(part[:3]) for part in told.split(b"HTTP/1.1 ")[1:])
    assert (first, second) == (400, 200)
    assert b"hidden" not in told
    assert b"recommendation_id" in told
    too_many = posted(b"{}", offer + b"X: a\r\n" * 101)
    assert status(answered(sent(server, too_many))) == 431


@pytest.mark.parametrize(("coding", "expected"), [(b"Chunked", 200), (b"gzip, chunked", 400), (b"identity", 400)])
def test_no_transfer_coding_but_chunks_is_taken(server: Server, coding: bytes, expected: int) -> None:
    """What says that its body is packed is not read as if it were not."""
    head = (
        b"POST /complete-outfit HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: %b\r\n\r\n"
    )
    told = answered(sent(server, head % coding + b'14\r\n{"items":["tops-1"]}\r\n0\r\n\r\n'))
    assert told.startswith(b"HTTP/1.1 %d " % expected)


def test_a_target_that_names_another_host_is_refused(server: Server) -> None:
    """Whoever stands before it may have gone by the one, and this goes by the other."""
    for target, expected in (
        (b"http://x/healthz", 200),
        (b"http://X/healthz", 200),
        (b"http://y/healthz", 400),
        (b"https://x@y/healthz", 400),
    ):
        told = answered(sent(server, b"GET %b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % target))
        assert int(told.split()[1]) == expected, target


def test_no_answer_says_what_serves(server: Server) -> None:
    """Neither the service's own nor the parser's."""
    for asked in (b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"GET /nowhere HTTP/1.0\r\n\r\n", b"x\r\n\r\n"):
        told = answered(sent(server, asked)).lower()
        assert told.startswith(b"http/1.1 ")
        assert b"\r\nserver:" not in told


def test_a_head_that_never_ends_is_408(server: Server) -> None:
    """One byte now and then keeps nothing open; neither does silence."""
    silent, dripping = sent(server, b""), sent(server, b"GET /healthz HT")
    began = time.monotonic()
    assert status(answered(silent)) == 408
    with dripping, suppress(OSError):
        while time.monotonic() - began < 30:
            dripping.sendall(b"T")
            time.sleep(0.05)
    assert time.monotonic() - began < 15


def test_what_stalls_ends(serving: Callable[..., AbstractContextManager[Server]]) -> None:
    """Long before it has to be whole: half a body, and then nothing; a client that takes nothing of its answers."""
    head = b"POST /complete-outfit HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
    with serving(CONNECTIONS__STALLED_S="1", CONNECTIONS__BODY_S="600") as server:
        began = time.monotonic()
        assert status(answered(sent(server, head + b"{" * 1_000))) == 408
        assert time.monotonic() - began < 15
        asked = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
        whole = len(httpx2.get(f"http://{server[1]}:{server[2]}/openapi.json", headers={"Accept-Encoding": "identity"}).content)
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.connect(server[1:])
        for _ in range(2):  # more than the system holds for it, and never more than may be sent before it is answered
            deaf.sendall(asked * 15)
            time.sleep(2)
        assert len(answered(deaf)) < 30 * whole


def test_a_body_that_drips_is_408(server: Server) -> None:
    """A byte now and then, for longer than a body may take."""
    head = b"POST /complete-outfit HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
    connection = sent(server, head)
    began = time.monotonic()
    with connection, suppress(OSError):
        while time.monotonic() - began < 40:
            connection.sendall(b"[")
            time.sleep(0.1)
    assert 2 < time.monotonic() - began < 20


def test_quiet_connections_keep_nobody_out(server: Server) -> None:
    """More than may be open: those that have sent nothing for longest make room."""
    quiet = [sent(server, b"GET /healthz HTTP/1.1\r\nHost:") for _ in range(100)]
    assert healthy(server)
    quiet[-1].sendall(b" localhost\r\n\r\n")
    assert b" 200 " in quiet[-1].recv(64)
    with suppress(ConnectionError):
        assert not quiet[0].recv(64)
    for connection in quiet:
        connection.close()


def test_half_sent_bodies_hold_little(server: Server) -> None:
    """30 of 15.8 MB held 386 MB; beyond the budget they are refused, and small ones are not."""
    memory = Path(f"/proc/{server[0].pid}/status")

    def resident() -> int:
        return next(int(line.split()[1]) for line in memory.read_text().splitlines() if line.startswith("VmRSS")) // 1024

    before, connections = resident(), []
    head = b"POST /complete-outfit HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 15900000\r\n\r\n"
    refused = 0
    for _ in range(25):
        connection = sent(server, head)
        connections.append(connection)
        connection.settimeout(0.2)
        try:
            connection.sendall(b" " * 15_800_000)
            refused += b" 503 " in connection.recv(64)
        except TimeoutError:
            pass  # it waits for the rest
        except OSError:
            refused += 1
    grown = resident() - before
    assert refused > 10
    assert grown < 150
    question = httpx2.post(f"http://{server[1]}:{server[2]}/complete-outfit", json={"items": ["tops-1"]}, timeout=60)
    assert question.status_code == 200
    for connection in connections:
        connection.close()
