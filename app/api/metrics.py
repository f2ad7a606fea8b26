"""GET /metrics, for Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from anyio import to_thread
from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from app.api.services import InjectedServices
from app.ground.errors import LogError
from app.log.base import Lag, Log, Stream

_PATIENCE_S: Final = 1.0

router = APIRouter(tags=["operations"])


@router.get("/metrics", response_class=Response, responses={200: {"content": {CONTENT_TYPE_PLAIN_0_0_4: {}}}})
async def metrics(services: InjectedServices) -> Response:
    """Figures of this replica for Prometheus."""
    lags = await _lags(services.log)
    return Response(await to_thread.run_sync(services.metrics.exposition, lags), media_type=CONTENT_TYPE_PLAIN_0_0_4)


async def _lags(log: Log) -> Mapping[str, Mapping[str, Lag]] | None:
    """Stream -> group -> lag; None where the log does not answer in time."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return {stream.value: await log.lag(stream) for stream in Stream}
    except (LogError, TimeoutError):
        return None
