"""How long a retraining takes, and what it learns of sizes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.catalogue.importing import import_catalogue
from app.home.store import ReleaseStore
from app.worker.retrain import long_enough, retrain
from index.snapshot import Snapshot
from models.bundle import Bundle
from models.datasets.schema import Outfit
from models.errors import InputError
from models.recipes.attire.config import AttireConfig
from models.recipes.registry import RECIPES


def test_few_outfits_make_as_many_steps_as_it_takes() -> None:
    """More epochs of fewer steps, and patience for as many."""
    config = long_enough(AttireConfig(batch_size=64, epochs=12, patience=5), 1_095)
    assert 1_500 <= config.epochs * 18 < 1_600
    assert config.patience / config.epochs == pytest.approx(5 / 12, abs=0.01)


def test_many_outfits_take_the_epochs_of_the_recipe() -> None:
    """They make steps enough."""
    config = AttireConfig(batch_size=64, epochs=12)
    assert long_enough(config, 50_000) == config


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_every_recipe_can_be_asked(name: str) -> None:
    """One without epochs or patience stays as it is."""
    config = RECIPES[name].default
    assert type(long_enough(config, 100)) is type(config)


def test_a_recipe_that_takes_all_choices_alike_says_so(tmp_path: Path) -> None:
    """It would learn as if nothing had been asked: what to unset, and what to train."""
    (tmp_path / "shop").mkdir()
    lines = [{"id": name, "category": name, "features": [1.0, 0.0]} for name in ("shoes", "tops")]
    (tmp_path / "shop" / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    store = ReleaseStore(tmp_path / "home")
    import_catalogue(tmp_path / "shop", store, default_encoder="shipped")
    record = store.served()
    current, snapshot = Bundle.load(store.bundle_path(record.bundle)), Snapshot.load(store.snapshot_path(record.snapshot))
    asked: dict[str, Any] = {"images": store.images, "recipe": "outfit-vector", "settings": {}, "seed": 0}
    with pytest.raises(InputError, match=r"outfit-vector takes all choices alike; unset ATTIRE_WORKER__DEBIAS .* or train attire"):
        retrain(current, snapshot, [Outfit("o", ("shoes", "tops"), "train")], tmp_path / "out", counts={("o", "tops"): 2.0}, **asked)


@pytest.mark.training
def test_purchases_of_other_sizes_count_for_their_product(tmp_path: Path) -> None:
    """Whatever size was bought, its product was; each size of it is known as that, and features stay beside their items."""
    dice = np.random.default_rng(0)
    features = {f"{category}-{number}": dice.normal(0, 1, 8).tolist() for category in ("shoes", "tops") for number in range(40)}
    lines = [
        {"id": f"{size}-{item}", "category": item.split("-")[0], "group_id": item, "attributes": {"size": size}, "features": own}
        for item, own in features.items()
        for size in ("S", "M")
    ]
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    store = ReleaseStore(tmp_path / "home")
    import_catalogue(tmp_path / "shop", store, default_encoder="shipped")
    record = store.served()
    current, snapshot = Bundle.load(store.bundle_path(record.bundle)), Snapshot.load(store.snapshot_path(record.snapshot))
    outfits = [
        Outfit(str(number), (f"{'SM'[number % 2]}-shoes-{number % 40}", f"M-tops-{number % 40}"), "valid" if number % 7 == 0 else "train")
        for number in range(120)
    ]
    settings = {"epochs": "1", "members": "1", "masks": "0", "embedding_size": "16", "hidden": "16", "judged": "8", "label": "0"}
    bundle = retrain(current, snapshot, outfits, tmp_path / "out", images=store.images, recipe="attire", settings=settings, seed=0)
    assert {item[0] for item in bundle.residuals} == {"S"}
    assert Bundle.load(tmp_path / "out").sizes == {f"M{item[1:]}": item for item in bundle.residuals}
