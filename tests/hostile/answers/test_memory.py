"""What a service of a small shop keeps resident, and that a large picture leaves nothing behind."""

from __future__ import annotations

import base64
import io
import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.catalogue.importing import import_catalogue
from app.home.store import ReleaseStore
from benchmarks.fuzz import served_by

pytestmark = pytest.mark.integration

MOST_MB = 1_250  # the budget of docs/operations.md is 1,000 with PyPI's torch
MOST_LEFT_MB = 60
MOST_WHILE_MB = 220


def megabytes(process: int, field: str) -> float:
    """A figure of Linux about a process."""
    found = re.search(rf"{field}:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def picture(side: int) -> str:
    """A square JPEG, in base64."""
    rough = Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 60, 3), dtype=np.uint8))
    buffer = io.BytesIO()
    rough.resize((side, side)).save(buffer, "JPEG", quality=80)
    return base64.b64encode(buffer.getvalue()).decode()


def ask(url: str, image: str) -> None:
    """Complete an outfit of one picture."""
    body: dict[str, Any] = {"items": [{"image": {"base64": image}, "category": "tops"}], "k": 3}
    request = urllib.request.Request(f"{url}/complete-outfit", json.dumps(body).encode(), {"content-type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
        assert answer.status == 200


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Twelve items with pictures, by the shipped encoder."""
    shop = tmp_path / "shop"
    shop.mkdir()
    lines = []
    for number in range(12):
        (shop / f"{number}.jpg").write_bytes(base64.b64decode(picture(40 + number)))
        lines.append({"id": f"i{number}", "category": ("shoes", "tops")[number % 2], "title": f"item {number}", "image": f"{number}.jpg"})
    (shop / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_catalogue(shop, ReleaseStore(tmp_path / "home"), default_encoder="shipped")
    return tmp_path / "home"


def test_large_pictures_leave_nothing_behind(home: Path) -> None:
    """Three of 40 megapixels, after small ones: what is resident while and after."""
    small, large = picture(300), picture(6_300)
    with served_by(home) as (process, url):
        for _ in range(3):
            ask(url, small)
        before = megabytes(process, "VmRSS")
        for _ in range(3):
            ask(url, large)
        assert megabytes(process, "VmRSS") - before < MOST_LEFT_MB
        assert megabytes(process, "VmHWM") - before < MOST_WHILE_MB
        assert megabytes(process, "VmRSS") < MOST_MB
