"""Headers that tell a browser what it must not do with an answer; on every answer, whoever made it."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NOTHING: Final = ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'")
_DOCUMENTATION: Final = (  # Swagger UI starts itself by a script in its page, and shows nothing that a client or a catalogue says
    *_NOTHING,
    "script-src 'self' 'unsafe-inline'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
)
_PAGE: Final = "/docs"
_ALWAYS: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}
_POLICY: Final = "Content-Security-Policy"


class SecurityHeaders:
    """Adds what an answer does not say itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                headers.setdefault(_POLICY, "; ".join(_DOCUMENTATION if scope["path"] == _PAGE else _NOTHING))
            await send(message)

        await self.app(scope, receive, sending)
