"""The model's answer to every question, one JSON line each, for whoever wants to check or compare them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from models.datasets.schema import Question
from models.evaluation.tasks import CompatibilityAnswers, Evaluated, FillInTheBlankAnswers, FillInTheBlankTask, RetrievalAnswers
from sealed.files import replacing


def write_predictions(path: Path, evaluated: Mapping[str, Evaluated]) -> None:
    """Write ``{"task", "id", "scores", "correct" | "score" | "rank"}`` per question; the file appears only when complete."""
    with replacing(path, to_disk=False) as staging, staging.open("w") as file:
        for name, answered in evaluated.items():
            questions: Sequence[Question] = answered.task.questions
            for question, answer in zip(questions, _answers(answered), strict=True):
                file.write(json.dumps({"task": name, "id": question.id, **answer}, allow_nan=False, ensure_ascii=False) + "\n")


def _answers(evaluated: Evaluated) -> Iterator[dict[str, Any]]:
    match evaluated.task, evaluated.model:
        case FillInTheBlankTask(questions=questions), FillInTheBlankAnswers(scores_BM=scores_BM, ranks=rank_B):
            for question, scores, rank in zip(questions, scores_BM, rank_B, strict=True):
                yield {"scores": [finite(score) for score in scores[: len(question.candidates)]], "correct": bool(rank == 1)}
        case _, CompatibilityAnswers(score_B=score_B):
            yield from ({"scores": None, "score": finite(score)} for score in score_B)
        case _, RetrievalAnswers(ranks=rank_B):
            yield from ({"scores": None, "rank": int(rank)} for rank in rank_B)


def finite(value: float) -> float | None:
    """A number as JSON can hold it: None for NaN and infinities."""
    return float(value) if math.isfinite(value) else None
