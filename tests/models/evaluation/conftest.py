"""A shop of three styles, in which items of one style go together, and the untrained bundle that reads its vectors."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.bundle import Bundle, Manifest
from models.compatibility.build import build_model
from models.compatibility.calibration import Calibration
from models.datasets.read import read_dataset
from models.datasets.schema import Dataset
from models.encoders.features import FeatureSpec

STYLES = ("red", "green", "blue")
CATEGORIES = ("tops", "bottoms", "shoes")
EACH = 6  # items of one style and category


def item_id(category: str, style: str, number: int) -> str:
    """The id of one item."""
    return f"{category}-{style}-{number}"


def _lines(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset directory with every kind of question and an oracle."""
    root = tmp_path_factory.mktemp("data") / "shop"
    root.mkdir()
    random = np.random.default_rng(0)
    items: list[dict[str, object]] = []
    for category in CATEGORIES:
        for place, style in enumerate(STYLES):
            for number in range(EACH):
                # Far enough apart that no rounding reorders them.
                vector = np.eye(3)[place] + 0.3 * random.random(3)
                name = item_id(category, style, number)
                items.append({"id": name, "category": category, "title": f"{style} {category}", "features": vector.tolist()})
    picture = io.BytesIO()
    Image.new("RGB", (40, 60), "crimson").save(picture, "PNG")
    (root / "crimson.png").write_bytes(picture.getvalue())
    (root / "broken.png").write_bytes(b"not a picture")
    for number, item in enumerate(items):
        item["image"] = ("crimson.png", "broken.png", None)[number % 3]
    _lines(root / "items.jsonl", items)
    outfits, fitb, compatibility, retrieval = [], [], [], []
    for number in range(90):
        split = "train" if number < 60 else "test"
        style, other, third = random.permutation(STYLES)
        top, bottom, shoe = (item_id(category, style, int(random.integers(EACH))) for category in CATEGORIES)
        outfits.append({"id": f"o{number}", "items": [top, bottom, shoe], "split": split})
        if split == "train":
            continue
        wrong = [item_id("shoes", wrong_style, int(random.integers(EACH))) for wrong_style in (other, third)]
        candidates = [*wrong[:1], shoe, *wrong[1:]]
        fitb.append({"id": f"f{number}", "items": [top, bottom], "candidates": candidates, "answer": 1, "split": split})
        compatibility.append({"id": f"y{number}", "items": [top, bottom, shoe], "label": 1, "split": split})
        compatibility.append({"id": f"n{number}", "items": [top, bottom, wrong[0]], "label": 0, "split": split})
        retrieval.append({"id": f"r{number}", "items": [top, bottom], "answer": shoe, "category": "shoes", "split": split})
    _lines(root / "outfits.jsonl", outfits)
    _lines(root / "fitb.jsonl", fitb)
    _lines(root / "fitb_first.jsonl", fitb[:5])
    _lines(root / "compatibility.jsonl", compatibility)
    _lines(root / "retrieval.jsonl", retrieval)
    return root


@pytest.fixture(scope="session")
def dataset(shop: Path) -> Dataset:
    """The shop, read."""
    return read_dataset(shop)


@pytest.fixture(scope="session")
def bundle_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cosine of the shop's own three features."""
    manifest = Manifest(
        recipe="cosine",
        config={},
        model="cosine",
        model_config={"feature_size": 3},
        encoder=FeatureSpec.own(3),
        categories=CATEGORIES,
        embedding_size=3,
        calibration=Calibration(slope=10.0, intercept=-6.0),
    )
    directory = tmp_path_factory.mktemp("bundles") / "cosine"
    Bundle(manifest, build_model("cosine", manifest.model_config)).save(directory)
    return directory


@pytest.fixture(scope="session")
def bundle(bundle_path: Path) -> Bundle:
    """The bundle, loaded."""
    return Bundle.load(bundle_path)
