"""A tiny shop, and its home behind HTTP with each recipe's bundle."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from app.catalogue.importing import import_catalogue
from app.catalogue.publishing import publish
from app.home.store import ReleaseStore
from app.release.release import Release
from models.recipes.train import train

CATEGORIES = ("bags", "bottoms", "shoes", "tops")
SHORT = {"embedding_size": "8", "batch_size": "16", "epochs": "2"}
ATTIRE = {**SHORT, "hidden": "8", "heads": "2", "mask_size": "8", "mask_epochs": "2", "candidates": "32"}
SETTINGS = {
    "cosine": {},
    "attire": ATTIRE,
    "outfit-vector": SHORT,
    "personal": {**SHORT, "teacher_size": "8", "own": "4"},
    "semi-supervised": {**SHORT, "least_steps": "1"},
}


def write_shop(root: Path, each: int = 15) -> Path:
    """Items of four categories with features of their own, every fifth sold out, and outfits of one item of each, by two shoppers."""
    rng = np.random.default_rng(0)
    root.mkdir(parents=True)
    items = [
        {
            "id": f"{category}-{number}",
            "category": category,
            "title": f"{category} number {number}",
            "price": 10.0 + number,
            "brand": "Northwind" if number % 2 else "Contoso",
            "in_stock": number % 5 != 4,
            "features": rng.normal(size=16).tolist(),
        }
        for category in CATEGORIES
        for number in range(each)
    ]
    outfits = [
        {
            "id": f"o{number}",
            "items": [f"{category}-{rng.integers(each)}" for category in CATEGORIES],
            "split": "valid" if number % 4 == 3 else "train",
            "user": f"u{number % 2}",
        }
        for number in range(160)
    ]
    (root / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    (root / "outfits.jsonl").write_text("".join(json.dumps(outfit) + "\n" for outfit in outfits))
    return root


@pytest.fixture(scope="session")
def home_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes the home whose current release is of a recipe; each once."""
    root = tmp_path_factory.mktemp("answers")
    shop = write_shop(root / "shop")

    @cache
    def made(recipe: str) -> Path:
        store = ReleaseStore(root / recipe)
        import_catalogue(shop, store, default_encoder="shipped")
        if recipe != "cosine":
            train(shop, recipe, root / f"{recipe}-bundle", settings=SETTINGS[recipe])
            publish(root / f"{recipe}-bundle", store)
        return root / recipe

    return made


@pytest.fixture(scope="session")
def flagship(home_of: Callable[[str], Path]) -> Release:
    """The current release of the flagship's home."""
    store = ReleaseStore(home_of("attire"))
    current = store.current()
    assert current is not None
    return Release.open(store, current)
