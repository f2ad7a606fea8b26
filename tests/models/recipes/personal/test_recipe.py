"""``personal``, from a dataset directory to a bundle that knows its shoppers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from models.bundle import Bundle
from models.compatibility.base import OutfitBatch
from models.compatibility.personal import PersonalModel
from models.datasets.read import read_dataset
from models.datasets.schema import Catalogue, Dataset, Outfit
from models.encoders.features import FloatArray
from models.errors import InputError
from models.evaluation.evaluate import evaluate, features_for
from models.evaluation.personal import answer, ask, fold_in_each, histories, metrics
from models.evaluation.scorer import ModelScorer
from models.recipes.personal.training import fold_in_shoppers, is_cold
from models.recipes.train import train

SMALL = {
    "embedding_size": "32",
    "teacher_size": "48",
    "own": "8",
    "batch_size": "32",
    "epochs": "16",
    "learning_rate": "0.003",
    "minutes": "60",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, unseen_wardrobe: Callable[[Path, int, int], Path]) -> Path:
    """300 items, 700 outfits of ten shoppers."""
    return unseen_wardrobe(tmp_path_factory.mktemp("data"), 300, 700)


@pytest.fixture(scope="module")
def dataset(shop: Path) -> Dataset:
    """The shop, read."""
    return read_dataset(shop)


@pytest.fixture(scope="module")
def trained(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short training that never met a part of the shoppers."""
    out = tmp_path_factory.mktemp("bundles") / "personal"
    train(shop, "personal", out, settings={**SMALL, "cold": "0.3"})
    return out


@pytest.fixture(scope="module")
def bundle(trained: Path) -> Bundle:
    """The same, loaded."""
    return Bundle.load(trained)


@pytest.fixture(scope="module")
def embeddings(bundle: Bundle, dataset: Dataset) -> FloatArray:
    """The catalogue as the bundle sees it."""
    shop = dataset.catalogue
    return bundle.embed(features_for(bundle, shop), shop.categories, shop.texts(), list(shop.ids))


def auc_hard(bundle: Bundle, catalogue: Catalogue, known: Callable[[str], Bundle | None] | None, outfits: Sequence[Outfit]) -> float:
    """Where only taste decides."""
    vectors = bundle.embed(features_for(bundle, catalogue), catalogue.categories, catalogue.texts(), list(catalogue.ids))
    questions = ask(outfits, catalogue)
    return metrics(answer(questions, bundle, vectors, catalogue.categories, known), questions.hard_M)["auc_hard"].value


@pytest.mark.training
def test_a_known_shopper_s_outfits_are_told_from_others_(bundle: Bundle, dataset: Dataset) -> None:
    """Where only taste decides: above the common answer and above chance."""
    worn = [outfit for outfit in dataset.outfits_of("test") if outfit.user in bundle.shoppers.ids]
    personal, common = (auc_hard(bundle, dataset.catalogue, how, worn) for how in (None, lambda _: None))
    assert personal > 0.65
    assert personal > common + 0.1


@pytest.mark.training
def test_each_question_is_answered_as_its_shopper_is_served(bundle: Bundle, dataset: Dataset, embeddings: FloatArray) -> None:
    """By the bundle that knows the shopper, be it from training or from an outfit since; by the common one where none does."""
    catalogue = dataset.catalogue
    cold = {user: worn for user, worn in histories(dataset.outfits).items() if user not in bundle.shoppers.ids}
    questions = ask(dataset.outfits_of("test"), catalogue)
    newcomers = fold_in_each(bundle, dict(sorted(cold.items())[1:]), 1, catalogue, embeddings)

    def known(shopper: str) -> Bundle | None:
        return newcomers.get(shopper) or bundle.for_shopper(shopper)

    served = [known(shopper) or bundle for shopper in questions.shoppers]
    assert all(set(questions.shoppers) & set(whom) for whom in (newcomers, cold.keys() - newcomers.keys(), bundle.shoppers.ids))
    slowly = [
        ModelScorer(model, embeddings, catalogue.categories).outfits(rows_MI)
        for model, rows_MI in zip(served, questions.rows_QMI, strict=True)
    ]
    assert np.allclose(answer(questions, bundle, embeddings, catalogue.categories, known), slowly, atol=1e-4)


@pytest.mark.training
def test_shoppers_are_kept_from_training_by_their_id(bundle: Bundle, dataset: Dataset) -> None:
    """The share that was asked for; the others are all known."""
    users = {outfit.user or "" for outfit in dataset.outfits_of("train")}
    cold = {user for user in users if is_cold(user, 0.3)}
    assert 0 < len(cold) < len(users)
    assert set(bundle.shoppers.ids) == users - cold
    assert all(bundle.for_shopper(user) is None for user in cold)


@pytest.mark.training
def test_a_cold_shopper_is_met_in_a_few_outfits(bundle: Bundle, dataset: Dataset, embeddings: FloatArray) -> None:
    """And is then served better than as a stranger, where only taste decides."""
    cold = {user: worn for user, worn in histories(dataset.outfits).items() if user not in bundle.shoppers.ids}
    served = fold_in_each(bundle, cold, 10, dataset.catalogue, embeddings)
    later = [outfit for worn in cold.values() for outfit in worn[10:]]
    after, before = (auc_hard(bundle, dataset.catalogue, how, later) for how in (served.get, lambda _: None))
    assert after > before + 0.02


@pytest.mark.training
def test_the_worker_adds_shoppers_and_touches_nothing_else(bundle: Bundle, embeddings: FloatArray, tmp_path: Path) -> None:
    """New rows; every other weight and the known shoppers' answers as they were, after saving and loading too."""
    worn = bundle.outfits([embeddings[:3], embeddings[3:6]], [["tops"] * 3] * 2)
    grown = fold_in_shoppers(bundle, [("new", worn)]).save(tmp_path / "grown")
    loaded, before = Bundle.load(tmp_path / "grown"), bundle.model.state_dict()
    assert loaded.shoppers.ids == (*bundle.shoppers.ids, "new")
    assert loaded.manifest.parent == bundle.id
    after = loaded.model.state_dict()
    assert all(torch.equal(value, after[name][: len(value)]) for name, value in before.items())
    for user in bundle.shoppers.ids:
        then, now = bundle.for_shopper(user), grown.for_shopper(user)
        assert then is not None
        assert now is not None
        assert np.array_equal(then.score(worn), now.score(worn))
    assert grown.for_shopper("new") is not None


@pytest.mark.training
def test_the_table_of_shoppers_is_saved_by_id(bundle: Bundle, trained: Path) -> None:
    """With the calibration of known shoppers' scores."""
    saved = json.loads((trained / "shoppers.json").read_text())
    assert tuple(saved["ids"]) == bundle.shoppers.ids
    served = bundle.for_shopper(bundle.shoppers.ids[0])
    assert served is not None
    assert served.manifest.calibration == bundle.shoppers.calibration != bundle.manifest.calibration


@pytest.mark.training
def test_another_training_inherits_shoppers_by_name(shop: Path, trained: Path, tmp_path: Path) -> None:
    """Whatever row they had; a shopper who is new starts anew."""
    before = Bundle.load(trained)
    after = train(shop, "personal", tmp_path / "next", settings={**SMALL, "epochs": "0"}, init=trained)
    assert isinstance(before.model, PersonalModel)
    assert isinstance(after.model, PersonalModel)
    assert len(after.shoppers.ids) > len(before.shoppers.ids)
    for row, user in enumerate(before.shoppers.ids):
        assert torch.equal(after.model.own[after.shoppers.ids.index(user)], before.model.own[row])


@pytest.mark.training
def test_it_answers_every_kind_of_question(shop: Path, trained: Path) -> None:
    """Without a shopper, better than chance."""
    tasks = evaluate(shop, trained)["tasks"]
    assert tasks["fitb"]["fitb_accuracy"] > tasks["fitb"]["chance"]["fitb_accuracy"]
    assert tasks["compatibility"]["auc"] > 0.55


@pytest.mark.training
@pytest.mark.parametrize(
    "settings",
    [
        {"way": "teacher", "contrast": "0.1"},
        {"way": "student", "alpha": "-0.5"},
        {"way": "student", "alpha": "0.5", "only_suspected": "true"},
        {"own": "4", "shared": "4", "same_start": "false"},
        {"own": "0", "shared": "8"},
    ],
)
def test_every_way_of_learning_ends_in_a_bundle(shop: Path, tmp_path: Path, settings: Mapping[str, str]) -> None:
    """That loads and is finite throughout."""
    train(shop, "personal", tmp_path / "bundle", settings={**SMALL, "epochs": "2", **settings})
    loaded = Bundle.load(tmp_path / "bundle")
    assert all(value.isfinite().all() for value in loaded.model.state_dict().values())
    assert 0 < loaded.manifest.metrics["valid"] <= 1


@pytest.mark.training
def test_a_named_teacher_teaches_like_one_trained_on_the_way(shop: Path, tmp_path: Path) -> None:
    """The student is the same to the bit."""
    short = {**SMALL, "epochs": "1"}
    student = {**short, "way": "student", "teacher_size": "16"}
    train(shop, "personal", tmp_path / "teacher", settings={**short, "embedding_size": "16"})
    taught = train(shop, "personal", tmp_path / "named", settings={**student, "teacher": str(tmp_path / "teacher")})
    alone = train(shop, "personal", tmp_path / "alone", settings=student)
    weights = alone.model.state_dict()
    assert all(torch.equal(value, weights[name]) for name, value in taught.model.state_dict().items())


@pytest.mark.training
def test_a_teacher_of_others_is_refused(shop: Path, trained: Path, tmp_path: Path) -> None:
    """And so is one that nobody would listen to."""
    with pytest.raises(InputError, match=r"teacher.*was trained on \d+ shoppers, and these outfits have"):
        train(shop, "personal", tmp_path / "student", settings={**SMALL, "way": "student", "cold": "0.5", "teacher": str(trained)})
    with pytest.raises(InputError, match="only a student learns from one"):
        train(shop, "personal", tmp_path / "other", settings={**SMALL, "teacher": str(trained)})


@pytest.mark.training
def test_the_same_seed_learns_the_same(shop: Path, tmp_path: Path) -> None:
    """Bit for bit."""
    runs = [train(shop, "personal", tmp_path / str(run), settings={**SMALL, "epochs": "1"}, seed=4) for run in range(2)]
    first, second = (run.model.state_dict() for run in runs)
    assert all(torch.equal(value, second[name]) for name, value in first.items())


def test_outfits_without_shoppers_are_refused(shop: Path, tmp_path: Path) -> None:
    """The file and the field are named."""
    copy = tmp_path / "shop"
    copy.mkdir()
    for name in ("items.parquet", "oracle.json"):
        (copy / name).write_bytes((shop / name).read_bytes())
    lines = [json.loads(line) for line in (shop / "outfits.jsonl").read_text().splitlines()]
    (copy / "outfits.jsonl").write_text("".join(json.dumps({**line, "user": None}) + "\n" for line in lines))
    with pytest.raises(InputError, match=r"outfits\.jsonl.*user"):
        train(copy, "personal", tmp_path / "no", settings=SMALL)


@pytest.mark.parametrize("settings", [{"own": "0"}, {"own": "64"}, {"heads": "3"}])
def test_settings_that_cannot_be_are_named(shop: Path, tmp_path: Path, settings: Mapping[str, str]) -> None:
    """No anchors at all, more than there are dimensions, heads that do not divide."""
    with pytest.raises(InputError, match=next(iter(settings))):
        train(shop, "personal", tmp_path / "no", settings={**SMALL, **settings})


@pytest.mark.training
def test_pixels_train_a_backbone_that_the_bundle_carries(worn_shop: Callable[[Path], Path], tmp_path: Path) -> None:
    """End to end through AlexNet, as published; then shoppers are served by what it sees."""
    data = worn_shop(tmp_path / "shop")
    settings = {**SMALL, "mode": "pixels", "backbone": "alexnet", "side": "64", "epochs": "1", "batch_size": "16", "contrast": "0.1"}
    train(data, "personal", tmp_path / "bundle", settings=settings)
    loaded, shop = Bundle.load(tmp_path / "bundle"), read_dataset(data).catalogue
    assert loaded.encoder == tmp_path / "bundle" / "encoder"
    vectors = loaded.embed(features_for(loaded, shop), shop.categories, shop.texts(), list(shop.ids))
    served = loaded.for_shopper("u0")
    assert served is not None
    batch = loaded.outfits([vectors[[0, 12, 24]]], [["bottoms", "shoes", "tops"]])
    assert isinstance(batch, OutfitBatch)
    assert np.isfinite(served.score(batch)).all()
