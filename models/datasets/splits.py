"""Leak-free splits: near-duplicate outfits stay on one side, and cold items are never seen in training."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations
from typing import Final, TypeVar

import numpy as np

from models.datasets.schema import SPLITS, Catalogue, Outfit, Split

NEAR_DUPLICATE: Final = 0.5
"""Two outfits of at least this Jaccard overlap are near-duplicates."""
_DEFAULT_SHARES: Final = (0.8, 0.9)
_SEED: Final = 0
ItemT = TypeVar("ItemT", int, str)


def products_of(outfits: Iterable[Outfit], catalogue: Catalogue) -> list[frozenset[str]]:
    """The items of each outfit, all of the catalogue, with the first size in place of each: what near-duplicates are told by."""
    return [frozenset(catalogue.one_size[item] for item in outfit.items) for outfit in outfits]


def distinct(outfits: Iterable[frozenset[ItemT]]) -> tuple[list[frozenset[ItemT]], list[int]]:
    """The sets that there are, in order of their first outfit, and the place of each outfit's among them."""
    places: dict[frozenset[ItemT], int] = {}
    place_N = [places.setdefault(items, len(places)) for items in outfits]
    return list(places), place_N


def near_duplicates(outfits: Iterable[frozenset[ItemT]]) -> list[int]:
    """A group number per outfit; outfits of Jaccard overlap >= 0.5, directly or through others, are in one group."""
    sets, place_N = distinct(outfits)
    parent = list(range(len(sets)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for number, other in near_pairs(sets):
        parent[root(number)] = root(other)
    return [root(place) for place in place_N]


def near_pairs(sets: Sequence[frozenset[ItemT]]) -> Iterator[tuple[int, int]]:
    """Each two of ``distinct`` sets of Jaccard overlap >= 0.5, by their places, the later first; some come more than once.

    Sets of two items or more that overlap so much share at least one pair of items, so only sets that share a pair are compared. A set
    that thousands of outfits are would be compared with each of them: hence sets.
    """
    holders: defaultdict[tuple[ItemT, ...], list[int]] = defaultdict(list)
    for number, items in enumerate(sets):
        for pair in combinations(sorted(items), 2):
            for other in holders[pair]:
                if len(items & sets[other]) >= NEAR_DUPLICATE * len(items | sets[other]):
                    yield number, other
            holders[pair].append(number)


def near_sets(sets: Sequence[frozenset[ItemT]]) -> Mapping[int, AbstractSet[int]]:
    """The places of each of ``distinct`` sets and of those near it; see ``near_pairs``."""
    near = {place: {place} for place in range(len(sets))}
    for one, other in near_pairs(sets):
        near[one].add(other)
        near[other].add(one)
    return near


def default_splits(outfits: Sequence[frozenset[ItemT]], times: Sequence[float] | None) -> list[Split]:
    """A split per outfit where nobody gave one: the earliest 80 % to train, the next 10 % to choose on, the latest 10 % to test.

    Near-duplicates are where the earliest of them is.

    Args:
        times: when each outfit was worn; None draws an order of the groups of near-duplicates, always the same one, and puts groups that
            are larger than the test part first.
    """
    groups = near_duplicates(outfits)
    if times is None:
        size = Counter(groups)
        most = len(outfits) * (1 - _DEFAULT_SHARES[1])
        rng = np.random.default_rng(_SEED)
        drawn = {group: 1 + rng.random() if size[group] <= max(1, most) else 0.0 for group in dict.fromkeys(groups)}
        times = [drawn[group] for group in groups]
    ends = [share * len(outfits) for share in _DEFAULT_SHARES]
    split_of: dict[int, Split] = {}
    for place, number in enumerate(sorted(range(len(outfits)), key=times.__getitem__)):
        split_of.setdefault(groups[number], SPLITS[bisect_right(ends, place)])
    return [split_of[group] for group in groups]


def split_outfits(
    outfits: Sequence[frozenset[int]], cold: frozenset[int], shares: tuple[float, float], rng: np.random.Generator
) -> list[Split]:
    """A split per outfit.

    Args:
        outfits: rows of the catalogue.
        cold: items that no training or validation outfit may hold; every group of outfits with one of them is for testing.
        shares: of ``valid`` and ``test`` among all outfits; cold outfits count towards ``test``.
        rng: decides which groups go where.
    """
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for number, look in enumerate(near_duplicates(outfits)):
        groups[look].append(number)
    members = [groups[key] for key in sorted(groups)]
    splits: list[Split] = ["train"] * len(outfits)
    warm: list[list[int]] = []
    tested = 0
    for group in members:
        if any(outfits[number] & cold for number in group):
            tested += len(group)
            for number in group:
                splits[number] = "test"
        else:
            warm.append(group)
    room: list[tuple[Split, float]] = [("test", shares[1] * len(outfits) - tested), ("valid", shares[0] * len(outfits))]
    order = iter(rng.permutation(len(warm)))
    for split, wanted in room:
        left = wanted
        while left > 0 and (position := next(order, None)) is not None:
            for number in warm[position]:
                splits[number] = split
            left -= len(warm[position])
    return splits
