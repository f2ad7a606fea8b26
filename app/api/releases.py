"""The releases of the home: list them, activate one, roll back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path

from app.api.keys import behind
from app.api.problems import documented
from app.api.schemas.answers import ReleaseOut, Releases
from app.api.services import InjectedServices, Services
from app.ground.doors import Door
from app.ground.errors import Detail, HomeError, UnknownReleaseError
from app.home.store import ReleaseRecord
from app.release.release import Release

router = APIRouter(tags=["operations"], responses=documented(401, 403, 429))

ReleaseId = Annotated[str, Path(description="Release id, as `GET /releases` shows it.", examples=["r3-1f0c9a2b"])]


@router.get("/releases", dependencies=[behind(Door.LOOK)])
def releases(services: InjectedServices) -> Releases:
    """The releases of this home, newest first, and which one answers."""
    current = services.serving.release
    return Releases(releases=[_out(record, current) for record in reversed(services.store.records())])


@router.post("/releases/{release_id}/activate", dependencies=[behind(Door.ADMIN)], responses=documented(404, 422))
async def activate(release_id: ReleaseId, services: InjectedServices) -> ReleaseOut:
    """Serve this release from now on: here at once, on every other replica within moments. One that is broken is refused."""
    if release_id not in {record.id for record in services.store.records()}:
        problem = "no such release; see GET /releases"
        msg = f"release {release_id!r}: {problem}"
        raise UnknownReleaseError(msg, [Detail("release_id", release_id, problem)])
    release = await services.follower.activate(release_id)
    return _out(release.record, release)


@router.post("/releases/rollback", dependencies=[behind(Door.ADMIN)], responses=documented(404))
async def rollback(services: InjectedServices) -> ReleaseOut:
    """Serve again what served before the current release; never one that did not serve, such as a rejected candidate."""
    release = await services.follower.activate(before(services).id, back=True)
    return _out(release.record, release)


def before(services: Services) -> ReleaseRecord:
    """What a rollback goes back to.

    Raises:
        UnknownReleaseError: there is none.
    """
    try:
        return services.store.before_current()
    except HomeError as error:
        problem = "no release served before the one that serves; see GET /releases"
        raise UnknownReleaseError(problem) from error


def _out(record: ReleaseRecord, current: Release | None) -> ReleaseOut:
    answers = current is not None and current.id == record.id
    return ReleaseOut(**asdict(record), current=answers, index=dict(current.searched) if current and answers else None)
