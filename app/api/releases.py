"""The releases of the home: list them, activate one, roll back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from app.api.keys import SentKey, may_administer
from app.api.problems import documented
from app.api.schemas.answers import ReleaseOut, Releases
from app.api.services import InjectedServices
from app.ground.errors import Detail, HomeError, UnknownReleaseError
from app.home.store import ReleaseRecord

router = APIRouter(tags=["operations"], responses=documented(401, 403, 503))

ReleaseId = Annotated[str, Path(description="Release id, as `GET /releases` shows it.", examples=["r3-1f0c9a2b"])]


async def may_look(request: Request, services: InjectedServices, key: SentKey) -> None:
    """Allow requests with the admin key, as ``may_administer`` does; where no key is set, all of them, as a list changes nothing."""
    if not services.settings.keys.none_set:
        await may_administer(request, services, key)


@router.get("/releases", dependencies=[Depends(may_look)])
def releases(services: InjectedServices) -> Releases:
    """The releases of this home, newest first, and which one answers."""
    current = services.serving.release
    return Releases(releases=[_out(record, current.id if current else None) for record in reversed(services.store.records())])


@router.post("/releases/{release_id}/activate", dependencies=[Depends(may_administer)], responses=documented(404))
async def activate(release_id: ReleaseId, services: InjectedServices) -> ReleaseOut:
    """Serve this release from now on: here at once, on every other replica within moments. One that is broken is refused."""
    if release_id not in {record.id for record in services.store.records()}:
        problem = "no such release; see GET /releases"
        msg = f"release {release_id!r}: {problem}"
        raise UnknownReleaseError(msg, [Detail("release_id", release_id, problem)])
    return _out((await services.follower.activate(release_id)).record, release_id)


@router.post("/releases/rollback", dependencies=[Depends(may_administer)], responses=documented(404))
async def rollback(services: InjectedServices) -> ReleaseOut:
    """Serve again what served before the current release; never one that did not serve, such as a rejected candidate."""
    try:
        before = services.store.before_current()
    except HomeError as error:
        raise UnknownReleaseError(str(error)) from error
    return _out((await services.follower.activate(before.id, back=True)).record, before.id)


def _out(record: ReleaseRecord, current: str | None) -> ReleaseOut:
    return ReleaseOut(**asdict(record), current=record.id == current)
