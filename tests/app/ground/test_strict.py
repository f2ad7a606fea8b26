"""What a client sends is told by what it meant."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import Field, ValidationError

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


class Defaulted(Strict):
    """A request with defaults, of which null is a value of one."""

    k: int = 10
    names: list[str] = Field(default_factory=list)
    in_stock: bool | None = True


def test_null_is_as_good_as_left_out_where_it_is_no_value() -> None:
    """As clients send it that write all that they have."""
    sent = Defaulted.model_validate({"k": None, "names": None, "in_stock": None})
    assert (sent.k, sent.names, sent.in_stock) == (10, [], None)
    with pytest.raises(ValidationError):
        Asked.model_validate({"outfits": None})
