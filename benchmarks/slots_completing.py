"""Repeated completing for ``benchmarks/slots.py``: 1,000 items, each completed until nothing is missing, against the training outfits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Final

import numpy as np
from slots_outfits import Outfits

from models.compatibility.conflicts import Conflicts
from models.compatibility.slots import IntArray, SlotModel

SEEDS: Final = 1_000
PRESSES: Final = 25


def completing(data: Outfits, model: SlotModel) -> str:
    """A Markdown table over seeds of the catalogue and of outfits, filling all slots at each press or only the first."""
    rng = np.random.default_rng(5)
    train_RC = np.stack([model.counts(outfit) for outfit in data.categories_of(data.train)])
    frequent = {kinds(counts_C) for counts_C in train_RC}
    frequent = {key for key, _ in Counter(map(kinds, train_RC)).most_common(30)}
    views: dict[str, Callable[[IntArray], Hashable]] = {
        "sizes": lambda counts_C: int(counts_C.sum()),
        "sets": kinds,
        "30 sets and the rest": lambda counts_C: kinds(counts_C) if kinds(counts_C) in frequent else 0,
    }
    conflicts = Conflicts.fit([[data.audiences[row] for row in outfit] for outfit in data.train])
    shelves = Shelves(data, conflicts)
    known = [row for row, name in enumerate(data.categories) if name in model.categories]
    picked = [data.train[int(number)] for number in rng.integers(0, len(data.train), SEEDS)]
    seeds = {
        "items of the catalogue": [int(row) for row in rng.choice(known, SEEDS, replace=len(known) < SEEDS)],
        "items of outfits": [outfit[int(rng.integers(len(outfit)))] for outfit in picked],
    }
    lines = [
        f"| | ended | of these lacking what suits | pairs never worn | mixed audiences | {' | '.join('TV ' + name for name in views)} |",
        "|" + "---|" * (5 + len(views)),
    ]
    for name, rows in seeds.items():
        floor = [train_RC[number] for number in rng.choice(len(train_RC), SEEDS, p=weights(data, model, train_RC, rows))]
        cells = [f"{variation(map(view, floor), map(view, train_RC)):.3f}" for view in views.values()]
        lines.append(f"| {name}: 1,000 training outfits with such items | | | | | {' | '.join(cells)} |")
        for every in (True, False):
            worn = [complete(data, model, shelves, row, rng, every=every) for row in rows]
            final = [model.counts(data.categories[row] for row in outfit) for outfit, _, _ in worn]
            ended = np.mean([ends for _, ends, _ in worn])
            lacking = sum(ends and not whole for _, ends, whole in worn)
            mixed = sum(mixes(data, conflicts, outfit) for outfit, _, _ in worn)
            cells = [f"{variation(map(view, final), map(view, train_RC)):.3f}" for view in views.values()]
            how = "all slots at each press" if every else "the first slot at each press"
            lines.append(
                f"| {name}, {how} | {ended:.3f} | {lacking} | {sum(never(model, one) for one in final)} | {mixed} | {' | '.join(cells)} |"
            )
    return "\n".join(lines) + "\n"


def complete(
    data: Outfits, model: SlotModel, shelves: Shelves, seed: int, rng: np.random.Generator, *, every: bool
) -> tuple[list[int], bool, bool]:
    """The final outfit, each slot filled by a random item that suits; whether it ended by itself, and whether it is complete."""
    worn = [seed]
    for _ in range(PRESSES):
        slots = model.missing([data.categories[row] for row in worn], [data.ids[row] for row in worn]).slots
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


def weights(data: Outfits, model: SlotModel, train_RC: IntArray, rows: Sequence[int]) -> Any:  # noqa: ANN401 - an array
    """How often each training outfit would be drawn by seeds of these categories."""
    weight_R = np.zeros(len(train_RC))
    for name, count in Counter(data.categories[row] for row in rows).items():
        holds_R = train_RC[:, model.categories.index(name)] / train_RC.sum(axis=1)
        weight_R += count * holds_R / holds_R.sum()
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


def variation(ones: Iterable[Hashable], others: Iterable[Hashable]) -> float:
    """Total variation between two samples."""
    one, other = Counter(ones), Counter(others)
    return sum(abs(one[key] / one.total() - other[key] / other.total()) for key in one.keys() | other.keys()) / 2
