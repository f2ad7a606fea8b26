"""From baskets to training outfits, and to questions about the latest outfits, which no training has seen.

The split is by time: training outfits come first, then validation outfits, then those held out for questions. No outfit that is learned
from or chosen on is a near-duplicate (Jaccard >= 0.5) of one that is asked about. Near-duplicates of near-duplicates may be: with the log
such chains grow until they hold nearly every outfit of a shop.

What is chosen on is whatever comes after what is learned from, near-duplicates and all, as it does once a release serves. Were they left
out there, all that is left would be what was never worn together before, and a recipe that weighs on it what it remembers would take
having been worn together for a reason against; the more a shop sells, the more so.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from app.worker.hygiene import Basket
from index.backends.base import BoolArray, IntArray
from models.datasets.draw_questions import draw_questions
from models.datasets.schema import SPLITS, Catalogue, Outfit, Question, Split
from models.datasets.splits import distinct, near_pairs

_VALID_SHARE: Final = 0.08
_RECENT_SHARE: Final = 0.12
_MOST_RECENT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Outfits:
    """Outfits by use.

    Attributes:
        train, valid: for the recipe. recent: the latest ones, held out for questions.
        moved: number of outfits that are not held out, as they are near-duplicates of earlier ones that are not.
        left_out: number of outfits left out as near-duplicates of the reference set, which nothing may learn from.
        between: number of outfits left out as near-duplicates of outfits that are held out and of others that are not.
        held_from: time, in seconds since 1970, from which on outfits are held out, but for near-duplicates of earlier ones.
    """

    train: tuple[Outfit, ...]
    valid: tuple[Outfit, ...]
    recent: tuple[Outfit, ...]
    moved: int = 0
    left_out: int = 0
    between: int = 0
    held_from: float = math.inf


def split_by_time(
    baskets: Sequence[Basket],
    reference: Sequence[Outfit] = (),
    earlier: Sequence[Outfit] = (),
    *,
    unseen_from: float = 0.0,
    one_size: Mapping[str, str] = MappingProxyType({}),
) -> Outfits:
    """Split baskets, which are in order of time.

    Args:
        reference: the fixed reference set; near-duplicates of it are left out.
        earlier: outfits from before the log, used as their split says.
        unseen_from: time, in seconds since 1970, from which on the current release has learned from no outfit. Only later outfits are held
            out: a comparison on outfits that one of both has seen would be unfair.
        one_size: the first size of an item, for near-duplicates; itself where none is said.
    """
    before = [outfit for outfit in earlier if outfit.split != "test"]
    everyone = [*before, *(worn(basket, "train") for basket in baskets)]
    items_of = (outfit.items for outfits in (reference, everyone) for outfit in outfits)
    sets, place_N = distinct(frozenset(one_size.get(item, item) for item in items) for items in items_of)
    set_N = np.array(place_N[len(reference) :], dtype=np.intp)
    near_P2 = np.fromiter(near_pairs(sets), np.dtype((np.intp, 2)))
    usable_S = np.arange(len(sets)) > max(place_N[: len(reference)], default=-1)  # those of the reference come first
    usable_S[near_P2[~usable_S[near_P2[:, 1]], 0]] = False
    near_P2 = near_P2[usable_S[near_P2].all(axis=1)]
    left_out = int((~usable_S[set_N]).sum())

    of_log = np.flatnonzero(usable_S[set_N[len(before) :]])
    at = [baskets[place].at for place in of_log.tolist()]
    latest = min(_MOST_RECENT, round(_RECENT_SHARE * len(at)), sum(moment >= unseen_from for moment in at))
    chosen_on = round(_VALID_SHARE * len(at))
    period_N = np.zeros(len(everyone), dtype=np.int64)  # places in SPLITS, in order of time
    period_N[: len(before)] = [SPLITS.index(outfit.split) for outfit in before]
    period_N[len(before) + of_log] = np.repeat(np.arange(len(SPLITS)), [len(at) - latest - chosen_on, chosen_on, latest])

    side_N = _sides(period_N, set_N, near_P2, usable_S)
    train, valid, recent = (
        tuple(replace(everyone[place], split=split) for place in np.flatnonzero(side_N == side).tolist())
        for side, split in enumerate(SPLITS)
    )
    return Outfits(
        train=train,
        valid=valid,
        recent=recent,
        moved=int(((side_N >= 0) & (side_N < period_N)).sum()),
        left_out=left_out,
        between=int((side_N < 0).sum()) - left_out,
        held_from=at[-latest] if latest else math.inf,
    )


def _sides(period_N: IntArray, set_N: IntArray, near_P2: IntArray, usable_S: BoolArray) -> IntArray:
    """The place in ``SPLITS`` of each outfit's side: its period, or that of what is near where that is not held out and it would be.

    It is -1 for one that is on none: its set is not usable, or near sets that are held out and others that are not.

    Shape legend: N outfits · S sets · P pairs of near sets.
    """
    first_S = np.full(len(usable_S), len(SPLITS))
    np.minimum.at(first_S, set_N, period_N)
    side_S = first_S.copy()
    np.minimum.at(side_S, near_P2, first_S[near_P2[:, ::-1]])
    held = SPLITS.index("test")
    one_P, other_P = (side_S[near_P2] == held).T
    # Of two near sets of which one is held out, all outfits of the other were moved: had one not been, the first would not be held out.
    side_S[near_P2[~one_P & other_P, 0]] = side_S[near_P2[one_P & ~other_P, 1]] = -1
    side_N = np.where(usable_S, side_S, -1)[set_N]
    return np.where((side_N >= 0) & (period_N < held), period_N, side_N)


def worn(basket: Basket, split: Split) -> Outfit:
    """A basket as an outfit of a split, or a part of one."""
    return Outfit(basket.id, basket.items, split, basket.user, basket.at, part=True)


def ask(
    outfits: Sequence[Outfit], catalogue: Catalogue, blanks: Collection[tuple[str, str]] | None = None
) -> dict[str, tuple[Question, ...]]:
    """Questions about outfits by kind: which item is missing, which of four it is, and which of two sets was worn; the same each time.

    Outfits of which the catalogue has fewer than two items are left out.

    Args:
        blanks: (outfit's id, item) of what may be asked for; None: everything.
    """
    drawn = draw_questions(outfits, (), catalogue, blanks=blanks).tasks
    return {kind: drawn[kind] for kind in ("retrieval", "fitb", "compatibility") if kind in drawn}


def known(outfits: Sequence[Outfit], catalogue: Catalogue, split: Split) -> tuple[Outfit, ...]:
    """The outfits in ``split``, with the items that the catalogue still has; outfits with fewer than two of them are left out."""
    kept = (replace(outfit, items=tuple(item for item in outfit.items if item in catalogue.row_of), split=split) for outfit in outfits)
    return tuple(outfit for outfit in kept if len(outfit.items) > 1)
