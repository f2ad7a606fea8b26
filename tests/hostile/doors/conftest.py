"""A small shop with features of its own, and replicas over copies of its home."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app

LOOPBACK = ("127.0.0.1", 5000)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of 48 items. Read only."""
    root, dice = tmp_path_factory.mktemp("shop"), np.random.default_rng(0)
    lines = [
        {
            "id": f"{category}-{number:02}",
            "category": category,
            "title": f"{category} number {number}",
            "features": dice.normal(size=8).tolist(),
        }
        for category in ("bags", "bottoms", "shoes", "tops")
        for number in range(12)
    ]
    (root / "data").mkdir()
    (root / "data" / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_catalogue(root / "data", ReleaseStore(root / "home"), default_encoder="shipped")
    return root / "home"


@pytest.fixture
def home(shop: Path, tmp_path: Path) -> Path:
    """A copy of the shop's home, with a log and keys of its own."""
    return Path(shutil.copytree(shop, tmp_path / "home"))


@pytest.fixture
def asked(home: Path) -> Callable[..., AbstractContextManager[TestClient]]:
    """Starts a replica with these settings; its client comes from ``peer``, by default this machine."""

    @contextmanager
    def start(peer: tuple[str, int] = LOOPBACK, base_url: str = "http://127.0.0.1", **more: Any) -> Iterator[TestClient]:
        settings = Settings(**{"home": home, "public": (), **more})
        with TestClient(create_app(settings), base_url=base_url, client=peer) as client:
            yield client

    return start


@pytest.fixture
def within_a_minute() -> None:
    """Rates are counted by the minute of the clock; a test that begins at its very end waits for the next one."""
    left_s = 60 - time.time() % 60
    if left_s < 5:
        time.sleep(left_s)
