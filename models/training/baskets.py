"""What of orders is worn at one time, as far as words tell what pieces are worn as: of two pairs of shoes in one order, one.

Orders hold what was bought for two days, or for two people. A few of them do not make an outfit of two watches, or of jeans under a dress;
where many hold both, they are worn together. And what is worn with nothing, as a swimsuit is, stands for itself until many say otherwise;
what is not worn at all is bought beside an outfit, however often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations, combinations_with_replacement
from typing import Final

from models.compatibility.roles import ALONE, CORE, PLACES, instead
from models.datasets.garments import NOT_WORN
from models.datasets.wholes import HALF_OF, SUIT

_SELDOM: Final = 0.5
"""The share of the orders with a piece, below which another that takes its place is for another day."""
_RARE: Final = 0.01
"""Likewise of whole outfits, which were put together on purpose."""
_LEAST: Final = 3  # outfits that tell so
_MISLED: Final = 0.02
_LEAST_ALONE: Final = 20

_TOP, _COAT = "top", "outer"
_BELOW: Final = frozenset({"bottom", "full-body"})
"""What tops are worn with."""
_LAYERS: Final = frozenset({"innerwear", "swimwear", "sleepwear"})
"""What clothes are not worn with, but over, or at another time."""

Pair = tuple[str, str]
Roles = Sequence[str | None]
Outfits = Sequence[Sequence[int]]


def worn_at_once(
    learned: Outfits, asked: Outfits, role_N: Roles, category_N: Sequence[str] | None = None
) -> tuple[list[list[int]], list[list[int]]]:
    """Orders without what is not worn with a piece before it; of those that lost something only what has two pieces still.

    Args:
        learned: orders as rows, which say what is worn together. asked: others, to which the same is done.
        role_N: what each row takes the place of (``PieceLabels.place``).
        category_N: of each row: two coats, or two tops of one category, are bought for two days, too. None where nothing says it.
    """
    learned, asked = ([part for rows in orders for part in _by_layer(rows, role_N)] for orders in (learned, asked))
    if category_N is not None:
        learned, asked = (_once_each(orders, role_N, category_N, learned) for orders in (learned, asked))
    having, both = _counted([role for row in rows if (role := role_N[row])] for rows in learned)
    apart = {pair for pair in both if instead(*pair) and not _often(pair, having, both, _SELDOM)}
    told = Counter[str]()
    for role in ALONE:
        told[HALF_OF.get(role, role)] += having[role]
    alone = {role for role in ALONE if told[HALF_OF.get(role, role)] < _LEAST_ALONE} | {NOT_WORN}
    return _kept(learned, role_N, apart, alone), _kept(asked, role_N, apart, alone)


def _by_layer(rows: Sequence[int], role_N: Roles) -> Iterable[list[int]]:
    """An order as it is; of clothes and what is worn beneath them, to swim or to bed a part of each, but none of one piece."""
    layers: dict[str, list[int]] = {}
    for row in rows:
        role = HALF_OF.get(role_N[row] or "", role_N[row])
        layers.setdefault(role if role in _LAYERS else "", []).append(row)
    if len(layers) == 1 or not any(role_N[row] in CORE for row in layers.get("", ())):
        return [[*rows]]
    return [part for part in layers.values() if len(part) > 1]


def _once_each(orders: Outfits, role_N: Roles, category_N: Sequence[str], learned: Outfits) -> list[list[int]]:
    """Orders with the first coat, and the first top of each category, but of those of which most have two: shirts under jumpers.

    Of what is worn with something for below or all over: who buys tops alone stocks up.
    """
    dressed = [rows for rows in learned if any(role_N[row] in _BELOW for row in rows)]
    having, both = _counted([category_N[row] for row in rows if role_N[row] == _TOP] for rows in dressed)
    layered = {name for name in having if _often((name, name), having, both, _SELDOM)}

    def once(row: int) -> tuple[str, str] | None:
        """What a row is the only one of in an order; None where there may be more."""
        if role_N[row] == _COAT:
            return _COAT, ""
        return (_TOP, category_N[row]) if role_N[row] == _TOP and category_N[row] not in layered else None

    kept = []
    for rows in orders:
        first: dict[object, int] = {}
        for place, row in enumerate(rows):
            first.setdefault(once(row) or place, row)
        if len(first) == len(rows) or len(first) > 1:
            kept.append([*first.values()])
    return kept


def never_both(wholes: Iterable[Sequence[str]], parts: Iterable[Sequence[str]]) -> frozenset[Pair]:
    """What takes the place of what, in the order of the alphabet: of words' pairs (``roles.instead``) those that hardly any outfits have.

    Args:
        wholes: what the pieces of whole outfits are worn as. parts: likewise of what may be parts of outfits, such as orders.
    """
    counted = [(*_counted(wholes), _RARE), (*_counted(parts), _SELDOM)]
    pairs = (pair for pair in combinations_with_replacement(sorted(PLACES), 2) if instead(*pair))
    return frozenset(pair for pair in pairs if not any(_often(pair, having, both, share) for having, both, share in counted))


def always_dressed(wholes: Sequence[Collection[str]]) -> bool:
    """Whether whole outfits of clothes go without shoes, or without a top and bottom or a dress, no oftener than a word misleads.

    Args:
        wholes: what the pieces of each are worn as, of those that say it of all.
    """
    clothes = [{*roles} for roles in wholes if not CORE.isdisjoint(roles)]
    lacking = sum(
        not ({"footwear"} < roles and (not roles.isdisjoint({"full-body", SUIT}) or roles >= {"top", "bottom"})) for roles in clothes
    )
    return (lacking + 1) / (len(clothes) + 2) < _MISLED


def _counted(outfits: Iterable[Sequence[str]]) -> tuple[Counter[str], Counter[Pair]]:
    """How many outfits have a piece of a role, and how many two of each pair of roles."""
    having, both = Counter[str](), Counter[Pair]()
    for roles in outfits:
        having.update(set(roles))
        both.update(set(_pairs(roles)))
    return having, both


def _often(pair: Pair, having: Counter[str], both: Counter[Pair], share: float) -> bool:
    return both[pair] >= max(_LEAST, share * min(having[role] for role in pair))


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
