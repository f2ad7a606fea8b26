"""What a request costs, before any of it is computed: in comparisons of items, as ``limits.check_work`` counts them.

On one core, 10,000 comparisons take some tenth of a second or two; so does the decoding of 10 million pixels.
"""

from __future__ import annotations

import base64
import warnings
from collections.abc import Iterable
from typing import Final

from app.recommend.explain import work_of_contributions, work_of_explaining
from app.recommend.looks import work_of_looks
from app.recommend.rank import RETRIEVED
from models.encoders.opened import UNREADABLE, opened
from models.errors import ImageError

LEAST: Final = 1.0
_USUAL_SLOTS: Final = 4
_PER_PICTURE: Final = 2_000.0
_PER_PIXEL: Final = 0.001
_HEAD_CHARACTERS: Final = 1 << 18
_READS: Final = 500  # of a head; what needs more counts as if it were large


def of_completing(items: int, *, slots: int | None, k: int, candidates: int, looks: int, explain: bool) -> float:
    """The cost of completing one outfit; slots that are left out count as four."""
    count = _USUAL_SLOTS if slots is None else slots
    shown = min(k, candidates) if candidates else k * count
    ranked = candidates or count * max(RETRIEVED, 4 * k)
    explained = work_of_contributions(items, shown) if explain else 0
    return float(ranked + shown * (items + 1) ** 2 + explained + work_of_looks(items, count, looks))


def of_scoring(sizes: Iterable[int], *, explain: bool) -> float:
    """The cost of scoring outfits of these sizes."""
    return float(sum(size**2 + (work_of_explaining(size, RETRIEVED) if explain else 0) for size in sizes))


def of_pictures(pictures: Iterable[bytes | str], max_pixels: int) -> float:
    """The cost of decoding and encoding pictures.

    Args:
        pictures: each as bytes, or as base64 of which only the head is read.
        max_pixels: what one counts for whose size its head does not tell; no larger one is decoded.
    """
    return sum(_PER_PICTURE + _PER_PIXEL * min(_pixels(picture, max_pixels), max_pixels) for picture in pictures)


def _pixels(picture: bytes | str, unknown: int) -> int:
    """Width times height, from the head of a picture; no pixel is decoded."""
    try:
        if isinstance(picture, str):
            start = picture.find(",", 0, 100) + 1 if picture.startswith("data:") else 0
            picture = base64.b64decode(picture[start : start + _HEAD_CHARACTERS])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            width, height = opened(picture, _READS).size
    except (*UNREADABLE, ImageError):  # what is no base64 is a ValueError
        return unknown
    return int(width) * int(height)
