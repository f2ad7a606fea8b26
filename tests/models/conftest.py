"""Wardrobes without pictures, since drawing takes most of the time; a painted shop, with pictures; weights in the form of a wheel's."""

from __future__ import annotations

import hashlib
import io
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import timm
import torch
from PIL import Image, ImageDraw

from models.datasets.schema import ITEM_SCHEMA
from models.datasets.write import write_items
from models.encoders import lite
from models.progress import Progress
from models.wardrobe import generate
from models.wardrobe.catalogue import Garment, item_id
from models.wardrobe.rule import Latents

Unseen = Callable[[Path, int, int], Path]


def _latents(root: Path) -> Latents:
    columns = pq.read_table(root / "latents.parquet").drop_columns("id")
    return Latents(**{name: columns.column(name).to_numpy() for name in columns.column_names})


@pytest.fixture(scope="session")
def read_latents() -> Callable[[Path], Latents]:
    """Read the latents of a wardrobe."""
    return _latents


@pytest.fixture(scope="session")
def unseen_wardrobe() -> Unseen:
    """Generate a wardrobe of so many items and outfits whose items have their latents as ``features`` instead of a picture."""

    def items_table(garments: Sequence[Garment], _seed: int, _progress: Progress, _picture: object) -> pa.Table:
        ids = [item_id(row) for row in range(len(garments))]
        return pa.table(
            {"id": ids, "category": [garment.category.name for garment in garments], "brand": [garment.brand for garment in garments]}
        )

    def write(root: Path, items: int, outfits: int) -> Path:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(generate, "items_table", items_table)
            generate.generate(root, items=items, outfits=outfits, shoppers=10, seed=3)
        latents = _latents(root)
        features = np.concatenate([latents.pair_vectors(), latents.lightness[:, None]], axis=1)
        table = pq.read_table(root / "items.parquet")
        write_items(root, table.append_column("features", pa.array(features.tolist(), pa.list_(pa.float32()))))
        return root

    return write


COLOURS = ("crimson", "navy", "gold", "green")
SHAPES = ("square", "ring")


@pytest.fixture(scope="session")
def painted_shop() -> Callable[..., Path]:
    """Writes a shop of squares and rings in four colours, whose titles say both; every fifth item is for validation."""

    def write(root: Path, count: int = 80) -> Path:
        rows = []
        for number in range(count):
            colour, shape = COLOURS[number % 4], SHAPES[number // 4 % 2]
            image, shift = Image.new("RGB", (48, 64), "white"), number % 7
            box = (8 + shift, 14, 34 + shift, 40)
            draw = ImageDraw.Draw(image)
            draw.rectangle(box, fill=colour) if shape == "square" else draw.ellipse(box, outline=colour, width=6)
            buffer = io.BytesIO()
            image.save(buffer, "PNG")
            title, split = f"{colour} {shape} number {number}", "valid" if number % 5 == 0 else "train"
            picture = {"bytes": buffer.getvalue(), "path": None}
            rows.append({"id": f"p{number}", "category": "shapes", "title": title, "image": picture, "split": split})
        root.mkdir(parents=True, exist_ok=True)
        write_items(root, pa.Table.from_pylist(rows, ITEM_SCHEMA))
        return root

    return write


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory, unseen_wardrobe: Unseen) -> Path:
    """Enough outfits for what is a matter of statistics, without pictures."""
    return unseen_wardrobe(tmp_path_factory.mktemp("large"), 800, 1500)


@pytest.fixture(scope="session")
def worn_shop(outfits_of_one_colour: list[dict[str, Any]]) -> Callable[[Path], Path]:
    """Writes 36 pictured items in three colours; outfits are of one colour, and each of three shoppers wears one."""

    def write(root: Path) -> Path:
        rows = []
        for number in range(36):
            picture = Image.new("RGB", (32, 32), "white")
            ImageDraw.Draw(picture).rectangle((4 + number % 5, 6, 24, 26), fill=("crimson", "navy", "gold")[number % 3])
            buffer = io.BytesIO()
            picture.save(buffer, "PNG")
            image = {"bytes": buffer.getvalue() if number else None, "path": None}
            rows.append({"id": f"i{number}", "category": ("bottoms", "shoes", "tops")[number // 12], "image": image})
        root.mkdir(parents=True, exist_ok=True)
        write_items(root, pa.Table.from_pylist(rows, ITEM_SCHEMA))
        (root / "outfits.jsonl").write_text("".join(json.dumps(outfit) + "\n" for outfit in outfits_of_one_colour))
        return root

    return write


@pytest.fixture
def wheel_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Weights in the form of the wheel's: other names, the same order, the classifier last."""
    torch.manual_seed(3)
    theirs = timm.create_model("tf_efficientnet_lite0").state_dict()
    path = tmp_path / "lite0.pth"
    torch.save(OrderedDict((f"_{place}", value) for place, value in enumerate(theirs.values())), path)
    monkeypatch.setattr(lite, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    return path
