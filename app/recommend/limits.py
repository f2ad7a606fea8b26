"""Refuses requests that ask for too much or for unknown categories, naming the field, before any work is done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from app.ground.errors import Detail, LimitExceededError, UnknownCategoryError
from app.ground.shortened import shortened
from app.release.release import Release
from models.datasets.garments import categories_meant
from models.datasets.names import spelling_of

_MOST_TOLD: Final = 8
_STEPS: Final = re.compile(r"\s*[>/|\u203a\u00bb]\s*")
"""What parts the steps of a path of categories."""


def check_count(field: str, count: int, most: int, what: str = "") -> None:
    """Refuse more than ``most`` of something, or a number greater than that.

    Args:
        what: the noun of what is counted; empty where the field is the number itself.

    Raises:
        LimitExceededError: naming the field, the number and the limit.
    """
    if count > most:
        found = f"{count:,} {what}" if what else shortened(count)
        msg = f"{field}: {found}, and one request takes at most {most:,}"
        raise LimitExceededError(msg, [Detail(field, found, f"at most {most:,}")])


def check_work(work: int, most: int) -> None:
    """Refuse a request that would compute for too long.

    Args:
        work: the sum, over all outfits to score, of the square of their items, as a score compares each item with the others.

    Raises:
        LimitExceededError: naming both figures and what to ask less of.
    """
    if work > most:
        less = "ask for fewer items, outfits, slots, k or looks, or leave out explain"
        msg = f"this takes {work:,} comparisons of items, and one request gets at most {most:,}; {less}"
        raise LimitExceededError(msg, [Detail("body", f"{work:,} comparisons", f"at most {most:,}; {less}")])


def category_meant(release: Release, name: str) -> str | None:
    """The category that is meant, whatever its case and blanks, as the catalogue spells it, else the model; None where neither has it."""
    known = (*release.bundle.manifest.categories, *release.snapshot.categories)
    return name if name in known else _spelt(known).get(spelling_of(name))


def new_categories(release: Release, names: Sequence[str]) -> list[str]:
    """What to say of the categories of some items that there are none of, though one that there is was probably meant: of the first few.

    Of a path of categories (*Women > Dresses > Midi*) that is the last of its steps that there is.
    """
    new = [name for name in dict.fromkeys(names) if category_meant(release, name) is None]
    worn_as = {name: release.worn_as(name) for name in release.snapshot.categories} if new else {}
    near = {name: next(_known_steps(release, name), None) or categories_meant(name, worn_as) for name in new[:_MOST_TOLD]}
    return [
        f"category {shortened(name)!r} is new to this catalogue, and so a slot of its own; did you mean {one}?"
        for name, one in near.items()
        if one
    ]


def _known_steps(release: Release, path: str) -> Iterator[str]:
    """The categories that steps of a path are, quoted, the last one first."""
    meant = (category_meant(release, step) for step in reversed(_STEPS.split(path)))
    return (repr(name) for name in meant if name is not None)


@lru_cache(maxsize=16)  # of releases that serve side by side; a batch of items may ask for each of its own
def _spelt(known: tuple[str, ...]) -> dict[str, str]:
    return {spelling_of(one): one for one in known}


def known_categories(release: Release, named: Sequence[tuple[str, str]]) -> list[str]:
    """The categories that are meant, see ``category_meant``.

    Args:
        named: (field, category) pairs.

    Raises:
        UnknownCategoryError: there is none; names each, with what is probably meant.
    """
    meant = [(field, name, category_meant(release, name)) for field, name in named]
    if unknown := [(field, name) for field, name, category in meant if category is None]:
        known = sorted({*release.snapshot.categories, *release.bundle.manifest.categories})
        worn_as = {name: release.worn_as(name) for name in known}
        near = [categories_meant(name, worn_as) for _, name in unknown]
        instead = "GET /categories lists those there are"
        details = [
            Detail(field, name, f"did you mean {meant}?" if meant else instead) for (field, name), meant in zip(unknown, near, strict=True)
        ]
        first = details[0]
        msg = f"{first.field}: no category {first.value!r}; {first.problem}"
        raise UnknownCategoryError(msg, details)
    return [category for *_, category in meant if category is not None]
