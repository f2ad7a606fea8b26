"""A shop with pictures whose outfits follow a rule that can be seen; a small wardrobe, and a model trained on it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from PIL import Image, ImageDraw

from models.bundle import Bundle
from models.datasets.schema import ITEM_SCHEMA
from models.datasets.write import write_items
from models.recipes.train import train

COLOURS = ("crimson", "navy", "gold")
CATEGORIES = ("bottoms", "shoes", "tops")
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


@pytest.fixture(scope="session")
def worn_shop() -> Callable[[Path], Path]:
    """Writes 36 pictured items in three colours; outfits are of one colour, and each of three shoppers wears one."""

    def write(root: Path) -> Path:
        rows = []
        for number in range(36):
            picture = Image.new("RGB", (32, 32), "white")
            ImageDraw.Draw(picture).rectangle((4 + number % 5, 6, 24, 26), fill=COLOURS[number % 3])
            buffer = io.BytesIO()
            picture.save(buffer, "PNG")
            image = {"bytes": buffer.getvalue() if number else None, "path": None}
            rows.append({"id": f"i{number}", "category": CATEGORIES[number // 12], "image": image})
        root.mkdir(parents=True, exist_ok=True)
        write_items(root, pa.Table.from_pylist(rows, ITEM_SCHEMA))
        outfits = [
            {
                "id": f"o{number}",
                "items": [f"i{12 * slot + 3 * ((number // 3 + slot) % 4) + number % 3}" for slot in range(3)],
                "split": "valid" if number % 6 > 3 else "train",
                "user": f"u{number % 3}",
            }
            for number in range(48)
        ]
        (root / "outfits.jsonl").write_text("".join(json.dumps(outfit) + "\n" for outfit in outfits))
        return root

    return write


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
