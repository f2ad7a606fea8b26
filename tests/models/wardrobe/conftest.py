"""A small wardrobe with pictures."""

from __future__ import annotations

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
