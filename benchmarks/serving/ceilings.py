"""The parts of a request by themselves, computed with nothing around them: a scan by FAISS, and the model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import faiss
import numpy as np
import torch

from app.release.release import Release
from benchmarks.serving.home import LARGEST, MIDDLE
from models.compatibility.base import OutfitBatch
from models.compatibility.ensemble import Ensemble

RETRIEVED: Final = 64
SHOWN: Final = 10


class Bare:
    """The bare parts over the release's own vectors and model, each a function of the number of the question."""

    def __init__(self, release: Release, worn: list[list[str]]) -> None:
        self._release, self._model = release, release.bundle.model
        assert isinstance(self._model, Ensemble)
        self._contexts = [self._outfit([ids]) for ids in worn]
        self.largest, self.middle = self._scan(LARGEST), self._scan(MIDDLE)
        rows = release.snapshot.rows_in(MIDDLE)[:RETRIEVED]
        self._candidates_1MD = torch.from_numpy(release.snapshot.embeddings(rows)[None])
        self._category = release.bundle.category_indices([MIDDLE] * len(rows))
        shown = [[*ids, release.snapshot.items.column("id")[int(row)].as_py()] for ids in worn[:4] for row in rows[:SHOWN]]
        self._shown = [self._outfit([*shown[at : at + SHOWN], shown[at][:-1]]) for at in range(0, len(shown), SHOWN)]

    def forward(self, number: int) -> None:
        """The query of one slot, and the rank of 64 candidates for it."""
        context = self._contexts[number % len(self._contexts)]
        with torch.inference_mode():
            query_1D = self._model.query(context, self._category[:1])
            self._model.rank(context, self._candidates_1MD, self._category[None], query_1D)

    def likely(self, number: int) -> None:
        """The scores of ten outfits with one item more, and of the outfit: what the answer's probabilities are told from."""
        with torch.inference_mode():
            self._model.score(self._shown[number % len(self._shown)])

    def scoring(self, outfits: list[list[str]]) -> Callable[[int], None]:
        """The scores of outfits, in one batch."""
        batch = self._outfit(outfits)

        def score(_: int) -> None:
            with torch.inference_mode():
                self._model.score(batch)

        return score

    def _scan(self, category: str) -> Callable[[int], None]:
        vectors_ND = self._release.snapshot.embeddings(self._release.snapshot.rows_in(category))
        index = faiss.IndexFlatIP(vectors_ND.shape[1])
        index.add(vectors_ND)
        queries_BD = np.random.default_rng(0).normal(size=(64, vectors_ND.shape[1])).astype(np.float32)

        def search(number: int) -> None:
            faiss.omp_set_num_threads(1)  # as the service searches
            place = number % len(queries_BD)
            index.search(queries_BD[place : place + 1], RETRIEVED)

        return search

    def _outfit(self, outfits: list[list[str]]) -> OutfitBatch:
        rows = [[self._release.snapshot.row_of[item] for item in ids] for ids in outfits]
        return self._release.bundle.outfits(
            [self._release.snapshot.embeddings(some) for some in rows], [[self._release.category_of(row) for row in some] for some in rows]
        )


def read_once(*directories: Path) -> int:
    """Read every file; the number of bytes."""
    total = 0
    for directory in directories:
        for path in directory.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    while part := file.read(1 << 24):
                        total += len(part)
    return total
