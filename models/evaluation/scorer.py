"""Scorers answer questions: the bundle under evaluation here, the baselines in ``baselines``.

Shape legend: B questions · I items per context, padded with -1 · M candidates · N items of the catalogue · D embedding size.
Items are rows of the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from models.encoders.features import FloatArray
from models.evaluation.metrics import Floats, Ints

if TYPE_CHECKING:  # torch takes seconds to import, and those who count need none
    from models.bundle import Bundle
    from models.compatibility.base import OutfitBatch

_MAX_BYTES: Final = 4 * 2**20  # of embeddings per call of the model; its activations, a small multiple of that, should fit the cache
_MAX_BYTES_FAR: Final = 256 * 2**20  # on a GPU, which has no use for small pieces
_MAX_CANDIDATES: Final = 4096


class Scorer(Protocol):
    """Scores candidates for a context, and whole outfits; higher goes better together."""

    def candidates(self, context_BI: Ints, candidates_BM: Ints) -> Floats:
        """Scores ``(B, M)``; ``candidates_BM`` may be one row ``(1, M)`` that all questions share."""
        ...

    def outfits(self, items_BI: Ints) -> Floats:
        """Scores ``(B,)``."""
        ...


class ModelScorer:
    """A bundle applied to an embedded catalogue.

    ``queries @ embeddings`` ranks candidates that all questions share and that are of one category, if the model has the default
    ``rank``, which gives the same scores. Otherwise ``rank`` is called in chunks.
    """

    def __init__(self, bundle: Bundle, embeddings_ND: FloatArray, categories: Sequence[str]) -> None:
        from models.compatibility.base import CompatibilityModel  # noqa: PLC0415 - torch is here already: the bundle's

        self.bundle = bundle
        self.embeddings_ND = embeddings_ND
        self.categories = np.asarray(categories, dtype=object)
        self.by_query = type(bundle.model).rank is CompatibilityModel.rank

    def candidates(self, context_BI: Ints, candidates_BM: Ints) -> Floats:
        shared = len(candidates_BM) == 1
        if self.by_query and shared and len(set(self.categories[candidates_BM[0]])) == 1:
            target = str(self.categories[candidates_BM[0, 0]])
            queries_BD = self.bundle.queries(self._batch(context_BI), [target] * len(context_BI))
            return np.asarray(queries_BD @ self.embeddings_ND[candidates_BM[0]].T)
        scores_BM = np.empty((len(context_BI), candidates_BM.shape[1]), dtype=np.float32)
        for first in range(0, candidates_BM.shape[1], _MAX_CANDIDATES):
            columns = slice(first, min(first + _MAX_CANDIDATES, candidates_BM.shape[1]))
            for rows in self._chunks(len(context_BI), (context_BI.shape[1] + 1) * (columns.stop - columns.start)):
                chunk_BM = np.broadcast_to(candidates_BM[slice(None) if shared else rows, columns], scores_BM[rows, columns].shape)
                names = [list(row) for row in self.categories[chunk_BM]]
                scores_BM[rows, columns] = self.bundle.rank(
                    self._batch(context_BI[rows]), self.embeddings_ND[chunk_BM], names, among_all=shared
                )
        return scores_BM

    def outfits(self, items_BI: Ints) -> Floats:
        return np.concatenate([self.bundle.score(outfits) for outfits in self.batches(items_BI)])

    def likely(self, items_BI: Ints) -> Floats:
        """Calibrated probabilities ``(B,)`` of whole outfits."""
        return self.bundle.probability(self.outfits(items_BI), self.names(items_BI))

    def names(self, items_BI: Ints) -> list[list[str]]:
        """The categories of the items of each outfit."""
        return [list(self.categories[row[row >= 0]]) for row in items_BI]

    def batches(self, items_BI: Ints) -> Iterator[OutfitBatch]:
        """Whole outfits in batches that fit the budget of ``_MAX_BYTES``."""
        return (self._batch(items_BI[rows]) for rows in self._chunks(len(items_BI), items_BI.shape[1]))

    def _batch(self, items_BI: Ints) -> OutfitBatch:
        known = [row[row >= 0] for row in items_BI]
        return self.bundle.outfits([self.embeddings_ND[row] for row in known], [list(self.categories[row]) for row in known])

    def _chunks(self, total: int, vectors: int) -> Iterator[slice]:
        """Slices of questions that fit the budget; each question takes ``vectors`` embeddings."""
        most = _MAX_BYTES if self.bundle.device.type == "cpu" else _MAX_BYTES_FAR
        size = max(1, most // (4 * vectors * self.embeddings_ND.shape[1]))
        return (slice(at, min(at + size, total)) for at in range(0, total, size))
