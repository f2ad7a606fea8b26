"""The catalogue: items, pictures, categories, and what looks alike."""

from __future__ import annotations

from typing import Annotated

import pyarrow.compute as pc
from fastapi import APIRouter, Query
from fastapi.responses import FileResponse

from app.api.answers import Categories, CategoryOut, ItemOut, Page, Similar, SimilarOut
from app.api.problems import documented
from app.api.schemas import SimilarItems
from app.api.work import Working, item_out, item_ref
from app.errors import Detail, UnknownItemError
from app.images import media_type
from app.recommend.limits import check_categories, check_count
from app.recommend.similar import similar
from app.release import CatalogueItem, Release
from app.settings import Limits

router = APIRouter(tags=["catalogue"], responses=documented(400, 404, 422, 503))

_LARGEST_OFFSET = 2**31


@router.get("/categories")
async def categories(work: Working) -> Categories:
    """The categories of the catalogue, by name."""
    counts = work.release.snapshot.manifest.categories
    return Categories(categories=[CategoryOut(name=name, count=counts[name]) for name in sorted(counts)])


@router.get("/items", response_model_exclude_none=True)
async def items(
    work: Working,
    category: Annotated[str | None, Query(description="Only this category.", examples=["shoes"])] = None,
    q: Annotated[str | None, Query(max_length=200, description="Words of the title or id, in any case.", examples=["linen"])] = None,
    limit: Annotated[int, Query(ge=1, description="Items per page.")] = 24,
    offset: Annotated[int, Query(ge=0, le=_LARGEST_OFFSET, description="Items to skip.")] = 0,
) -> Page:
    """A page of the catalogue."""
    return await work.run(lambda: _page(work.release, work.limits, category, q, (offset, limit)))


@router.get("/items/{item_id:path}/image", response_class=FileResponse, responses={200: {"content": {"image/jpeg": {}}}})
async def image(item_id: str, work: Working) -> FileResponse:
    """An item's picture. Its bytes never change under one entity tag."""
    found = _item(work.release, item_id)
    path = work.release.images.path(found.image) if found.image else None
    if path is None or found.image is None or not path.is_file():
        msg = f"item {item_id!r} has no picture"
        raise UnknownItemError(msg, [Detail("item_id", item_id, "has no picture")])
    return FileResponse(path, media_type=media_type(found.image), headers={"Cache-Control": "public, max-age=3600"})


@router.get("/items/{item_id:path}", response_model_exclude_none=True)
async def item(item_id: str, work: Working) -> ItemOut:
    """One item."""
    return item_out(_item(work.release, item_id))


@router.post("/similar-items", response_model_exclude_none=True, responses=documented(413))
async def similar_items(request: SimilarItems, work: Working) -> Similar:
    """What looks like this item? Compares pictures; says so in `fallback` where it cannot."""
    return await work.run(lambda: _similar(work.release, request, work.limits))


def _item(release: Release, item_id: str) -> CatalogueItem:
    row = release.snapshot.row_of.get(item_id)
    if row is None:
        msg = f"item {item_id!r} is not in the catalogue"
        raise UnknownItemError(msg, [Detail("item_id", item_id, "not in the catalogue")])
    return release.item(row)


def _page(release: Release, limits: Limits, category: str | None, words: str | None, window: tuple[int, int]) -> Page:
    offset, limit = window
    check_count("limit", limit, limits.max_k)
    table = release.snapshot.items
    keep = pc.is_valid(table.column("id"))
    if category is not None:
        check_categories(release, [("category", category)])
        keep = pc.and_(keep, pc.equal(table.column("category"), category))
    for word in (words or "").split():
        named = pc.match_substring(pc.fill_null(table.column("title"), ""), word, ignore_case=True)
        keep = pc.and_(keep, pc.or_(named, pc.match_substring(table.column("id"), word, ignore_case=True)))
    rows = pc.indices_nonzero(keep)
    page = rows[offset : offset + limit].to_pylist()
    return Page(total=len(rows), items=[item_out(release.item(row)) for row in page])


def _similar(release: Release, request: SimilarItems, limits: Limits) -> Similar:
    found = similar(release, item_ref(request.item, "item"), request.k, limits, all_categories=request.all_categories)
    alike = [
        SimilarOut(**item_out(release.item(row)).model_dump(), score=score) for row, score in zip(found.rows, found.scores, strict=True)
    ]
    return Similar(release=release.id, items=alike, fallback=found.fallback)
