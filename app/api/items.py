"""Reading the catalogue: items, categories, similar items, and words for a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from anyio import to_thread
from fastapi import APIRouter, Query, Request

from app.api.believed import told_extras
from app.api.computing import CurrentComputing
from app.api.fields import Fields, listed_ids
from app.api.filtering import filters_of
from app.api.keys import behind
from app.api.pages import Sort, check_alone, in_order
from app.api.problems import documented
from app.api.reading import BoundedRoute
from app.api.schemas.answers import Labels, WordOut
from app.api.schemas.items import Categories, CategoryOut, Facets, Page, Similar, SimilarOut, WholeItemOut
from app.api.schemas.requests import LabelItem, SimilarItems
from app.api.services import CurrentRelease, InjectedServices
from app.api.translate import decoded, filter_of, item_ref, row_of, shown
from app.api.wished import understood
from app.ground.doors import Door
from app.ground.parts import Limits
from app.recommend.blocked import nobodys
from app.recommend.facets import facets_of
from app.recommend.label import label
from app.recommend.limits import check_count
from app.recommend.outfit import ItemRef, Photo
from app.recommend.products import other_colours, sized
from app.recommend.search import Found, alike_in_words, called, for_them_alone, sought
from app.recommend.similar import in_stock, similar, with_stock
from app.release.release import Release
from app.words.size_names import spelt
from index.backends.base import IntArray
from index.columns import rows_by_value

_MIXED: Final = (
    "One of each category in turn, rather than in the order of ids; with `q`, first what the words call so: titles that end with one of "
    "them, as a dress shirt does not with dress. What is sold out comes last. An item's place in that order depends on all others, so "
    "there is no `cursor` for it: turn pages by `offset`, which may skip or repeat an item while the catalogue changes."
)
_GROUPED: Final = (
    "One item of each product, as suggestions have it, in place of all its colours and sizes: at the place of the first of them that "
    "matches, and where that is sold out the first that is not; `total` counts products."
)
_WORDS: Final = (
    "Words of the title, id, category, brand or attributes, all of them: in any case, singular or plural, and one that no title has "
    "as a word with one slip. Where no item has them, they are read as wishes, as `text` of POST /complete-outfit is: “black shoes "
    "under 80”; an occasion (“for a wedding”) orders what is so by what is worn for it, clothes first, and by where it leads, without "
    "what contradicts it, `offset` and number as below, also one that is all that several words name (“office wear for men”). “wear” and "
    "“clothes” ask for clothes alone. Words that are left "
    "without a meaning take nothing from what the others ask (colour, garment, people, brand, price, size): they order it, if the "
    "encoder knows them, else they are left out. Where nothing was understood, or nothing is so, what looks most as they say comes, if "
    "it knows them: at most as many as `limit` may be, most alike first, turned by `offset`. `fallback` and `text` tell where it was not "
    "the words as they stand."
)
_SORT: Final = (
    "`-` is falling; what has no such value comes last, and equals are in the order of ids. `price` is what an item costs now: its sale "
    "price where it has one. Titles are compared without regard to case and accents, and Arabic ones to hamzas."
)
_IDS: Final = "Exactly these items, with commas between, in this order, as many as `limit` may be; unknown ones are told in `missing`."
_FIELDS: Final = (
    "Only these fields of each item, with commas between; `id` and `category` are always told. The name of what a shop passes through, "
    "or `extras` for all of that, brings it in `extras`; with a page's key only what `ATTIRE_OPEN_EXTRAS` names."
)
_FILTERS: Final = (
    "What items must satisfy: the `filters` of POST /complete-outfit as JSON; in stock or not, unless it says. Of what only looks as the "
    "words say, those that do."
)

router = APIRouter(
    route_class=BoundedRoute, tags=["catalogue"], responses=documented(401, 403, 404, 422, 429), dependencies=[behind(Door.READ)]
)


@router.get("/categories", response_model_exclude_none=True)
async def categories(
    release: CurrentRelease,
    services: InjectedServices,
    compute: CurrentComputing,
    *,
    q: Annotated[str | None, Query(max_length=200, description="Count what these words find, as GET /items does.")] = None,
    filters: Annotated[str | None, Query(max_length=8_000, description="Count what satisfies this, as GET /items does.")] = None,
    grouped: Annotated[bool, Query(description="Count products rather than their colours and sizes, as GET /items does.")] = False,
    roles: Annotated[bool, Query(description="Tell what most items of each are worn as.")] = False,
) -> Categories:
    """The categories of the catalogue, by name; where words or filters narrow it, with as many of their items as these leave."""
    sizes = release.snapshot.sizes
    wanted = filter_of(filters_of(filters), candidates=True)

    def counts() -> Mapping[str, int]:
        rows = sought(release, None, q, services.settings.limits, wanted=wanted).rows
        rows = rows[release.traits.leading(rows)] if grouped else rows
        column = release.snapshot.items.column("category").take(pa.array(rows))
        return {one["values"]: one["counts"] for one in pc.value_counts(column).to_pylist()}

    left = sizes if q is None and filters is None and not grouped else await compute(counts)
    worn_as = release.worn_as if roles else lambda _: None
    return Categories(categories=[CategoryOut(name=name, count=left.get(name, 0), role=worn_as(name)) for name in sorted(sizes)])


@router.get("/facets", response_model_exclude_none=True)
async def facets(
    release: CurrentRelease,
    compute: CurrentComputing,
    *,
    category: Annotated[str | None, Query(description="Of this category.", examples=["shoes"])] = None,
) -> Facets:
    """What items can be filtered by: brands, values of attributes, prices."""
    return await compute(lambda: Facets.model_validate(facets_of(release, category), from_attributes=True))


@router.get("/items", response_model_exclude_none=True)
async def items(
    release: CurrentRelease,
    services: InjectedServices,
    compute: CurrentComputing,
    http: Request,
    *,
    category: Annotated[str | None, Query(description="Only this category.", examples=["shoes"])] = None,
    q: Annotated[str | None, Query(max_length=200, description=_WORDS, examples=["linen"])] = None,
    limit: Annotated[int, Query(ge=1, description="Items per page.")] = 24,
    offset: Annotated[int, Query(ge=0, le=2**31, description="Items to skip.")] = 0,
    mixed: Annotated[bool, Query(description=_MIXED)] = False,
    sort: Annotated[Sort | None, Query(description=_SORT)] = None,
    grouped: Annotated[bool, Query(description=_GROUPED)] = False,
    cursor: Annotated[
        str | None,
        Query(
            max_length=8_000,
            description="`next_cursor` of the page before, with the same `category`, `q`, `filters`, `sort` and `grouped`.",
        ),
    ] = None,
    ids: Annotated[str | None, Query(max_length=30_000, description=_IDS, examples=["w000042,w000007"])] = None,
    fields: Annotated[str | None, Query(max_length=4_000, description=_FIELDS, examples=["title,price,url"])] = None,
    filters: Annotated[str | None, Query(max_length=8_000, description=_FILTERS, examples=['{"price": {"max": 80}}'])] = None,
) -> Page:
    """A page of the catalogue, in the order of ids. Whoever follows `next_cursor` sees every item once, whatever changes meanwhile."""
    most = services.settings.limits.max_k
    check_count("limit", limit, most)
    check_alone(cursor, offset=offset, mixed=mixed, sort=sort)
    others = {
        "category": category,
        "q": q,
        "offset": offset,
        "mixed": mixed,
        "sort": sort,
        "cursor": cursor,
        "filters": filters,
        "grouped": grouped,
    }
    named = None if ids is None else listed_ids(ids, **others)
    wanted = filter_of(filters_of(filters), candidates=True)
    if named is not None:
        check_count("ids", len(named), most, "items")

    def page() -> Page:
        asked = Fields.of(fields, release, told_extras(http, services.settings))
        if named is not None:
            there = [row for item_id in named if (row := release.snapshot.row_of.get(item_id)) is not None]
            missing = [item_id for item_id in named if item_id not in release.snapshot.row_of]
            return Page(total=len(there), items=asked.told(release, there), missing=missing)
        may_mean = sort is not None or not cursor
        found = sought(release, category, q, services.settings.limits, meaning=may_mean, wanted=wanted)
        products = found.rows[release.traits.leading(found.rows)] if grouped else found.rows
        following = None
        if mixed or (found.by_meaning and sort is None):
            rows = (products if found.by_meaning else _mixed(release, products, found))[offset : offset + limit]
        else:
            product_N = release.traits.first_N if grouped else None
            rows, following = in_order(release.snapshot, found.rows, cursor, offset=offset, limit=limit, sort=sort, product_N=product_N)
        rows = with_stock(release, rows, found.rows) if grouped else rows
        told = asked.told(release, rows)
        text = understood(found.wishes) if found.wishes else None
        unknown = [] if len(products) else nobodys(release.snapshot.columns, spelt(release.snapshot, wanted))
        note = "; ".join(filter(None, [found.note, *unknown])) or None
        return Page(total=len(products), items=told, next_cursor=following, fallback=note, text=text)

    return await compute(page)


@router.get("/items/{item_id:path}", response_model_exclude_none=True)
async def item(
    item_id: str,
    release: CurrentRelease,
    services: InjectedServices,
    http: Request,
    fields: Annotated[str | None, Query(max_length=4_000, description=_FIELDS, examples=["title,price,url"])] = None,
) -> WholeItemOut:
    """One item."""
    row = row_of(release, item_id)

    def told() -> WholeItemOut:
        asked = Fields.of(fields, release, told_extras(http, services.settings))
        [found] = asked.items(release, [row])
        colours = other_colours(release, item_id) if fields is None else []
        return WholeItemOut(**asked.said(found), variants=colours or None)

    return await to_thread.run_sync(told)  # and not computed: it is told whatever waits there


@router.post("/similar-items", response_model_exclude_none=True)
async def similar_items(request: SimilarItems, release: CurrentRelease, services: InjectedServices, compute: CurrentComputing) -> Similar:
    """What looks like this item, this picture, or these words? Compares pictures; says so in `fallback` where it cannot."""
    limits, image = services.settings.limits, request.image or (request.item.image if request.item else None)
    return await compute(lambda: _similar(release, request, limits), pictures=[image.base64] if image else [])


@router.post("/label-item")
async def label_item(request: LabelItem, release: CurrentRelease, services: InjectedServices, compute: CurrentComputing) -> Labels:
    """Which words would a shop say of this picture?"""
    limits = services.settings.limits
    return await compute(lambda: _label(release, request, limits), pictures=[request.image.base64])


def _mixed(release: Release, rows: IntArray, found: Found) -> IntArray:
    """The rows in turn: the first of each category, then the second of each, and so on.

    Before them all those that are called so, and of both those first that are for nobody but whom the words name; after them those of
    products of which nothing is in stock among what was found.
    """
    category, stocked = release.snapshot.items.column("category"), in_stock(release, rows, found.rows)
    groups, gone = [rows[:0]], [stocked[:0]]
    for some, sold_out in ((rows[stocked], False), (rows[~stocked], True)):
        for group in rows_by_value(category.take(pa.array(some)).combine_chunks(), some).values():
            groups.append(group)
            gone.append(np.full(len(group), sold_out))
    grouped, nth = np.concatenate(groups), np.concatenate([np.arange(len(group)) for group in groups])
    meant = for_them_alone(release, grouped, found)
    return grouped[np.lexsort((grouped, nth, np.concatenate(gone), ~meant, ~called(release, grouped, found.words)))]


def _similar(release: Release, request: SimilarItems, limits: Limits) -> Similar:
    wanted = filter_of(request.filters, candidates=True)
    if request.text is not None:
        found = alike_in_words(release, request.text, request.k, limits, category=request.category, wanted=wanted)
    else:
        found = similar(
            release,
            _looked_for(request),
            request.k,
            limits,
            all_categories=request.all_categories,
            wanted=wanted,
            consistent=request.consistent,
        )
    alike = [SimilarOut(**shown(item), score=score) for item, score in zip(sized(release, found.rows), found.scores, strict=True)]
    return Similar(release=release.id, items=alike, fallback=found.fallback)


def _looked_for(request: SimilarItems) -> ItemRef:
    """The item or picture of a request without words."""
    if request.image is not None:
        return Photo(field="", category=request.category or "", image=decoded(request.image.base64, "image.base64"))
    return item_ref(request.item, "item") if request.item is not None else str(request.id)


def _label(release: Release, request: LabelItem, limits: Limits) -> Labels:
    words = label(release, decoded(request.image.base64, "image.base64"), request.k, limits)
    return Labels(release=release.id, words=[WordOut(word=word, probability=probability) for word, probability in words])
