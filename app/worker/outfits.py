"""From baskets to training outfits and to questions about the latest ones, which no training has seen.

The split is by time: what is learned from comes before what is chosen on, and that before what is asked. Outfits that are nearly one look
(Jaccard >= 0.5, directly or through others) are on one side: with the earliest of them.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.worker.hygiene import Basket
from models.datasets.schema import Catalogue, Compatibility, FillInTheBlank, Outfit, Question, Retrieval, Split
from models.datasets.splits import near_duplicates

_VALID_SHARE: Final = 0.08
_RECENT_SHARE: Final = 0.12
_MOST_RECENT: Final = 2_000
_WRONG: Final = 3


@dataclass(frozen=True, slots=True)
class Outfits:
    """What there is to learn from and to ask about.

    Attributes:
        train, valid: for the recipe. recent: held out; the latest ones.
        moved: near-duplicates of earlier outfits that were moved to their side.
        left_out: outfits that are nearly one of the reference set, so that nothing may learn from them.
        held_from: seconds since 1970 from which on nothing was learned from, but for what is like something earlier.
    """

    train: tuple[Outfit, ...]
    valid: tuple[Outfit, ...]
    recent: tuple[Outfit, ...]
    moved: int = 0
    left_out: int = 0
    held_from: float = math.inf


def split_by_time(
    baskets: Sequence[Basket], reference: Sequence[Outfit] = (), earlier: Sequence[Outfit] = (), *, unseen_from: float = 0.0
) -> Outfits:
    """Split baskets, which are by time.

    Args:
        reference: the fixed reference set; nothing like it is learned from.
        earlier: outfits from before the log, to be learned from as their split says.
        unseen_from: when, in seconds since 1970, that began which the current release has not learned from; only this is held out, since
            a comparison on what one of two has seen would be none.
    """
    before = [outfit for outfit in earlier if outfit.split != "test"]
    looks = _looks([*(outfit.items for outfit in reference), *(outfit.items for outfit in before), *(outfit.items for outfit in baskets)])
    forbidden = set(looks[: len(reference)])
    of_before, of_baskets = looks[len(reference) : len(reference) + len(before)], looks[len(reference) + len(before) :]
    usable = [(basket, look) for basket, look in zip(baskets, of_baskets, strict=True) if look not in forbidden]
    latest = min(_MOST_RECENT, round(_RECENT_SHARE * len(usable)), sum(basket.at >= unseen_from for basket, _ in usable))
    chosen_on = round(_VALID_SHARE * len(usable))
    by_time: tuple[tuple[Split, int], ...] = (("train", len(usable) - latest - chosen_on), ("valid", chosen_on), ("test", latest))
    splits = [split for split, count in by_time for _ in range(count)]
    dated = [(outfit, look) for outfit, look in zip(before, of_before, strict=True) if look not in forbidden]
    dated += [(worn(one, split), look) for (one, look), split in zip(usable, splits, strict=True)]
    split_of: dict[int, Split] = {}
    sides: dict[Split, list[Outfit]] = {"train": [], "valid": [], "test": []}
    for outfit, look in dated:
        first = split_of.setdefault(look, outfit.split)
        sides[first].append(replace(outfit, split=first))
    return Outfits(
        train=tuple(sides["train"]),
        valid=tuple(sides["valid"]),
        recent=tuple(sides["test"]),
        moved=sum(split_of[look] != outfit.split for outfit, look in dated),
        left_out=len(before) + len(baskets) - len(dated),
        held_from=usable[-latest][0].at if latest else math.inf,
    )


def worn(basket: Basket, split: Split) -> Outfit:
    """A basket as an outfit of a split."""
    return Outfit(basket.id, basket.items, split, basket.user, basket.at)


def _looks(outfits: Sequence[Sequence[str]]) -> list[int]:
    number: dict[str, int] = {}
    return near_duplicates([frozenset(number.setdefault(item, len(number)) for item in items) for items in outfits])


def ask(outfits: Sequence[Outfit], catalogue: Catalogue) -> dict[str, tuple[Question, ...]]:
    """Questions about outfits: which item is missing, which of four is it, and which of two sets was worn. The same each time.

    An outfit of which the catalogue knows fewer than two items is not asked about.
    """
    categories, rows_of = catalogue.categories, _rows_of(catalogue)
    retrieval: list[Question] = []
    blanks: list[Question] = []
    worn: list[Question] = []
    for outfit in outfits:
        items = tuple(item for item in outfit.items if item in catalogue.row_of)
        if len(items) < 2:  # noqa: PLR2004 - nothing would be left to go by
            continue
        dice = np.random.default_rng(zlib.crc32(outfit.id.encode("utf-8", "backslashreplace")))
        blank = int(dice.integers(len(items)))
        answer, context = items[blank], (*items[:blank], *items[blank + 1 :])
        category = categories[catalogue.row_of[answer]]
        retrieval.append(Retrieval(outfit.id, context, answer, category, "test"))
        others = [row for row in rows_of[category] if catalogue.ids[row] not in items]
        if len(others) >= _WRONG:
            chosen = [catalogue.ids[row] for row in dice.choice(others, _WRONG, replace=False)]
            place = int(dice.integers(_WRONG + 1))
            blanks.append(FillInTheBlank(outfit.id, context, (*chosen[:place], answer, *chosen[place:]), place, "test"))
        random = tuple(catalogue.ids[int(dice.choice(rows_of[categories[catalogue.row_of[item]]]))] for item in items)
        worn += [Compatibility(f"{outfit.id}-worn", items, 1, "test"), Compatibility(f"{outfit.id}-random", random, 0, "test")]
    asked = {"retrieval": retrieval, "fitb": blanks, "compatibility": worn}
    return {name: tuple(questions) for name, questions in asked.items() if questions}


def _rows_of(catalogue: Catalogue) -> Mapping[str, np.ndarray]:
    names = np.array(catalogue.categories)
    return {str(name): np.flatnonzero(names == name) for name in np.unique(names)}


def known(outfits: Sequence[Outfit], catalogue: Catalogue, split: Split) -> tuple[Outfit, ...]:
    """Outfits with the items that the catalogue still has, of a split; those with fewer than two are left out."""
    kept = (replace(outfit, items=tuple(item for item in outfit.items if item in catalogue.row_of), split=split) for outfit in outfits)
    return tuple(outfit for outfit in kept if len(outfit.items) > 1)
