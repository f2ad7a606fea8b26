"""A real shop on this machine, by https, that a pinned resolver gives a public address."""

from __future__ import annotations

import asyncio
import io
import shutil
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import httpcore2
import numpy as np
import pytest
from PIL import Image

from app.fetch.allowed import Allowed
from app.fetch.fetcher import Fetcher
from app.fetch.network import PublicNetwork, system_resolver
from app.ground.fetching import Fetching

PUBLIC = "93.184.215.14"
NAMES = ("shop.example", "img.shop.example", "cdn.example")


@dataclass
class Reply:
    """What the shop answers; ``stall_s`` before the body."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    stall_s: float = 0.0


@dataclass
class Shop:
    """A server by https. ``pages``: path -> what it answers, or what it answers in turn; the last of these from then on."""

    port: int
    trust: ssl.SSLContext
    pages: dict[str, Reply | list[Reply]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    named: list[str | None] = field(default_factory=list)
    most_at_once: int = 0
    _now: int = 0
    _lock: Lock = field(default_factory=Lock)

    def answer(self, path: str, headers: dict[str, str]) -> Reply:
        """The reply to a request; 304 for a validator that it has."""
        with self._lock:
            self.asked.append((path, headers))
            found = self.pages.get(path, Reply(404))
            reply = found if isinstance(found, Reply) else (found.pop(0) if len(found) > 1 else found[0])
        tag = reply.headers.get("ETag")
        return Reply(304, headers={"ETag": tag}) if tag and headers.get("If-None-Match") == tag else reply

    def entered(self, by: int) -> None:
        """Count the requests under way."""
        with self._lock:
            self._now += by
            self.most_at_once = max(self.most_at_once, self._now)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    shop: Shop

    def do_GET(self) -> None:
        self.shop.entered(1)
        try:
            reply = self.shop.answer(self.path, dict(self.headers.items()))
            self.send_response(reply.status)
            length = {} if "Transfer-Encoding" in reply.headers else {"Content-Length": str(len(reply.body))}
            for name, value in {**length, **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            time.sleep(reply.stall_s)
            self.wfile.write(reply.body)
        except OSError:  # the client went away, as it may
            self.close_connection = True
        finally:
            self.shop.entered(-1)

    def log_message(self, *_: Any) -> None:
        """Be quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Be quiet about clients that refuse the certificate."""


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of ``NAMES``, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on the PATH")
    where = tmp_path_factory.mktemp("certificate") / "shop.pem"
    names = "subjectAltName=" + ",".join(f"DNS:{name}" for name in NAMES)
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=shop", "-addext", names, "-keyout", str(where.with_suffix(".key")), "-out", str(where.with_suffix(".crt"))]
    subprocess.run(command, check=True, capture_output=True)
    where.write_bytes(where.with_suffix(".key").read_bytes() + where.with_suffix(".crt").read_bytes())
    return where


@pytest.fixture
def shop(certificate: Path) -> Iterator[Shop]:
    """The shop, open."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    opened = Shop(server.server_address[1], ssl.create_default_context(cafile=str(certificate)))
    handler.shop = opened  # type: ignore[attr-defined]
    context.sni_callback = lambda _socket, name, _context: opened.named.append(name)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield opened
    server.shutdown()
    thread.join()
    server.server_close()


class Wire(httpcore2.AsyncNetworkBackend):
    """Leads every address to the shop, and remembers which were dialled."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.dialled: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature of httpcore
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the shop."""
        self.dialled.append((host, port))
        return await httpcore2.AnyIOBackend().connect_tcp("127.0.0.1", self.port, timeout, local_address, socket_options)


@dataclass
class Opened:
    """A fetcher, with what it dialled and how long it paused."""

    fetcher: Fetcher
    wire: Wire
    pauses: list[float]


Answers = dict[str, list[Sequence[str]]]
"""Host -> the addresses that the resolver gives in turn; the last from then on."""
OpenFetcher = Callable[..., AbstractAsyncContextManager[Opened]]


@pytest.fixture
def fetching(shop: Shop) -> OpenFetcher:
    """Opens a fetcher whose names lead to the shop under a public address, unless told otherwise; numbers are what they are."""

    @asynccontextmanager
    async def opened(hosts: Sequence[str] = ("*",), answers: Answers | None = None, **given: Any) -> AsyncIterator[Opened]:
        wire, pauses = Wire(shop.port), list[float]()

        async def resolve(host: str, port: int) -> Sequence[str]:
            told = (answers or {}).get(host)
            if told:
                return told.pop(0) if len(told) > 1 else told[0]
            return [PUBLIC] if host.endswith(".example") else await system_resolver(host, port)

        async def pause(seconds: float) -> None:
            pauses.append(seconds)
            await asyncio.sleep(0)

        settings = Fetching(**given)
        network = PublicNetwork(settings.networks, resolve, wire)
        fetcher = Fetcher(settings, Allowed(hosts, settings.http_hosts), network=network, trust=shop.trust, pause=pause)
        try:
            yield Opened(fetcher, wire, pauses)
        finally:
            await fetcher.close()

    return opened


@pytest.fixture
def at_the_shop(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Makes whatever fetches pictures and feeds meet the shop, at whatever public address; ``localhost`` is what it is."""
    wire = Wire(shop.port)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return [PUBLIC] if host.endswith(".example") else await system_resolver(host, port)

    async def pause(_: float) -> None:
        await asyncio.sleep(0)

    def opened(settings: Fetching, allowed: Allowed) -> Fetcher:
        return Fetcher(settings, allowed, network=PublicNetwork(settings.networks, resolve, wire), trust=shop.trust, pause=pause)

    for where in ("pictures", "feed"):
        monkeypatch.setattr(f"app.fetch.{where}.Fetcher", opened)
    return wire


@pytest.fixture(scope="session")
def picture() -> Callable[..., bytes]:
    """Makes a picture, of noise, as a JPEG or another kind."""

    def made(seed: int = 0, size: tuple[int, int] = (40, 30), kind: str = "JPEG", **options: Any) -> bytes:
        noise = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(noise).save(buffer, kind, **options)
        return buffer.getvalue()

    return made


@pytest.fixture(name="Reply")
def reply_fixture() -> type[Reply]:
    """What the shop answers."""
    return Reply
