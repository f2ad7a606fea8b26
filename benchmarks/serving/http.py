"""A service started for a measurement, and a client that costs the two cores little: requests are bytes made beforehand."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_WAIT_S: Final = 120.0
_HANDED_OVER_S: Final = 2.0  # what answered while it was loaded takes connections for a moment longer


def request(method: str, path: str, body: bytes = b"") -> bytes:
    """One HTTP request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Connection:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, sent: bytes) -> bytes:
        """The body of the answer; RuntimeError where its status is not 200."""
        self._socket.sendall(sent)
        found = b""
        while (answer := _whole(found)) is None:
            more = self._socket.recv(1 << 20)
            if not more:
                msg = "the service closed the connection"
                raise RuntimeError(msg)
            found += more
        return answer

    def close(self) -> None:
        """Close it."""
        self._socket.close()


def _whole(found: bytes) -> bytes | None:
    head, there, body = found.partition(b"\r\n\r\n")
    if not there:
        return None
    if not head.startswith(b"HTTP/1.1 200"):
        msg = f"{head[:60]!r} {body[:200]!r}"
        raise RuntimeError(msg)
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    return body if len(body) >= int(fields[b"content-length"]) else None


async def flood(port: int, sent: Sequence[bytes], at_once: int, seconds: float) -> list[float]:
    """Ask from ``at_once`` connections, each again as soon as it has its answer; the milliseconds of each answer."""
    until, taken, place = time.perf_counter() + seconds, list[float](), iter(range(1 << 30))

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (begun := time.perf_counter()) < until:
            writer.write(sent[next(place) % len(sent)])
            found = await reader.readuntil(b"\r\n\r\n")
            while _whole(found) is None:
                found += await reader.read(1 << 20)
            taken.append(1000 * (time.perf_counter() - begun))
        writer.close()

    await asyncio.gather(*(one() for _ in range(at_once)))
    return taken


class Client:
    """Kept connections, as many as are needed at once."""

    def __init__(self, port: int) -> None:
        self._port, self._free = port, list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]()

    async def ask(self, sent: bytes) -> int:
        """The status of the answer; 0 where there is none."""
        while True:
            kept = bool(self._free)
            try:
                reader, writer = self._free.pop() if kept else await asyncio.open_connection("127.0.0.1", self._port)
                writer.write(sent)
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
            except (OSError, asyncio.IncompleteReadError):
                if kept:
                    continue  # it was closed for having been idle
                return 0
            if b"connection: close" in head:
                writer.close()
            else:
                self._free.append((reader, writer))
            return int(head[9:12])

    def close(self) -> None:
        """Close them."""
        for _, writer in self._free:
            writer.close()


@dataclass(frozen=True)
class Running:
    """A service that runs: the seconds that it took to be ready, and the id of its process."""

    ready_s: float
    process: int


@contextmanager
def running(command: Sequence[str], port: int, environment: dict[str, str], ready: str, beside: Path | None = None) -> Iterator[Running]:
    """A service, in another checkout where one is given, while it is needed."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, **environment},
        cwd=beside,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(port, ready):
            if process.poll() is not None or time.perf_counter() - begun > _WAIT_S:
                msg = f"{' '.join(command)}: not ready, ended with {process.poll()}"
                raise RuntimeError(msg)
            time.sleep(0.05)
        running = Running(time.perf_counter() - begun, process.pid)
        time.sleep(_HANDED_OVER_S)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        port: Any = some.getsockname()[1]
        return int(port)


def _answers(port: int, path: str) -> bool:
    try:
        connection = Connection(port)
    except OSError:
        return False
    try:
        connection.ask(request("GET", path))
    except (OSError, RuntimeError):
        return False
    finally:
        connection.close()
    return True
