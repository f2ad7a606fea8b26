"""Draws questions about outfits: which of four items is missing, which of all, and which of two sets was worn.

Wrong candidates are of the answer's category. None is worn in a near-duplicate of the outfit (Jaccard >= 0.5), where it may be as right
as the answer; and no outfit is asked about that is a near-duplicate of a training outfit. Sizes of one product are one item in all of
this: of those that nothing but a size tells apart at most one is a candidate, the one that is worn most. Every outfit has its own dice,
so what is asked about one depends on the seed and its id, and on the other outfits only as far as they ban candidates and make items
popular.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.datasets.findings import Findings
from models.datasets.read import read_dataset
from models.datasets.schema import Catalogue, Compatibility, Dataset, FillInTheBlank, Outfit, Question, Retrieval, Split
from models.datasets.splits import distinct, near_sets
from models.errors import refuse
from models.progress import Progress, counted, silent

WRONG: Final = 3
"""Wrong candidates per fill-in-the-blank question."""
_COLD: Final = ("fitb", "retrieval")
_LEAST_COLD: Final = 30
_AS_POPULAR: Final = 0.25  # octaves
IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Questions by file stem, and how many outfits they are about; the other two counts are of outfits left out."""

    tasks: dict[str, tuple[Question, ...]]
    seed: int
    outfits: int
    near_training_outfits: int
    of_one_item: int

    def counts(self) -> dict[str, int]:
        """All but the questions."""
        return {name: getattr(self, name) for name in ("seed", "outfits", "near_training_outfits", "of_one_item")}


def draw_for(data: Path, split: Split, findings: Findings, *, seed: int = 0) -> tuple[Dataset, Drawn]:
    """The catalogue and outfits of a dataset directory, with questions drawn about those of ``split``.

    Raises:
        InputError: it is broken, or there is nothing to ask about.
    """
    dataset = read_dataset(data, tasks=False, findings=findings)
    asked = dataset.outfits_of(split)
    others = [outfit for outfit in dataset.outfits if outfit.split != split]
    drawn = draw_questions(asked, others, dataset.catalogue, seed=seed, progress=findings.progress)
    if not drawn.outfits:
        why = f"all {len(asked):,} are near-duplicates of training outfits" if asked else "there are no outfits of that split"
        refuse(f"no questions of split {split!r}, and none can be drawn: {why}; `attire check` says more", path=data)
    return replace(dataset, tasks=drawn.tasks), drawn


def choose_wrong(others: IntArray, rng: np.random.Generator, weights: FloatArray | None = None) -> IntArray:
    """``WRONG`` different ones of ``others``, which are at least as many; equally likely, or as ``weights`` says."""
    chances = np.ones(len(others)) if weights is None else weights
    return rng.choice(others, WRONG, replace=False, p=chances / chances.sum())


def shuffle_in(answer: int, wrong: IntArray, rng: np.random.Generator) -> tuple[IntArray, int]:
    """Candidates in random order, and the place of the answer among them."""
    order = rng.permutation(len(wrong) + 1)
    return np.concatenate([[answer], wrong])[order], int(np.flatnonzero(order == 0)[0])


def draw_questions(
    asked: Sequence[Outfit],
    others: Sequence[Outfit],
    catalogue: Catalogue,
    *,
    blanks: Collection[tuple[str, str]] | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Drawn:
    """Questions about ``asked``, one of each kind an outfit: ``fitb``, ``fitb_popularity``, ``compatibility`` and ``retrieval``.

    ``fitb_cold`` and ``retrieval_cold`` hold once more those whose answer no training outfit wears, if there are at least 30.

    Args:
        asked: outfits of one split.
        others: outfits of other splits. Those of ``train`` say what is popular, and what a question must not repeat.
        blanks: (outfit's id, item) of what may be left blank; None: everything. An outfit without any is only asked about as a whole.
    """
    outfits = [*asked, *others]
    rows_of = [tuple(catalogue.row_of[item] for item in dict.fromkeys(outfit.items) if item in catalogue.row_of) for outfit in outfits]
    first_N = catalogue.first_sizes
    sets, place_N = distinct(frozenset(first_N[list(rows)].tolist()) for rows in rows_of)
    near = near_sets(sets)
    trained = {place for place, outfit in zip(place_N, outfits, strict=True) if outfit.split == "train"}
    learned = [rows for outfit, rows in zip(outfits, rows_of, strict=True) if outfit.split == "train"]
    each_N = np.bincount([row for rows in learned for row in rows], minlength=len(catalogue))
    worn_N = np.bincount(first_N, each_N, len(catalogue))[first_N]
    most_worn_N = np.lexsort((np.arange(len(catalogue)), -each_N, first_N))
    stands_N = np.zeros(len(catalogue), dtype=bool)
    stands_N[most_worn_N[np.unique(first_N[most_worn_N], return_index=True)[1]]] = True
    shop = _Shop(catalogue, np.array(catalogue.categories), np.log2(worn_N + 1), first_N, stands_N)
    tasks: defaultdict[str, list[Question]] = defaultdict(list)
    leaks = too_small = 0
    for number, outfit in enumerate(counted(asked, progress, "drawing questions about outfits", len(asked))):
        if len(rows_of[number]) < 2:  # noqa: PLR2004 - nothing would be left to go by
            too_small += 1
        elif outfit.split != "train" and not trained.isdisjoint(near[place_N[number]]):
            leaks += 1
        else:
            banned = {product for place in near[place_N[number]] for product in sets[place]}
            rng = np.random.default_rng([zlib.crc32(outfit.id.encode("utf-8", "backslashreplace")), seed])
            rows = rows_of[number]
            able = [place for place, row in enumerate(rows) if blanks is None or (outfit.id, catalogue.ids[row]) in blanks]
            blank = able[int(rng.integers(len(able)))] if able else None
            for name, question in shop.ask(outfit, rows, blank, banned, rng):
                tasks[name].append(question)
                if learned and name in _COLD and blank is not None and not worn_N[rows[blank]]:
                    tasks[f"{name}_cold"].append(question)
    enough = {name: tuple(tasks[name]) for name in sorted(tasks) if not name.endswith("_cold") or len(tasks[name]) >= _LEAST_COLD}
    return Drawn(enough, seed, len(asked) - leaks - too_small, leaks, too_small)


@dataclass(frozen=True)
class _Shop:
    """What candidates are drawn from, by row of the catalogue.

    Attributes:
        popularity_N: in octaves of how often training wears an item, in any size.
        first_N: as ``first_sizes``. stands_N: whether a row is a candidate for all sizes of its product.
    """

    catalogue: Catalogue
    category_N: NDArray[np.str_]
    popularity_N: FloatArray
    first_N: IntArray
    stands_N: NDArray[np.bool_]

    @cached_property
    def rows_in(self) -> Mapping[str, IntArray]:
        """Rows by category, one of each product."""
        return {str(name): np.flatnonzero((self.category_N == name) & self.stands_N) for name in np.unique(self.category_N)}

    def ask(
        self, outfit: Outfit, rows: tuple[int, ...], blank: int | None, banned: set[int], rng: np.random.Generator
    ) -> Iterator[tuple[str, Question]]:
        """The questions about an outfit with one place left blank, by kind; ``banned`` are no wrong candidates, in any size."""
        if blank is not None:
            yield from self._ask_for(outfit, rows, blank, banned, rng)
        replaced: list[int] = []
        for row in rows:
            others = self._others(row, banned | set(self.first_N[replaced].tolist()))
            if not len(others):
                return
            replaced.append(int(rng.choice(self._as_popular(row, others))))
        yield "compatibility", Compatibility(f"{outfit.id}-worn", self._ids(rows), 1, outfit.split, outfit.user)
        yield "compatibility", Compatibility(f"{outfit.id}-replaced", self._ids(replaced), 0, outfit.split, outfit.user)

    def _ask_for(
        self, outfit: Outfit, rows: tuple[int, ...], blank: int, banned: set[int], rng: np.random.Generator
    ) -> Iterator[tuple[str, Question]]:
        answer, context = rows[blank], self._ids((*rows[:blank], *rows[blank + 1 :]))
        category = str(self.category_N[answer])
        yield "retrieval", Retrieval(outfit.id, context, self.catalogue.ids[answer], category, outfit.split, outfit.user)
        others = self._others(answer, banned)
        if len(others) >= WRONG:
            for name, alike in (("fitb", others), ("fitb_popularity", self._as_popular(answer, others))):
                candidates, place = shuffle_in(answer, choose_wrong(alike, rng), rng)
                yield name, FillInTheBlank(outfit.id, context, self._ids(candidates), place, outfit.split, outfit.user)

    def _others(self, row: int, banned: set[int]) -> IntArray:
        rows = self.rows_in[str(self.category_N[row])]
        return rows[~np.isin(self.first_N[rows], list(banned))]

    def _as_popular(self, row: int, others: IntArray) -> IntArray:
        """Those about as popular as a row, and the next popular ones until there are ``WRONG``."""
        distance = np.abs(self.popularity_N[others] - self.popularity_N[row])
        alike: IntArray = others[distance <= max(_AS_POPULAR, np.sort(distance)[min(WRONG, len(others)) - 1])]
        return alike

    def _ids(self, rows: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.catalogue.ids[row] for row in rows)
