"""What a question asks of the model: queries of slots, ranks of candidates, scores of outfits; several such asks as one batch.

Shape legend: A rows of one ask · M candidates · D embedding size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Protocol, Self

import numpy as np

from models.bundle import Bundle
from models.compatibility.base import OutfitBatch
from models.encoders.features import FloatArray

Outfits = tuple[Sequence[FloatArray], Sequence[Sequence[str]]]
"""A outfits: the embeddings of the items of each, ``(I, D)``, and their categories."""


class Ask(Protocol):
    """One call of the model.

    Attributes:
        key: asks of the same key can be one batch; the least is asked first, so that questions come to the later ones together.
    """

    @property
    def key(self) -> tuple[int, ...]: ...

    def alone(self) -> FloatArray:
        """What the model answers."""

    @classmethod
    def together(cls, asks: Sequence[Self]) -> list[FloatArray]:
        """What ``alone`` says of each, to the rounding of float32, from one call."""


@dataclass(frozen=True, eq=False, slots=True)
class Queries:
    """``Bundle.queries``, ``(A, D)``."""

    bundle: Bundle
    contexts: Outfits
    targets: Sequence[str]

    @property
    def key(self) -> tuple[int, ...]:
        return (0, id(self.bundle.common))

    def alone(self) -> FloatArray:
        return self.bundle.queries(self.bundle.outfits(*self.contexts), self.targets)

    @classmethod
    def together(cls, asks: Sequence[Self]) -> list[FloatArray]:
        common, context = _joined(asks)
        return _parted(common.queries(context, [name for ask in asks for name in ask.targets]), asks)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Rank:
    """``Bundle.rank``, ``(A, M)``."""

    bundle: Bundle
    contexts: Outfits
    candidates_AMD: FloatArray
    categories: Sequence[Sequence[str]]
    queries_AD: FloatArray | None = None
    among_all: bool
    mixed: bool

    @property
    def key(self) -> tuple[int, ...]:
        return (1, id(self.bundle.common), self.queries_AD is None, self.among_all, self.mixed)

    def alone(self) -> FloatArray:
        return self.bundle.rank(
            self.bundle.outfits(*self.contexts),
            self.candidates_AMD,
            self.categories,
            queries_BD=self.queries_AD,
            among_all=self.among_all,
            mixed=self.mixed,
        )

    @classmethod
    def together(cls, asks: Sequence[Self]) -> list[FloatArray]:
        common, context = _joined(asks)
        most = max(ask.candidates_AMD.shape[1] for ask in asks)
        candidates_BMD = np.zeros((len(context.mask_BI), most, asks[0].candidates_AMD.shape[2]), dtype=np.float32)
        for part, ask in zip(_parted(candidates_BMD, asks), asks, strict=True):
            part[:, : ask.candidates_AMD.shape[1]] = ask.candidates_AMD
        names = [[*row, *[row[0]] * (most - len(row))] for ask in asks for row in ask.categories]
        queries = [ask.queries_AD for ask in asks if ask.queries_AD is not None]
        queries_BD = np.concatenate(queries) if queries else None
        first = asks[0]
        scores_BM = common.rank(context, candidates_BMD, names, queries_BD=queries_BD, among_all=first.among_all, mixed=first.mixed)
        return [part[:, : ask.candidates_AMD.shape[1]] for part, ask in zip(_parted(scores_BM, asks), asks, strict=True)]


@dataclass(frozen=True, eq=False, slots=True)
class Score:
    """``Bundle.score``, ``(A,)``."""

    bundle: Bundle
    contexts: Outfits

    @property
    def key(self) -> tuple[int, ...]:
        longest = max(map(len, self.contexts[0]))
        return (2, id(self.bundle.common), (longest - 1).bit_length())  # short outfits are not padded to long ones

    def alone(self) -> FloatArray:
        return self.bundle.score(self.bundle.outfits(*self.contexts))

    @classmethod
    def together(cls, asks: Sequence[Self]) -> list[FloatArray]:
        common, context = _joined(asks)
        return _parted(common.score(context), asks)


def _joined(asks: Sequence[Queries | Rank | Score]) -> tuple[Bundle, OutfitBatch]:
    common = asks[0].bundle.common
    return common, common.joined([(ask.bundle, *ask.contexts) for ask in asks])


def _parted(answers_B: FloatArray, asks: Sequence[Queries | Rank | Score]) -> list[FloatArray]:
    """The rows of each ask."""
    ends = accumulate((len(ask.contexts[0]) for ask in asks), initial=0)
    return [answers_B[start:end] for start, end in pairwise(ends)]
