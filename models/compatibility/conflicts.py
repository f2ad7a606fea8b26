"""Which labels of an attribute never share an outfit (``models.datasets.audience``): learned with a prior, so few outfits suffice.

For each pair of labels, how often outfits hold both against how often they would by chance, as a Gamma-Poisson rate: the labels conflict
when the posterior mean is below ``CONFLICT``. The prior is indifferent, unless the documented words say that the labels conflict (men's and
women's, adults' and children's, summer and winter, dress and sport, two sports, a bride's and a guest's) or fit (unisex with any). So
without outfits the documented words hold, and outfits that say otherwise overrule them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Any, Final

from models.datasets.audience import Audience
from models.datasets.occasion import (
    BEACH,
    BY_ITSELF,
    CASUAL,
    DRESS,
    EVENING,
    EVERYDAY,
    FESTIVE,
    LOUNGE,
    NIGHT,
    PLAIN,
    SMART,
    SMART_CASUAL,
    SNOW,
    SPORT,
)
from models.datasets.ranges import RANGES
from models.datasets.rites import NEIGHBOURS as OF_RITES
from models.datasets.rites import RITES
from models.datasets.sport_words import NEIGHBOURS, SPORTS
from models.datasets.trades import TRADES
from models.datasets.traditions import TRADITIONS

CONFLICT: Final = 0.2
_INDIFFERENT: Final = (2.0, 2.0)  # shape and scale of the prior: mean 1, worth two expected pairs
_DOCUMENTED: Final = (0.5, 50.0)  # a few products whose words mislead do not overrule it
_RATHER: Final = (0.5, 10.0)
_KINDS: Final = (0.5, 20.0)
_FITTING: Final = (20.0, 20.0)
_APART: Final = ({"summer", "winter"}, {DRESS, SPORT}, {DRESS, SNOW}, {EVENING, SPORT}, {EVENING, SNOW}, {FESTIVE, SPORT}, {FESTIVE, SNOW})
"""Seasons and occasions that share no outfit where outfits say nothing."""
_RATHER_APART: Final = (
    *({DRESS, other} for other in (CASUAL, SMART_CASUAL, BEACH)),
    {FESTIVE, BEACH},
    *({LOUNGE, other} for other in (DRESS, EVENING, FESTIVE, SMART)),
    *({EVENING, other} for other in (CASUAL, SMART_CASUAL, EVERYDAY, BEACH)),
    *({SPORT, other} for other in (SMART, SMART_CASUAL)),
    *({BEACH, other} for other in (SMART, SNOW)),
    *({NIGHT, other} for other in (DRESS, EVENING, FESTIVE, SMART, SMART_CASUAL, SPORT, SNOW, BEACH)),
)
"""Those that rather share none, as does what is of a tradition with what says to be for something else, and what is worn by itself with
what says nothing (counted as ``PLAIN``); a few outfits overrule it."""
_WITH_ALL: Final = {EVERYDAY, FESTIVE}
"""What dress of a tradition is worn with, too: jeans, and heels."""

Counted = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Conflicts:
    """How often unordered pairs of different labels, sorted, were worn together, and how often that would be by chance."""

    counted: Mapping[tuple[str, str], Counted] = field(default_factory=dict)

    @classmethod
    def fit(cls, outfits: Iterable[Sequence[str | None]]) -> Conflicts:
        """Count pairs of pieces.

        Args:
            outfits: of each, its pieces' labels; None where not known.
        """
        pairs: Counter[tuple[str, str]] = Counter()
        times: Counter[str] = Counter()
        for labels in outfits:
            for left, right in combinations(sorted(label for label in labels if label is not None), 2):
                pairs[left, right] += 1
                times[left] += 1
                times[right] += 1
        total = times.total()
        return cls(
            {
                (left, right): (pairs[left, right], round(times[left] * times[right] / total, 6))
                for left, right in combinations(sorted(times), 2)
            }
        )

    @classmethod
    def of(cls, kinds: Iterable[Conflicts]) -> Conflicts:
        """Those of several kinds of labels, which are counted by themselves."""
        return cls({pair: counted for one in kinds for pair, counted in one.counted.items()})

    def between(self, left: str | None, right: str | None) -> bool:
        """Whether two labels don't share outfits; those that rather share none do where outfits were counted, but not with these labels.

        >>> Conflicts().between("men adult", "women adult"), Conflicts().between("men adult", "men+women adult")
        (True, False)
        """
        if left is None or right is None or left == right:
            return False
        pair = min(left, right), max(left, right)
        observed, expected = self.counted.get(pair, (0, 0.0))
        shape, scale = _prior(left, right)
        if (shape, scale) == _RATHER and self.counted and pair not in self.counted:
            return False
        return (observed + shape) / (expected + scale) < CONFLICT

    def times(self, left: str, right: str) -> int | None:
        """How many pairs of pieces with these labels were worn together; None where chance would not have made one of it."""
        observed, expected = self.counted.get((min(left, right), max(left, right)), (0, 0.0))
        return observed if observed or expected >= 1 else None

    def body(self) -> list[list[Any]]:
        """As JSON; ``read`` reads it."""
        return [[left, right, *counted] for (left, right), counted in self.counted.items()]

    @classmethod
    def read(cls, body: Iterable[Sequence[Any]]) -> Conflicts:
        """From what ``body`` made.

        Raises:
            ValueError, TypeError: it is none.
        """
        return cls({(str(left), str(right)): (int(observed), float(expected)) for left, right, observed, expected in body})


@lru_cache(maxsize=65_536)
def _prior(left: str, right: str) -> tuple[float, float]:
    first, second = Audience.of_label(left), Audience.of_label(right)
    if first is not None and second is not None:
        return _FITTING if (first & second).possible else _DOCUMENTED
    both = {left, right}
    if both in _APART:
        return _DOCUMENTED
    if both <= SPORTS or both <= RITES | RANGES | TRADES:
        return _INDIFFERENT if both in (*NEIGHBOURS, *OF_RITES) else _KINDS
    by_itself = (PLAIN in both and both & BY_ITSELF) or (both & TRADITIONS and not both & _WITH_ALL)
    return _RATHER if both in _RATHER_APART or by_itself else _INDIFFERENT
