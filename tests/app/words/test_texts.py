"""Texts are looked through by their words, and what is found is what looking through all of them would find."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from app.words.texts import LETTERS, SPACED, Part, Texts, Words

_SAID = "red;Red;t-shirt;T shirt;shirts;men's;men;women;coat;waistcoat;\u00a0; ;7;SKU-7x;靴下;"
_WORDS = st.sampled_from(_SAID.split(";"))
_TEXTS = st.lists(st.lists(_WORDS, max_size=4).map(" ".join), max_size=12)


def texts_of(parts: list[list[str]], words: Words) -> Texts:
    """Texts in parts, each of which is two chunks."""
    return Texts([Part(pa.chunked_array([some[:2], some[2:]], pa.string()), words) for some in parts])


@settings(max_examples=60, deadline=None)
@given(st.lists(_TEXTS, max_size=3), st.sampled_from([SPACED, LETTERS]), st.lists(_WORDS.filter(str.strip), min_size=1, max_size=2))
def test_parts_are_found_wherever_they_are(parts: list[list[str]], words: Words, said: list[str]) -> None:
    """A part of a word, of several words, and one that is none of letters alone, in any case."""
    found = texts_of(parts, words).having(said).tolist()
    assert found == [any(one.lower() in text.lower() for one in said) for some in parts for text in some]


@settings(max_examples=60, deadline=None)
@given(st.lists(_TEXTS, max_size=3))
def test_patterns_of_one_word_and_of_several(parts: list[list[str]]) -> None:
    """The same rows as the pattern finds in the texts as they stand."""
    texts, whole = texts_of(parts, SPACED), pa.array([text for some in parts for text in some], pa.string())
    one, two = r"(?:^|[^\pL\pN-])(?:coat|coats)(?:$|[^\pL\pN-])", r"(?:^|[^\pL\pN-])t[\s-]*(?:shirt|shirts)(?:$|[^\pL\pN-])"
    assert texts.matching(one).tolist() == pc.match_substring_regex(whole, one, ignore_case=True).to_pylist()
    found = texts.matching(two, [["t"], ["shirt", "shirts"]])
    assert found.tolist() == pc.match_substring_regex(whole, two, ignore_case=True).to_pylist()


def test_a_part_is_read_once() -> None:
    """Its words are kept; a new part beside it does not have it read again."""
    read: list[int] = []

    def split(texts: pa.Array) -> pa.Array:
        read.append(len(texts))
        return pc.utf8_split_whitespace(texts)

    words = Words(split, lambda part: not re.search(r"\s", part))
    old, new = Part(pa.chunked_array([["red coat", "blue"]]), words), Part(pa.chunked_array([["red"]]), words)
    assert Texts([old]).having(["red"]).tolist() == [True, False]
    assert Texts([old, new]).having(["red"]).tolist() == [True, False, True]
    assert read == [2, 1]
    assert np.array_equal(Texts([]).having(["red"]), np.zeros(0, dtype=np.bool_))
