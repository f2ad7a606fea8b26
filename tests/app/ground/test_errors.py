"""The one table of errors."""

from __future__ import annotations

import time

import pytest

import index.errors
import models.errors
from app.ground import errors
from app.ground.errors import INTERNAL, problem_of
from app.ground.shortened import shortened


def subclasses(kind: type[Exception]) -> set[type[Exception]]:
    """A class and all that derive from it."""
    return {kind}.union(*(subclasses(one) for one in kind.__subclasses__()))


def test_every_error_of_ours_is_in_the_table() -> None:
    """None would be told as an internal error."""
    ours = subclasses(errors.ServiceError) | subclasses(models.errors.AttireError) | subclasses(index.errors.VectorIndexError)
    assert ours <= set(errors.PROBLEMS)


def test_a_stranger_is_internal() -> None:
    """What no one foresaw is not told as the client's fault."""
    assert problem_of(ValueError("?")) is INTERNAL


def test_one_type_means_one_status_and_title() -> None:
    """A client may rely on the type alone."""
    found = {(problem.type, problem.status, problem.title) for problem in errors.PROBLEMS.values()}
    assert len(found) == len({kind for kind, _, _ in found})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        (float("nan"), "NaN"),
        (None, "null"),
        ({"a": 1}, '{"a": 1}'),
        ("\ud800", '"\\ud800"'),
        ("a\nb", '"a\\nb"'),
        (b"x", "\"b'x'\""),
    ],
)
def test_values_are_shown_as_json(value: object, text: str) -> None:
    """Anything a client can send can be sent back."""
    assert shortened(value) == text


def test_long_values_are_cut() -> None:
    """To what a person reads, with the length."""
    assert shortened("x" * 1_000) == "x" * 80 + "… (1,000 characters)"


@pytest.mark.parametrize(
    "value", ["x" * 16_000_000, [{"a": ["é" * 16_000_000]}], {"\n" * 16_000_000: 1}, [[0.5] * 3_000_000] * 80, b"x" * 16_000_000]
)
def test_showing_a_value_takes_no_time(value: object) -> None:
    """However large it is: it is done on the event loop."""

    def took() -> float:
        began = time.thread_time()
        assert len(shortened(value)) < 120
        return time.thread_time() - began

    assert min(took() for _ in range(3)) < 0.02
