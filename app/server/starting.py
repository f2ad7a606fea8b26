"""Answers while the service is still being loaded: that the process lives, and to all else 503 with what is waited for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import uvicorn
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from app.api.headers import SecurityHeaders
from app.api.problems import RETRY_AFTER_S, respond
from app.ground.errors import PROBLEMS, NotReadyError
from app.ground.settings import Settings
from app.server.protocol import bounded

_LIVES = "/healthz"


class Starting:
    """A server on a thread of its own, on the socket that the service will answer on; ``close`` once it does."""

    def __init__(self, listener: socket.socket, settings: Settings, awaited: str) -> None:
        self._why = f"it starts: {awaited}; try again in {RETRY_AFTER_S} s"
        config = uvicorn.Config(
            SecurityHeaders(self._answer),
            http=bounded(settings.connections),  # type: ignore[arg-type]  # uvicorn asks for a class
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        self._server, own = uvicorn.Server(config), listener.dup()
        self._thread = threading.Thread(target=self._server.run, args=([own],), name="starting", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Leave the socket to the service."""
        self._server.should_exit = True
        self._thread.join()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {"Retry-After": str(RETRY_AFTER_S), "X-Request-ID": uuid4().hex, "Connection": "close"}
        answer = respond(PROBLEMS[NotReadyError], self._why, headers=headers)
        if scope["path"] == _LIVES:
            del headers["Retry-After"]
            answer = JSONResponse({"status": "ok"}, headers=headers)
        await answer(scope, receive, send)


@contextmanager
def starting(listener: socket.socket, settings: Settings, awaited: str) -> Iterator[Starting]:
    """Answer so at most as long as what is done meanwhile takes.

    Args:
        awaited: what is waited for, in words.
    """
    server = Starting(listener, settings, awaited)
    try:
        yield server
    finally:
        server.close()
