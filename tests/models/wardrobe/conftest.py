"""A small wardrobe with pictures, and a larger one without, for what is a matter of statistics."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from models.wardrobe.generate import generate

SIZES = {"items": 100, "outfits": 60, "shoppers": 10}


@pytest.fixture(scope="session")
def wardrobe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundred items, drawn on several processes."""
    root = tmp_path_factory.mktemp("wardrobe")
    generate(root, **SIZES, seed=7)
    return root


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory, unseen_wardrobe: Callable[[Path, int, int], Path]) -> Path:
    """Enough outfits to measure on."""
    return unseen_wardrobe(tmp_path_factory.mktemp("large"), 800, 1500)
