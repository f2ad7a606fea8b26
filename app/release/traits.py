"""What is known of each row of a catalogue beyond its columns, made once per snapshot or overlay: role, for whom, when, and its variants.

Shape legend: N rows · L distinct labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.release.sized import Sized
from app.release.variants import first_variants, product_keys
from index.backends.base import BoolArray, IntArray
from index.delta import Overlay
from index.selection import Condition, of_codes
from index.snapshot import Snapshot
from models.compatibility.roles import CORE
from models.datasets.ages import AGES, CLOTHES
from models.datasets.audience import Audience, ages_said, genders_said
from models.datasets.garments import NOT_WORN
from models.datasets.labels import SIZED_COLUMNS, PieceLabels, labels_of
from models.progress import Progress, counted, silent

_USUAL: Final = 0.75
"""The share of grown-ups' or children's pieces from which on those that say no age are theirs."""
_DRESS: Final = CLOTHES | {"footwear", "hosiery"}
"""What says whose it is by more than its name, where a shop is for several people."""
_OF_ANYBODY: Final = frozenset({"outer", "headwear", "scarf", "gloves", "belt", "eyewear", "watch", "wallet"})
"""What is called the same whoever wears it."""
_FEW: Final = 3
_CLOTHED: Final = 0.25
"""The least share of what is worn that clothes have in a shop of clothes."""


@dataclass(frozen=True, eq=False)
class Traits:
    """Labels and variants of N rows.

    Attributes:
        labels: L distinct ones. label_N: the place among them of each row's.
        key_N: what rows of one product have in common.
        first_N: the first row of each row's variants; the row itself where it has none.
        sized: the sizes of each row in a shop of one-offs; None in others.
        marks_men: whether the shop says of men's pieces alone whose they are (``_marks_men``): what says nothing is women's.
    """

    labels: tuple[PieceLabels, ...] = ()
    label_N: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    key_N: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    first_N: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    sized: Sized | None = None
    marks_men: bool = False
    _told: dict[tuple[int, Hashable], tuple[object, BoolArray]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, snapshot: Snapshot | Overlay, known: Traits | None = None, progress: Progress = silent) -> Traits:
        """Read the rows.

        Args:
            known: traits of the first rows, which are not read again.
        """
        before = known or cls()
        items = snapshot.items.slice(len(before.label_N))
        place_of = {labels: place for place, labels in enumerate(before.labels)}
        keys = product_keys(items)
        groups, beside = keys[keys < 0], None
        if known and len(groups):
            beside = snapshot.items.select(SIZED_COLUMNS).take(pa.array(np.flatnonzero(np.isin(before.key_N, groups))))
        said = counted(labels_of(items, snapshot.categories, beside), progress, "reading the words of items", items.num_rows)
        meant = map(_of_women, said) if before.marks_men else said
        label_M = np.fromiter((place_of.setdefault(labels, len(place_of)) for labels in meant), np.int32)
        marks_men = before.marks_men
        if known is None and (marks_men := _marks_men(dict(zip(place_of, np.bincount(label_M).tolist(), strict=True)))):
            raw, place_of = place_of, dict[PieceLabels, int]()
            label_M = np.array([place_of.setdefault(_of_women(labels), len(place_of)) for labels in raw], np.int32)[label_M]
        key_N = np.concatenate([before.key_N, keys])
        first_N = first_variants(key_N, snapshot.features, keys if known else None)
        same_M = first_N[: len(before.first_N)] == np.arange(len(before.first_N))
        first_N[: len(before.first_N)][same_M] = before.first_N[same_M]
        label_N = np.concatenate([before.label_N, label_M])
        if known is None:
            sized = Sized.of(items, tuple(place_of), label_N, first_N)
        else:
            sized = known.sized and known.sized.extended(items, tuple(place_of), label_N[len(before.label_N) :])
        return cls(tuple(place_of), label_N, key_N, first_N, sized, marks_men)

    def of_first(self, count: int) -> Traits:
        """Those of the first rows."""
        sized = self.sized and self.sized.taken(slice(count))
        return Traits(self.labels, self.label_N[:count], self.key_N[:count], self.first_N[:count], sized, self.marks_men)

    def taken(self, rows_M: IntArray) -> Traits:
        """Those of some rows, in this order; the first variant that is left stands for one that is not."""
        _, first_M, product_M = np.unique(self.first_N[rows_M], return_index=True, return_inverse=True)
        sized = self.sized and self.sized.taken(rows_M)
        return Traits(self.labels, self.label_N[rows_M], self.key_N[rows_M], first_M[product_M], sized, self.marks_men)

    def of_row(self, row: int) -> PieceLabels:
        """The labels of one row."""
        return self.labels[int(self.label_N[row])]

    def mask(self, passes: Callable[[PieceLabels], bool]) -> BoolArray:
        """The rows whose labels pass, ``(N,)``."""
        return np.asarray(np.array([passes(labels) for labels in self.labels], dtype=np.bool_)[self.label_N])

    def condition(self, passes: Callable[[PieceLabels], bool]) -> Condition:
        """That a row's labels pass."""
        return self.among(np.array([passes(labels) for labels in self.labels], dtype=np.bool_))

    def among(self, passes_L: BoolArray) -> Condition:
        """That a row's labels are among those that pass."""
        return of_codes(self.label_N, passes_L, self._counts)

    def once(self, by: object, key: Hashable, passes: Callable[[PieceLabels], bool]) -> BoolArray:
        """Which labels pass, ``(L,)``, asked once for each key of what says it."""
        if (id(by), key) not in self._told:  # `by` is kept with it, so that no other object is taken for it
            self._told[id(by), key] = by, np.array([passes(labels) for labels in self.labels], dtype=np.bool_)
        return self._told[id(by), key][1]

    def variants(self, row: int) -> IntArray:
        """The other rows of a row's product, ascending."""
        first, (firsts_M, rows_M) = self.first_N[row], self._others
        begin = firsts_M.searchsorted(first)
        if begin == len(firsts_M) or firsts_M[begin] != first:
            return self.first_N[:0]
        rows = np.concatenate([[first], rows_M[begin : firsts_M.searchsorted(first, side="right")]])
        return np.asarray(rows[rows != row])

    @cached_property
    def clothed(self) -> bool:
        """Whether clothes are more than a few of the items; of a shop of jewellery or bags they are not."""
        counts = Counter[str]()
        for labels, count in zip(self.labels, self._counts.tolist(), strict=True):
            counts[labels.role or NOT_WORN] += count
        worn = counts.total() - counts[NOT_WORN]
        return sum(counts[role] for role in (*CORE, "outer")) >= _CLOTHED * worn

    def ages_of(self, labels: PieceLabels) -> frozenset[str]:
        """Of what ages a piece may be: those that it says, else those of nearly all that say it.

        Where grown-ups' and children's pieces are both many, clothes and shoes of which nothing says that they are a child's are of
        grown-ups, and other things of anybody.
        """
        return ages_said(labels.audience) or (self._unmarked if labels.role in _DRESS else self.usual_ages)

    @cached_property
    def usual_ages(self) -> frozenset[str]:
        """Of what ages a piece is that says none: those of nearly all that say it; any where grown-ups' and children's are both many."""
        grown, young = self._aged
        rest = frozenset({"adult"}) if grown > young else AGES - {"adult"}
        return rest if max(grown, young) > _USUAL * (grown + young) else AGES

    @cached_property
    def _unmarked(self) -> frozenset[str]:
        grown, young = self._aged
        return frozenset({"adult"}) if self.usual_ages == AGES and grown and young else self.usual_ages

    @cached_property
    def childrens(self) -> bool:
        """Whether pieces are for children, and none is for grown-ups alone."""
        grown, young = self._aged
        return young > 0 and not grown

    @cached_property
    def _aged(self) -> tuple[int, int]:
        """How many rows say that they are for grown-ups alone, and how many that they are for children alone."""
        grown, young = 0, 0
        for labels, count in zip(self.labels, self._counts.tolist(), strict=True):
            ages = ages_said(labels.audience)
            grown, young = grown + count * (ages == frozenset({"adult"})), young + count * (ages is not None and "adult" not in ages)
        return grown, young

    @cached_property
    def _counts(self) -> IntArray:
        return np.bincount(self.label_N, minlength=len(self.labels))

    @cached_property
    def _others(self) -> tuple[IntArray, IntArray]:
        """The rows that are not the first of their product, by the first one and then ascending: the first of each, and the rows."""
        rows_M = np.flatnonzero(self.first_N != np.arange(len(self.first_N)))
        order_M = np.argsort(self.first_N[rows_M], kind="stable")
        return self.first_N[rows_M][order_M], rows_M[order_M]

    def leading(self, rows_M: IntArray, worn: Sequence[int] = ()) -> BoolArray:
        """Of ranked rows those that stand for their product: the first of its variants, where none of them is worn, ``(M,)``."""
        firsts_M = self.first_N[rows_M]
        lead_M = np.zeros(len(rows_M), dtype=np.bool_)
        lead_M[np.unique(firsts_M, return_index=True)[1]] = True
        return np.asarray(lead_M & (firsts_M != self.first_N[list(worn), None]).all(axis=0))


def _marks_men(counts: Mapping[PieceLabels, int]) -> bool:
    """Whether a shop says of men's pieces that they are, and of women's nothing.

    It has dresses, tops and bottoms for men, and shoes, or what is called the same whoever wears it, for men; of the latter none for women.
    """
    found = Counter[str]()
    for labels, count in counts.items():
        if labels.role and labels.rite is None and (genders := genders_said(labels.audience)):
            found[f"{'+'.join(genders)} {'anything' if labels.role in _OF_ANYBODY else labels.role}"] += count
    enough = min(found[one] for one in ("men top", "men bottom", "women full-body")) >= _FEW
    return enough and found["men anything"] + found["men footwear"] >= _FEW and not found["women anything"]


def _of_women(labels: PieceLabels) -> PieceLabels:
    """The labels of a piece of which nothing says whose it is, where that makes it women's."""
    if labels.role not in _DRESS or genders_said(labels.audience):
        return labels
    said = Audience.of_label(labels.audience or "")
    return replace(labels, audience=Audience(frozenset({"women"}), said.ages if said else AGES).label)
