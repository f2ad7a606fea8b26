"""A home of each test's own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from app.catalogue.importing import import_catalogue
from app.home.store import ReleaseStore


@pytest.fixture
def anyio_backend() -> str:
    """The service's."""
    return "asyncio"


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of 48 items with features of their own."""
    root, dice = tmp_path_factory.mktemp("shop"), np.random.default_rng(0)
    lines = [
        {
            "id": f"{category}-{number}",
            "category": category,
            "title": f"{category} number {number}",
            "price": 10.0 + number,
            "in_stock": number != 10,
            "features": dice.normal(size=16).tolist(),
        }
        for category in ("bags", "bottoms", "shoes", "tops")
        for number in range(12)
    ]
    (root / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_catalogue(root, ReleaseStore(root / "home"), default_encoder="shipped")
    return root / "home"


@pytest.fixture
def home(imported: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(imported, tmp_path / "home")
