"""Two tiny homes: one whose catalogue brings its own features, one with real pictures and a real (untrained) encoder."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.catalogue.publishing import publish
from app.ground.parts import Answers
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app
from app.release.release import Release
from models.bundle import Bundle
from models.compatibility.calibration import Calibration
from models.compatibility.slot_templates import SlotTemplates

CATEGORIES = ("bags", "bottoms", "shoes", "tops")
PER_CATEGORY = 12
ENCODER = "backbone:shufflenet_v2_x0_5"
COLOURS = ("red", "green", "blue", "orange", "black", "purple")


def write_catalogue(root: Path, size: int = 16, seed: int = 0) -> Path:
    """A catalogue with features of its own and no pictures."""
    rng = np.random.default_rng(seed)
    root.mkdir(parents=True, exist_ok=True)
    lines = [
        {
            "id": f"{category}-{number}",
            "category": category,
            "title": f"{category} number {number}",
            "price": None if number == 11 else 10.0 + number,
            "brand": "Northwind" if number % 2 else "Contoso",
            "in_stock": number != 10,
            "attributes": {"season": "Summer" if number % 3 else "Autumn"},
            "features": rng.normal(size=size).tolist(),
        }
        for category in CATEGORIES
        for number in range(PER_CATEGORY)
    ]
    (root / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return root


def jpeg(colour: str, size: tuple[int, int] = (48, 48)) -> bytes:
    """A small picture: a disc of one colour."""
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).ellipse((8, 8, size[0] - 8, size[1] - 8), fill=colour)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG")
    return buffer.getvalue()


def photo(data: bytes, category: str = "tops") -> dict[str, Any]:
    """A picture as an item of a request."""
    return {"image": {"base64": base64.b64encode(data).decode()}, "category": category}


@pytest.fixture(name="photo", scope="session")
def photo_fixture() -> Callable[..., dict[str, Any]]:
    """Makes a picture an item of a request."""
    return photo


@pytest.fixture(name="jpeg", scope="session")
def jpeg_fixture() -> Callable[..., bytes]:
    """Makes a small picture of one colour."""
    return jpeg


@pytest.fixture(name="write_catalogue", scope="session")
def write_catalogue_fixture() -> Callable[..., Path]:
    """Writes a catalogue with features of its own."""
    return write_catalogue


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset directory with features of its own."""
    return write_catalogue(tmp_path_factory.mktemp("data") / "shop")


@pytest.fixture(scope="session")
def home(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose second release knows usual slots and is calibrated. Read only."""
    root = tmp_path_factory.mktemp("home")
    store = ReleaseStore(root)
    first = import_catalogue(catalogue, store, default_encoder="shipped").release
    untrained = Bundle.load(store.bundle_path(first.bundle))
    calibrations = {
        "calibration": Calibration(slope=3.0, intercept=-0.5, whole=(0.5, -1.0)),
        "completion": Calibration(slope=2.0, larger=((3, 4.0, 0.5),)),
    }
    manifest = replace(untrained.manifest, recipe="test", parent=untrained.id, outfits=500, **calibrations)
    slots = SlotTemplates.fit([CATEGORIES] * 3 + [("bottoms", "shoes", "tops")] * 5)
    Bundle(manifest, untrained.model, slots=slots).save(root / "trained")
    publish(root / "trained", store)
    return root


@pytest.fixture(scope="session")
def release(home: Path) -> Release:
    """The home's current release."""
    store = ReleaseStore(home)
    current = store.current()
    assert current is not None
    return Release.open(store, current)


@pytest.fixture(scope="session")
def client(home: Path) -> Iterator[TestClient]:
    """The service over the home; it keeps no answers, since tests change what computes them."""
    with TestClient(create_app(Settings(home=home, answers=Answers(kept_bytes=0))), raise_server_exceptions=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset directory with pictures, one of them truncated and one a text."""
    root = tmp_path_factory.mktemp("pictures") / "shop"
    root.mkdir()
    lines = []
    for category in ("shoes", "tops"):
        for number, colour in enumerate(COLOURS):
            name = f"{category}-{number}.jpg"
            (root / name).write_bytes(jpeg(colour, (48 + 8 * (category == "tops"), 48)))
            lines.append({"id": f"{category}-{number}", "category": category, "title": f"{colour} {category}", "image": name})
    (root / "cut.jpg").write_bytes(jpeg("red", (200, 200))[:600])
    (root / "note.jpg").write_text("this is no picture")
    lines += [{"id": "cut", "category": "tops", "image": "cut.jpg"}, {"id": "note", "category": "tops", "image": "note.jpg"}]
    (root / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return root


@pytest.fixture(scope="session")
def picture_home(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home imported from pictures. Read only."""
    root = tmp_path_factory.mktemp("picture-home")
    import_catalogue(pictures, ReleaseStore(root), default_encoder=ENCODER)
    return root


@pytest.fixture(scope="session")
def picture_client(picture_home: Path) -> Iterator[TestClient]:
    """The service over the home with pictures."""
    with TestClient(create_app(Settings(home=picture_home))) as opened:
        yield opened
