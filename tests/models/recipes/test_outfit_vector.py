"""``outfit-vector``, from a dataset directory to a bundle that answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from models.bundle import Bundle
from models.compatibility.outfit_vector import SharedSpace
from models.datasets.read import read_dataset
from models.errors import InputError
from models.evaluation.evaluate import evaluate, features_for
from models.evaluation.outfit_vector import separation
from models.evaluation.scorer import ModelScorer
from models.recipes.train import train

SMALL = {"embedding_size": "16", "batch_size": "64", "epochs": "12", "learning_rate": "0.01", "minutes": "60"}
PUBLISHED = {"hinges": "1", "infonce": "0", "graded": "0", "first_stage": "0", "weight_norm": "0.01"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, unseen_wardrobe: Callable[[Path, int, int], Path]) -> Path:
    """300 items, 400 outfits."""
    return unseen_wardrobe(tmp_path_factory.mktemp("data"), 300, 400)


@pytest.fixture(scope="module", params=["shared", "pairs"])
def bundle(shop: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A short training in one space, and in a space per pair."""
    out = tmp_path_factory.mktemp("bundles") / request.param
    train(shop, "outfit-vector", out, settings={**SMALL, "spaces": request.param})
    return out


def neighbours(shop: Path, bundle: Bundle) -> dict[str, float]:
    """How well test outfits are told from ones with items replaced."""
    dataset = read_dataset(shop, ("test",))
    catalogue = dataset.catalogue
    embeddings = bundle.embed(features_for(bundle, catalogue), catalogue.categories, catalogue.texts(), list(catalogue.ids))
    scorer = ModelScorer(bundle, embeddings, catalogue.categories)
    return {name: metric.value for name, metric in separation(scorer, dataset.outfits, catalogue).neighbours().items()}


@pytest.mark.training
def test_replaced_items_are_told_in_their_order(shop: Path, bundle: Path) -> None:
    """Above chance for both neighbours, on outfits that training did not see."""
    figures = neighbours(shop, Bundle.load(bundle))
    assert figures["auc_0_1"] > 0.55
    assert figures["auc_1_2"] > 0.53


@pytest.mark.training
def test_it_answers_every_kind_of_question(shop: Path, bundle: Path) -> None:
    """Better than chance in all of them."""
    tasks = evaluate(shop, bundle)["tasks"]
    assert tasks["fitb"]["fitb_accuracy"] > 1.2 * tasks["fitb"]["chance"]["fitb_accuracy"]
    assert tasks["compatibility"]["auc"] > 0.6
    assert tasks["retrieval"]["recall_at_10"] > tasks["retrieval"]["chance"]["recall_at_10"]


@pytest.mark.training
def test_the_published_form_tells_less(shop: Path, tmp_path: Path) -> None:
    """Nothing in it pushes apart, so its loss is soon nothing, and it learns less than the next steps."""
    settings = {**SMALL, **PUBLISHED, "spaces": "shared"}
    published = train(shop, "outfit-vector", tmp_path / "published", settings=settings)
    stepped = train(shop, "outfit-vector", tmp_path / "stepped", settings={**SMALL, "spaces": "shared"})
    assert neighbours(shop, published)["auc_0_1"] < neighbours(shop, stepped)["auc_0_1"]


@pytest.mark.training
def test_the_same_seed_learns_the_same(shop: Path, tmp_path: Path) -> None:
    """Bit for bit."""
    runs = [train(shop, "outfit-vector", tmp_path / str(run), settings={**SMALL, "epochs": "1"}, seed=4) for run in range(2)]
    first, second = (run.model.state_dict() for run in runs)
    assert all(torch.equal(value, second[name]) for name, value in first.items())


def test_a_training_without_a_loss_is_refused(shop: Path, tmp_path: Path) -> None:
    """The setting is named."""
    with pytest.raises(InputError, match="infonce"):
        train(shop, "outfit-vector", tmp_path / "no", settings={"infonce": "0", "graded": "0"})


@pytest.mark.training
def test_pixels_train_a_backbone_that_the_bundle_carries(worn_shop: Callable[[Path], Path], tmp_path: Path) -> None:
    """End to end through a small ResNet18; the bundle reads photos by itself, as training saw them."""
    data = worn_shop(tmp_path / "shop")
    settings = {"mode": "pixels", "backbone": "resnet18", "side": "32", "epochs": "2", "batch_size": "16", "spaces": "shared"}
    trained = train(data, "outfit-vector", tmp_path / "bundle", settings=settings)
    loaded = Bundle.load(tmp_path / "bundle")
    assert isinstance(loaded.model, SharedSpace)
    assert loaded.encoder == tmp_path / "bundle" / "encoder"
    assert np.isfinite(trained.manifest.metrics["train_loss"])
    shop = read_dataset(data).catalogue
    features = features_for(loaded, shop)
    assert np.abs(features[:, : loaded.model.feature_size]).max() > 0
    assert loaded.embed(features, shop.categories, shop.texts(), list(shop.ids)).std(axis=0).max() > 1e-3


def test_pixels_of_a_shop_with_features_of_its_own_are_refused(shop: Path, tmp_path: Path) -> None:
    """They would be read in place of the pictures."""
    with pytest.raises(InputError, match="own features"):
        train(shop, "outfit-vector", tmp_path / "no", settings={"mode": "pixels"})
