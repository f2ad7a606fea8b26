"""The category of a product that stands in several paths of a shop: the step of them that names a garment, not a sale or a collection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from models.datasets.feeds.layouts.base import category_from
from models.datasets.feeds.records import Draft
from models.datasets.feeds.words import bare, path_of
from models.datasets.garments import role_of

_NO_KIND_WORDS: Final = (
    "sale|sales|soldes|promotions|promotion|promos|angebote|rebajas|ofertas|saldi|offerte|outlet|clearance|new|new in|new arrivals|"
    "what's new|nouveautes|neu|neuheiten|novedades|novita|featured|all|uncategorized|uncategorised|non classe|collections|collection|"
    "gifts|gift ideas|trending|trends|brands|marken|marques"
)
NO_KIND: Final = frozenset(_NO_KIND_WORDS.split("|"))
"""Steps, without accents and in lower case, that say when or why something is sold, and below which anything stands."""


def is_no_kind(step: str) -> bool:
    """Whether a step says nothing of what a product is.

    >>> is_no_kind("Nouveautés"), is_no_kind("Sale"), is_no_kind("Shoes")
    (True, True, False)
    """
    return bare(step).strip() in NO_KIND


def category_of(draft: Draft, paths: Sequence[list[str]], otherwise: list[str]) -> None:
    """Take the deepest step that names a garment for the category, of paths through no sale first; where none does, as of one path.

    Args:
        paths: each from the widest step to the finest; the first counts among equals.
        otherwise: the path to go by where no step names a garment.
    """
    named = [(path, place) for path in paths for place, step in enumerate(path) if role_of(step)]
    if not named:
        category_from(draft, otherwise)
        return
    path, place = max(named, key=lambda one: (not any(map(is_no_kind, one[0])), one[1]))
    category_from(draft, path, place)


def category_told(draft: Draft, value: object, otherwise: list[str]) -> None:
    """Take the category of a cell, or a value of JSON, that holds one path, of which the last step counts, or several."""
    first, *more = paths_of(value)
    if more:
        category_of(draft, [first, *more], first)
    else:
        category_from(draft, first or otherwise)


def paths_of(value: object) -> list[list[str]]:
    """The paths of a value: a list of texts of which some have steps is several, any other one.

    >>> paths_of(["Shoes > Loafers", "Sale > Gifts"]), paths_of(["Women", "Shoes"])
    ([['Shoes', 'Loafers'], ['Sale', 'Gifts']], [['Women', 'Shoes']])
    """
    several = [path_of(one) for one in value] if isinstance(value, list) else []
    return several if any(len(path) > 1 for path in several) else [path_of(value)]
