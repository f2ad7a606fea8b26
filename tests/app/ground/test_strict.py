"""What a client sends is told by what it meant."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.ground.strict import Strict


class Asked(Strict):
    """A request with one field that has to be there."""

    outfits: list[str]
    filters: str | None = None


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ({"items": ["a"]}, "unknown field; known are outfits, filters; 'outfits' is missing"),
        ({"outfit": ["a"]}, "unknown field; did you mean 'outfits'?"),
        ({"outfits": ["a"], "filter": "b"}, "unknown field; did you mean 'filters'?"),
    ],
)
def test_an_unknown_field_is_told_with_the_one_that_was_meant(sent: dict[str, Any], problem: str) -> None:
    """Where one is missing that has to be there, no other is guessed."""
    with pytest.raises(ValidationError) as refused:
        Asked.model_validate(sent)
    assert refused.value.errors()[0]["msg"] == problem
