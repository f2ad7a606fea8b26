"""One process that answers: uvicorn, with the bounds of ``protocol`` and the shutdown of ``app.api.draining``."""

from __future__ import annotations

import asyncio
import gc
import resource
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, Final, Protocol

import uvicorn
from starlette.types import Message, Receive, Scope, Send

from app.api.draining import Draining
from app.ground.logs import configure, logger
from app.ground.settings import Settings
from app.server.protocol import bounded

_SWITCH_S: Final = 0.0002
"""Seconds for which a thread keeps Python's lock; so long waits each step of an answer while a body is checked beside it."""
_FILES_BESIDE: Final = 256
"""Files of a process beside its connections: the catalogue, the log, pictures, and what it starts."""
_CLOSING_S: Final = 1
"""Seconds that uvicorn waits for connections once nothing is under way any more."""


class Service(Protocol):
    """The application of a shop, or of several; ``state.services``, once it has started, has the ``pool`` that computes."""

    state: Any

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...  # noqa: ANN401 - as ASGI has it


def answer(app: Service, settings: Settings, listener: socket.socket, loaded: Callable[[], None] = lambda: None) -> None:
    """Answer on a socket until a signal says to stop.

    Args:
        loaded: called, on a thread, once it can answer and before it takes a connection. Whoever answered on the socket until then has to
            have left it when this returns: with two who take connections, one client is told that it is ready and the next that it starts.
    """
    sys.setswitchinterval(_SWITCH_S)
    _take_open_files(settings)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    service = _Loaded(app, loaded)
    config = uvicorn.Config(
        Draining(service),
        lifespan="on",  # or a service that fails at its start would answer all the same
        http=bounded(settings.connections),  # type: ignore[arg-type]  # uvicorn asks for a class
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # who asks is the doors' matter: they believe none but ATTIRE_PROXIES
        backlog=min(2_048, 4 * settings.connections.most),
        timeout_keep_alive=settings.connections.idle_s,  # type: ignore[arg-type]  # seconds are passed on to the loop
        timeout_graceful_shutdown=_CLOSING_S,
    )
    try:
        _Server(config, service, settings.grace_s).run(sockets=[listener])
    except SystemExit as error:  # uvicorn's, at a start that failed and was told
        raise SystemExit(1) from error


def _take_open_files(settings: Settings) -> None:
    """Have as many open files as connections may want, or say that the system gives fewer: whoever comes then is hung up on."""
    wanted = settings.connections.most + _FILES_BESIDE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY in {soft, wanted} or soft >= wanted:
        return
    given = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (given, hard))
    if given < wanted:
        configure(settings.log)
        what_to_do = "`ulimit -n`, LimitNOFILE= of the unit, or a smaller ATTIRE_CONNECTIONS__MOST"
        logger().warning("few_open_files", may=given, wanted=wanted, what_to_do=what_to_do)


class _Loaded:
    """ASGI middleware; waits for ``then`` where the service says that it is loaded. The server takes connections after that.

    Attributes:
        loaded: whether it has said so.
    """

    def __init__(self, app: Service, then: Callable[[], None]) -> None:
        self.app, self._then = app, then
        self.loaded = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                self.loaded = True
                await asyncio.to_thread(self._then)
            await send(message)

        await self.app(scope, receive, told if scope["type"] == "lifespan" else send)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, service: _Loaded, grace_s: float) -> None:
        super().__init__(config)
        self._service, self._grace_s = service, grace_s

    async def startup(self, sockets: Sequence[socket.socket] | None = None) -> None:
        await super().startup(list(sockets or ()))
        gc.freeze()  # libraries, models and catalogue: a collection that walks them holds every request up for some tenths of a second

    async def shutdown(self, sockets: Sequence[socket.socket] | None = None) -> None:
        """Drain while connections are still taken, so that a client that comes now is told to try again."""
        draining: Draining = self.config.app  # type: ignore[assignment]
        services = getattr(self._service.app.state, "services", None)
        await draining.drain(services.pool if services else None, self._grace_s if not self.force_exit else 0.0)
        await super().shutdown(list(sockets or ()))
        self._captured_signals = [one for one in self._captured_signals if one == signal.SIGINT]  # uvicorn raises them again

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Shut down; at once while it is still loaded, as nobody is answered then and what is loaded may take for ever."""
        if self._service.loaded:
            super().handle_exit(sig, frame)
            return
        signal.signal(sig, signal.SIG_DFL)
        signal.raise_signal(sig)
