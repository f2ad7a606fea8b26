"""Example questions for the report, with pictures: the question, the model's choice and the right answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from models.datasets.schema import Catalogue
from models.encoders.pictures import decode
from models.errors import ImageError
from models.evaluation.metrics import Bools
from models.evaluation.scorer import ModelScorer
from models.evaluation.tasks import (
    CompatibilityAnswers,
    CompatibilityTask,
    Evaluated,
    FillInTheBlankAnswers,
    FillInTheBlankTask,
    RetrievalAnswers,
    RetrievalTask,
)

EACH: Final = 3  # right ones, and as many wrong ones
_SHOWN: Final = 5  # of what was retrieved
_SIDE: Final = 240  # pixels
_EVEN: Final = 0.5
Mark = Literal["", "right", "chosen-right", "chosen-wrong"]


@dataclass(frozen=True, slots=True)
class Tile:
    """One item on the page; ``picture`` is a path relative to the page, None without a picture."""

    id: str
    category: str
    title: str
    picture: str | None
    mark: Mark = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """One question and its answer."""

    id: str
    good: bool
    verdict: str
    context: Sequence[Tile]
    candidates: Sequence[Tile]
    blank: str | None  # the category asked for


class Gallery:
    """Makes tiles of a catalogue's items, and writes their pictures beside the page on first use."""

    def __init__(self, catalogue: Catalogue, directory: Path) -> None:
        self._catalogue, self._directory = catalogue, directory
        self._pictures: dict[int, str | None] = {}
        self._ids, self._categories, self._titles = catalogue.ids, catalogue.categories, catalogue.titles

    def tile(self, row: int, mark: Mark = "", note: str = "") -> Tile:
        if row < 0:
            return Tile("?", "unknown", "not in the catalogue", None, mark, note)
        if row not in self._pictures:
            self._pictures[row] = self._write(row)
        return Tile(self._ids[row], self._categories[row], self._titles[row] or self._ids[row], self._pictures[row], mark, note)

    def tiles(self, rows: Iterable[int]) -> list[Tile]:
        return [self.tile(int(row)) for row in rows if row >= 0]

    def _write(self, row: int) -> str | None:
        try:
            data = self._catalogue.image(row)
            if data is None:
                return None
            picture = decode(data)
        except (ImageError, OSError):
            return None  # the tile says category and title; the import is where a broken picture is reported
        picture.thumbnail((_SIDE, _SIDE))
        (self._directory / "pictures").mkdir(exist_ok=True)
        picture.save(self._directory / "pictures" / f"{row}.jpg", quality=88)
        return f"pictures/{row}.jpg"


def examples(evaluated: Evaluated, gallery: Gallery, model: ModelScorer, each: int = EACH, seed: int = 0) -> list[Example]:
    """Draw ``each`` right and as many wrong answers at random."""
    match evaluated.task, evaluated.model:
        case FillInTheBlankTask() as task, FillInTheBlankAnswers() as answers:
            return [_blank(task, answers, gallery, at) for at in _draw(answers.rank_B == 1, each, seed)]
        case CompatibilityTask() as task, CompatibilityAnswers() as answers:
            good_B = (answers.probability_B >= _EVEN) == (answers.label_B == 1)
            return [_outfit(task, answers, gallery, at) for at in _draw(good_B, each, seed)]
        case RetrievalTask() as task, RetrievalAnswers() as answers:
            return [_retrieved(task, answers, gallery, model, at) for at in _draw(answers.rank_B <= _SHOWN, each, seed)]
    return []


def _draw(good_B: Bools, each: int, seed: int) -> list[int]:
    random = np.random.default_rng(seed)
    found = [random.permutation(np.flatnonzero(good_B == kind))[:each] for kind in (True, False)]
    return [int(at) for at in np.concatenate(found)]


def _blank(task: FillInTheBlankTask, answers: FillInTheBlankAnswers, gallery: Gallery, at: int) -> Example:
    question, good = task.questions[at], bool(answers.rank_B[at] == 1)
    scores_M = answers.scores_BM[at, : len(question.candidates)]
    chosen = question.answer if good else _best_other(scores_M, question.answer)
    tiles = []
    for place, score in enumerate(scores_M):
        mark: Mark = ""
        if place == chosen:
            mark = "chosen-right" if good else "chosen-wrong"
        elif place == question.answer:
            mark = "right"
        tiles.append(gallery.tile(int(task.candidates_BM[at, place]), mark, f"{score:.2f}" if np.isfinite(score) else "no score"))
    verdict = "the right one was chosen" if good else f"the right one came {_ordinal(int(answers.rank_B[at]))} of {len(scores_M)}"
    blank = tiles[question.answer].category
    return Example(question.id, good, verdict, gallery.tiles(task.context_BI[at]), tiles, blank)


def _best_other(scores_M: np.ndarray, answer: int) -> int:
    """Position of the candidate that a wrong answer chose: the best one besides ``answer``; a tie counts against ``answer``."""
    others = np.where(np.isnan(scores_M), -np.inf, scores_M).astype(np.float64)
    order = np.argsort(-others, kind="stable")
    return next((int(place) for place in order if place != answer), answer)


def _outfit(task: CompatibilityTask, answers: CompatibilityAnswers, gallery: Gallery, at: int) -> Example:
    question, probability = task.questions[at], float(answers.probability_B[at])
    said, was = "goes together" if probability >= _EVEN else "does not", "worn together" if question.label else "not worn together"
    good = (probability >= _EVEN) == bool(question.label)
    return Example(question.id, good, f"said: {said} ({probability:.0%}) · really {was}", gallery.tiles(task.items_BI[at]), [], None)


def _retrieved(task: RetrievalTask, answers: RetrievalAnswers, gallery: Gallery, model: ModelScorer, at: int) -> Example:
    question, answer, rank = task.questions[at], int(task.answer_B[at]), int(answers.rank_B[at])
    rows_M = task.rows_in[question.category]
    scores_M = model.candidates(task.context_BI[at : at + 1], rows_M[None])[0] if len(rows_M) else np.zeros(0)
    best = [int(place) for place in np.argsort(-np.nan_to_num(scores_M, nan=-np.inf), kind="stable")[:_SHOWN]]
    tiles = [
        gallery.tile(int(rows_M[place]), "chosen-right" if rows_M[place] == answer else "", f"{nth}. {scores_M[place]:.2f}")
        for nth, place in enumerate(best, start=1)
    ]
    if answer not in {int(rows_M[place]) for place in best}:
        tiles.append(gallery.tile(answer, "right", f"{rank}."))
    verdict = f"the right one came {_ordinal(rank)} of {len(rows_M)}"
    return Example(question.id, rank <= _SHOWN, verdict, gallery.tiles(task.context_BI[at]), tiles, question.category)


def _ordinal(rank: int) -> str:
    """A rank in words.

    >>> [_ordinal(rank) for rank in (1, 2, 3, 11, 22)]
    ['1st', '2nd', '3rd', '11th', '22nd']
    """
    teens = rank % 100 in {11, 12, 13}
    return f"{rank}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(rank % 10, 'th')}"
