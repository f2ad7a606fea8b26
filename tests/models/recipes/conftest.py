"""A small wardrobe, and a model trained on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from models.bundle import Bundle
from models.recipes.train import train
from models.training import slots

SMALL = {
    "embedding_size": "32",
    "hidden": "64",
    "layers": "1",
    "batch_size": "64",
    "average": "0.9",
    "members": "2",
    "masks": "1",
    "mask_size": "16",
    "mask_epochs": "4",
    "minutes": "60",
}


@pytest.fixture(autouse=True)
def _slots_learned_once(slots_learned_once: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - for what it does
    """And in few steps: a training is about its recipe here."""
    monkeypatch.setattr(slots, "_LEAST_STEPS", 25)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory, unseen_wardrobe: Callable[[Path, int, int], Path]) -> Path:
    """300 items, 400 outfits."""
    return unseen_wardrobe(tmp_path_factory.mktemp("data"), 300, 400)


@pytest.fixture(scope="session")
def small() -> dict[str, str]:
    """Settings for seconds rather than minutes."""
    return SMALL


@pytest.fixture(scope="session")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of a short training."""
    out = tmp_path_factory.mktemp("bundles") / "trained"
    trained = train(data, "attire", out, settings={**SMALL, "epochs": "10"})
    assert isinstance(trained, Bundle)
    return out
