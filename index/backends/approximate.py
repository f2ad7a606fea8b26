"""Approximate search: FAISS proposes candidates by codes of half a byte a number, or by a graph, and they are compared by exact scores.

How much is proposed is measured: with the queries that the vectors will be asked, the least effort that finds ``RECALL`` of the 50 best.
Where no effort does, every search is an exact scan: a graph or a clustering by inner product can fail altogether where vectors differ
much in length, as the flagship's do (``benchmarks/index_backends.md``).

Shape legend: N vectors · D embedding size · B queries · k results · F proposed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import faiss
import numpy as np
from numpy.typing import ArrayLike

from index.backends.base import Backend, BoolArray, FloatArray, IntArray, as_allowed, as_count, as_vectors
from index.backends.certified import read_faiss
from index.backends.faiss_cpu import FlatIndex, threads_for
from index.errors import VectorError

RECALL: Final = 0.985
"""Of the 50 best, that the measuring asks for: .98 and what a measurement may be wrong by."""
SMALLEST: Final = 4_096
"""Fewer vectors than this are scanned."""
_BEST: Final = 50
_SPARE: Final = 1.25
_CHEAP: Final = 16
"""An exact score costs about as much as this many of the codes', and one in no order about as much as four in order."""
_PART: Final = 65_536
_FILE: Final = "proposed"
_SAID: Final = "effort.json"


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much is proposed.

    Attributes:
        fetch: for each result that is asked for, of at least 50.
        probe: the lists that are looked through, or the length of a graph's queue; 0 where there are neither.
    """

    fetch: int
    probe: int = 0


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One way to propose.

    Attributes:
        described: N and D -> the index in the words of ``faiss.index_factory``.
        efforts: from the least to the most.
        trained: how many vectors it learns from at most.
    """

    described: Callable[[int, int], str]
    efforts: Sequence[Effort]
    trained: int = 262_144


class ApproximateIndex:
    """N vectors, and what proposes some of them.

    Args:
        vectors_ND: kept; see ``FlatIndex``.
        kind: how it is proposed.
        proposing: what was built before; None to build it.
        effort: None to take the middle one, which nobody has measured.
        exact: compare all vectors, as no effort is enough.
    """

    def __init__(
        self, vectors_ND: ArrayLike, kind: Kind, proposing: faiss.Index | None = None, *, effort: Effort | None = None, exact: bool = False
    ) -> None:
        self._flat, self._kind = FlatIndex(vectors_ND), kind
        self.count: Final = self._flat.count
        self.exact: Final = exact or self.count < SMALLEST
        self.effort: Final = effort or kind.efforts[len(kind.efforts) // 2]
        self.proposing: Final = None if self.exact else proposing or _built(self._flat.vectors, kind)

    def search(self, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None = None) -> tuple[FloatArray, IntArray]:
        """The best k by inner product of what is proposed; see ``VectorIndex.search``."""
        queries, k = as_vectors(queries_BD, "queries", self._flat.vectors.shape[1]), as_count(k)
        passing = self.count if allowed_N is None else int(np.count_nonzero(as_allowed(allowed_N, self.count)))
        wanted = self.effort.fetch * max(k, _BEST)
        fetch = math.ceil(wanted * (_SPARE * self.count / max(passing, 1) if passing < self.count else 1))
        if self.proposing is None or passing < self.count / _CHEAP + 4 * fetch:
            return self._flat.search(queries, k, allowed_N)
        deeper = math.sqrt(fetch / (self.effort.fetch * _BEST))  # than where the effort was measured: lists further off matter, too
        proposed_BF = _proposed(self.proposing, queries, fetch, replace(self.effort, probe=math.ceil(self.effort.probe * deeper)))
        answers = [
            self._answer(query_D[None], k, proposed_F, allowed_N, k if passing == self.count else wanted)
            for query_D, proposed_F in zip(queries, proposed_BF, strict=True)
        ]
        empty = np.zeros((0, k), dtype=np.float32), np.zeros((0, k), dtype=np.int64)
        scores, found = zip(*answers, strict=True) if answers else ([empty[0]], [empty[1]])
        return np.concatenate(scores), np.concatenate(found)

    def tuned(self, queries_BD: FloatArray) -> ApproximateIndex:
        """This with the least effort that is enough for queries like these; see the module."""
        if self.proposing is None:
            return self
        _, best = self._flat.search(queries_BD, _BEST)
        for effort in self._kind.efforts:
            proposed = _proposed(self.proposing, queries_BD, effort.fetch * _BEST, effort)
            found = [np.isin(best_K, proposed_F).mean() for best_K, proposed_F in zip(best, proposed, strict=True)]
            if np.mean(found) >= RECALL:
                return ApproximateIndex(self._flat.vectors, self._kind, self.proposing, effort=effort)
        return ApproximateIndex(self._flat.vectors, self._kind, exact=True)

    def _answer(
        self, query_1D: FloatArray, k: int, proposed_F: IntArray, allowed_N: BoolArray | None, least: int
    ) -> tuple[FloatArray, IntArray]:
        positions = proposed_F[proposed_F >= 0]
        positions = np.sort(positions if allowed_N is None else positions[allowed_N[positions]])
        if len(positions) < least:  # those that pass are not where the query looks
            return self._flat.search(query_1D, k, allowed_N)
        return self._flat.best_of(query_1D, k, positions)


def _proposed(proposing: faiss.Index, queries_BD: FloatArray, fetch: int, effort: Effort) -> IntArray:
    """Positions, ``(B, F)``; -1 where there are no more."""
    with threads_for(len(queries_BD)):
        _, found = proposing.search(queries_BD, min(fetch, proposing.ntotal), params=_parameters(proposing, effort))
    return np.asarray(found)


def _built(vectors_ND: FloatArray, kind: Kind) -> faiss.Index:
    count, size = vectors_ND.shape
    built = faiss.index_factory(size, kind.described(count, size), faiss.METRIC_INNER_PRODUCT)
    chosen = np.sort(np.random.default_rng(0).choice(count, min(count, kind.trained), replace=False))
    built.train(vectors_ND[chosen])
    for start in range(0, count, _PART):
        built.add(vectors_ND[start : start + _PART])
    return built


def _parameters(proposing: faiss.Index, effort: Effort) -> faiss.SearchParameters | None:
    if isinstance(proposing, faiss.IndexIVF):
        return faiss.SearchParametersIVF(nprobe=min(effort.probe, proposing.nlist))  # type: ignore[call-arg]  # faiss' stub lacks it
    if isinstance(proposing, faiss.IndexHNSW):
        return faiss.SearchParametersHNSW(efSearch=effort.probe)  # type: ignore[attr-defined,no-any-return]  # likewise
    return None


def _halves(_: int, size: int) -> str:
    """Each number in half a byte: Andre et al., Quicker ADC (2019)."""
    return f"PQ{size}x4fs"


def _inverted(count: int, size: int) -> str:
    """The same in the lists of an inverted file."""
    return f"IVF{2 ** round(math.log2(count) / 2 + 1)},{_halves(count, size)}"


def _graph(_: int, __: int) -> str:
    """Malkov and Yashunin, Hierarchical navigable small worlds (2018), over a byte a number."""
    return "HNSW32,SQ8"


KINDS: Final = {
    "pq": Kind(described=_halves, efforts=[Effort(fetch=times) for times in (2, 4, 8, 16, 32, 64)], trained=65_536),
    "ivf": Kind(described=_inverted, efforts=[Effort(fetch=fetch, probe=2**power) for power in range(4, 10) for fetch in (4, 16)]),
    "hnsw": Kind(described=_graph, efforts=[Effort(fetch=4, probe=2**power) for power in range(6, 11)]),
}


def backend(name: str) -> Backend:
    """The backend of a kind."""
    kind = KINDS[name]

    def write(index: ApproximateIndex, directory: Path) -> None:
        (directory / _SAID).write_text(json.dumps({"exact": index.exact, "effort": asdict(index.effort)}))
        if index.proposing is not None:
            faiss.write_index(index.proposing, str(directory / _FILE))

    def read(directory: Path, vectors_ND: FloatArray) -> ApproximateIndex:
        try:
            said = json.loads((directory / _SAID).read_text())
            exact, effort = bool(said["exact"]), Effort(**said["effort"])
        except (OSError, ValueError, LookupError, TypeError) as error:
            msg = f"{directory / _SAID}: says no effort"
            raise VectorError(msg) from error
        proposing = None if exact else read_faiss(directory / _FILE)
        if proposing is not None and (proposing.ntotal, proposing.d) != vectors_ND.shape:
            msg = f"{directory / _FILE}: not of {vectors_ND.shape[0]} x {vectors_ND.shape[1]}"
            raise VectorError(msg)
        return ApproximateIndex(vectors_ND, kind, proposing, effort=effort, exact=exact)

    return Backend(
        build=lambda vectors_ND: ApproximateIndex(vectors_ND, kind), tune=ApproximateIndex.tuned, write=write, read=read, exact=False
    )
