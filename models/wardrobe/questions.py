"""The wardrobe's questions, and the oracle's answers to them: no model can do better.

A question shows a context and candidates. The oracle knows the rule, the latents and how the wrong candidates were drawn. It answers by
the exact posterior:

    p(answer = c | context, candidates)  ∝  p(c | context) / q(c)

where q is the probability of being drawn as a wrong candidate. Shoppers do not matter: a shopper is drawn *given* the outfit (see
``shoppers``), so p(outfit) depends on the rule alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from models.datasets.draw_questions import WRONG, choose_wrong, shuffle_in
from models.datasets.schema import Compatibility, FillInTheBlank, Question, Retrieval, Split
from models.wardrobe.catalogue import item_id, item_ids
from models.wardrobe.rule import Array, IntArray, Score

_TASKS: Final = ("fitb", "fitb_popularity", "fitb_cold", "fitb_triad", "compatibility", "retrieval", "retrieval_cold")
_SAME_PAIRS: Final = 0.35
"""Largest difference in log-odds by pairs between the candidates of a ``fitb_triad`` question."""

_TRIAD_SPREAD: Final = 2.0
"""Least spread in log-odds by the effect of three of such a question's candidates."""


@dataclass
class Task:
    """The questions of one file, and the oracle's scores on those of the test split."""

    questions: list[Question] = field(default_factory=list)
    oracle: dict[str, list[float]] = field(default_factory=dict)

    def answered(self, split: Split, **scores: float) -> None:
        """Note the oracle's scores on a question, if it is a test question."""
        if split == "test":
            for name, value in scores.items():
                self.oracle.setdefault(name, []).append(value)


@dataclass(frozen=True)
class WornOutfit:
    """A drawn outfit: the row of the catalogue in each slot, its split and its shopper."""

    id: str
    rows: IntArray
    slots: tuple[str, ...]
    split: Split
    user: str


def ask(
    score: Score,
    outfits: Sequence[WornOutfit],
    rows_of: Mapping[str, IntArray],
    *,
    worn: NDArray[np.int64],
    cold: frozenset[int],
    rng: np.random.Generator,
) -> tuple[dict[str, list[Question]], dict[str, dict[str, float]]]:
    """Make questions from the validation and test outfits, and the oracle's figures on the test questions.

    Args:
        rows_of: category -> rows.
        worn: how often the training outfits hold each item, ``(N,)``: popularity-matched wrong candidates follow it.
        cold: items that training never sees; questions about them also go to files of their own.

    Returns:
        File stem -> questions, file stem -> metric -> value.
    """
    tasks = {name: Task() for name in _TASKS}
    for outfit in outfits:
        if outfit.split == "train":
            continue
        asked = _Asked(score, outfit, rows_of, blank=int(rng.integers(len(outfit.rows))), cold=cold, rng=rng)
        asked.fill_in_the_blank(tasks, worn)
        asked.triad(tasks["fitb_triad"])
        asked.retrieve(tasks)
        asked.compatibility(tasks["compatibility"])
    return {name: task.questions for name, task in tasks.items() if task.questions}, {
        name: _figures(task) for name, task in tasks.items() if task.oracle
    }


def _figures(task: Task) -> dict[str, float]:
    if "label" in task.oracle:
        from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - two seconds that a wrong argument should not cost

        return {"auc": float(roc_auc_score(task.oracle["label"], task.oracle["score"]))}
    return {name: float(np.mean(values)) for name, values in task.oracle.items()}


class _Asked:
    """Makes all questions about one outfit with the item at ``blank`` removed."""

    def __init__(
        self,
        score: Score,
        outfit: WornOutfit,
        rows_of: Mapping[str, IntArray],
        *,
        blank: int,
        cold: frozenset[int],
        rng: np.random.Generator,
    ) -> None:
        self.score, self.outfit, self.rows_of, self.rng = score, outfit, rows_of, rng
        self.answer = int(outfit.rows[blank])
        self.category = outfit.slots[blank]
        self.context = np.delete(outfit.rows, blank)
        self.rows = rows_of[self.category]
        self.others = self.rows[~np.isin(self.rows, outfit.rows)]
        self.kinds = ("", "_cold") if self.answer in cold and outfit.split == "test" else ("",)
        self.log_p = score.conditional(self.context[None], self.rows)[0]

    def fill_in_the_blank(self, tasks: Mapping[str, Task], worn: NDArray[np.int64]) -> None:
        if len(self.others) < WRONG:
            return
        self._blank([tasks[f"fitb{kind}"] for kind in self.kinds], choose_wrong(self.others, self.rng), lambda rows: np.zeros(len(rows)))
        matched: Array = worn[self.others] + np.float64(0.5)
        self._blank([tasks["fitb_popularity"]], choose_wrong(self.others, self.rng, matched), lambda rows: np.log(worn[rows] + 0.5))

    def triad(self, task: Task) -> None:
        """Add a question that only the effect of three decides: by pairs and popularity all candidates score about alike."""
        context, rows = self.context[None], np.concatenate([[self.answer], self.others])
        pairs = self.score.pairs(context, rows)[0] + self.score.latents.popularity[rows]
        triads = self.score.triads(context, rows)[0]
        alike = np.flatnonzero(np.abs(pairs[1:] - pairs[0]) < _SAME_PAIRS) + 1
        if len(alike) < WRONG:
            return
        chosen = self.rng.choice(alike, WRONG, replace=False)
        if np.ptp(triads[[0, *chosen]]) > _TRIAD_SPREAD:  # over the whole set, so that the condition does not reveal the answer
            self._blank([task], rows[chosen], lambda rows: np.zeros(len(rows)))

    def retrieve(self, tasks: Mapping[str, Task]) -> None:
        question = Retrieval(self.outfit.id, item_ids(self.context), item_id(self.answer), self.category, self.outfit.split)
        rank = int((self.log_p > self.log_p[np.searchsorted(self.rows, self.answer)]).sum()) + 1
        recalls = {f"recall_at_{k}": rank <= k for k in (10, 50)}
        for task in (tasks[f"retrieval{kind}"] for kind in self.kinds):
            task.questions.append(question)
            task.answered(self.outfit.split, **recalls, mrr=1 / rank, ndcg=1 / np.log2(1 + rank))

    def compatibility(self, task: Task) -> None:
        """Add two questions: the outfit as worn, and one of random items of the same categories."""
        random = np.array([self.rng.choice(self.rows_of[slot]) for slot in self.outfit.slots])
        sets: tuple[tuple[str, IntArray, Literal[0, 1]], ...] = (("worn", self.outfit.rows, 1), ("random", random, 0))
        for kind, rows, label in sets:
            order = self.rng.permutation(len(rows))
            task.questions.append(Compatibility(f"{self.outfit.id}-{kind}", item_ids(rows[order]), label, self.outfit.split))
            task.answered(self.outfit.split, label=label, score=float(self.score.outfits(rows[None])[0]))

    def _blank(self, tasks: Sequence[Task], wrong: IntArray, log_q: Callable[[IntArray], Array]) -> None:
        rows, answer = shuffle_in(self.answer, wrong, self.rng)
        log_p = self.log_p[np.searchsorted(self.rows, rows)] - log_q(rows)
        question = FillInTheBlank(self.outfit.id, item_ids(self.context), item_ids(rows), answer, self.outfit.split)
        for task in tasks:
            task.questions.append(question)
            task.answered(self.outfit.split, fitb_accuracy=float(log_p.argmax() == answer))
