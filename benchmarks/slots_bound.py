"""What could be proposed at best by who sees categories alone and knows how often each part of an outfit was completed by what.

For catalogues whose outfits have few different sets of categories: it is counted on all outfits, test outfits among them, so where most
sets are rare it is no bound but a memory.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from slots_outfits import Outfits

from models.compatibility.slots import IntArray, SlotModel

WEIGHTS: Final = (0.8, 1.0)
_DRAWS: Final = 3
Parts = dict[tuple[int, ...], Counter[tuple[int, ...]]]


def bounds(data: Outfits, model: SlotModel) -> dict[str, Callable[[Sequence[int]], IntArray]]:
    """The rules by name: those that go on always, and those that call every set complete that somebody wore as a whole.

    F1 over all questions is greatest where each proposes what is missing with more than half the chance that F1 itself is (Dinkelbach), so
    one of these weights is near it.
    """
    outfits = [[model.categories.index(name) for name in names] for names in data.categories_of([*data.train, *data.valid, *data.test])]
    parts, whole = _parts(outfits), {tuple(sorted(outfit)) for outfit in outfits}
    stops = {"going on always": frozenset[tuple[int, ...]](), "stopping at whole sets": frozenset(whole)}
    return {
        f"best for F1 of {weight}, {how}": _rule(
            {part: _best(rest, weight) for part, rest in parts.items() if part not in stop}, data, model
        )
        for how, stop in stops.items()
        for weight in WEIGHTS
    }


def _parts(outfits: Sequence[Sequence[int]]) -> Parts:
    """How often each part of an outfit, of every size alike, lacked what."""
    rng, parts = np.random.default_rng(1), defaultdict[tuple[int, ...], Counter[tuple[int, ...]]](Counter)
    for outfit in outfits:
        for hidden in range(1, len(outfit)):
            for _ in range(_DRAWS):
                drawn = [outfit[place] for place in rng.permutation(len(outfit))]
                parts[tuple(sorted(drawn[hidden:]))][tuple(sorted(drawn[:hidden]))] += 1
    return parts


def _best(rest: Counter[tuple[int, ...]], weight: float) -> dict[int, int]:
    """How many of each category: those that are missing with more than half of ``weight``, or the likeliest alone."""
    chance: Counter[tuple[int, int]] = Counter()
    for missing, times in rest.items():
        for category, count in Counter(missing).items():
            chance.update({(category, number): times for number in range(1, count + 1)})
    likely = [which for which, times in chance.items() if times > weight / 2 * rest.total()] or [chance.most_common(1)[0][0]]
    return Counter(category for category, _ in likely)


def _rule(answers: dict[tuple[int, ...], dict[int, int]], data: Outfits, model: SlotModel) -> Callable[[Sequence[int]], IntArray]:
    def proposed(rows: Sequence[int]) -> IntArray:
        slots_C = np.zeros(len(model.categories), dtype=np.int64)
        for category, count in answers.get(tuple(sorted(model.categories.index(data.categories[row]) for row in rows)), {}).items():
            slots_C[category] = count
        return slots_C

    return proposed
