"""``oracle.json`` against the rule, applied to the saved latents question by question."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from models.datasets.read import read_dataset
from models.datasets.schema import Compatibility, Dataset, FillInTheBlank, Retrieval
from models.wardrobe.rule import Latents, Rule, Score


@pytest.fixture(scope="module")
def dataset(large: Path) -> Dataset:
    """The test questions, and the training outfits."""
    return read_dataset(large)


@pytest.fixture(scope="module")
def score(large: Path, read_latents: Callable[[Path], Latents]) -> Score:
    """The rule as ``oracle.json`` and ``latents.parquet`` give it."""
    return Score(Rule(**json.loads((large / "oracle.json").read_text())["rule"]), read_latents(large))


def worn_by_row(dataset: Dataset) -> Counter[str]:
    """How many training outfits hold each item."""
    return Counter(item for outfit in dataset.outfits_of("train") for item in outfit.items)


def whole(score: Score, dataset: Dataset, items: tuple[str, ...]) -> float:
    """The log-weight of one outfit."""
    return float(score.outfits(np.array([[dataset.catalogue.row_of[item] for item in items]]))[0])


def accuracy(score: Score, dataset: Dataset, task: str, smoothing: float | None) -> float:
    """FITB by the weights of whole outfits, less how likely each candidate was drawn as a wrong one."""
    worn, right = worn_by_row(dataset), []
    for question in dataset.tasks[task]:
        assert isinstance(question, FillInTheBlank)
        if question.split == "test":
            log_q = [0.0 if smoothing is None else np.log(worn[candidate] + smoothing) for candidate in question.candidates]
            log_p = [whole(score, dataset, (*question.items, candidate)) for candidate in question.candidates]
            right.append(int(np.argmax(np.subtract(log_p, log_q))) == question.answer)
    return float(np.mean(right))


@pytest.mark.parametrize(("task", "smoothing"), [("fitb", None), ("fitb_cold", None), ("fitb_triad", None), ("fitb_popularity", 0.5)])
def test_the_best_answers_to_fill_in_the_blank(dataset: Dataset, score: Score, task: str, smoothing: float | None) -> None:
    """The oracle picks the candidate that makes the likeliest outfit, knowing how the wrong ones were drawn."""
    assert dataset.oracle
    assert accuracy(score, dataset, task, smoothing) == pytest.approx(dataset.oracle[task]["fitb_accuracy"])


def test_the_best_score_of_an_outfit(dataset: Dataset, score: Score) -> None:
    """AUC of the outfits' log-weights."""
    asked = [question for question in dataset.tasks["compatibility"] if isinstance(question, Compatibility) and question.split == "test"]
    scores = [whole(score, dataset, question.items) for question in asked]
    assert dataset.oracle
    assert roc_auc_score([question.label for question in asked], scores) == pytest.approx(dataset.oracle["compatibility"]["auc"])


def test_the_best_ranking_of_a_category(dataset: Dataset, score: Score) -> None:
    """Every item of the category, by the weight of the outfit it makes."""
    names, ids = np.array(dataset.catalogue.categories), dataset.catalogue.ids
    ranks = []
    for question in [asked for asked in dataset.tasks["retrieval"] if asked.split == "test"][:60]:
        assert isinstance(question, Retrieval)
        context = [dataset.catalogue.row_of[item] for item in question.items]
        rows = np.flatnonzero(names == question.category)
        log_p = score.outfits(np.array([[*context, row] for row in rows]))
        answer = [ids[row] for row in rows].index(question.answer)
        by_rule = score.conditional(np.array([context]), rows)[0]
        ranks.append(int((log_p > log_p[answer] + 1e-9).sum()) + 1)
        assert ranks[-1] == int((by_rule > by_rule[answer] + 1e-9).sum()) + 1
    assert dataset.oracle
    assert np.mean(np.array(ranks) <= 10) == pytest.approx(dataset.oracle["retrieval"]["recall_at_10"], abs=0.15)


def test_the_oracle_is_far_above_popularity(dataset: Dataset) -> None:
    """Popularity answers far fewer questions."""
    worn, right = worn_by_row(dataset), []
    for question in dataset.tasks["fitb"]:
        assert isinstance(question, FillInTheBlank)
        if question.split == "test":
            right.append(int(np.argmax([worn[candidate] for candidate in question.candidates])) == question.answer)
    assert dataset.oracle
    assert dataset.oracle["fitb"]["fitb_accuracy"] > np.mean(right) + 0.25


def test_pairs_alone_fall_short_where_three_decide(dataset: Dataset, score: Score, large: Path) -> None:
    """Without the effect of three, the questions that it decides are little more than guessed."""
    rule = Rule(**{**json.loads((large / "oracle.json").read_text())["rule"], "triad": 0.0})
    blind = accuracy(Score(rule, score.latents), dataset, "fitb_triad", None)
    assert dataset.oracle
    assert dataset.oracle["fitb_triad"]["fitb_accuracy"] > blind + 0.25
