"""Shops without outfits whose pieces are told by their titles alone, which are their ids."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app


def titled(pieces: Mapping[str, str]) -> list[dict[str, Any]]:
    """Items by category, their titles parted by semicolons; what they look like says nothing."""
    rng = np.random.default_rng(0)
    return [
        {"id": title, "category": category, "title": title, "features": rng.normal(size=8).tolist()}
        for category, titles in pieces.items()
        for title in titles.split(";")
    ]


def opened(items: Iterable[Mapping[str, Any]], root: Path) -> TestClient:
    """The service of a shop of these items, imported below a folder."""
    (root / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    import_catalogue(root, ReleaseStore(root / "home"), default_encoder="shipped")
    return TestClient(create_app(Settings(home=root / "home")))
