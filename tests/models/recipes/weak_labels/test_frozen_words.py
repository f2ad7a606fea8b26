"""Words trained over features that stay as they are."""

from __future__ import annotations

import numpy as np
import pytest

from models.recipes.weak_labels.frozen_words import fit_words, recall_at
from models.recipes.weak_labels.vocabulary import Said

VOCABULARY = ("left", "right", "thing", "never")


def seen_and_said(count: int, seed: int) -> tuple[np.ndarray, Said]:
    """Pictures of unit length that lie left or right, whose titles say so, and that all are things."""
    rng = np.random.default_rng(seed)
    seen = rng.normal(size=(count, 8)).astype(np.float32)
    seen /= np.linalg.norm(seen, axis=1, keepdims=True)
    return seen, Said.of([["left" if features_D[0] < 0 else "right", "thing"] for features_D in seen], VOCABULARY)


@pytest.mark.training
def test_they_are_told_from_other_pictures() -> None:
    """By features as they come, though it was trained on standardised ones; a word that nobody says is not among the likeliest."""
    seen, said = seen_and_said(600, 0)
    other, expected = seen_and_said(200, 1)
    words = fit_words(VOCABULARY, seen, said, other, expected)
    assert recall_at(2, words.logits(other), expected) > 0.95
    assert 3 not in np.argsort(-words.logits(other), axis=1)[:, :2]


@pytest.mark.training
def test_the_same_seed_gives_the_same_words() -> None:
    """Bit by bit."""
    seen, said = seen_and_said(100, 0)
    first, same = (fit_words(VOCABULARY, seen, said, seen, said, seed=5) for _ in range(2))
    assert np.array_equal(first.vectors_KD, same.vectors_KD)
    assert np.array_equal(first.bias_K, same.bias_K)


def test_recall_is_of_the_words_that_are_said() -> None:
    """Of at most k; items that say nothing are not asked."""
    logits = np.array([[3, 2, 1, 0], [0, 1, 2, 3], [1, 1, 1, 1]], dtype=np.float32)
    said = Said.of([["left", "right", "thing"], ["left", "never"], []], VOCABULARY)
    assert recall_at(2, logits, said) == pytest.approx((1 + 0.5) / 2)
    assert recall_at(2, logits[2:], Said.of([[]], VOCABULARY)) == 0
