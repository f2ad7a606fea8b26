"""Resolves the items that a request names: looks ids up, encodes photos, and reports unknown ids.

Shape legend: I items · D embedding size · F features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from app.ground.errors import BadPictureError, Detail, UnknownCategoryError, UnknownItemError, refused
from app.ground.parts import Limits
from app.recommend.likeness import category_seen
from app.recommend.limits import check_count, known_categories
from app.recommend.slices import pause
from app.recommend.stages import count, stage
from app.release.release import Release
from models.datasets.garments_abroad import speaks_french
from models.datasets.labels import PieceLabels, piece_labels
from models.datasets.schema import item_text
from models.encoders.features import FloatArray
from models.encoders.pictures import decode
from models.errors import ImageError

_ENCODED_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """An item that is not in the catalogue: a picture, a title, or both.

    Attributes:
        field: its place in the request (``items[2]``), which is also its name in answers.
        category: empty where the picture is to tell it.
    """

    field: str
    category: str
    image: bytes | None = None
    title: str | None = None


ItemRef = str | Photo


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Worn:
    """The known items of an outfit.

    Attributes:
        names: item ids; for a photo its field.
        rows: rows of the snapshot; None for a photo.
        labels: what the words of each say of it.
        missing: ids of the request that are not in the catalogue.
        taken_for: the categories of photos that were told by their pictures, by name.
    """

    names: tuple[str, ...]
    rows: tuple[int | None, ...]
    categories: tuple[str, ...]
    embeddings_ID: FloatArray
    missing: tuple[str, ...]
    labels: tuple[PieceLabels, ...]
    taken_for: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.names)

    def less(self, position: int) -> Worn:
        """The outfit of all but one item."""
        rest = [place for place in range(len(self)) if place != position]
        embeddings_ID, categories = self.without(position)
        return Worn(
            names=tuple(self.names[place] for place in rest),
            rows=tuple(self.rows[place] for place in rest),
            categories=tuple(categories),
            embeddings_ID=embeddings_ID,
            missing=self.missing,
            labels=tuple(self.labels[place] for place in rest),
        )

    def without(self, position: int) -> tuple[FloatArray, list[str]]:
        """Embeddings and categories of all but one item."""
        return np.delete(self.embeddings_ID, position, axis=0), [*self.categories[:position], *self.categories[position + 1 :]]


def resolve(release: Release, items: Sequence[ItemRef], limits: Limits, field: str = "items") -> Worn:
    """Look up one outfit; see ``resolve_all``.

    Raises:
        UnknownItemError: it has no known item. Also whatever ``resolve_all`` raises.
    """
    worn = resolve_all(release, [items], limits, [field])[0]
    if not worn.names:
        raise _all_unknown(list(dict.fromkeys(items)), field)
    return worn


def known_count(release: Release, items: Sequence[ItemRef]) -> int:
    """How many of an outfit's items there are to score: each once, and none that is not in the catalogue."""
    return sum(isinstance(item, Photo) or item in release.snapshot.row_of for item in set(items))


def resolve_all(release: Release, outfits: Sequence[Sequence[ItemRef]], limits: Limits, fields: Sequence[str]) -> list[Worn]:
    """Look up several outfits, their photos encoded in one batch. An id that an outfit repeats counts once.

    Args:
        fields: the place of each outfit in the request, for errors.

    Raises:
        BadPictureError: a picture cannot be used. LimitExceededError: too many items in an outfit, or too many photos in all.
        UnknownCategoryError: of a photo. NoEncoderError, EncoderError: a photo cannot be encoded.
    """
    unique = [list(dict.fromkeys(items)) for items in outfits]
    for items, place in zip(outfits, fields, strict=True):
        check_count(place, len(items), limits.max_items, "items")
    photos = [item for items in unique for item in items if isinstance(item, Photo)]
    told = [photo.field for photo in photos if photo.category]
    categories = known_categories(release, [(f"{photo.field}.category", photo.category) for photo in photos if photo.category])
    category_of = dict(zip(told, categories, strict=True))
    features_NF = photo_features(release, photos, limits) if photos else np.zeros((0, 0), np.float32)
    seen = {
        photo.field: _seen(release, photo, features_F) for photo, features_F in zip(photos, features_NF, strict=True) if not photo.category
    }
    spelt = {photo.field: replace(photo, category=(category_of | seen)[photo.field]) for photo in photos}
    unique = [[spelt[item.field] if isinstance(item, Photo) else item for item in items] for items in unique]
    embedded = _embed_photos(release, list(spelt.values()), features_NF)
    with stage("resolve"):
        worn = _worn(release, unique, embedded)
    return [replace(one, taken_for={name: seen[name] for name in one.names if name in seen}) for one in worn] if seen else worn


def _seen(release: Release, photo: Photo, features_F: FloatArray) -> str:
    """The category that a picture shows.

    Raises:
        UnknownCategoryError: no item has a picture to compare it with.
    """
    category = category_seen(release, features_F)
    if category is None:
        problem = "no item here has a picture to tell it by; GET /categories lists those there are"
        raise refused(Detail(f"{photo.field}.category", "", problem), UnknownCategoryError)
    return category


def _worn(release: Release, outfits: Sequence[Sequence[ItemRef]], embedded: Mapping[str, FloatArray]) -> list[Worn]:
    pieces, vectors_PD = _pieces(release, list(dict.fromkeys(item for items in outfits for item in items)), embedded)
    worn = []
    for items in outfits:
        known = [pieces[item] for item in items if item in pieces]
        places, names, rows, categories, labels = zip(*known, strict=True) if known else ((),) * 5
        worn.append(
            Worn(
                names=names,
                rows=rows,
                categories=categories,
                embeddings_ID=vectors_PD[list(places)],
                missing=tuple(item for item in items if isinstance(item, str) and item not in pieces),
                labels=labels,
            )
        )
    return worn


def _pieces(
    release: Release, items: Sequence[ItemRef], embedded: Mapping[str, FloatArray]
) -> tuple[dict[ItemRef, tuple[int, str, int | None, str, PieceLabels]], FloatArray]:
    """Of each known item its place, name, row, category and labels; and the embeddings of all, by place."""
    row_of = release.snapshot.row_of.known([item for item in items if isinstance(item, str)])
    pieces: dict[ItemRef, tuple[int, str, int | None, str, PieceLabels]] = {}
    rows: list[int] = []
    shown: list[FloatArray] = []
    for item in items:
        if isinstance(item, Photo):
            french = speaks_french(release.snapshot.categories)
            labels = piece_labels({"category": item.category, "title": item.title}, french=french)
            pieces[item] = (-1 - len(shown), item.field, None, item.category, labels)
            shown.append(embedded[item.field])
        elif (row := row_of.get(item)) is not None:
            pieces[item] = (len(rows), item, row, release.category_of(row), release.traits.of_row(row))
            rows.append(row)
    return pieces, np.concatenate([release.snapshot.embeddings(rows), *(vector_D[None] for vector_D in reversed(shown))])


def photo_features(release: Release, photos: Sequence[Photo], limits: Limits) -> FloatArray:
    """Features of photos, ``(N, F)``. Checks each picture by itself first, so that the error names the bad one.

    Raises:
        LimitExceededError, BadPictureError, NoEncoderError, EncoderError: see ``resolve_all``.
    """
    check_count("items", len(photos), limits.max_photos, "photos")
    count("photos", len(photos))
    with stage("encode"):
        for photo in photos:
            pause()
            if photo.image is not None:
                try:
                    decode(photo.image, limits.max_pixels)
                except ImageError as error:
                    raise bad_picture(f"{photo.field}.image.base64".lstrip("."), photo.image, str(error)) from error
        parts = []
        for at in range(0, len(photos), _ENCODED_AT_ONCE):
            pause()
            some = photos[at : at + _ENCODED_AT_ONCE]
            parts.append(release.encoder.encode([photo.image for photo in some], [photo.title for photo in some]))
        return np.concatenate(parts) if parts else release.encoder.encode([], [])


def bad_picture(field: str, image: bytes, problem: str) -> BadPictureError:
    """The error of one picture, with the request's field."""
    return BadPictureError(problem, [Detail(field, f"{len(image):,} bytes", problem)])


def _embed_photos(release: Release, photos: Sequence[Photo], features_NF: FloatArray) -> dict[str, FloatArray]:
    if not photos:
        return {}
    texts = [item_text(photo.title, None, None, {}) for photo in photos]
    embeddings_ND = release.bundle.embed(features_NF, [photo.category for photo in photos], texts)
    return {photo.field: embeddings_ND[position] for position, photo in enumerate(photos)}


def _all_unknown(items: Sequence[ItemRef], field: str) -> UnknownItemError:
    names = [str(item) for item in items]
    msg = f"{field}: none of these items is in the catalogue: {', '.join(names)}; GET /items tells the ids that are"
    return UnknownItemError(msg, [Detail(f"{field}[{position}]", name, "not in the catalogue") for position, name in enumerate(names)])
