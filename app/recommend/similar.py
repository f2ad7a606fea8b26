"""Items that look alike, or that look as words say.

Compares the encoder's image features by cosine. The compatibility embedding would not do: it puts together what is worn together.

Shape legend: n rows · F features.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.ground.errors import Detail, UnknownItemError
from app.ground.parts import Limits
from app.recommend.apart import kept_from
from app.recommend.consistent import suitable, wearable, worn_sizes
from app.recommend.likeness import cosines_of, image_part
from app.recommend.limits import check_count, known_categories
from app.recommend.outfit import ItemRef, Photo, photo_features
from app.recommend.products import meant
from app.recommend.stages import stage
from app.release.photo_encoder import TEXT_BLOCK
from app.release.release import Release
from app.words.size_names import spelt
from index.backends.base import BoolArray, FloatArray, IntArray
from index.columns import Filter
from index.selection import Selection

_IN_STOCK: Final = Filter(in_stock=True)
ANYTHING: Final = Filter()


@dataclass(frozen=True, slots=True)
class Similar:
    """Rows and cosines, most alike first; ``fallback`` says what was compared instead of pictures, if not those."""

    rows: tuple[int, ...]
    scores: tuple[float, ...]
    fallback: str | None = None


def similar(
    release: Release,
    item: ItemRef,
    k: int,
    limits: Limits,
    *,
    all_categories: bool = False,
    wanted: Filter = ANYTHING,
    consistent: bool = False,
) -> Similar:
    """The k items most like a given one, of its category unless ``all_categories``; a photo without a category is compared with all.

    Variants of one product take one place, by the likest in stock, if any is; those of the given item none.

    Args:
        wanted: what they satisfy. consistent: whether they must be for the people, season, occasion and size that the given item is for.

    Raises:
        UnknownItemError, UnknownCategoryError: of the item. LimitExceededError: k is too large.
        BadPictureError, NoEncoderError, EncoderError: see ``photo_features``.
    """
    check_count("k", k, limits.max_k)
    snapshot = release.snapshot
    if isinstance(item, Photo):
        category = item.category
        if category:
            (category,) = known_categories(release, [(f"{item.field}.category".lstrip("."), category)])
        query_F, own = photo_features(release, [item], limits)[0], None
    else:
        own = snapshot.row_of.get(str(meant(release, [[item]])[0][0]))
        if own is None:
            msg = f"item {item!r} is not in the catalogue"
            raise UnknownItemError(msg, [Detail("item", item, "not in the catalogue")])
        query_F, category = np.asarray(snapshot.features[own], dtype=np.float32), release.category_of(own)
    part, fallback = image_part(release), None
    if not np.any(query_F[part]):
        part, fallback = slice(None), "the item has no picture; compared by everything else that is known of it"
    may = release.snapshot.columns.selection(spelt(release.snapshot, wanted))
    if own is not None and (apart := kept_from(release, [release.traits.of_row(own)])) is not None:
        may &= apart
    if consistent and own is not None:
        for condition in (suitable(release, [release.traits.of_row(own)]), wearable(release, worn_sizes(release, [own]))):
            may = may if condition is None else may & condition
    return _nearest(release, query_F[part], part, k, None if all_categories else category, may=may, own=own, fallback=fallback)


def similar_to_words(
    release: Release,
    text: str,
    k: int,
    limits: Limits,
    *,
    category: str | None = None,
    among: IntArray | None = None,
    wanted: Filter = ANYTHING,
) -> Similar:
    """The k items whose pictures look most as a text says. An encoder that reads encodes the text; others look up the words that they know.

    Args:
        among: rows to compare, in place of a category's, or of all. wanted: what they satisfy.

    Raises:
        UnknownCategoryError: no such category. LimitExceededError: k is too large. NoEncoderError, EncoderError: see ``PhotoEncoder``.
    """
    check_count("k", k, limits.max_k)
    if category is not None:
        (category,) = known_categories(release, [("category", category)])
    meant = release.encoder.reads(text)
    fallback = None
    if meant is not None and not release.encoder.knows_a_word_of(text):
        fallback = "the encoder was taught none of these words, so this is a guess; POST /label-item shows which it says"
    if meant is None:
        return Similar((), (), "the encoder knows none of these words; POST /label-item shows which it says")
    may = release.snapshot.columns.selection(spelt(release.snapshot, wanted))
    found = _nearest(release, meant, image_part(release), k, category, may=may, among=among, fallback=fallback)
    if found.rows or found.fallback:
        return found
    titles = text_part(release)
    if titles is None:
        return replace(found, fallback="no item here has a picture to compare with these words; GET /items?q= looks for them in titles")
    return _nearest(
        release, meant, titles, k, category, may=may, among=among, fallback="no item here has a picture; compared by their titles"
    )


def text_part(release: Release) -> slice | None:
    """The slice of the features that comes from titles, where an encoder that reads gave one."""
    spec = release.bundle.manifest.encoder
    return spec.part(TEXT_BLOCK) if TEXT_BLOCK in {block.name for block in spec.blocks} else None


def _nearest(
    release: Release,
    query: FloatArray,
    part: slice,
    k: int,
    category: str | None,
    *,
    may: Selection,
    among: IntArray | None = None,
    own: int | None = None,
    fallback: str | None = None,
) -> Similar:
    """The k nearest products to a query, of rows, of a category or of all, that may be shown; none without such features, nor the query."""
    snapshot = release.snapshot
    if category and category not in snapshot.categories:
        return Similar((), (), f"the catalogue has no items of category {category!r} now")
    if among is None:
        among = snapshot.rows_in(category) if category else snapshot.rows
    rows = among[may.passes(among)] if may.conditions else among  # no copy of all rows where all may be shown
    rows = rows[rows != own] if own is not None else rows
    with stage("search"):
        cosines = cosines_of(release, rows, query, part)
    shown = np.isfinite(cosines)
    shown[shown] = to_be_had(release, rows[shown])
    rows, cosines = rows[shown], cosines[shown]
    best = np.argsort(-cosines, kind="stable")
    best = best[_leading(release, rows[best], k, [] if own is None else [own])]
    return Similar(tuple(int(row) for row in rows[best]), tuple(float(cosine) for cosine in cosines[best]), fallback)


def with_stock(release: Release, rows: IntArray, among: IntArray) -> IntArray:
    """These rows, but in place of one that is sold out the first variant of its product among others that is not, if any is."""
    stocked, shown = release.snapshot.columns.selection(_IN_STOCK), rows.copy()
    among_N = np.zeros(len(release.traits.first_N), dtype=np.bool_)
    among_N[among] = True
    for place in np.flatnonzero(~stocked.passes(rows)):
        variants = release.traits.variants(int(rows[place]))
        variants = variants[among_N[variants]]
        shown[place] = next(iter(variants[stocked.passes(variants)]), rows[place])
    return shown


def in_stock(release: Release, rows_M: IntArray, among: IntArray) -> BoolArray:
    """Whether a variant of a row's product is in stock among others, ``(M,)``."""
    stocked, first_N = release.snapshot.columns.selection(_IN_STOCK), release.traits.first_N
    stocked_N = np.zeros(len(first_N), dtype=np.bool_)
    stocked_N[first_N[among[stocked.passes(among)]]] = True
    return stocked_N[first_N[rows_M]]


def to_be_had(release: Release, rows_M: IntArray) -> BoolArray:
    """Whether a row is in stock, or no variant of its product among the rows is, ``(M,)``."""
    return release.snapshot.columns.selection(_IN_STOCK).passes(rows_M) | ~in_stock(release, rows_M, rows_M)


def _leading(release: Release, rows_M: IntArray, k: int, own: list[int]) -> IntArray:
    """The places of the first k of ranked rows that stand for a product each, none of them for that of ``own``."""
    fetch = k
    while True:
        places = np.flatnonzero(release.traits.leading(rows_M[:fetch], own))
        if len(places) >= k or fetch >= len(rows_M):
            return places[:k]
        fetch *= 4
