"""Chooses the slots to fill: those asked for, or those that outfits like this one usually have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.ground.settings import Limits
from app.recommend.limits import check_categories, check_count
from app.recommend.outfit import Worn
from app.release.release import Release

_MOST_INFERRED: Final = 6


@dataclass(frozen=True, slots=True)
class Slots:
    """The categories to fill, in order; ``note`` says why they are not the usual ones."""

    categories: tuple[str, ...]
    note: str | None = None


def choose_slots(release: Release, worn: Worn, asked: Sequence[str] | None, limits: Limits) -> Slots:
    """The slots to fill.

    Args:
        asked: categories; None to infer them.

    Raises:
        UnknownCategoryError: a slot is of an unknown category. LimitExceededError: too many slots.
    """
    if asked is not None:
        check_count("slots", len(asked), limits.max_slots, "slots")
        check_categories(release, [(f"slots[{position}].category", name) for position, name in enumerate(asked)])
        return Slots(tuple(asked))
    usual = release.bundle.slots.missing(worn.categories, most=min(_MOST_INFERRED, limits.max_slots))
    if usual:
        return Slots(tuple(usual))
    sizes = release.snapshot.sizes
    largest = sorted((name for name in sizes if name not in worn.categories), key=lambda name: (-sizes[name], name))
    note = "no outfits were learned from yet, so these are the largest categories, not the usual slots"
    return Slots(tuple(largest[: min(_MOST_INFERRED, limits.max_slots)]), note)
