"""Words that tell soon that a text names no trade, and no range of sizes, miss none that does."""

from __future__ import annotations

import re

import pytest

from models.datasets import ranges, trades


@pytest.mark.parametrize("module", [trades, ranges])
def test_each_word_has_one_that_tells_it_soon(module: object) -> None:
    """Of each alternative, without what may be left out or stands around it."""
    for words in module._WORDS.values():  # type: ignore[attr-defined]
        bare = re.sub(r"\(\?<?!.*?\)", "", words.replace(trades._PIECES, "shirt"))
        for word in re.split(r"\|(?![^(]*\))", bare):
            some = re.sub(r"\(\?:|\)\??|\[ -\]\??|[\\^$?]|b$", "", word).lower()
            assert any(part.strip() in some for part in module._TELLING), word  # type: ignore[attr-defined]
