"""GET /items/{id}/image: an item's picture, whole or as small as it is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response

from app.api.computing import CurrentComputing
from app.api.keys import behind
from app.api.problems import documented
from app.api.services import CurrentRelease, InjectedServices
from app.api.translate import row_of
from app.api.unchanged import has
from app.ground.doors import Door
from app.ground.errors import Detail, UnknownItemError
from app.home.images import media_type
from app.home.thumbnails import WIDTHS, Kind, width_for
from app.recommend import cost
from models.errors import ImageError

router = APIRouter(tags=["catalogue"], responses=documented(401, 403, 404, 422, 429), dependencies=[behind(Door.PICTURES)])

_HEAD_BYTES: Final = 1 << 16
_SHORT: Final = "public, max-age=3600"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_LEAST_VERSION: Final = 12
_TYPES: Final = {200: {"content": {"image/jpeg": {}, "image/webp": {}, "image/png": {}}}, 304: {"description": "The client has it."}}


@router.get("/items/{item_id:path}/image", response_class=FileResponse, responses=_TYPES)  # type: ignore[arg-type]
async def image(
    request: Request,
    item_id: str,
    release: CurrentRelease,
    services: InjectedServices,
    compute: CurrentComputing,
    *,
    width: Annotated[
        int | None,
        Query(
            ge=1,
            le=WIDTHS[-1],
            description=f"Pixels that it is shown at. The answer is the next larger of {', '.join(map(str, WIDTHS))}, never enlarged, "
            "upright and on white, as WebP where `Accept` names that and as JPEG elsewhere; left out, the shop's own picture.",
            examples=[256],
        ),
    ] = None,
    v: Annotated[
        str | None,
        Query(max_length=64, description="Version, as in `thumbnail_url`: the answer to the present one may be kept for ever."),
    ] = None,
) -> Response:
    """An item's picture. Its bytes never change under one entity tag."""
    found = release.item(row_of(release, item_id))
    path = release.images.path(found.image) if found.image else None
    if path is not None and found.image is not None and not path.is_file():
        await to_thread.run_sync(release.images.bring, found.image)
    if path is None or found.image is None or not path.is_file():
        raise _none(item_id)
    digest = path.stem
    headers = {"Cache-Control": _FOR_EVER if v and len(v) >= _LEAST_VERSION and digest.startswith(v) else _SHORT}
    if width is None:
        return _answer(request, path, media_type(found.image), {**headers, "ETag": f'"{digest}"'})
    kind: Kind = "webp" if takes_webp(request.headers.get("accept", "")) else "jpg"
    chosen, media = width_for(width), media_type(f"thumbnail.{kind}")
    headers |= {"ETag": f'"{digest}-{chosen}-{kind}"', "Vary": "Accept"}
    thumbnails, name = services.store.thumbnails, found.image
    small = thumbnails.path(name, chosen, kind)
    if small.is_file() or has(request.headers, headers["ETag"]):
        return _answer(request, small, media, headers)
    try:
        made = await compute(lambda: thumbnails.make(name, chosen, kind), _cost(path, services.settings.limits.max_pixels))
    except (OSError, ImageError) as error:
        raise _none(item_id) from error
    return Response(made, media_type=media, headers=headers)


def takes_webp(accept: str) -> bool:
    """Whether an ``Accept`` header names WebP itself, as browsers do that show it.

    >>> takes_webp("image/avif,image/webp,*/*;q=0.8"), takes_webp("*/*"), takes_webp("image/webp;q=0, */*")
    (True, False, False)
    """
    for one in accept.lower().split(","):
        media, *parameters = [part.strip() for part in one.split(";")]
        if media == "image/webp":
            return not any(part.startswith("q=") and not part[2:].strip("0.") for part in parameters)
    return False


def _answer(request: Request, path: Path, media: str, headers: dict[str, str]) -> Response:
    if has(request.headers, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=media, headers=headers)


def _cost(path: Path, max_pixels: int) -> float:
    with path.open("rb") as file:
        return cost.of_pictures([file.read(_HEAD_BYTES)], max_pixels)


def _none(item_id: str) -> UnknownItemError:
    return UnknownItemError(f"item {item_id!r} has no picture", [Detail("item_id", item_id, "has no picture")])
