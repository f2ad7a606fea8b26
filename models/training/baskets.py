"""What of orders is worn at one time, as far as words tell what pieces are worn as: of two pairs of shoes in one order, one.

Orders hold what was bought for two days, or for two people. A few of them do not make an outfit of two watches, or of jeans under a dress;
where many hold both, they are worn together. And what is worn with nothing, as a swimsuit is, stands for itself until many say otherwise;
what is not worn at all is bought beside an outfit, however often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Final

from models.compatibility.roles import ALONE, instead
from models.datasets.garments import NOT_WORN

_SELDOM: Final = 0.25
"""The share of the orders with a piece, below which another that takes its place is for another day."""
_LEAST: Final = 3  # outfits that tell so
_LEAST_ALONE: Final = 20

Pair = tuple[str, str]
Roles = Sequence[str | None]
Outfits = Sequence[Sequence[int]]


def worn_at_once(learned: Outfits, asked: Outfits, role_N: Roles) -> tuple[list[list[int]], list[list[int]]]:
    """Orders without what is not worn with a piece before it; of those that lost something only what has two pieces still.

    Args:
        learned: orders as rows, which say what is worn together. asked: others, to which the same is done.
        role_N: what each row is worn as.
    """
    having, both = Counter[str](), Counter[Pair]()
    for rows in learned:
        roles = [role for row in rows if (role := role_N[row])]
        having.update(set(roles))
        both.update(set(_pairs(roles)))
    apart = {pair for pair in both if instead(*pair) and both[pair] < max(_LEAST, _SELDOM * min(having[role] for role in pair))}
    alone = {role for role in ALONE if having[role] < _LEAST_ALONE} | {NOT_WORN}
    return _kept(learned, role_N, apart, alone), _kept(asked, role_N, apart, alone)


def _pairs(roles: Iterable[str]) -> Iterable[Pair]:
    """Each two of them, in the order of the alphabet."""
    return combinations(sorted(roles), 2)


def _kept(outfits: Outfits, role_N: Roles, apart: set[Pair], alone: set[str]) -> list[list[int]]:
    cleaned = []
    for rows in outfits:
        kept: list[int] = []
        for row in rows:
            role = role_N[row]
            if role is None or (role not in alone and all(tuple(sorted((role, role_N[other] or ""))) not in apart for other in kept)):
                kept.append(row)
        if len(kept) == len(rows) or len(kept) > 1:
            cleaned.append(kept)
    return cleaned
