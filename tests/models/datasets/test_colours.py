"""Words of colour."""

from __future__ import annotations

from app.words.abroad import entries, inflected
from app.words.lexicon import COLOURS
from models.datasets.colours import is_colour


def test_each_colour_that_shoppers_can_say_is_one() -> None:
    """In every language and form, as what a shopper's words mean has them."""
    said = [*COLOURS.split(), *(word for kind, *_, word, _ in entries() if kind == "colour")]
    said += [form for forms in inflected({"colour"}) for form in forms]
    assert [word for word in said if not is_colour(word.lower())] == []
