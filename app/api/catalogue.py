"""PUT /items and DELETE /items/{id}: catalogue changes go into the log, and from there into every replica."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final, TypeVar

import numpy as np
from fastapi import APIRouter, Request
from pydantic import BeforeValidator

from app.api.computing import CurrentComputing
from app.api.fetching import Sources, fetched_pictures
from app.api.forms import JSON_PART, read_form
from app.api.keeping import keep
from app.api.keys import behind
from app.api.problems import documented
from app.api.reading import UpsertRoute
from app.api.schemas.catalogue import CatalogueChange, PatchIn, PictureIn, UpsertIn, UpsertItems
from app.api.services import CurrentRelease, InjectedServices, Services
from app.api.translate import decoded
from app.catalogue.changes import KEPT, removal, upsert
from app.ground.doors import Door
from app.ground.errors import BadPictureError, Detail, HomeError, LogUnavailableError, UnknownItemError, refused
from app.ground.parts import Limits
from app.ground.shortened import shortened
from app.log.base import Event, Stream
from app.recommend import cost
from app.recommend.limits import category_meant, check_count, new_categories
from app.recommend.products import why_unknown
from app.recommend.slices import pause
from app.recommend.stages import count
from app.release.release import Release
from models.encoders.pictures import decode
from models.errors import ImageError

Item = TypeVar("Item", UpsertIn, PatchIn)

_AS_JSON: Final = ("attributes", "sizes", "extras")
_PATIENCE_S: Final = 2.0
_USUAL_PIXELS: Final = 4_000_000
_FORM: Final = {
    "type": "object",
    "required": [JSON_PART],
    "properties": {JSON_PART: {"type": "string", "description": "The JSON body."}},
    "additionalProperties": {"type": "string", "format": "binary", "description": "A picture, by the name of its part."},
}

router = APIRouter(
    route_class=UpsertRoute,
    tags=["catalogue"],
    responses=documented(401, 403, 422, 429),
    dependencies=[behind(Door.WRITE)],
)


def _unless_bytes(body: Any) -> Any:  # noqa: ANN401 - parsed JSON, or the bytes of another content type
    return None if isinstance(body, bytes) else body


@router.put(
    "/items", openapi_extra={"requestBody": {"content": {"multipart/form-data": {"schema": _FORM}}}}, response_model_exclude_none=True
)
async def put_items(
    request: Request,
    release: CurrentRelease,
    services: InjectedServices,
    compute: CurrentComputing,
    batch: Annotated[UpsertItems | None, BeforeValidator(_unless_bytes)] = None,
) -> CatalogueChange:
    """Add items, or replace those of the same id. 200 once they are on disk; every replica follows within moments.

    On 503, or no answer, send the same batch again.
    """
    limits = services.settings.limits
    asked, parts = (batch, {}) if batch is not None else await read_form(request, limits)
    check_count("items", len(asked.items), limits.max_upserts, "items")
    count("upserts", len(asked.items))
    known = {item.id for item in asked.items if services.replay.knows(item.id)}
    sources = Sources(parts, await fetched_pictures(services, [item.image.url if item.image else None for item in asked.items]))
    images = [item.image for item in asked.items if item.image]
    sent = [image.base64 or parts.get(image.part or "", b"") for image in images if image.url is None]
    fetched = cost.of_pictures([b""] * (len(images) - len(sent)), _USUAL_PIXELS)
    changes = await compute(lambda: _events(release, asked.items, sources, known, limits), len(asked.items) + fetched, sent)
    change = await appended(services, changes)
    return change.model_copy(update={"notes": new_categories(release, [item.category for item in asked.items]) or None})


@router.delete("/items/{item_id:path}", responses=documented(404), response_model_exclude_none=True)
async def delete_item(item_id: str, release: CurrentRelease, services: InjectedServices) -> CatalogueChange:
    """Take an item out of the catalogue, and so out of every answer. 200 once that is on disk."""
    if not services.replay.knows(item_id):
        why = why_unknown(release, [item_id])[item_id]
        msg = f"item {item_id!r} is {why}"
        raise UnknownItemError(msg, [Detail("item_id", item_id, why)])
    return await appended(services, [removal(item_id)])


async def appended(services: Services, events: Sequence[Event]) -> CatalogueChange:
    """Append the changes to the log, then wait up to 2 s for this replica to show them."""
    ids = [event.id for event in events]
    shown = [services.replay.awaited(event_id) for event_id in ids]
    try:
        await keep(services, Stream.CATALOGUE, events)
        _, late = await asyncio.wait(shown, timeout=_PATIENCE_S)
    finally:
        services.replay.forget(ids)
    return CatalogueChange(accepted=len(events), live=not late)


def each_once(items: Sequence[Item]) -> Iterator[tuple[str, Item]]:
    """Each item of a batch with its place in words.

    Raises:
        RequestError: its id was there before. Names the field.
    """
    seen: dict[str, int] = {}
    for place, item in enumerate(items):
        if seen.setdefault(item.id, place) != place:
            raise refused(Detail(f"items[{place}].id", item.id, f"is in this batch already, as items[{seen[item.id]}]"))
        yield f"items[{place}]", item


def as_columns(release: Release, said: dict[str, Any]) -> dict[str, Any]:
    """An item's fields as the catalogue's columns hold them: what is no text or number is JSON; what is empty is nothing.

    A category that there is in another case, or with other blanks, is that category.
    """
    if category := said.get("category"):
        said = {**said, "category": category_meant(release, category) or category}
    texts: dict[str, Any] = {name: json.dumps(said[name], ensure_ascii=False) if said[name] else None for name in _AS_JSON if name in said}
    return {**said, **texts, **({"images": said["images"] or None} if "images" in said else {})}


def _events(release: Release, items: Sequence[UpsertIn], sources: Sources, known: set[str], limits: Limits) -> list[Event]:
    """The events of a batch; its pictures are stored first.

    Raises:
        RequestError: an item is twice in the batch, or its picture or features do not fit this catalogue. Names the field.
    """
    for field, item in each_once(items):
        _check_features(release, item, field, known=item.id in known)
    pictures = [_picture(release, item.image, sources, f"items[{place}].image", limits) for place, item in enumerate(items)]
    unnamed = sorted(set(sources.parts) - {item.image.part for item in items if item.image})
    if unnamed:
        raise refused(Detail(unnamed[0], f"{len(sources.parts[unnamed[0]]):,} bytes", "no item names this part as its picture"))
    return [_event(release, item, picture) for item, picture in zip(items, pictures, strict=True)]


def _event(release: Release, item: UpsertIn, picture: bytes | str | None) -> Event:
    stays = {name for name in KEPT if name not in item.model_fields_set}
    said = as_columns(release, item.model_dump(exclude={"image", "features", *stays}))
    if "image" in item.model_fields_set:
        try:
            said["image"] = release.images.put(picture, to_disk=True) if isinstance(picture, bytes) else picture
        except (OSError, HomeError, ImageError) as error:
            why = (error.strerror if isinstance(error, OSError) else None) or error
            msg = f"the picture of {item.id!r} cannot be kept now ({why}); try again"
            raise LogUnavailableError(msg) from error
    return upsert(said, item.features, keeps=() if "in_stock" in item.model_fields_set else ("in_stock",))


def _picture(release: Release, image: PictureIn | None, sources: Sources, field: str, limits: Limits) -> bytes | str | None:
    """The bytes of a picture, or the name of one that was fetched; once it is known to decode."""
    if image is None:
        return None
    pause()
    parts, name = sources.parts, None
    if image.url is not None:
        name, field = sources.fetched[image.url], f"{field}.url"
        data = release.images.bring(name).read_bytes()
    elif image.part is not None:
        if image.part not in parts:
            raise refused(Detail(f"{field}.part", image.part, f"no such part; there are: {', '.join(map(shortened, parts)) or 'none'}"))
        data, field = parts[image.part], f"{field}.part"
    else:
        field = f"{field}.base64"
        data = decoded(image.base64 or "", field)
    try:
        decode(data, limits.max_pixels)
    except ImageError as error:
        raise refused(Detail(field, f"{len(data):,} bytes", str(error)), BadPictureError) from error
    return name or data


def _check_features(release: Release, item: UpsertIn, field: str, *, known: bool) -> None:
    manifest = release.snapshot.manifest
    own = release.bundle.manifest.encoder.is_own
    if item.features is None:
        if own and not known:
            problem = f"this catalogue brings its own features, so a new item needs its own: {manifest.feature_size} numbers"
            raise refused(Detail(f"{field}.features", "", problem))
        return
    if not own:
        problem = "this catalogue's features come from an encoder; send image and title instead"
        raise refused(Detail(f"{field}.features", f"{len(item.features)} numbers", problem))
    if len(item.features) != manifest.feature_size:
        raise refused(Detail(f"{field}.features", f"{len(item.features)} numbers", f"this catalogue's have {manifest.feature_size}"))
    beyond = np.flatnonzero(np.abs(item.features) > np.finfo(np.float16).max)
    if len(beyond):
        raise refused(Detail(f"{field}.features[{beyond[0]}]", str(item.features[beyond[0]]), "beyond what features can hold (65504)"))
