"""ASGI middleware around every request: an id, a line in the log and a count in the figures."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from app.api.problems import printable, respond
from app.ground.errors import INTERNAL
from app.ground.logs import logger
from app.ground.names import fresh
from app.live.metrics import NO_ROUTE, Metrics
from app.recommend.stages import Measured, measured

REQUEST_ID: Final = "X-Request-ID"
_ID: Final = re.compile(r"[\w.:-]{1,128}", re.ASCII)


class RequestLog:
    """Gives every request an id (the client's own, if that is well formed), one line in the log and one count in the figures.

    Every other line that is logged for the request carries its id, too. An exception that reaches this becomes a 500.

    Args:
        metrics: None: there are no figures of what it is around.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics | None = None) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = sent if _ID.fullmatch(sent) else fresh()
        stages = Measured()
        measured.set(stages)
        status, started = 0, time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])  # a page may give it as what it is called
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
                _tell_span(scope.get("state", {}), request_id, stages)  # which ends with the answer
            await send(message)

        with bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_with_id)
            except Exception:
                logger().exception("failed", path=printable(scope["path"]))
                if status:
                    raise  # the answer has begun: only cutting it off tells the client
                await respond(INTERNAL, f"request {request_id} failed")(scope, receive, send_with_id)
            finally:
                seconds = time.perf_counter() - started
                state = scope.get("state", {})
                route = str(getattr(scope.get("route"), "path", NO_ROUTE))  # as declared: few labels, whatever paths are asked for
                if self.metrics is not None:
                    self.metrics.request(scope["method"], route, status, seconds, stages)
                logger().info(
                    "request",
                    method=scope["method"],
                    path=printable(scope["path"]),
                    status=status,
                    ms=round(1000 * seconds, 1),
                    **{name: state[name] for name in ("release", "key") if state.get(name) is not None},
                    **{f"{name}_ms": round(1000 * took, 2) for name, took in stages.seconds.items()},
                )


def _tell_span(state: Mapping[str, Any], request_id: str, stages: Measured) -> None:
    """Say of a request that is traced what its line in the log says."""
    span = state.get("span")
    if span is not None:
        told = {"request_id": request_id, "release": state.get("release") or ""}
        told |= {f"{name}_ms": round(1000 * took, 2) for name, took in stages.seconds.items()}
        span.set_attributes({f"attire.{name}": value for name, value in told.items()})
