"""Looks: all blanks of an outfit filled together, found by search over scores of whole outfits.

A beam fills slot after slot: the candidates of the next slot are ranked anew for each combination so far, and the first of them scored as
part of a whole outfit. Then items of the best looks are exchanged, one at a time, until that finds nothing better. A rank for one context
costs about as much as one score, whatever the number of candidates. How much items are worn does not say whether they go together, so the
score leaves it out; but of looks that do, those that are worn are likelier. So it moves looks as it does candidates, as pulls and lifts do:
the sum over a look's added items counts beside its score, in its units, both in the search and in the order. ``benchmarks/looks.md`` says
what the search misses.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.recommend.diverse import unlike
from app.recommend.outfit import Worn
from app.recommend.rank import Pool, likely, mixed, queries_of, rank_scores, retrieve, score_outfits, unit
from app.release.release import Release
from index.backends.base import FloatArray, IntArray
from index.columns import Filter
from index.selection import Selection

_PER_SLOT: Final = 8
_BEAM: Final = 16
_ROUNDS: Final = 4
_IMPROVED: Final = 20
_INSTEAD: Final = 40  # over the slots
_MOST_TRIED: Final = 640
_MEASURED: Final = 24  # candidates of a slot that tell how looks spread
_WORK_OF_TRYING: Final = 40_000
_FOR_DIVERSITY: Final = 10
CENT: Final = 1e-6  # sums of prices are not exact
Fits = Callable[[tuple[int, ...], int], bool]


@dataclass(frozen=True, slots=True)
class Look:
    """One way to fill the blanks.

    Attributes:
        rows: the added item of each slot that has candidates.
        price: sum over the added items; None where one of them has no price.
    """

    rows: tuple[int, ...]
    score: float
    probability: float | None
    price: float | None


def work_of_looks(size: int, slots: int, count: int) -> int:
    """The most that ``best_looks`` costs for an outfit of ``size`` items, in the units of ``limits.check_work``."""
    beam = sum(max(_BEAM, count) * _PER_SLOT * (size + slot) ** 2 for slot in range(1, slots + 1))
    return beam + (_most_tried(size + slots) + _MEASURED * slots) * (size + slots) ** 2 if count and slots else 0


def best_looks(
    release: Release,
    worn: Worn,
    pools: Sequence[Pool],
    count: int,
    budget: float | None,
    fits: Fits | None = None,
    diversity: float = 0.0,
    *,
    among_all: bool = False,
) -> list[Look]:
    """The best combinations of one item per slot, best first, none dearer than ``budget``. The same items in other slots are the same look.

    The score is that of the whole outfit, so a look may hold items that are not the first of their slots. Where something moves candidates,
    what is best is told by score and that together; see ``_gains``. With a budget only items that have a price take part, and each choice
    leaves enough for the cheapest items of the later slots.

    Args:
        fits: whether a row may be added to other rows; None where any may.
        diversity: towards 1, each next look is unlike those before it; see ``diverse.unlike``.
        among_all: as of ``rank``: what candidates have going for them whatever the context moves looks, too.
    """
    stocked = [pool for pool in pools if len(pool.rows_M)]
    if not stocked:
        return []
    search = _Search(release, worn, stocked, budget, fits, among_all=among_all)
    width = max(_BEAM, count)
    beam: list[tuple[int, ...]] = [()]
    for place in range(len(stocked)):
        beam = search.best(search.filled(beam, place, _PER_SLOT if place else width), width)
    tried, improved = set(beam), set[tuple[int, ...]]()
    for _ in range(_ROUNDS if len(stocked) > 1 else 0):
        todo = [look for look in search.best(tried, max(_IMPROVED, count)) if look not in improved]
        if not todo or len(search.scored) > _most_tried(len(worn) + len(stocked)):
            break
        improved.update(todo)
        tried |= search.exchanged(todo)
    return _chosen(search, search.best(tried, _FOR_DIVERSITY * count if diversity else count), count, diversity)


def _chosen(search: _Search, found: Sequence[tuple[int, ...]], count: int, diversity: float) -> list[Look]:
    release, price_N = search.release, search.price_N
    scores_L = np.array([search.scored[frozenset(rows)][1] for rows in found], dtype=np.float32)
    chosen = list(range(len(found)))[:count]
    if diversity > 0 and len(found) > 1:
        best_L = scores_L + np.array([search.gain(rows) for rows in found], dtype=np.float32) if search.gains else scores_L
        vectors_LD = np.stack([unit(release.bundle.looks(release.snapshot.embeddings(list(rows)))).ravel() for rows in found])
        chosen = unlike(best_L, vectors_LD / math.sqrt(len(found[0])), count, diversity)
    categories = [[*search.worn.categories, *(release.category_of(row) for row in found[place])] for place in chosen]
    probabilities = likely(release, scores_L[chosen], categories) if chosen else []
    prices = [float(price_N[list(found[place])].sum()) for place in chosen]
    return [
        Look(found[place], float(scores_L[place]), probability, None if np.isnan(price) else round(price, 2))
        for place, probability, price in zip(chosen, probabilities, prices, strict=True)
    ]


def look_of(release: Release, worn: Worn, rows: tuple[int, ...]) -> Look:
    """A combination that somebody chose, one row per slot."""
    vectors_ID = np.concatenate([worn.embeddings_ID, release.snapshot.embeddings(list(rows))])
    categories = [*worn.categories, *(release.category_of(row) for row in rows)]
    scores_1 = score_outfits(release, [vectors_ID], [categories])
    price = float(release.snapshot.columns.prices[list(rows)].sum())
    return Look(rows, float(scores_1[0]), likely(release, scores_1, [categories])[0], None if np.isnan(price) else round(price, 2))


def _most_tried(size: int) -> int:
    return min(_MOST_TRIED, _WORK_OF_TRYING // size**2)


class _Search:
    """Combinations of items with their scores; none is scored twice.

    Attributes:
        scored: the rows of a combination -> the rows by slot, and the score of the outfit with them.
        gains: what moves a row adds to that score; none where nothing does.
    """

    def __init__(
        self, release: Release, worn: Worn, pools: Sequence[Pool], budget: float | None, fits: Fits | None, *, among_all: bool
    ) -> None:
        self.release, self.worn, self.pools, self._budget, self._fits, self._among_all = release, worn, pools, budget, fits, among_all
        self.price_N = release.snapshot.columns.prices
        self._least = _cheapest([(pool.category, self.price_N[pool.rows_M]) for pool in pools])
        self.scored: dict[frozenset[int], tuple[tuple[int, ...], float]] = {}
        self.gains = _gains(release, worn, pools, among_all=among_all)

    def gain(self, rows: Iterable[int]) -> float:
        """What moves some rows adds to the score of the outfit with them."""
        return math.fsum(self.gains.get(row, 0.0) for row in rows)

    def best(self, some: Iterable[tuple[int, ...]], count: int) -> list[tuple[int, ...]]:
        """The best of some combinations that were scored; ties keep their order."""
        unique = {rows: self.scored[rows][1] + self.gain(rows) for rows in dict.fromkeys(map(frozenset, some)) if rows}
        return [self.scored[rows][0] for rows in sorted(unique, key=lambda rows: -unique[rows])[:count]]

    def filled(self, beam: Sequence[tuple[int, ...]], place: int, most: int) -> set[tuple[int, ...]]:
        """Each combination of the slots before a place with the best ``most`` items of the slot there, scored."""
        return self._score(
            [(*rows, row) for rows, found in self._ranked(beam, place, sum(self._least[place + 1 :]), most) for row in found]
        )

    def exchanged(self, looks: Sequence[tuple[int, ...]]) -> set[tuple[int, ...]]:
        """Each look with one item exchanged for one of those that suit the others best, scored."""
        most, grown = _INSTEAD // len(self.pools), []
        for place in range(len(self.pools)):
            rests = list(dict.fromkeys((*rows[:place], *rows[place + 1 :]) for rows in looks))
            for rest, found in self._ranked(rests, place, 0.0, most):
                grown += [(*rest[:place], row, *rest[place:]) for row in found]
        return self._score(grown)

    def _ranked(
        self, contexts: Sequence[tuple[int, ...]], place: int, kept: float, most: int
    ) -> Iterator[tuple[tuple[int, ...], list[int]]]:
        """Each context with the best items of a slot that may be added to it, and leave ``kept`` of the budget."""
        rows_M = self.pools[place].rows_M
        if not contexts:
            return
        pairs = [self._with(rows) for rows in contexts]
        scores_BM = rank_scores(self.release, pairs, rows_M, among_all=self._among_all, mixed=mixed(self.release, rows_M))
        if (added_M := self.pools[place].added) is not None:
            scores_BM = scores_BM + added_M
        for rows, order_M in zip(contexts, np.argsort(-scores_BM, axis=1, kind="stable"), strict=True):
            ranked_M = rows_M[order_M]
            if self._budget is not None:
                left = self._budget - kept - float(self.price_N[list(rows)].sum())
                ranked_M = ranked_M[self.price_N[ranked_M] <= left + CENT]
            may = (row for row in map(int, ranked_M) if row not in rows and (self._fits is None or self._fits(rows, row)))
            yield rows, list(islice(may, most))

    def _score(self, some: Sequence[tuple[int, ...]]) -> set[tuple[int, ...]]:
        new = {key: rows for rows in some if (key := frozenset(rows)) not in self.scored}
        embeddings, categories = zip(*map(self._with, new.values()), strict=True) if new else ((), ())
        scores = score_outfits(self.release, embeddings, categories)
        self.scored |= {key: (rows, float(score)) for (key, rows), score in zip(new.items(), scores, strict=True)}
        return {self.scored[frozenset(rows)][0] for rows in some}

    def _with(self, rows: Sequence[int]) -> tuple[FloatArray, list[str]]:
        """Embeddings and categories of what is worn and of the rows."""
        if not rows:
            return self.worn.embeddings_ID, list(self.worn.categories)
        vectors_ID = np.concatenate([self.worn.embeddings_ID, self.release.snapshot.embeddings(list(rows))])
        return vectors_ID, [*self.worn.categories, *(self.release.category_of(row) for row in rows)]


def _gains(release: Release, worn: Worn, pools: Sequence[Pool], *, among_all: bool) -> dict[int, float]:
    """What moves each candidate, in scores of whole outfits.

    The candidates of a slot spread by their own scores, and so do the looks that have them beside the first of the other slots: what moves
    them is stretched as the one spread is to the other.
    """
    gains: dict[int, float] = {}
    for place, pool in enumerate(pools):
        some = pool.at(slice(None, None, max(1, -(-len(pool.rows_M) // _MEASURED))))
        if (moved_M := _moved(release, pool, among_all=among_all)) is not None and (spread := float(some.scores_M.std())) > 0:
            others = [int(other.rows_M[0]) for at, other in enumerate(pools) if at != place]
            vectors_ID = np.concatenate([worn.embeddings_ID, release.snapshot.embeddings(others)])
            names = [*worn.categories, *map(release.category_of, others)]
            outfits = [np.concatenate([vectors_ID, one_D[None]]) for one_D in release.snapshot.embeddings(some.rows_M)]
            scores_M = score_outfits(release, outfits, [[*names, release.category_of(row)] for row in some.rows_M.tolist()])
            gains |= zip(pool.rows_M.tolist(), (moved_M * (float(scores_M.std()) / spread)).tolist(), strict=True)
    return gains


def _moved(release: Release, pool: Pool, *, among_all: bool) -> FloatArray | None:
    """What moves the candidates of a slot, in units of their scores, ``(M,)``; None where nothing does."""
    prior_M = release.bundle.prior(release.snapshot.embeddings(pool.rows_M)) if among_all else None
    if prior_M is None or not prior_M.any():
        return pool.added
    return prior_M if pool.added is None else prior_M + pool.added


def affordable(release: Release, worn: Worn, categories: Sequence[str], budget: float, allowed: Selection) -> list[IntArray]:
    """Rows per slot for looks within a budget: the best items that leave enough for the other slots, and the cheapest items.

    Args:
        allowed: which rows pass the filters.
    """
    queries = queries_of(release, worn, categories)
    cheapest = [_cheapest_rows(release, category, allowed) for category in categories]
    prices = _cheapest([(category, release.snapshot.columns.prices[rows]) for category, rows in zip(categories, cheapest, strict=True)])
    least = [price if np.isfinite(price) else 0.0 for price in prices]
    found = []
    for category, rows, own in zip(categories, cheapest, least, strict=True):
        fits = allowed & release.snapshot.columns.selection(Filter(price_max=budget - sum(least) + own))
        best = retrieve(release, category, queries[category], 1, fits) if len(rows) else rows
        found.append(np.concatenate([best, rows]))
    return found


def least_price(release: Release, categories: Sequence[str], steps: Sequence[Selection]) -> float | None:
    """What an item for each slot costs at least, all together; None where too few of a slot have a price.

    Args:
        categories: of the slots; one that has no item at any price does not count.
        steps: which rows could fill them at any price, from the strictest; of each slot the first counts that leaves one.
    """
    found = [next(filter(len, (_cheapest_rows(release, category, allowed) for allowed in steps)), None) for category in categories]
    some = [(category, rows) for category, rows in zip(categories, found, strict=True) if rows is not None]
    least = sum(_cheapest((category, release.snapshot.columns.prices[rows]) for category, rows in some))
    return round(least, 2) if some and np.isfinite(least) else None


def why_none(budget: float | None, least: float | None, *, stocked: bool) -> str:
    """Why there is no look: ``stocked`` where some slot has an item within the budget; ``least`` is what a look costs at least."""
    if budget is not None and least is not None and least > budget:
        return f"no look is within the budget of {budget:,.2f}: the cheapest cost {least:,.2f} together"
    if not stocked:
        return "no slot has an item"
    if budget is not None and least is None:
        return f"no look is within the budget of {budget:,.2f}: some slot has no item with a price"
    return "there are fewer different items that suit each other than slots"


def _cheapest_rows(release: Release, category: str, allowed: Selection) -> IntArray:
    """The cheapest items of a category that are allowed, as many as a slot's turn in the beam."""
    rows = release.snapshot.rows_in(category) if category in release.snapshot.sizes else np.zeros(0, dtype=np.int64)
    rows = rows[allowed.passes(rows)]
    return rows[np.argsort(release.snapshot.columns.prices[rows], kind="stable")[:_PER_SLOT]]


def _cheapest(prices: Iterable[tuple[str, NDArray[np.float64]]]) -> list[float]:
    """The least price of each slot, where slots of one category do not share an item; infinite where too few items have a price.

    Args:
        prices: the category and the item prices of each slot.
    """
    taken: Counter[str] = Counter()
    least = []
    for category, price_M in prices:
        ascending = np.sort(price_M[~np.isnan(price_M)])
        least.append(float(ascending[taken[category]]) if len(ascending) > taken[category] else math.inf)
        taken[category] += 1
    return least
