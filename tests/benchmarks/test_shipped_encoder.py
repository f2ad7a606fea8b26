"""The measures of ``benchmarks/shipped_encoder``, on cases that can be counted by hand."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

DIRECTORY = Path(__file__).parents[2] / "benchmarks" / "shipped_encoder"
Module = Callable[[str], ModuleType]


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Module:
    """Imports a part of the benchmark as running it would."""
    monkeypatch.syspath_prepend(DIRECTORY)
    return importlib.import_module


def test_retrieval_counts_the_right_ones_among_ten(module: Module) -> None:
    """Two right items behind nine wrong ones: one is found, and the precision of each is counted at its place."""
    likeness = np.zeros((12, 12))
    likeness[0] = [0, *np.linspace(0.9, 0.1, 11)]
    key = np.arange(12)
    key[[0, 10, 11]] = 99
    found = {name: values[0] for name, values in module("retrieval").found(likeness, key).items()}
    assert found == {"hit_at_10": 1, "recall_at_10": 0.5, "average_precision": pytest.approx((1 / 10 + 2 / 11) / 2)}


def test_a_constant_likeness_finds_nothing_first(module: Module) -> None:
    """Equal items count as the wrong ones first, so that features that say nothing do not look good."""
    found = module("retrieval").found(np.ones((30, 30)), np.repeat([0, 1], [2, 28]))
    assert found["hit_at_10"][0] == 0
    assert found["average_precision"][0] == pytest.approx(1 / 29)


def test_an_item_that_is_alone_of_its_kind_is_no_query(module: Module) -> None:
    """There is nothing to find."""
    found = module("retrieval").found(np.eye(4), np.array([0, 0, 1, 2]))
    assert len(found["hit_at_10"]) == 2


def test_word_recall_is_of_the_words_that_could_be_found(module: Module) -> None:
    """Of six words five can be among five; rare words are counted pair by pair; items without words are not asked."""
    scores = np.array([[6.0, 5, 4, 3, 2, 1, 0], [6, 5, 4, 3, 2, 1, 0], [0, 0, 0, 0, 0, 0, 0]])
    words = np.array([[0, 1, 2, 3, 4, 5], [0, 6, -1, -1, -1, -1], [-1] * 6])
    rare = np.array([True, False, False, False, False, False, True])
    metrics = module("word_recall").word_metrics(scores, words, rare)
    assert metrics["recall_at_5"].value == pytest.approx((1 + 0.5) / 2)
    assert metrics["rare_recall_at_5"].value == pytest.approx(2 / 3)
    assert metrics["recall_at_5"].statistic(np.array([[0.0, 2.0]])) == pytest.approx(0.5)


def test_the_rarest_third_is_what_is_said_least(module: Module) -> None:
    """Two of six words."""
    assert module("word_recall").rarest_third(np.array([9, 1, 8, 7, 2, 6])).tolist() == [False, True, False, False, True, False]


def test_folds_are_of_equal_size_and_whole_groups(module: Module) -> None:
    """The largest group first."""
    sizes = np.array([10, 1, 1, 4, 4])
    folds = module("probes").balanced_folds(sizes, 2)
    assert np.bincount(folds, weights=sizes).tolist() == [10, 10]


def test_a_probe_tells_what_is_linear(module: Module) -> None:
    """And the labels are those it was given."""
    probes, rng = module("probes"), np.random.default_rng(0)
    seen = rng.standard_normal((300, 4)).astype(np.float32)
    parts = [probes.Part(half, np.where(half[:, 0] > 0, "right", "left").astype(object)) for half in np.split(seen, 3)]
    told, _ = probes.probe(parts[0], parts[1], parts[2].features_NF)
    assert (told == parts[2].labels_N).mean() > 0.9


def test_a_pattern_is_read_where_a_title_says_one(module: Module) -> None:
    """Nothing where it says none, or two."""
    pattern = module("splits")._pattern
    assert [pattern(title) for title in ("Men Striped Blue Shirt", "Printed T-shirt with stripes", "Blue Shirt")] == ["striped", "", ""]


def test_the_shipped_encoder_is_measured_against_the_same_architecture(module: Module, tmp_path: Path) -> None:
    """Untrained: the same blocks, other features."""
    views = module("views")
    untrained = views.untrained_copy(tmp_path, [])
    shipped = views.load_encoder()
    assert untrained.features.blocks == shipped.features.blocks
    assert untrained.features.fingerprint != shipped.features.fingerprint
