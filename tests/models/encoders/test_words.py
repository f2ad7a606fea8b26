"""Words over pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models.encoders.words import WordMatrix, read_vocabulary, split_words

RNG = np.random.default_rng(0)
MATRIX = WordMatrix(("red", "dress", "t-shirt"), RNG.normal(size=(3, 4)).astype(np.float32), np.array([0, 1, -1], dtype=np.float32))
SEEN = RNG.normal(size=(5, 4)).astype(np.float32)


def test_probabilities_are_the_softmax_of_the_scores() -> None:
    """The softmax of vector times picture plus bias, by a loop in float64."""
    for picture, chances in zip(SEEN, MATRIX.probabilities(SEEN), strict=True):
        scores = [
            float(np.float64(vector) @ np.float64(picture)) + float(bias)
            for vector, bias in zip(MATRIX.vectors_KD, MATRIX.bias_K, strict=True)
        ]
        expected = np.exp(scores) / np.exp(scores).sum()
        assert chances == pytest.approx(expected, abs=1e-6)


def test_the_likeliest_words_come_first() -> None:
    """It returns as many words as asked for, or as there are."""
    [best] = MATRIX.likeliest(SEEN[:1], 2)
    [everything] = MATRIX.likeliest(SEEN[:1], 10)
    assert everything[:2] == best
    assert [chance for _, chance in everything] == sorted((chance for _, chance in everything), reverse=True)
    assert sum(chance for _, chance in everything) == pytest.approx(1)


def test_a_text_points_where_its_words_do() -> None:
    """The mean direction of its known words, in any order and case; None without any."""
    red, dress = (vector / np.linalg.norm(vector) for vector in MATRIX.vectors_KD[:2])
    expected = (red + dress) / np.linalg.norm(red + dress)
    np.testing.assert_allclose(MATRIX.meaning("Red unheard-of DRESS"), expected, atol=1e-6)
    assert MATRIX.meaning("nothing known") is None


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    """It is saved in half precision; the list can be read by itself."""
    MATRIX.save(tmp_path)
    loaded = WordMatrix.load(tmp_path)
    assert loaded is not None
    assert loaded.words == MATRIX.words
    np.testing.assert_allclose(loaded.vectors_KD, MATRIX.vectors_KD, atol=2e-3)
    assert read_vocabulary(tmp_path) == list(MATRIX.words)


def test_a_directory_may_have_none(tmp_path: Path) -> None:
    """A directory without words gives None."""
    assert WordMatrix.load(tmp_path) is None
    assert read_vocabulary(tmp_path) == []


def test_a_list_that_is_not_the_vectors_is_refused(tmp_path: Path) -> None:
    """A list and vectors of different lengths are refused, since labels would be wrong."""
    MATRIX.save(tmp_path)
    (tmp_path / "words.json").write_text(json.dumps(["red", "dress"]))
    with pytest.raises(ValueError, match="2 words"):
        WordMatrix.load(tmp_path)


def test_words_are_split_as_shops_write_them() -> None:
    """Hyphens and apostrophes belong to words; digits stay with theirs."""
    assert split_words("Men\u2019s T-Shirt/Polo \u2014 Größe_XL, V2 (100%)") == ["men's", "t-shirt", "polo", "größe", "xl", "v2", "100"]
