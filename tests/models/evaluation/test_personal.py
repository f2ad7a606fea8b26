"""Questions about shoppers' outfits, their metrics, and folded-in shoppers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from models.bundle import Bundle
from models.datasets.read import read_dataset
from models.datasets.schema import Catalogue, Dataset, Outfit
from models.encoders.keep import own_features
from models.evaluation.metrics import Floats
from models.evaluation.personal import PersonalQuestions, answer, ask, fold_in_each, histories, metrics
from models.evaluation.scorer import ModelScorer


@pytest.fixture(scope="module")
def worn(dataset: Dataset) -> list[Outfit]:
    """The shop's test outfits, worn by three shoppers in turn."""
    return [Outfit(outfit.id, outfit.items, outfit.split, f"u{number % 3}") for number, outfit in enumerate(dataset.outfits_of("test"))]


def rows(outfit: Outfit, catalogue: Catalogue) -> list[int]:
    """By row of the catalogue."""
    return [catalogue.row_of[item] for item in outfit.items]


def test_half_of_the_others_are_other_shoppers(dataset: Dataset, worn: Sequence[Outfit]) -> None:
    """The shopper's own outfit comes first, then five of other shoppers, then five of random items of the same categories."""
    catalogue, names = dataset.catalogue, np.array(dataset.catalogue.categories)
    questions = ask(worn, catalogue)
    assert questions.rows_QMI.shape == (len(worn), 11, 3)
    assert questions.hard_M.tolist() == [True] * 5 + [False] * 5
    for question, outfit in enumerate(worn):
        own, *others = questions.rows_QMI[question].tolist()
        foreign = [rows(other, catalogue) for other in worn if other.user != outfit.user]
        assert own == rows(outfit, catalogue)
        assert all(other in foreign for other in others[:5])
        assert all(names[other].tolist() == names[own].tolist() for other in others[5:])


_ASKS = """
import sys
from pathlib import Path
from models.datasets.read import read_dataset
from models.datasets.schema import Outfit
from models.evaluation.personal import ask
dataset = read_dataset(Path(sys.argv[1]), ("test",), tasks=False)
worn = [Outfit(one.id, one.items, one.split, f"u{number % 3}") for number, one in enumerate(dataset.outfits_of("test"))]
print(ask(worn, dataset.catalogue).rows_QMI.tolist())
"""


def test_every_process_asks_the_same(shop: Path) -> None:
    """The order of sets of strings, which differs between processes, has no effect."""
    asked = [
        subprocess.run(
            [sys.executable, "-c", _ASKS, shop], env={**os.environ, "PYTHONHASHSEED": order}, capture_output=True, text=True, check=True
        ).stdout
        for order in ("0", "1", "2")
    ]
    assert len(asked[0]) > 100
    assert asked[0] == asked[1] == asked[2]


def test_outfits_without_a_shopper_are_not_asked_about(dataset: Dataset, worn: Sequence[Outfit]) -> None:
    """An outfit without a shopper gives no question."""
    nobody = [Outfit("x", worn[0].items, "test")]
    assert len(ask([*worn, *nobody], dataset.catalogue)) == len(worn)
    assert len(ask(nobody, dataset.catalogue)) == 0


def test_figures_are_those_of_each_question() -> None:
    """AUC is the share of others below, a tie counts half; NDCG falls with the rank, a tie counts against."""
    scores = np.array([[2.0, 1.0, 3.0, 0.0, 2.0], [1.0, 0.0, 0.0, 0.0, 0.0]])
    found = metrics(scores, np.array([True, True, False, False]))
    assert found["auc"].value == pytest.approx((2.5 / 4 + 1) / 2)
    assert found["auc_hard"].value == pytest.approx((1 / 2 + 1) / 2)
    assert found["auc_random"].value == pytest.approx((1.5 / 2 + 1) / 2)
    assert found["ndcg"].value == pytest.approx((1 / np.log2(4) + 1) / 2)


def test_a_bundle_that_is_not_personal_gives_everybody_the_common_answer(
    dataset: Dataset, worn: Sequence[Outfit], bundle: Bundle, embeddings: Floats
) -> None:
    """The answer is the model's score of each outfit; no questions give no scores."""
    categories, questions = dataset.catalogue.categories, ask(worn, dataset.catalogue, others=2)
    scorer = ModelScorer(bundle, embeddings, categories)
    slowly = [scorer.outfits(rows_MI) for rows_MI in questions.rows_QMI]
    assert np.allclose(answer(questions, bundle, embeddings, categories), slowly, atol=1e-5)
    assert answer(ask([], dataset.catalogue, others=2), bundle, embeddings, categories).shape == (0, 3)


def test_a_bundle_that_is_not_personal_meets_nobody(dataset: Dataset, worn: Sequence[Outfit], bundle: Bundle, embeddings: Floats) -> None:
    """Everybody gets the common answer."""
    assert fold_in_each(bundle, histories(worn), 1, dataset.catalogue, embeddings) == {}


def test_histories_keep_the_order(worn: Sequence[Outfit]) -> None:
    """Each shopper's outfits keep their order."""
    assert [outfit.id for outfit in histories(worn)["u1"]] == [outfit.id for outfit in worn if outfit.user == "u1"]


@pytest.fixture(scope="module")
def embeddings(dataset: Dataset, bundle: Bundle) -> Floats:
    """The catalogue as the bundle sees it."""
    shop, features = dataset.catalogue, own_features(dataset.catalogue)
    assert features is not None
    return bundle.embed(features, shop.categories, shop.texts(), list(shop.ids))


def test_questions_are_the_same_for_the_same_seed(shop: Path) -> None:
    """Another seed gives other questions."""
    dataset = read_dataset(shop)
    worn = [Outfit(outfit.id, outfit.items, outfit.split, f"u{number % 3}") for number, outfit in enumerate(dataset.outfits_of("test"))]

    def drawn(seed: int) -> PersonalQuestions:
        return ask(worn, dataset.catalogue, seed=seed)

    assert (drawn(1).rows_QMI == drawn(1).rows_QMI).all()
    assert (drawn(1).rows_QMI != drawn(2).rows_QMI).any()
