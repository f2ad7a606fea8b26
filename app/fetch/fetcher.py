"""Fetches what a URL names, patiently and within bounds: bytes, seconds, redirects, and how much is asked of one host at once."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import IO, Final
from urllib.parse import urljoin
from weakref import WeakValueDictionary

import httpcore2
import httpx2

from app.fetch.allowed import Allowed, Target
from app.fetch.network import PublicNetwork
from app.ground.errors import FetchError, RefusedUrlError, UnreachableError
from app.ground.fetching import Fetching

_MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_BUSY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_OK, _UNCHANGED = 200, 304
_PACKED: Final = frozenset({"gzip", "x-gzip"})
"""Encodings in which a file is kept as it comes: buckets send what is stored in them so, whatever they are asked for."""
_LONGEST_VALIDATOR: Final = 1_024
_SHORT_BODY: Final = 65_536
_FIRST_PAUSE_S: Final = 0.5
_BROKEN: Final = (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException, ssl.SSLError, OSError)


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said to tell a later version by (RFC 9110, 8.8): ``ETag`` and ``Last-Modified``."""

    etag: str | None = None
    modified: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Those of a request for what has changed since."""
        found = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered.

    Attributes:
        body: None where nothing has changed; empty where it was written ``into`` a file.
        fresh_s: seconds for which it need not be asked again, by its own word.
    """

    body: bytes | None
    validators: Validators
    fresh_s: float


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: httpx2.Headers
    body: bytes


class Fetcher:
    """Connections to the hosts that may be asked.

    Args:
        network: connects by name; None connects to public addresses, and to those of ``settings.networks``.
        trust: whose certificates count; None is the system's.
        pause: waits for some seconds.
    """

    def __init__(
        self,
        settings: Fetching,
        allowed: Allowed,
        *,
        network: httpcore2.AsyncNetworkBackend | None = None,
        trust: ssl.SSLContext | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.settings, self.allowed, self._pause = settings, allowed, pause
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=trust or httpx2.create_ssl_context(),
            max_connections=settings.at_once,
            keepalive_expiry=5.0,
            network_backend=network or PublicNetwork(settings.networks),
        )
        self._all = asyncio.Semaphore(settings.at_once)
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.aclose()

    async def get(self, url: str, known: Validators | None = None, accept: str = "*/*", into: IO[bytes] | None = None) -> Fetched:
        """Fetch what has changed since ``known``.

        Args:
            into: an empty file that takes the body, a gzip where it is sent as one; None keeps it in memory, where it may be none.

        Raises:
            RefusedUrlError: the URL, or one that it redirects to, may not be fetched.
            UnreachableError: a server is gone, busy or slow, and was so each time that it was asked.
            FetchError: there is nothing, or too much.
        """
        asked, headers = url, {"Accept": accept, **(known or Validators()).headers}
        for _ in range(_MOST_REDIRECTS + 1):
            answer = await self._patiently(self._target(url, asked), headers, into)
            if answer.status not in _REDIRECTS:
                return _fetched(asked, answer, known or Validators())
            try:
                url = urljoin(url, answer.headers.get("location", ""))
            except ValueError:
                raise FetchError(asked, "is redirected to what is no URL") from None
        raise FetchError(asked, f"is redirected more than {_MOST_REDIRECTS} times")

    def _target(self, url: str, asked: str) -> Target:
        """Where a URL leads, under the name of the one that was asked for."""
        try:
            return replace(self.allowed.target(url), url=asked)
        except RefusedUrlError as error:
            if url == asked:
                raise
            raise RefusedUrlError(asked, f"is redirected to what is refused: {error.reason}") from error

    async def _patiently(self, target: Target, headers: dict[str, str], into: IO[bytes] | None) -> _Answer:
        """Ask again while the server is gone or busy; who waits keeps its place at this host, so that all of them slow down."""
        async with self._hosts.setdefault(target.place, asyncio.Semaphore(self.settings.per_host)):
            for attempt in range(self.settings.retries + 1):
                try:
                    return await self._once(target, headers, into)
                except UnreachableError as error:
                    longest = self.settings.longest_pause_s
                    pause = max(_FIRST_PAUSE_S * 2**attempt * random.uniform(0.5, 1.0), error.after_s or 0)  # noqa: S311 - spreads retries
                    if attempt == self.settings.retries:
                        raise
                    if pause > longest:
                        raise UnreachableError(target.url, f"{error.reason}, and asks for {pause:,.0f} s of patience", pause) from error
                    await self._pause(pause)
        raise AssertionError  # a loop that ends returns or raises

    async def _once(self, target: Target, headers: dict[str, str], into: IO[bytes] | None) -> _Answer:
        try:
            async with self._all, asyncio.timeout(self.settings.timeout_s):
                answer = await self._asked(target, headers, into)
        except RefusedUrlError as error:
            raise RefusedUrlError(target.url, error.reason) from error
        except TimeoutError:
            raise UnreachableError(target.url, f"takes longer than {self.settings.timeout_s:g} s") from None
        except _BROKEN as error:
            raise UnreachableError(target.url, _why(error)) from error
        if answer.status in _BUSY:
            raise UnreachableError(target.url, f"is answered with {answer.status}", _retry_after_s(answer.headers))
        return answer

    async def _asked(self, target: Target, headers: dict[str, str], into: IO[bytes] | None) -> _Answer:
        """One request and its answer; the body only of what is there, and no more of it than may be."""
        sent: dict[bytes | str, bytes | str] = {"Host": target.place, "User-Agent": "attire", "Accept-Encoding": "identity"}
        sent.update(headers)
        where = httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        async with self._pool.stream("GET", where, headers=sent) as response:
            found = httpx2.Headers(response.headers)
            if response.status == _OK:
                await self._read(target, response, found, body := into or BytesIO())
                return _Answer(response.status, found, body.getvalue() if isinstance(body, BytesIO) else b"")
            await _passed_over(response)
            return _Answer(response.status, found, b"")

    async def _read(self, target: Target, response: httpcore2.Response, headers: httpx2.Headers, body: IO[bytes]) -> None:
        """Write a body, and no more of it than may be, over what a try before this one may have left."""
        most = self.settings.max_bytes
        kept = _PACKED if not isinstance(body, BytesIO) else frozenset()
        if (packed := headers.get("content-encoding", "identity").strip().casefold()) not in {"identity", *kept}:
            raise FetchError(target.url, "comes compressed, which was not asked for" + (f": {packed}, and not gzip" if kept else ""))
        length = headers.get("content-length", "")
        if body.tell():
            body.seek(0)
            body.truncate()
        if not (length.isdecimal() and int(length) > most):
            async for part in response.aiter_stream():
                try:
                    body.write(part)
                except OSError as error:
                    raise FetchError(target.url, f"cannot be kept now ({error.strerror or error})") from error
                if body.tell() > most:
                    break
            else:
                return
        raise FetchError(target.url, f"is larger than {most:,} bytes")


async def _passed_over(response: httpcore2.Response) -> None:
    """Read a short body, which nobody wants, so that the connection can be used again; it is closed behind a long one."""
    size = 0
    async for part in response.aiter_stream():
        size += len(part)
        if size > _SHORT_BODY:
            return


def _fetched(url: str, answer: _Answer, known: Validators) -> Fetched:
    if answer.status not in {_OK, _UNCHANGED}:
        raise FetchError(url, f"is answered with {answer.status}")
    if answer.status == _UNCHANGED and not known.headers:
        raise FetchError(url, "is said to be unchanged, but was never fetched")
    said = Validators(*(_repeatable(answer.headers.get(name)) for name in ("etag", "last-modified")))
    unchanged = answer.status == _UNCHANGED
    return Fetched(None if unchanged else answer.body, said if said.headers or not unchanged else known, _fresh_s(answer.headers))


def _repeatable(value: str | None) -> str | None:
    """A header's value, where it can be sent back as it came."""
    return value if value and value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALIDATOR else None


def _fresh_s(headers: httpx2.Headers) -> float:
    """For how long an answer is fresh (RFC 9111, 5.2.2.1)."""
    said = [part.strip().lower() for part in headers.get("cache-control", "").split(",")]
    if {"no-store", "no-cache"} & set(said):
        return 0.0
    ages = [part.removeprefix("max-age=") for part in said if part.startswith("max-age=")]
    return float(ages[0][:9]) if ages and ages[0].isdecimal() else 0.0


def _retry_after_s(headers: httpx2.Headers) -> float | None:
    """Seconds that a server asks to wait: a number, or the time until a date (RFC 9110, 10.2.3)."""
    said = headers.get("retry-after", "").strip()
    if said.isdecimal():
        return float(said[:9])
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _why(error: Exception) -> str:
    """What happened to a connection, for a person; nothing that a server sent."""
    if isinstance(error, httpcore2.TimeoutException):
        return "does not answer in time"
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "has a certificate that is not trusted, or of another host"
    if isinstance(error, httpcore2.ProtocolError):
        return "does not speak HTTP"
    return "cannot be connected to" if isinstance(error, httpcore2.ConnectError) else "breaks the connection"
