"""Answers to every question, one JSON line each, for whoever wants to check or compare them; read, they are evaluated as a bundle's are."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
from pydantic import Field, StrictInt, TypeAdapter

from models.datasets.fields import Number, Text
from models.datasets.lines import Line, read_lines
from models.datasets.schema import Question
from models.datasets.shown import shown
from models.errors import refuse
from models.evaluation.metrics import Floats, Places
from models.evaluation.tasks import (
    Answers,
    CompatibilityAnswers,
    CompatibilityTask,
    Evaluated,
    FillInTheBlankAnswers,
    FillInTheBlankTask,
    RetrievalAnswers,
    Task,
)
from sealed.files import replacing


def write_predictions(path: Path, evaluated: Mapping[str, Evaluated], ids: Sequence[str], *, likely: bool) -> None:
    """Write ``{"task", "id", "scores", …}`` per question, as docs/contract.md has it; the file appears only when complete.

    Args:
        ids: of the catalogue, by row.
        likely: whether the bundle gives probabilities.
    """
    with replacing(path, to_disk=False) as staging, staging.open("w") as file:
        for name, answered in evaluated.items():
            questions: Sequence[Question] = answered.task.questions
            for question, answer in zip(questions, _said(answered, ids, likely=likely), strict=True):
                file.write(json.dumps({"task": name, "id": question.id, **answer}, allow_nan=False, ensure_ascii=False) + "\n")


def _said(evaluated: Evaluated, ids: Sequence[str], *, likely: bool) -> Iterator[dict[str, Any]]:
    match evaluated.task, evaluated.model:
        case FillInTheBlankTask(questions=questions), FillInTheBlankAnswers(scores_BM=scores_BM, rank_B=rank_B):
            for question, scores, rank in zip(questions, scores_BM, rank_B, strict=True):
                yield {"scores": [finite(score) for score in scores[: len(question.candidates)]], "correct": bool(rank == 1)}
        case _, CompatibilityAnswers(score_B=score_B, probability_B=probability_B):
            for score, probability in zip(score_B, probability_B, strict=True):
                yield {"scores": None, "score": finite(score), "probability": float(probability) if likely else None}
        case _, RetrievalAnswers(rank_B=rank_B, places=places, best=best):
            for rank, tied, found in zip(rank_B, places.equal_B, best, strict=True):
                named = [{"id": ids[row], "score": finite(score)} for row, score in found]
                yield {"scores": None, "rank": int(rank), "tied": int(tied), "best": named}


def finite(value: float) -> float | None:
    """A number as JSON can hold it: None for NaN and infinities."""
    return float(value) if math.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class _Said:
    task: Text
    id: Text
    scores: list[Number | None] | None = None
    score: Number | None = None
    probability: Annotated[Number, Field(ge=0, le=1)] | None = None
    rank: Annotated[StrictInt, Field(ge=1)] | None = None
    tied: Annotated[StrictInt, Field(ge=0)] = 0


_SAID: Final = TypeAdapter(_Said)


class Predictions:
    """Somebody's answers, as ``write_predictions`` writes them; what only a reader wants (``correct``, ``best``) may be lacking.

    Raises:
        InputError: the file cannot be read, or answers a question twice.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._said: dict[tuple[str, str], tuple[Line, _Said]] = {}
        for line in read_lines(path):
            said = line.read(_SAID)
            if (said.task, said.id) in self._said:
                refuse(f"{shown(said.id)} of task {said.task} is answered twice", path=path, line=line.number, field="id")
            self._said[said.task, said.id] = line, said
        self.tasks = {task for task, _ in self._said}

    def answers(self, name: str, task: Task) -> Answers:
        """The answers to all questions of a task.

        Raises:
            InputError: one has none, or none of its kind.
        """
        asked: Sequence[Question] = task.questions
        if missing := [question.id for question in asked if (name, question.id) not in self._said]:
            few = f"{len(missing):,} of {len(asked):,} questions of task {name}, such as {shown(missing[0])}"
            refuse(f"has no line about {few}", path=self.path)
        said = [self._said[name, question.id] for question in asked]
        if isinstance(task, FillInTheBlankTask):
            return task.answered(self._scores(task, said))
        if isinstance(task, CompatibilityTask):
            if all(one.score is None for _, one in said):
                refuse("is missing", path=self.path, line=said[0][0].number, field="score")
            likely = [one.probability for _, one in said if one.probability is not None]
            return task.answered(_numbers([one.score for _, one in said]), np.array(likely) if len(likely) == len(said) else None)
        for line, one in said:
            if one.rank is None or one.rank <= one.tied:
                problem = f"{one.rank} is no rank: 1 for the best, and the {one.tied} that tie are counted in"
                refuse(problem, path=self.path, line=line.number, field="rank")
        tied_B = np.array([one.tied for _, one in said])
        return RetrievalAnswers(Places(np.array([one.rank or 1 for _, one in said]) - 1 - tied_B, tied_B))

    def _scores(self, task: FillInTheBlankTask, said: Sequence[tuple[Line, _Said]]) -> Floats:
        scores_BM = np.full(task.candidates_BM.shape, np.nan)
        for scores_M, question, (line, one) in zip(scores_BM, task.questions, said, strict=True):
            given, count = one.scores or [], len(question.candidates)
            if len(given) != count:
                problem = f"has {len(given)} for {count} candidates; give one for each, in their order"
                refuse(problem, path=self.path, line=line.number, field="scores")
            scores_M[:count] = _numbers(given)
        return scores_BM


def _numbers(values: Sequence[float | None]) -> Floats:
    """NaN for what is not given, which is the worst there is."""
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)
