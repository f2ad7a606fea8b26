"""Training: what it learns, what it reads, and what it refuses."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from torch import nn

from models.bundle import Bundle
from models.compatibility.base import CompatibilityModel
from models.compatibility.build import build_model
from models.datasets.read import read_dataset
from models.datasets.write import write_items
from models.encoders.keep import own_features
from models.errors import BundleError, InputError
from models.recipes.attire.training import recall_at
from models.recipes.train import train
from models.training import loop
from models.training.calibrate import random_outfits
from models.training.mean_weights import MeanWeights
from models.training.worn import WornOutfits

Settings = Mapping[str, str]


def weights(bundle: Bundle) -> dict[str, torch.Tensor]:
    """What was learned."""
    return bundle.model.state_dict()


def same(first: Bundle, second: Bundle) -> bool:
    """Bit for bit."""
    return all(torch.equal(value, weights(second)[name]) for name, value in weights(first).items())


@pytest.fixture
def copy(data: Path, tmp_path: Path) -> Path:
    """The wardrobe, to be altered."""
    return Path(shutil.copytree(data, tmp_path / "copy"))


def recall(data: Path, bundle: Bundle, model: CompatibilityModel | None = None, k: int = 5) -> float:
    """Recall of the items of validation outfits, in the whole catalogue."""
    dataset = read_dataset(data, ("valid",), tasks=False)
    shop, features = dataset.catalogue, own_features(dataset.catalogue)
    assert features is not None
    inputs = bundle.inputs(features, shop.categories, shop.texts(), list(shop.ids))
    outfits = WornOutfits.of(dataset.outfits, shop)
    return recall_at(k, model or bundle.model, inputs, outfits, torch.arange(len(shop)))  # type: ignore[arg-type]


@pytest.mark.training
def test_training_learns_what_goes_together(data: Path, trained: Path) -> None:
    """Far better than the untrained model, raw cosine and chance."""
    bundle = Bundle.load(trained)
    untrained = build_model(bundle.manifest.model, bundle.manifest.model_config)
    cosine = build_model("cosine", {"feature_size": 8})
    learned = recall(data, bundle)
    sizes = np.bincount(np.unique(read_dataset(data, tasks=False).catalogue.categories, return_inverse=True)[1])
    assert learned > 1.5 * max(recall(data, bundle, untrained), recall(data, bundle, cosine), 5 / sizes.mean())


@pytest.mark.training
def test_a_bundle_says_how_it_was_made(trained: Path) -> None:
    """The recipe with its configuration, the encoder, the categories, and what validation said."""
    manifest = Bundle.load(trained).manifest
    assert (manifest.recipe, manifest.config["epochs"], manifest.config["seed"], manifest.parent) == ("attire", 10, 0, None)
    assert (manifest.encoder.spec, manifest.encoder.fingerprint) == ("features", "features:8")
    assert manifest.categories == tuple(sorted(manifest.categories))
    assert 0 < manifest.metrics["valid_recall_at_10"] <= 1


@pytest.mark.training
def test_the_calibrated_probability_is_honest(data: Path, trained: Path) -> None:
    """Of outfits given probability p, about p were worn; the others are random ones, half of all."""
    bundle = Bundle.load(trained)
    dataset = read_dataset(data, ("valid", "test"), tasks=False)
    shop, features = dataset.catalogue, own_features(dataset.catalogue)
    assert features is not None
    inputs = bundle.inputs(features, shop.categories, shop.texts(), list(shop.ids))
    worn = WornOutfits.of(dataset.outfits, shop)
    other = random_outfits(worn.rows_RI, worn.mask_RI, inputs.category_N, torch.arange(len(shop)), torch.Generator().manual_seed(9))
    embedded, names = bundle.embed(features, shop.categories, shop.texts(), list(shop.ids)), np.array(shop.categories)
    chances = []
    for rows_RI in (worn.rows_RI, other):
        sets = [rows[mask].numpy() for rows, mask in zip(rows_RI, worn.mask_RI, strict=True)]
        scores = bundle.score(bundle.outfits([embedded[rows] for rows in sets], [list(names[rows]) for rows in sets]))
        chances.append(bundle.probability(scores, [list(names[rows]) for rows in sets]))
    assert chances[0].mean() > chances[1].mean() + 0.2
    chance, label = np.concatenate(chances), np.repeat([1, 0], len(worn))
    bins = (chance * 5).astype(int).clip(max=4)
    error = sum((bins == bin_).mean() * abs(label[bins == bin_].mean() - chance[bins == bin_].mean()) for bin_ in np.unique(bins))
    assert error < 0.12


@pytest.mark.training
def test_the_same_seed_learns_the_same(data: Path, tmp_path: Path, small: Settings) -> None:
    """And another seed something else."""
    runs = [
        train(data, "attire", tmp_path / str(run), settings={**small, "epochs": "1", "mask_epochs": "1"}, seed=seed)
        for run, seed in enumerate((5, 5, 6))
    ]
    assert same(runs[0], runs[1])
    assert not same(runs[0], runs[2])


@pytest.mark.training
def test_the_test_split_is_never_read(data: Path, copy: Path, tmp_path: Path, small: Settings) -> None:
    """Test outfits that are nonsense and question files that are broken change nothing."""
    lines = [json.loads(line) for line in (copy / "outfits.jsonl").read_text().splitlines()]
    broken = [line if line["split"] != "test" else {"split": "test", "items": ["nobody", 3], "id": None} for line in lines]
    (copy / "outfits.jsonl").write_text("".join(json.dumps(line) + "\n" for line in broken))
    for path in copy.glob("*_*.jsonl"):
        path.write_text("broken")
    (copy / "fitb.jsonl").write_text("{")
    settings = {**small, "epochs": "1", "mask_epochs": "1"}
    assert same(train(data, "attire", tmp_path / "a", settings=settings), train(copy, "attire", tmp_path / "b", settings=settings))


@pytest.mark.training
def test_training_goes_on_from_a_bundle(data: Path, trained: Path, tmp_path: Path, small: Settings) -> None:
    """With no step of its own it is the same model; the parent is on record."""
    start = Bundle.load(trained)
    again = train(data, "attire", tmp_path / "again", settings={**small, "epochs": "0", "mask_epochs": "0"}, init=trained)
    assert same(start, again)
    assert again.manifest.parent == start.id


@pytest.mark.training
def test_what_was_learned_goes_by_name(copy: Path, trained: Path, tmp_path: Path, small: Settings) -> None:
    """A new category that sorts first and a new brand move every row; each keeps what it knew."""
    table = pq.read_table(copy / "items.parquet")
    rows = table.to_pylist()
    rows += [{**row, "id": f"n{number}", "category": "accessories", "brand": "Aalto"} for number, row in enumerate(rows[:8])]
    write_items(copy, table.from_pylist(rows, table.schema))
    start, again = (
        Bundle.load(trained),
        train(copy, "attire", tmp_path / "again", settings={**small, "epochs": "0", "mask_epochs": "0"}, init=trained),
    )
    assert again.manifest.categories == ("accessories", *start.manifest.categories)
    assert torch.equal(weights(again)["members.1.target.weight"][1:], weights(start)["members.1.target.weight"])
    named = (
        ("members.0.tower.words.weight", start.vocabulary, again.vocabulary),
        ("members.1.popularity", start.residuals, again.residuals),
        ("members.2.words.weight", start.vocabulary, again.vocabulary),
        ("members.2.identity.weight", start.residuals, again.residuals),
    )
    for name, before, after in named:
        assert set(before) <= set(after)
        old, new = (weights(bundle)[name] for bundle in (start, again))
        assert all(torch.equal(old[row], new[after.index(word) + 1]) for row, word in enumerate(before, 1))


@pytest.mark.training
def test_a_start_with_another_encoder_is_refused(copy: Path, trained: Path, tmp_path: Path, small: Settings) -> None:
    """Its weights would mean nothing."""
    table = pq.read_table(copy / "items.parquet")
    rows = [{**row, "features": row["features"][:5]} for row in table.to_pylist()]
    write_items(copy, table.from_pylist(rows, table.schema))
    with pytest.raises(BundleError, match="choose the same encoder"):
        train(copy, "attire", tmp_path / "b", settings=small, init=trained)


@pytest.mark.training
@pytest.mark.parametrize("other", ["attire", "of_another_package"])
def test_a_start_of_another_recipe_is_refused(copy: Path, trained: Path, tmp_path: Path, other: str) -> None:
    """Nothing would be taken over, or little."""
    bundle = Bundle.load(trained)
    replace(bundle, manifest=replace(bundle.manifest, recipe=other)).save(tmp_path / "start")
    with pytest.raises(InputError, match=rf"--init.*is of recipe {other}; start from a bundle of personal"):
        train(copy, "personal", tmp_path / "b", init=tmp_path / "start")


def members(bundle: Bundle, number: int) -> dict[str, torch.Tensor]:
    """The weights of one member."""
    prefix = f"members.{number}."
    return {name.removeprefix(prefix): value for name, value in weights(bundle).items() if name.startswith(prefix)}


@pytest.mark.training
def test_without_validation_outfits_the_last_weights_count(
    copy: Path, tmp_path: Path, small: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All epochs are trained, although nothing can tell which was best."""
    lines = [json.loads(line) for line in (copy / "outfits.jsonl").read_text().splitlines()]
    (copy / "outfits.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines if line["split"] != "valid"))
    kept = []

    class Watched(MeanWeights):
        """Kept with the names of its weights."""

        def __init__(self, learned: nn.Module, average: float) -> None:
            super().__init__(learned, average)
            self.names = [name for name, _ in learned.named_parameters()]
            kept.append(self)

    monkeypatch.setattr(loop, "MeanWeights", Watched)
    bundle = train(copy, "attire", tmp_path / "b", settings={**small, "epochs": "3", "patience": "1", "mask_epochs": "1"})
    worn = sum(line["split"] == "train" and len(set(line["items"])) > 1 for line in lines)
    assert [member.steps for member in kept] == [3 * math.ceil(worn / 64)] * 2
    for number, member in enumerate(kept):
        assert all(torch.equal(members(bundle, number)[name], mean) for name, mean in zip(member.names, member.mean, strict=True))


def test_without_training_outfits_it_is_refused(copy: Path, tmp_path: Path) -> None:
    """By the file that should hold some; one of a single item is none."""
    for line in ({"items": ["w000000", "w000001"], "split": "valid"}, {"items": ["w000000"], "split": "train"}):
        (copy / "outfits.jsonl").write_text(json.dumps({"id": "o", **line}) + "\n")
        with pytest.raises(InputError, match=r"outfits\.jsonl: no usable outfits of split 'train': none of two items or more"):
            train(copy, "attire", tmp_path / "b")


def test_an_unknown_recipe_is_refused(data: Path, tmp_path: Path) -> None:
    """With those there are."""
    with pytest.raises(InputError, match=r"no recipe 'atire'; did you mean 'attire'\? there are: attire"):
        train(data, "atire", tmp_path / "b")


def test_a_place_that_is_taken_is_refused_before_any_work(data: Path, tmp_path: Path) -> None:
    """Not after hours of training."""
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(BundleError, match="not a bundle"):
        train(data, "attire", tmp_path, settings={"epochs": "1000"})
