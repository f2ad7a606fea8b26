"""Repeated completing for ``benchmarks/slots.py``: 1,000 items, each completed until nothing is missing, against the training outfits.

What seeds say decides what they can end as: a catalogue with few clothes for children ends in few children's outfits, however it is
completed. So sets are compared with all training outfits, and with those that hold such items: of the category and the audience of each
seed, as often as there are seeds of both; of its category, where no outfit wears an item like that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from slots_outfits import Outfits

from models.compatibility.conflicts import Conflicts
from models.compatibility.slots import IntArray, SlotModel

SEEDS: Final = 1_000
DRAWS: Final = 3
PRESSES: Final = 25
FloatArray = NDArray[np.float64]


def completing(data: Outfits, model: SlotModel) -> str:
    """A Markdown table over seeds of the catalogue and of outfits, all slots filled at each press or the first: means of draws."""
    train_RC = np.stack([model.counts(outfit) for outfit in data.categories_of(data.train)])
    frequent = {key for key, _ in Counter(map(kinds, train_RC)).most_common(30)}
    views: dict[str, Callable[[IntArray], Hashable]] = {
        "sizes": lambda counts_C: int(counts_C.sum()),
        "sets": kinds,
        "30 sets and the rest": lambda counts_C: kinds(counts_C) if kinds(counts_C) in frequent else 0,
    }
    figures: dict[str, list[list[float]]] = {}
    for draw in range(DRAWS):
        for name, values in _drawn(data, model, train_RC, views, np.random.default_rng(5 + draw)):
            figures.setdefault(name, []).append(values)
    names = ["ended", "of these lacking what suits", "pairs never worn", "mixed audiences", *(f"TV {view}" for view in views)]
    names += ["TV sets to such outfits"]
    lines = [f"| | {' | '.join(names)} |", "|" + "---|" * (1 + len(names))]
    for name, drawn in figures.items():
        means = np.mean(drawn, axis=0)
        cells = ["" if np.isnan(mean) else f"{mean:.3g}" if 0 < place < 4 else f"{mean:.3f}" for place, mean in enumerate(means)]  # noqa: PLR2004 - counts
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _drawn(
    data: Outfits,
    model: SlotModel,
    train_RC: IntArray,
    views: Mapping[str, Callable[[IntArray], Hashable]],
    rng: np.random.Generator,
) -> Iterator[tuple[str, list[float]]]:
    """Each line's figures for one draw of seeds."""
    conflicts = Conflicts.fit([[data.audiences[row] for row in outfit] for outfit in data.train])
    shelves = Shelves(data, conflicts)
    known = [row for row, name in enumerate(data.categories) if name in model.categories]
    picked = [data.train[int(number)] for number in rng.integers(0, len(data.train), SEEDS)]
    seeds = {
        "items of the catalogue": [int(row) for row in rng.choice(known, SEEDS, replace=len(known) < SEEDS)],
        "items of outfits": [outfit[int(rng.integers(len(outfit)))] for outfit in picked],
    }

    def apart(final: Sequence[IntArray], such_R: FloatArray) -> list[float]:
        to_all = [variation(Counter(map(view, final)), Counter(map(view, train_RC))) for view in views.values()]
        such: Counter[Hashable] = Counter()
        for weight, counts_C in zip(such_R, train_RC, strict=True):
            such[kinds(counts_C)] += weight
        return [*to_all, variation(Counter(map(kinds, final)), such)]

    for name, rows in seeds.items():
        such_R = weights(data, rows)
        floor = [train_RC[number] for number in rng.choice(len(train_RC), SEEDS, p=such_R)]
        yield f"{name}: 1,000 training outfits with such items", [*[float("nan")] * 4, *apart(floor, such_R)]
        for every, how in ((True, "all slots"), (False, "the first slot")):
            worn = [complete(data, model, shelves, row, rng, every=every) for row in rows]
            final = [model.counts(data.categories[row] for row in outfit) for outfit, _, _ in worn]
            ended = float(np.mean([ends for _, ends, _ in worn]))
            lacking = sum(ends and not whole for _, ends, whole in worn)
            mixed = sum(mixes(data, conflicts, outfit) for outfit, _, _ in worn)
            counted = [ended, lacking, sum(never(model, one) for one in final), mixed]
            yield f"{name}, {how} at each press", [*counted, *apart(final, such_R)]


def complete(
    data: Outfits, model: SlotModel, shelves: Shelves, seed: int, rng: np.random.Generator, *, every: bool
) -> tuple[list[int], bool, bool]:
    """The final outfit, each slot filled by a random item that suits; whether it ended by itself, and whether it is complete."""
    worn = [seed]
    for _ in range(PRESSES):
        slots = model.missing(*data.worn(worn)).slots
        before = len(worn)
        for name in slots:
            rows = shelves.suiting(name, [data.audiences[row] for row in worn])
            if rows:
                worn.append(rows[int(rng.integers(len(rows)))])
                if not every:
                    break
        if len(worn) == before:  # complete, or the catalogue has nothing for them, which the service says
            return worn, True, not slots
    return worn, False, False


class Shelves:
    """The rows of each category by audience; ``suiting`` joins those that suit."""

    def __init__(self, data: Outfits, conflicts: Conflicts) -> None:
        self.conflicts = conflicts
        self._rows: dict[str, dict[str | None, list[int]]] = {}
        for row, (name, audience) in enumerate(zip(data.categories, data.audiences, strict=True)):
            self._rows.setdefault(name, {}).setdefault(audience, []).append(row)
        self._joined: dict[tuple[str, frozenset[str | None]], list[int]] = {}

    def suiting(self, category: str, worn: Sequence[str | None]) -> list[int]:
        """The rows of a category that suit these audiences."""
        key = category, frozenset(worn)
        if key not in self._joined:
            fits = [
                rows for audience, rows in self._rows[category].items() if not any(self.conflicts.between(audience, one) for one in worn)
            ]
            self._joined[key] = [row for rows in fits for row in rows]
        return self._joined[key]


def kinds(counts_C: IntArray) -> Hashable:
    """The set of categories."""
    return tuple(np.flatnonzero(counts_C).tolist())


def weights(data: Outfits, rows: Sequence[int]) -> FloatArray:
    """How often each training outfit would be drawn by such seeds, ``(R,)``."""
    said: dict[Hashable, Counter[int]] = {}
    for number, outfit in enumerate(data.train):
        for row in outfit:
            for key in (data.categories[row], (data.categories[row], data.audiences[row])):
                said.setdefault(key, Counter())[number] += 1 / len(outfit)  # type: ignore[assignment]
    weight_R = np.zeros(len(data.train))
    for (name, audience), count in Counter((data.categories[row], data.audiences[row]) for row in rows).items():
        holds = said.get((name, audience)) or said[name]
        weight_R[list(holds)] += count * np.array(list(holds.values())) / sum(holds.values())
    return weight_R / weight_R.sum()


def never(model: SlotModel, counts_C: IntArray) -> bool:
    """Whether it holds two categories, or two of one, that no training outfit held."""
    both_CC = np.outer(counts_C > 0, counts_C > 0) & ~model.pairs_CC
    np.fill_diagonal(both_CC, (counts_C > 1) & ~np.diag(model.pairs_CC))
    return bool(both_CC.any())


def mixes(data: Outfits, conflicts: Conflicts, worn: Sequence[int]) -> bool:
    """Whether two pieces are for people who share no outfits."""
    said = [data.audiences[row] for row in worn]
    return any(conflicts.between(one, other) for place, one in enumerate(said) for other in said[:place])


def variation(one: Counter[Hashable], other: Counter[Hashable]) -> float:
    """Total variation between two distributions, each in any units."""
    ones, others = sum(one.values()), sum(other.values())
    return sum(abs(one[key] / ones - other[key] / others) for key in one.keys() | other.keys()) / 2
