"""Leak-free splits: near-duplicate outfits stay on one side, and cold items are never seen in training."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np

from models.datasets.schema import Split

NEAR_DUPLICATE: Final = 0.5
"""Two outfits of at least this Jaccard overlap are near-duplicates."""


def near_duplicates(outfits: Sequence[frozenset[int]]) -> list[int]:
    """A group number per outfit; outfits of Jaccard overlap >= 0.5, directly or through others, are in one group.

    Outfits of two items or more that overlap so much share at least one pair of items, so only outfits that share a pair are compared.
    """
    parent = list(range(len(outfits)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    holders: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for number, items in enumerate(outfits):
        for pair in combinations(sorted(items), 2):
            for other in holders[pair]:
                if len(items & outfits[other]) >= NEAR_DUPLICATE * len(items | outfits[other]):
                    parent[root(number)] = root(other)
            holders[pair].append(number)
    return [root(number) for number in range(len(outfits))]


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
