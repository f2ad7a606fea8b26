"""The three kinds of question, packed into arrays, put to a scorer, and measured.

Shape legend: B questions · I items per context, padded with -1 · M candidates, padded with -1. Items are rows of the catalogue, each
that of its first size.
An unknown item is left out of a context, and ranks last among candidates. A question whose context is empty is asked too: all its
candidates then score alike, which counts as wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.datasets.schema import Catalogue, Compatibility, FillInTheBlank, Question, Retrieval
from models.evaluation.metrics import (
    Bools,
    Floats,
    Ints,
    Metric,
    Places,
    answer_places,
    auc,
    calibration_debiased,
    discounted_gain,
    ece,
    ece_floor,
    fitb_correct,
    mean,
    recall_at,
    reciprocal_rank,
)
from models.evaluation.scorer import Scorer
from models.progress import Advance, unmoved

_CELLS: Final = 2_000_000  # context items times candidates that are scored at once
CUTOFFS: Final = (10, 50)
RANKED: Final[Mapping[str, Callable[[Ints], Floats]]] = {
    **{f"recall_at_{k}": partial(recall_at, k) for k in CUTOFFS},
    "mrr": reciprocal_rank,
    "ndcg": discounted_gain,
}

Calibrated = Callable[[Floats, Sequence[Sequence[str]]], Floats]
"""A bundle's calibration: probabilities from the scores of outfits and the categories of their items."""


@dataclass(frozen=True)
class FillInTheBlankAnswers:
    """Scores ``(B, M)``, and where each right answer stands by them."""

    scores_BM: Floats
    places: Places

    @property
    def rank_B(self) -> Ints:  # noqa: N802 - a shape
        return self.places.rank_B

    def metrics(self) -> dict[str, Metric]:
        return {"fitb_accuracy": mean(fitb_correct(self.rank_B))}

    def ties_by_chance(self) -> dict[str, float]:
        return {"fitb_accuracy": self.places.expected(fitb_correct)}


@dataclass(frozen=True)
class CompatibilityAnswers:
    """Score, label, calibrated probability and number of known items of each outfit, ``(B,)``.

    A baseline's probability means nothing: the calibration was fitted to the model's scores. Who gives none (``likely`` False) has no
    calibration error.
    """

    score_B: Floats
    label_B: Ints
    probability_B: Floats
    items_B: Ints
    likely: bool = True

    def metrics(self) -> dict[str, Metric]:
        found = {"auc": auc(self.score_B, self.label_B)}
        return {**found, "ece": ece(self.probability_B, self.label_B)} if self.likely else found

    def ties_by_chance(self) -> dict[str, float]:
        """Nothing: AUC counts a tie as half for everybody."""
        return {}

    def by_size(self) -> dict[str, Any]:
        """The calibration error of outfits of each size, and beside each, and beside that of all, what chance alone would show."""
        if not self.likely:
            return {}
        sizes, counts = np.unique(self.items_B, return_counts=True)
        found = {}
        for size, count in zip(sizes.tolist(), counts.tolist(), strict=True):
            likely_B, label_B = self.probability_B[self.items_B == size], self.label_B[self.items_B == size]
            found[str(size)] = {"n": count, "ece": ece(likely_B, label_B).value, **_beside(likely_B, label_B)}
        return {**_beside(self.probability_B, self.label_B), "ece_by_size": found}


def _beside(probability_B: Floats, label_B: Ints) -> dict[str, float]:
    return {"ece_floor": ece_floor(probability_B), "calibration_debiased": calibration_debiased(probability_B, label_B)}


@dataclass(frozen=True)
class RetrievalAnswers:
    """Where each right answer stands among all items of its category, and the best of these by row, each with its score."""

    places: Places
    best: Sequence[Sequence[tuple[int, float]]] = ()

    @property
    def rank_B(self) -> Ints:  # noqa: N802 - a shape
        return self.places.rank_B

    def metrics(self) -> dict[str, Metric]:
        return {name: mean(gain(self.rank_B)) for name, gain in RANKED.items()}

    def ties_by_chance(self) -> dict[str, float]:
        return {name: self.places.expected(gain) for name, gain in RANKED.items()}


Answers = FillInTheBlankAnswers | CompatibilityAnswers | RetrievalAnswers


@dataclass(frozen=True)
class FillInTheBlankTask:
    """Questions of one ``fitb*`` file."""

    questions: Sequence[FillInTheBlank]
    context_BI: Ints
    candidates_BM: Ints
    valid_BM: Bools  # False where a row is padding; an unknown candidate is valid and -1

    @classmethod
    def pack(cls, questions: Sequence[FillInTheBlank], catalogue: Catalogue) -> FillInTheBlankTask:
        candidates_BM = padded_rows([question.candidates for question in questions], catalogue.first_row_of)
        count_B = np.array([len(question.candidates) for question in questions])
        valid_BM = np.arange(candidates_BM.shape[1]) < count_B[:, None]
        return cls(questions, padded_rows([question.items for question in questions], catalogue.first_row_of), candidates_BM, valid_BM)

    def chance(self) -> dict[str, float]:
        return {"fitb_accuracy": float((1.0 / self.valid_BM.sum(1)).mean())}

    def answer(self, scorer: Scorer, ties: np.random.Generator | None = None, advance: Advance = unmoved) -> FillInTheBlankAnswers:
        scores_BM = np.empty(self.candidates_BM.shape)
        for rows in chunks(len(scores_BM), self.context_BI.shape[1] * self.candidates_BM.shape[1]):
            scores_BM[rows] = scorer.candidates(self.context_BI[rows], self.candidates_BM[rows])
            advance(rows.stop - rows.start)
        scores_BM[self.candidates_BM < 0] = np.nan
        return self.answered(scores_BM, ties)

    def answered(self, scores_BM: Floats, ties: np.random.Generator | None = None) -> FillInTheBlankAnswers:
        answer_B = np.array([question.answer for question in self.questions])
        return FillInTheBlankAnswers(scores_BM, answer_places(scores_BM, answer_B, self.valid_BM).drawn(ties))


@dataclass(frozen=True)
class CompatibilityTask:
    """Questions of one ``compatibility*`` file."""

    questions: Sequence[Compatibility]
    items_BI: Ints
    categories: Sequence[Sequence[str]]  # of the items of each that are known
    probability: Calibrated

    def chance(self) -> dict[str, float]:
        return {"auc": 0.5}

    def answer(
        self,
        scorer: Scorer,
        ties: np.random.Generator | None = None,  # noqa: ARG002 - AUC counts ties as half
        advance: Advance = unmoved,
    ) -> CompatibilityAnswers:
        score_B = np.empty(len(self.questions))
        for rows in chunks(len(score_B), self.items_BI.shape[1] ** 2):
            score_B[rows] = scorer.outfits(self.items_BI[rows])
            advance(rows.stop - rows.start)
        # An outfit without a score has probability 0.5 in the calibration error and ranks last in the AUC.
        return self.answered(score_B, np.where(np.isnan(score_B), 0.5, self.probability(score_B, self.categories)))

    def answered(self, score_B: Floats, probability_B: Floats | None) -> CompatibilityAnswers:
        label_B, items_B = np.array([question.label for question in self.questions]), (self.items_BI >= 0).sum(1)
        if probability_B is None:
            return CompatibilityAnswers(score_B, label_B, np.full(len(label_B), 0.5), items_B, likely=False)
        return CompatibilityAnswers(score_B, label_B, probability_B, items_B)


@dataclass(frozen=True)
class RetrievalTask:
    """Questions of one ``retrieval*`` file: each ranks every item of its category, of those that a size alone tells apart one."""

    questions: Sequence[Retrieval]
    context_BI: Ints
    answer_B: Ints
    rows_in: Mapping[str, Ints]  # ascending

    @classmethod
    def pack(cls, questions: Sequence[Retrieval], catalogue: Catalogue) -> RetrievalTask:
        names, asked = np.asarray(catalogue.categories, dtype=object), sorted({question.category for question in questions})
        answer_B = np.array([catalogue.first_row_of.get(question.answer, -1) for question in questions])
        rows_in = {category: np.unique(catalogue.first_sizes[names == category]) for category in asked}
        return cls(questions, padded_rows([question.items for question in questions], catalogue.first_row_of), answer_B, rows_in)

    def chance(self) -> dict[str, float]:
        size_B = np.array([max(len(self.rows_in[question.category]), 1) for question in self.questions])
        recalls = {f"recall_at_{k}": float(np.minimum(1.0, k / size_B).mean()) for k in CUTOFFS}
        ranks = np.arange(1, size_B.max() + 1)
        by_rank = {"mrr": reciprocal_rank(ranks), "ndcg": discounted_gain(ranks)}  # a blind order: every rank is as likely
        return {**recalls, **{name: float((np.cumsum(gain)[size_B - 1] / size_B).mean()) for name, gain in by_rank.items()}}

    def answer(self, scorer: Scorer, ties: np.random.Generator | None = None, advance: Advance = unmoved) -> RetrievalAnswers:
        above_B, equal_B = np.zeros((2, len(self.questions)), dtype=np.int64)
        best: list[Sequence[tuple[int, float]]] = [()] * len(self.questions)
        category_B = np.array([question.category for question in self.questions], dtype=object)
        for category, rows_M in self.rows_in.items():
            asked = np.flatnonzero(category_B == category)
            above_B[asked] = len(rows_M)
            place_B = np.searchsorted(rows_M, self.answer_B[asked])
            known = np.isin(self.answer_B[asked], rows_M)
            advance(int((~known).sum()))
            asked, place_B = asked[known], place_B[known]
            for part in chunks(len(asked), self.context_BI.shape[1] * len(rows_M)):
                scores_BM = scorer.candidates(self.context_BI[asked[part]], rows_M[None])
                places = answer_places(scores_BM, place_B[part])
                above_B[asked[part]], equal_B[asked[part]] = places.above_B, places.equal_B
                for at, scores_M in zip(asked[part], scores_BM, strict=True):
                    best[at] = best_of(rows_M, scores_M)
                advance(part.stop - part.start)
        return RetrievalAnswers(Places(above_B, equal_B).drawn(ties), best)


Task = FillInTheBlankTask | CompatibilityTask | RetrievalTask


@dataclass(frozen=True)
class Evaluated:
    """One task, the model's answers to it, and the baselines'."""

    task: Task
    model: Answers
    baselines: Mapping[str, Answers]


def pack(questions: Sequence[Question], catalogue: Catalogue, probability: Calibrated) -> Task:
    """Pack the questions of one file, at least one and all of one kind."""
    if isinstance(questions[0], FillInTheBlank):
        return FillInTheBlankTask.pack([question for question in questions if isinstance(question, FillInTheBlank)], catalogue)
    if isinstance(questions[0], Retrieval):
        return RetrievalTask.pack([question for question in questions if isinstance(question, Retrieval)], catalogue)
    outfits = [question for question in questions if isinstance(question, Compatibility)]
    items_BI = padded_rows([question.items for question in outfits], catalogue.first_row_of)
    names = catalogue.categories
    categories = [[names[row] for row in rows_I[rows_I >= 0]] for rows_I in items_BI]
    return CompatibilityTask(outfits, items_BI, categories, probability)


def best_of(rows_M: Ints, scores_M: Floats, most: int = max(CUTOFFS)) -> list[tuple[int, float]]:
    """The best of some rows, each with its score; of equal ones those that come first, and none without a score."""
    order = np.argsort(-scores_M, kind="stable")[:most]
    return [(int(rows_M[place]), float(scores_M[place])) for place in order if not np.isnan(scores_M[place])]


def padded_rows(groups: Sequence[Sequence[str]], row_of: Mapping[str, int]) -> NDArray[np.int64]:
    """Rows of the catalogue, ``(B, I)``: each group's items in their order, -1 for unknown ones and as padding."""
    rows_BI = np.full((len(groups), max(map(len, groups), default=0) or 1), -1, dtype=np.int64)
    for rows_I, items in zip(rows_BI, groups, strict=True):
        rows_I[: len(items)] = [row_of.get(item, -1) for item in items]
    return rows_BI


def chunks(total: int, cells: int) -> list[slice]:
    """Slices of ``total`` questions that stay within ``_CELLS``; each question takes ``cells``."""
    size = max(1, _CELLS // max(cells, 1))
    return [slice(at, min(at + size, total)) for at in range(0, total, size)]
