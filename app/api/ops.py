"""For whoever runs the service: does it live, can it answer, what does it serve."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Request

from app.api.answers import Health, ReleaseOut, Releases
from app.api.problems import documented
from app.release import Serving
from app.store import ReleaseStore

router = APIRouter(tags=["operations"])


@router.get("/healthz", response_model_exclude_none=True)
async def healthz() -> Health:
    """Whether the process lives."""
    return Health(status="ok")


@router.get("/readyz", responses=documented(503))
async def readyz(request: Request) -> Health:
    """Whether it can answer; 503 with Retry-After while it cannot."""
    serving: Serving = request.app.state.serving
    return Health(status="ready", release=serving.current().id)


@router.get("/releases", responses=documented(503))
def releases(request: Request) -> Releases:
    """The releases of this home, newest first, and which one answers."""
    store: ReleaseStore = request.app.state.store
    serving: Serving = request.app.state.serving
    current = serving.current().id if serving.ready else None
    return Releases(releases=[ReleaseOut(**asdict(record), current=record.id == current) for record in reversed(store.records())])
