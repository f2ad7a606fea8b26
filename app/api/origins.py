"""Which web pages may use the service from a browser (CORS): those of ``ATTIRE_ORIGINS``, and those that publishable keys are bound to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import respond
from app.api.ring import Ring
from app.ground.errors import FOREIGN_PAGE, Detail

_METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE"
_SENT: Final = "Authorization, Content-Type, If-Match, If-None-Match, X-API-Key, X-Request-ID"
_READ: Final = "ETag, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-ID"
_REMEMBERED_S: Final = "600"


class Origins:
    """Answers a browser that asks whether a page may, and marks the answers that a page may read.

    What a page may do is the key's matter; this only makes browsers let it.
    """

    def __init__(self, app: ASGIApp, allowed: Sequence[str], ring: Ring) -> None:
        self.app, self.allowed, self.ring = app, frozenset(allowed), ring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        origin = headers.get("origin") if headers is not None else None
        if headers is None:
            await self.app(scope, receive, send)
        elif origin is not None and scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await self._preflight(origin)(scope, receive, send)
        else:
            await self.app(scope, receive, self._marking(send, origin))

    def _may(self, origin: str) -> bool:
        return "*" in self.allowed or origin in self.allowed or origin in self.ring.origins

    def _preflight(self, origin: str) -> Response:
        if not self._may(origin):
            problem = (
                "pages of this address may not use the service; add it to ATTIRE_ORIGINS, or make a key for it with `attire keys create`"
            )
            return respond(FOREIGN_PAGE, f"Origin: {problem}", [Detail("Origin", origin, problem)], {"Vary": "Origin"})
        return Response(
            status_code=204,
            headers={
                "Access-Control-Allow-Origin": origin,
                "Access-Control-Allow-Methods": _METHODS,
                "Access-Control-Allow-Headers": _SENT,
                "Access-Control-Max-Age": _REMEMBERED_S,
                "Vary": "Origin",
            },
        )

    def _marking(self, send: Send, origin: str | None) -> Send:
        """Whatever is kept of an answer that no page asked for is not for one that asks: each says that it depends on who does."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Origin")
                if origin is not None and self._may(origin):
                    headers["Access-Control-Allow-Origin"] = origin
                    headers["Access-Control-Expose-Headers"] = _READ
            await send(message)

        return sending
