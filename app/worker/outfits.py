"""From baskets to training outfits, and to questions about the latest outfits, which no training has seen.

The split is by time: training outfits come first, then validation outfits, then those held out for questions. Near-duplicates (Jaccard
>= 0.5, directly or through others) form a group, and the whole group goes to the side of its earliest outfit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.worker.hygiene import Basket
from models.datasets.draw_questions import draw_questions
from models.datasets.schema import Catalogue, Outfit, Question, Split
from models.datasets.splits import near_duplicates

_VALID_SHARE: Final = 0.08
_RECENT_SHARE: Final = 0.12
_MOST_RECENT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Outfits:
    """Outfits by use.

    Attributes:
        train, valid: for the recipe. recent: the latest ones, held out for questions.
        moved: number of outfits that went to the side of an earlier near-duplicate.
        left_out: number of outfits left out as near-duplicates of the reference set, which nothing may learn from.
        held_from: time, in seconds since 1970, from which on outfits are held out, but for near-duplicates of earlier ones.
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
    """Split baskets, which are in order of time.

    Args:
        reference: the fixed reference set; near-duplicates of it are left out.
        earlier: outfits from before the log, used as their split says.
        unseen_from: time, in seconds since 1970, from which on the current release has learned from no outfit. Only later outfits are held
            out: a comparison on outfits that one of both has seen would be unfair.
    """
    before = [outfit for outfit in earlier if outfit.split != "test"]
    number: dict[str, int] = {}
    items_of = [outfit.items for outfits in (reference, before, baskets) for outfit in outfits]
    groups = near_duplicates([frozenset(number.setdefault(item, len(number)) for item in items) for items in items_of])
    forbidden = set(groups[: len(reference)])
    of_before, of_baskets = groups[len(reference) : len(reference) + len(before)], groups[len(reference) + len(before) :]
    usable = [(basket, group) for basket, group in zip(baskets, of_baskets, strict=True) if group not in forbidden]
    latest = min(_MOST_RECENT, round(_RECENT_SHARE * len(usable)), sum(basket.at >= unseen_from for basket, _ in usable))
    chosen_on = round(_VALID_SHARE * len(usable))
    by_time: tuple[tuple[Split, int], ...] = (("train", len(usable) - latest - chosen_on), ("valid", chosen_on), ("test", latest))
    splits = [split for split, count in by_time for _ in range(count)]
    dated = [(outfit, group) for outfit, group in zip(before, of_before, strict=True) if group not in forbidden]
    dated += [(worn(basket, split), group) for (basket, group), split in zip(usable, splits, strict=True)]
    split_of: dict[int, Split] = {}
    sides: dict[Split, list[Outfit]] = {"train": [], "valid": [], "test": []}
    for outfit, group in dated:
        first = split_of.setdefault(group, outfit.split)
        sides[first].append(replace(outfit, split=first))
    return Outfits(
        train=tuple(sides["train"]),
        valid=tuple(sides["valid"]),
        recent=tuple(sides["test"]),
        moved=sum(split_of[group] != outfit.split for outfit, group in dated),
        left_out=len(before) + len(baskets) - len(dated),
        held_from=usable[-latest][0].at if latest else math.inf,
    )


def worn(basket: Basket, split: Split) -> Outfit:
    """A basket as an outfit of a split."""
    return Outfit(basket.id, basket.items, split, basket.user, basket.at)


def ask(outfits: Sequence[Outfit], catalogue: Catalogue) -> dict[str, tuple[Question, ...]]:
    """Questions about outfits by kind: which item is missing, which of four it is, and which of two sets was worn; the same each time.

    Outfits of which the catalogue has fewer than two items are left out.
    """
    drawn = draw_questions(outfits, (), catalogue).tasks
    return {kind: drawn[kind] for kind in ("retrieval", "fitb", "compatibility") if kind in drawn}


def known(outfits: Sequence[Outfit], catalogue: Catalogue, split: Split) -> tuple[Outfit, ...]:
    """The outfits in ``split``, with the items that the catalogue still has; outfits with fewer than two of them are left out."""
    kept = (replace(outfit, items=tuple(item for item in outfit.items if item in catalogue.row_of), split=split) for outfit in outfits)
    return tuple(outfit for outfit in kept if len(outfit.items) > 1)
