"""A photo of a whole person, cut by height into the slots of an outfit.

The default cut is that of What2Wear: of twenty equal strips from the top, 4 to 12 show the top, 8 to 17 the bottom, 14 to 18 the shoes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from app.ground.errors import Detail, UnknownCategoryError, refused
from app.ground.parts import Limits
from app.recommend.limits import category_meant, check_count
from app.recommend.outfit import ItemRef, Photo, bad_picture
from app.release.release import Release
from models.encoders.pictures import MOST_STRETCHED, decode
from models.errors import ImageError

STRIPS = 20
_QUALITY = 95


@dataclass(frozen=True, slots=True)
class WholePhoto:
    """A photo of a whole outfit; ``field`` is its place in the request."""

    field: str
    image: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """The part of a photo that was taken for an item, in pixels of the upright picture.

    Attributes:
        item: its name in answers.
    """

    item: str
    category: str
    left: int
    top: int
    right: int
    bottom: int


def cut_photos(
    release: Release, outfits: Sequence[Sequence[ItemRef] | WholePhoto], strips: Mapping[str, tuple[int, int]], limits: Limits
) -> tuple[list[Sequence[ItemRef]], list[tuple[Cut, ...]]]:
    """Cut each photo of a whole outfit into items.

    Args:
        strips: category -> first and last edge in strips from the top; categories that the shop does not have are left out.

    Returns:
        The items of each outfit, and its cuts; an outfit without such a photo keeps its items and has no cuts.

    Raises:
        UnknownCategoryError: the shop has fewer than two of these categories. LimitExceededError: too many parts in all.
        BadPictureError: a photo cannot be used.
    """
    photos = sum(isinstance(outfit, WholePhoto) for outfit in outfits)
    shown = {category: edges for name, edges in strips.items() if (category := category_meant(release, name))}
    if photos and len(shown) < 2:  # noqa: PLR2004 - an outfit is two items or more
        missing = ", ".join(name for name in strips if category_meant(release, name) is None)
        problem = f"this catalogue has no {missing}; ATTIRE_PHOTO_CUT names the categories that a photo of a whole outfit shows"
        field = next(outfit.field for outfit in outfits if isinstance(outfit, WholePhoto))
        raise refused(Detail(field, missing, problem), UnknownCategoryError)
    check_count("outfits", photos * len(shown), limits.max_photos, "photos")
    found = [_cut(outfit, shown, limits.max_pixels) if isinstance(outfit, WholePhoto) else (outfit, ()) for outfit in outfits]
    return [items for items, _ in found], [cuts for _, cuts in found]


def _cut(photo: WholePhoto, strips: Mapping[str, tuple[int, int]], max_pixels: int) -> tuple[Sequence[ItemRef], tuple[Cut, ...]]:
    field = f"{photo.field}.base64"
    try:
        picture = decode(photo.image, max_pixels, whole=True)
    except ImageError as error:
        raise bad_picture(field, photo.image, str(error)) from error
    cuts = tuple(_edges(picture, f"{photo.field}.{category}", category, strips[category]) for category in strips)
    for cut in cuts:
        if picture.width > MOST_STRETCHED * (cut.bottom - cut.top):
            sides = f"{picture.width} x {picture.height}"
            problem = f"the picture is {sides}: too flat to cut {cut.category} out of; send a person from head to toe"
            raise bad_picture(field, photo.image, problem)
    return [Photo(field=cut.item, category=cut.category, image=_part(picture, cut)) for cut in cuts], cuts


def _edges(picture: Image.Image, name: str, category: str, edges: tuple[int, int]) -> Cut:
    top = min(picture.height * edges[0] // STRIPS, picture.height - 1)
    return Cut(name, category, 0, top, picture.width, max(picture.height * edges[1] // STRIPS, top + 1))


def _part(picture: Image.Image, cut: Cut) -> bytes:
    buffer = io.BytesIO()
    picture.crop((cut.left, cut.top, cut.right, cut.bottom)).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()
