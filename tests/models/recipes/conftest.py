"""A shop with pictures whose outfits follow a rule that can be seen."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from PIL import Image, ImageDraw

from models.datasets.schema import ITEM_SCHEMA
from models.datasets.write import write_items

COLOURS = ("crimson", "navy", "gold")
CATEGORIES = ("bottoms", "shoes", "tops")


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
        (root / "outfits.jsonl").write_text("".join(json.dumps(one) + "\n" for one in outfits))
        return root

    return write
