"""Questions that are computed side by side."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, copy_context
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from app.ground.errors import ClientGoneError
from app.ground.parts import Limits
from app.recommend.asks import Queries, Score
from app.recommend.batch import side_by_side
from app.recommend.complete import Question, complete
from app.recommend.score import score
from app.recommend.slices import pausing
from app.release.release import Release
from index.columns import Filter
from models.bundle import Bundle

LIMITS = Limits()
QUESTIONS = [
    Question(items=["tops-1"]),
    Question(items=["tops-2", "bags-3"], slots=["shoes"], k=3),
    Question(items=["bottoms-1"], slots=["shoes", "tops", "bags"], looks=2, wanted=Filter(price_max=18.0)),
    Question(items=["tops-1", "bags-1", "shoes-4"], candidates=["bottoms-1", "bottoms-2", "tops-5", "none"], explain=True),
    Question(items=["shoes-5"], slots=["bags"], wanted=Filter(price_max=0.5)),
    Question(items=["nothing"]),
]


def told(compute: Callable[[], Any], into: list[Any], place: int) -> None:
    """Keep an answer, or what was raised."""
    try:
        into[place] = compute()
    except Exception as error:  # noqa: BLE001 - to be compared
        into[place] = repr(error)


def together(computes: list[Callable[[], Any]]) -> list[Any]:
    """The answers of questions that are computed side by side."""
    answers: list[Any] = [None] * len(computes)
    side_by_side([(copy_context(), lambda place=place: told(computes[place], answers, place)) for place in range(len(computes))])  # type: ignore[misc]
    return answers


def test_answers_are_those_of_questions_by_themselves(release: Release) -> None:
    """Whatever kinds of question meet, errors among them; each answer is kept by whoever asked."""
    computes: list[Callable[[], Any]] = [lambda question=question: asdict(complete(release, question, LIMITS)) for question in QUESTIONS]  # type: ignore[misc]
    outfits = [["tops-1", "shoes-1"], ["tops-2", "bags-1", "shoes-3", "bottoms-4"]]
    computes += [lambda: list(map(asdict, score(release, outfits, LIMITS, explain=True)))]
    alone: list[Any] = [None] * len(computes)
    for place, compute in enumerate(computes):
        told(compute, alone, place)
    assert alone[5].startswith("UnknownItemError")
    for one, other in zip(together(computes), alone, strict=True):
        assert same(one, other)


def test_what_is_asked_at_the_same_time_is_one_call_of_the_model(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """One for the queries of all, one for the ranks."""
    calls = dict.fromkeys(("queries", "rank"), 0)
    for name in calls:
        plain = getattr(Bundle, name)

        def counted(*given: Any, name: str = name, plain: Any = plain, **named: Any) -> Any:
            calls[name] += 1
            return plain(*given, **named)

        monkeypatch.setattr(Bundle, name, counted)
    together([lambda number=number: complete(release, Question(items=[f"tops-{number}"], slots=["shoes"]), LIMITS) for number in range(8)])  # type: ignore[misc]
    assert calls == {"queries": 1, "rank": 1}


def test_whoever_asks_what_fails_is_told_and_the_others_are_answered(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that fails is asked row by row, and the one whose fault it was gets the error."""
    bad, plain = "tops-3", Queries.alone

    def failing(self: Queries) -> Any:
        if (self.contexts[0][0][0] == release.snapshot.embeddings([release.snapshot.row_of[bad]])[0]).all():
            msg = "not this one"
            raise ZeroDivisionError(msg)
        return plain(self)

    def refuses(_: object) -> Any:
        msg = "nor all together"
        raise ZeroDivisionError(msg)

    monkeypatch.setattr(Queries, "together", refuses)
    monkeypatch.setattr(Queries, "alone", failing)
    ids = [f"tops-{number}" for number in range(6)]
    answers = together([lambda item=item: complete(release, Question(items=[item], slots=["shoes"]), LIMITS) for item in ids])  # type: ignore[misc]
    assert [isinstance(answer, str) for answer in answers] == [item == bad for item in ids]
    assert answers[3] == "ZeroDivisionError('not this one')"


def test_a_question_that_nobody_waits_for_ends_where_it_asks_next(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """The model is not asked for it; the others go on."""
    asked: list[int] = []
    plain = Queries.together.__func__  # type: ignore[attr-defined]
    monkeypatch.setattr(Queries, "together", classmethod(lambda cls, asks: asked.append(len(asks)) or plain(cls, asks)))

    def gone() -> None:
        msg = "gone"
        raise ClientGoneError(msg)

    def dropped() -> Any:
        pausing.set(gone)
        return complete(release, Question(items=["tops-1"], slots=["shoes"]), LIMITS)

    answers = together([dropped, *[lambda: complete(release, Question(items=["tops-2"], slots=["shoes"]), LIMITS)] * 2])
    assert answers[0] == "ClientGoneError('gone')"
    assert answers[1] == answers[2] != answers[0]
    assert asked == [2]


def test_each_is_computed_in_its_own_context(release: Release) -> None:
    """Also after it waited for the model."""
    name: ContextVar[str] = ContextVar("name", default="nobody")

    def compute(mine: str) -> str:
        name.set(mine)
        complete(release, Question(items=["tops-1"], slots=["shoes"]), LIMITS)
        return name.get()

    assert together([lambda mine=mine: compute(mine) for mine in ("one", "two", "three")]) == ["one", "two", "three"]  # type: ignore[misc]
    assert name.get() == "nobody"


def test_short_outfits_are_not_padded_to_long_ones(release: Release) -> None:
    """Scores of outfits of about as many items are one batch."""

    def key(size: int) -> object:
        return Score(release.bundle, ([release.snapshot.embeddings(range(size))], [["tops"] * size])).key

    assert key(3) == key(4) != key(40)


def same(one: Any, other: Any) -> bool:
    """Whether two answers are, but for the rounding of float32."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        return np.allclose(one, other, rtol=1e-5, atol=1e-6)
    return bool(one == pytest.approx(other, rel=1e-5, abs=1e-6)) if isinstance(one, float) else bool(one == other)
