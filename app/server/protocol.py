"""uvicorn's HTTP protocol with the bounds that it lacks: on the head of a request, on its time, on connections, and on idle ones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import uuid4

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.api.problems import respond
from app.ground.errors import BY_STATUS, MALFORMED_HTTP, Problem
from app.ground.parts import Connections

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

_BUSY: Final = Problem(503, "/problems/busy", "Too many requests at once", passes=True)
_MOST_PIPELINED: Final = 16
_MOST_FRAMING: Final = 1 << 16
"""Bytes around the chunks of a body, and an eighth of the body more: sizes, extensions, trailers."""


class BoundedProtocol(HttpToolsProtocol):
    """One connection; ``bounded`` makes a class of it with its bounds."""

    bounds: Connections

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any], _loop: asyncio.AbstractEventLoop | None = None
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._head_bytes = self._heads = self._wire = self._body = 0
        self._in_head = True  # between two requests, too
        self._since = self.loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._refusal: tuple[Problem, str] | None = None
        self._last_words = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Count the connection; where there are too many, the one that has sent no request for longest makes room."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(self.bounds.head_s, self._head_late)
        if len(self.connections) > self.bounds.most:
            others = (cast("BoundedProtocol", other) for other in self.connections if other is not self)
            quiet = min((other for other in others if other.is_quiet), key=lambda other: other._since, default=None)  # noqa: SLF001 - its own class
            if quiet is None:
                self._refuse(_BUSY, f"{self.bounds.most:,} connections are open already")
            else:
                quiet.transport.abort()
                self.connections.discard(quiet)

    @property
    def is_quiet(self) -> bool:
        """Whether it is in the midst of no request, but perhaps of a request's head."""
        return self._in_head and (self.cycle is None or self.cycle.response_complete)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        for timer in (self._timer, self._stalled):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count the bytes of heads, which the parser would take without end."""
        if self._ending:
            return
        if self._in_head and self._timer is None:
            self._timer = self.loop.call_later(self.bounds.head_s, self._head_late)
        in_head, heads = self._in_head, self._heads
        self._parse(data)
        if not in_head and not self._in_head and not self._ending:
            self._wire += len(data)
            if self._wire - self._body > _MOST_FRAMING + self._body // 8:
                self._refuse(MALFORMED_HTTP, "the body's chunks take far more bytes than what is in them")
        if in_head and self._in_head and self._heads == heads and not self._ending:
            self._head_bytes += len(data)
            if self._head_bytes > self.bounds.head_bytes:
                self._refuse(BY_STATUS[431], f"the request's line and headers take more than {self.bounds.head_bytes:,} bytes")

    def _parse(self, data: bytes) -> None:
        """Parse; an offer to go on in another protocol is passed over, whose body the parser would take for that protocol's bytes."""
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as offer:
            line = b" ".join([self.parser.get_method(), self.url, b"HTTP/" + self.parser.get_http_version().encode()])
            kept = [name + b": " + value for name, value in self.headers if name != b"upgrade"]
            self.parser = HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's own
            self._in_head = True
            self._parse(b"\r\n".join([line, *kept, b"", data[offer.args[0] :]]))
        except HttpParserError:
            msg = "Invalid HTTP request received."
            self.logger.warning(msg)
            self.send_400_response(msg)

    @property
    def _is_offered(self) -> bool:
        """Whether the request offers another protocol; ``CONNECT`` demands one, and is refused as its target is no path."""
        return bool(self.parser.should_upgrade()) and self.parser.get_method() != b"CONNECT"

    @property
    def _ending(self) -> bool:
        """Whether nothing more is taken."""
        return self.transport.is_closing() or bool(self._last_words)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; a trailer is let go of: its bytes are counted with those around the chunks."""
        if self._in_head and len(self.headers) <= self.bounds.headers:  # one more tells that there are too many
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin the request, if its head is within the bounds."""
        self._in_head, self._head_bytes = False, 0
        self._wire = self._body = 0
        self._heads += 1
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if len(self.headers) > self.bounds.headers:
            self._refusal = BY_STATUS[431], f"the request has more than {self.bounds.headers} headers"
        elif len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > self.bounds.head_bytes:
            self._refusal = BY_STATUS[431], f"the request's line and headers take more than {self.bounds.head_bytes:,} bytes"
        elif len(self.pipeline) >= _MOST_PIPELINED:
            self._refusal = _BUSY, f"more than {_MOST_PIPELINED} requests were sent before the first was answered"
        elif self._names_another_host():
            self._refusal = MALFORMED_HTTP, "the request's target and its Host header name different hosts"
        elif any(name == b"transfer-encoding" and value.strip().lower() != b"chunked" for name, value in self.headers):
            self._refusal = MALFORMED_HTTP, "a body comes as it is, or chunked: no other Transfer-Encoding is taken"
        if self._refusal is not None:
            raise ValueError(self._refusal[1])  # the parser stops, and data_received sends the refusal
        if not self._is_offered:
            super().on_headers_complete()

    def _names_another_host(self) -> bool:
        """Whether the target is a whole address (RFC 9112, 3.2.2) whose host is not that of the header, by which all else goes."""
        scheme, _, rest = self.url.partition(b"://")
        hosts = {value.lower() for name, value in self.headers if name == b"host"}
        return scheme.isalpha() and {rest.partition(b"/")[0].lower()} != hosts

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """What comes now is another request's head."""
        if self._is_offered:
            return
        self._in_head, self._since = True, self.loop.time()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser, or this, did not take."""
        self._refuse(*(self._refusal or (MALFORMED_HTTP, msg)))

    def pause_writing(self) -> None:
        """The client takes nothing of its answer now; it may for so long."""
        super().pause_writing()
        self._stalled = self.loop.call_later(self.bounds.stalled_s, self.transport.abort)

    def resume_writing(self) -> None:
        """It takes some of it again."""
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        super().resume_writing()

    def _head_late(self) -> None:
        self._timer = None
        if self.is_quiet and not self._ending:
            self._refuse(BY_STATUS[408], f"no whole head of a request came within {self.bounds.head_s:g} s")

    def on_response_complete(self) -> None:
        """Begin the next answer; after the last that is owed, say why there are no more."""
        owed = bool(self.pipeline)
        super().on_response_complete()
        if self._last_words and not owed and not self.transport.is_closing():
            self.transport.write(self._last_words)
            self.transport.close()

    def _refuse(self, problem: Problem, why: str) -> None:
        """Answer with a problem, once the requests before have their answers, and close; an answer that has begun is only cut off."""
        cycle, pipelined = self.cycle, bool(self.pipeline)
        in_its_body = cycle is not None and cycle.more_body and not cycle.response_started
        if in_its_body:  # nobody waits for what the service says of it
            cycle.disconnected = True
            cycle.message_event.set()
            if pipelined:
                self.pipeline.popleft()
        words = _said(problem, why)
        if cycle is None or cycle.response_complete or (in_its_body and not pipelined):
            self.transport.write(words)
            self.transport.close()
        elif cycle.more_body and not in_its_body:
            self.transport.close()
        else:
            self._last_words = words


def _said(problem: Problem, why: str) -> bytes:
    """A problem as the bytes of an answer, the connection's last."""
    headers = {"Connection": "close", "X-Content-Type-Options": "nosniff", "X-Request-ID": uuid4().hex}
    answer = respond(problem, why, headers={**headers, "Retry-After": "2"} if problem.passes else headers)
    lines = [f"HTTP/1.1 {problem.status} {problem.title}".encode(), *(name + b": " + value for name, value in answer.raw_headers)]
    return b"\r\n".join([*lines, b"", bytes(answer.body)])


def bounded(connections: Connections) -> Callable[..., asyncio.Protocol]:
    """The protocol with these bounds."""
    return type("Bounded", (BoundedProtocol,), {"bounds": connections})
