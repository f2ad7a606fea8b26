"""The strongest of those that count: how much oftener pairs were worn together than by chance, backed off to products and types.

``log (o + k) / (e + k)`` of two items: ``o`` outfits in which they met, ``e`` expected, given how often their categories met; plus 1/2 of
the same of their products, plus 1/3 of the mean of the same of their types crossed with each attribute (colour, fabric …). The weights are
guesses, and learned from nothing. What was never worn has no such sum, and counts 0.

Shape legend: B questions · I items per context, padded with -1 · M candidates · N items of the catalogue · C categories.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.datasets.schema import Catalogue
from models.datasets.vocabulary import identifiers, product_words
from models.evaluation.metrics import Floats, Ints
from models.evaluation.pair_counts import PairCounts, codes, occurrences, pairs_of

_ITEM, _PRODUCT, _TYPES = (1.0, 0.5), (0.5, 0.5), (1 / 3, 2.0)
"""Weight and k of each level."""
_MOST_ATTRIBUTES: Final = 6


@dataclass(frozen=True)
class _Level:
    """What one level knows: the code of each item (-1: nothing), its share of what was worn of its category, and pairs of codes."""

    code_N: Ints
    share_N: Floats
    pairs: PairCounts
    weight: float
    k: float


class PairPmi:
    """See the module's docstring.

    Args:
        worn: rows of each training outfit, distinct.
    """

    def __init__(self, catalogue: Catalogue, worn: Sequence[NDArray[np.int64]]) -> None:
        self.category_N = codes(catalogue.categories)
        pairs_P2 = pairs_of(worn)
        times_N = occurrences(worn, len(catalogue))
        self.met_CC = np.zeros((self.category_N.max(initial=-1) + 1,) * 2)
        np.add.at(self.met_CC, tuple(self.category_N[pairs_P2].T), 1)
        of_category_N = np.maximum(np.bincount(self.category_N, weights=times_N), 1)[self.category_N]
        self.levels = []
        for code_N, weight, k in _crossings(catalogue):
            if not (code_N >= 0).any():
                continue
            known = np.where(times_N > 0, code_N, -1)
            of_code = np.bincount(known[known >= 0], weights=times_N[known >= 0], minlength=code_N.max(initial=-1) + 1)
            share_N = np.where(code_N >= 0, of_code[code_N], 0.0) / of_category_N
            self.levels.append(_Level(np.where(share_N > 0, code_N, -1), share_N, PairCounts(code_N, pairs_P2), weight, k))

    def candidates(self, context_BI: Ints, candidates_BM: Ints) -> Floats:
        return np.asarray(self._lift(context_BI[:, :, None], candidates_BM[:, None, :], (context_BI >= 0)[:, :, None]).sum(1))

    def outfits(self, items_BI: Ints) -> Floats:
        mask_BI = items_BI >= 0
        pairs_BII = mask_BI[:, :, None] & mask_BI[:, None, :] & ~np.eye(items_BI.shape[1], dtype=bool)
        lift_BII = self._lift(items_BI[:, :, None], items_BI[:, None, :], pairs_BII)
        return np.asarray(lift_BII.sum((1, 2)) / np.maximum(pairs_BII.sum((1, 2)), 1))

    def lifts(self, given: Ints, item: Ints) -> Floats:
        """What each level says of two items, unweighed, ``(…, L)``."""
        met = self.met_CC[self.category_N[given], self.category_N[item]]
        parts = [np.zeros((*np.broadcast_shapes(given.shape, item.shape), 0))]
        for level in self.levels:
            known = (level.code_N[given] >= 0) & (level.code_N[item] >= 0)
            expected = met * level.share_N[given] * level.share_N[item]
            parts.append(np.where(known, np.log((level.pairs.of(given, item) + level.k) / (expected + level.k)), 0.0)[..., None])
        return np.concatenate(parts, axis=-1)

    def _lift(self, given: Ints, item: Ints, counted: NDArray[np.bool_]) -> Floats:
        return np.asarray(self.lifts(given, item) @ np.array([level.weight for level in self.levels])) * counted


def _crossings(catalogue: Catalogue) -> list[tuple[Ints, float, float]]:
    """The code of each item at each level (-1: none), with its weight and k."""
    texts = [set(text.split()) for text in catalogue.texts()]
    products = set(product_words(catalogue.texts(), catalogue.texts()))
    product_of = [next(iter(words & products), None) for words in texts]
    counts = Counter(word for words in texts for word in words)
    uses = Counter[str]()
    for word, count in counts.items():
        uses[word.partition("=")[0]] += count if "=" in word else 0
    left_out = {"subcategory", *identifiers(counts)}
    crossed = [name for name, used in uses.most_common() if used and name not in left_out][:_MOST_ATTRIBUTES]
    types = list(zip(catalogue.categories, catalogue.table.column("subcategory").to_pylist(), strict=True))
    levels: list[tuple[Ints, float, float]] = [(np.arange(len(catalogue)), *_ITEM), (codes(product_of), *_PRODUCT)]
    for name in crossed:
        values = [next((word for word in words if word.startswith(f"{name}=")), None) for words in texts]
        pairs = [None if value is None else (*kind, value) for kind, value in zip(types, values, strict=True)]
        levels.append((codes(pairs), _TYPES[0] / len(crossed), _TYPES[1]))
    return levels if crossed else [*levels, (codes(types), *_TYPES)]
