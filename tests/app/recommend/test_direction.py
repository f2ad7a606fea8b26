"""Where words lead that name nothing in the catalogue."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from app.recommend.direction import direction_of
from app.words.occasions import SUMMER

if TYPE_CHECKING:
    from app.release.release import Release
    from index.backends.base import FloatArray

_SPACE = {phrase: [0.0, 1.0] for phrase in SUMMER.towards} | {phrase: [1.0, 0.0] for phrase in SUMMER.away}


def reads(text: str) -> FloatArray:
    """Winter's clothes one way, and summer's the other; all else between them."""
    return np.array(_SPACE.get(text, [1.0, 1.0]), dtype=np.float32)


@pytest.mark.parametrize(
    ("said", "cold"),
    [
        (("warm",), True),
        (("warm", "hiking"), True),
        (("Warm",), True),
        (("warm evening",), False),
        (("warm", "weather"), False),
        (("warm", "summer"), False),
        (("warm summer wedding",), False),
    ],
)
def test_warm_clothes_are_for_the_cold_and_warm_days_are_not(said: tuple[str, ...], cold: bool) -> None:  # noqa: FBT001 - a case
    """What is said of clothes stands by itself."""
    release = SimpleNamespace(encoder=SimpleNamespace(reads=reads, knows_a_word_of=lambda _: False))
    direction, _ = direction_of(cast("Release", release), said, (), 1.0)
    assert direction is not None
    winter, summer = direction.to_F
    assert (winter > summer) == cold
