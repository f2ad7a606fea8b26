"""PATCH /items: values of known items that change, such as price and stock. No picture is read and nothing else is touched."""

from __future__ import annotations

from fastapi import APIRouter

from app.api.catalogue import appended, as_columns, each_once
from app.api.keys import behind
from app.api.problems import documented
from app.api.reading import BoundedRoute
from app.api.schemas.catalogue import CatalogueChange, PatchIn, PatchItems
from app.api.services import CurrentRelease, InjectedServices
from app.catalogue.changes import patch
from app.ground.doors import Door
from app.ground.errors import Detail, UnknownItemError
from app.log.base import Event
from app.recommend.limits import check_count
from app.recommend.products import why_unknown
from app.recommend.stages import count
from app.release.release import Release

router = APIRouter(
    route_class=BoundedRoute,
    tags=["catalogue"],
    responses=documented(401, 403, 422, 429),
    dependencies=[behind(Door.WRITE)],
)


@router.patch("/items", responses=documented(404), response_model_exclude_none=True)
async def patch_items(batch: PatchItems, release: CurrentRelease, services: InjectedServices) -> CatalogueChange:
    """Change some values of items; the others stay. 200 once that is on disk; every replica follows within moments.

    404 names each id that the catalogue does not have, and then nothing is changed. On 503, or no answer, send the same batch again.
    """
    check_count("items", len(batch.items), services.settings.limits.max_upserts, "items")
    count("upserts", len(batch.items))
    named = list(each_once(batch.items))
    if fields := {item.id: f"{field}.id" for field, item in named if not services.replay.knows(item.id)}:
        unknown = [Detail(fields[item], item, why) for item, why in why_unknown(release, fields).items()]
        msg = f"{len(unknown)} of the {len(batch.items)} items are not in the catalogue, so nothing was changed"
        raise UnknownItemError(msg, unknown)
    return await appended(services, [_event(release, item) for item in batch.items])


def _event(release: Release, item: PatchIn) -> Event:
    return patch(as_columns(release, item.model_dump(include=item.model_fields_set)))
