"""Turns requests away before their bodies are read, while as many wait for a thread as may: a refusal has to cost little."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import respond_to
from app.api.services import Services

COMPUTING: Final = frozenset({"/complete-outfit", "/score-outfit"})
_SMALL: Final = 5  # digits of the bytes of a small body


class Full:
    """Answers 503 with ``Retry-After`` to whoever asks for outfits while no ordinary request finds a place; behind the doors."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = getattr(scope.get("route"), "path", None) if scope["type"] == "http" else None
        services: Services | None = getattr(scope["app"].state, "services", None) if route in COMPUTING else None
        busy = services.pool.busy() if services is not None else None
        if busy is None:
            await self.app(scope, receive, send)
            return
        answer = respond_to(busy)
        announced = Headers(scope=scope).get("content-length", "")
        if not (announced.isascii() and announced.isdigit() and len(announced) <= _SMALL):
            answer.headers["Connection"] = "close"  # the rest of a large body is not waited for
        await answer(scope, receive, send)
