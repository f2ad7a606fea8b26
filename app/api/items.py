"""Reading the catalogue: items, pictures, categories, similar items, and words for a picture."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response

from app.api.computing import CurrentComputing
from app.api.keys import behind
from app.api.pages import check_alone, in_order
from app.api.problems import documented
from app.api.reading import BoundedRoute
from app.api.schemas.answers import Categories, CategoryOut, ItemOut, Labels, Page, Similar, SimilarOut, WordOut
from app.api.schemas.requests import LabelItem, SimilarItems
from app.api.services import CurrentRelease, InjectedServices
from app.api.translate import decoded, item_ref, shown
from app.api.unchanged import has
from app.ground.doors import Door
from app.ground.errors import Detail, UnknownItemError
from app.ground.settings import Limits
from app.home.images import media_type
from app.recommend.label import label
from app.recommend.limits import check_categories, check_count
from app.recommend.outfit import Photo
from app.recommend.similar import similar, similar_to_words
from app.release.release import CatalogueItem, Release
from index.backends.base import IntArray
from index.columns import rows_by_value

_MIXED: Final = (
    "One of each category in turn, rather than in the order of ids. An item's place in that order depends on all others, so there is no "
    "`cursor` for it: turn pages by `offset`, which may skip or repeat an item while the catalogue changes."
)

router = APIRouter(
    route_class=BoundedRoute, tags=["catalogue"], responses=documented(400, 401, 403, 404, 422, 429, 503), dependencies=[behind(Door.READ)]
)


@router.get("/categories")
async def categories(release: CurrentRelease) -> Categories:
    """The categories of the catalogue, by name."""
    counts = release.snapshot.sizes
    return Categories(categories=[CategoryOut(name=name, count=counts[name]) for name in sorted(counts)])


@router.get("/items", response_model_exclude_none=True)
async def items(
    release: CurrentRelease,
    services: InjectedServices,
    compute: CurrentComputing,
    *,
    category: Annotated[str | None, Query(description="Only this category.", examples=["shoes"])] = None,
    q: Annotated[str | None, Query(max_length=200, description="Words of the title or id, in any case.", examples=["linen"])] = None,
    limit: Annotated[int, Query(ge=1, description="Items per page.")] = 24,
    offset: Annotated[int, Query(ge=0, le=2**31, description="Items to skip.")] = 0,
    mixed: Annotated[bool, Query(description=_MIXED)] = False,
    cursor: Annotated[
        str | None, Query(max_length=2_000, description="`next_cursor` of the page before, with the same `category` and `q`.")
    ] = None,
) -> Page:
    """A page of the catalogue, in the order of ids. Whoever follows `next_cursor` sees every item once, whatever changes meanwhile."""
    check_count("limit", limit, services.settings.limits.max_k)
    check_alone(cursor, offset=offset, mixed=mixed)

    def page() -> Page:
        found = _sought(release, category, q)
        if mixed:
            rows, following = _mixed(release, found)[offset : offset + limit], None
        else:
            rows, following = in_order(release.snapshot.items.column("id"), found, cursor, offset=offset, limit=limit)
        return Page(total=len(found), items=[ItemOut(**shown(item)) for item in release.items(rows)], next_cursor=following)

    return await compute(page)


@router.get(
    "/items/{item_id:path}/image",
    dependencies=[behind(Door.PICTURES)],
    response_class=FileResponse,
    responses={200: {"content": {"image/jpeg": {}}}, 304: {"description": "The client has it."}},
)
async def image(request: Request, item_id: str, release: CurrentRelease) -> Response:
    """An item's picture. Its bytes never change under one entity tag."""
    found = _item(release, item_id)
    path = release.images.path(found.image) if found.image else None
    if path is None or found.image is None or not path.is_file():
        msg = f"item {item_id!r} has no picture"
        raise UnknownItemError(msg, [Detail("item_id", item_id, "has no picture")])
    headers = {"Cache-Control": "public, max-age=3600", "ETag": f'"{found.image.partition(".")[0]}"'}
    if has(request.headers, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=media_type(found.image), headers=headers)


@router.get("/items/{item_id:path}", response_model_exclude_none=True)
async def item(item_id: str, release: CurrentRelease) -> ItemOut:
    """One item."""
    return ItemOut(**shown(_item(release, item_id)))


@router.post("/similar-items", response_model_exclude_none=True, responses=documented(413))
async def similar_items(request: SimilarItems, release: CurrentRelease, services: InjectedServices, compute: CurrentComputing) -> Similar:
    """What looks like this item, this picture, or these words? Compares pictures; says so in `fallback` where it cannot."""
    limits, image = services.settings.limits, request.image or (request.item.image if request.item else None)
    return await compute(lambda: _similar(release, request, limits), pictures=[image.base64] if image else [])


@router.post("/label-item", responses=documented(413))
async def label_item(request: LabelItem, release: CurrentRelease, services: InjectedServices, compute: CurrentComputing) -> Labels:
    """Which words would a shop say of this picture?"""
    limits = services.settings.limits
    return await compute(lambda: _label(release, request, limits), pictures=[request.image.base64])


def _item(release: Release, item_id: str) -> CatalogueItem:
    row = release.snapshot.row_of.get(item_id)
    if row is None:
        msg = f"item {item_id!r} is not in the catalogue"
        raise UnknownItemError(msg, [Detail("item_id", item_id, "not in the catalogue")])
    return release.item(row)


def _sought(release: Release, category: str | None, words: str | None) -> IntArray:
    """The rows of a category, or of all, whose title or id has all these words."""
    table = release.snapshot.items
    keep = pc.is_valid(table.column("id"))
    if category is not None:
        check_categories(release, [("category", category)])
        keep = pc.and_(keep, pc.equal(table.column("category"), category))
    for word in (words or "").split():
        named = pc.match_substring(pc.fill_null(table.column("title"), ""), word, ignore_case=True)
        keep = pc.and_(keep, pc.or_(named, pc.match_substring(table.column("id"), word, ignore_case=True)))
    found: IntArray = release.snapshot.rows[keep.to_numpy()[release.snapshot.rows]]
    return found


def _mixed(release: Release, rows: IntArray) -> IntArray:
    """The rows in turn: the first of each category, then the second of each, and so on."""
    category = release.snapshot.items.column("category").take(pa.array(rows)).combine_chunks()
    groups = [rows[:0], *rows_by_value(category, rows).values()]
    grouped, nth = np.concatenate(groups), np.concatenate([np.arange(len(group)) for group in groups])
    return grouped[np.lexsort((grouped, nth))]


def _similar(release: Release, request: SimilarItems, limits: Limits) -> Similar:
    if request.text is not None:
        found = similar_to_words(release, request.text, request.k, limits, category=request.category)
    elif request.image is not None:
        photo = Photo(field="", category=request.category or "", image=decoded(request.image.base64, "image.base64"))
        found = similar(release, photo, request.k, limits, all_categories=request.all_categories)
    else:
        item = item_ref(request.item, "item") if request.item is not None else str(request.id)
        found = similar(release, item, request.k, limits, all_categories=request.all_categories)
    alike = [SimilarOut(**shown(item), score=score) for item, score in zip(release.items(found.rows), found.scores, strict=True)]
    return Similar(release=release.id, items=alike, fallback=found.fallback)


def _label(release: Release, request: LabelItem, limits: Limits) -> Labels:
    words = label(release, decoded(request.image.base64, "image.base64"), request.k, limits)
    return Labels(release=release.id, words=[WordOut(word=word, probability=probability) for word, probability in words])
