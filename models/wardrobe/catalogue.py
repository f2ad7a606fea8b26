"""The wardrobe's items: their latents, and the picture, title and price that a shop would show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

import numpy as np
import pyarrow as pa

from models.datasets.schema import ITEM_SCHEMA
from models.parent import end_with_parent
from models.progress import Progress
from models.wardrobe.draw import Appearance, draw
from models.wardrobe.garments import BRANDS, CATEGORIES, HUES, MARKETING, NEUTRALS, PATTERNS, Category, Material, Silhouette
from models.wardrobe.rule import IntArray, Latents

_NEUTRAL_SHARE: Final = 0.25
_POPULARITY_SPREAD: Final = 0.35
_SAID: Final = {"colour": 0.85, "pattern": 0.9, "material": 0.9, "silhouette": 0.95, "marketing": 0.3, "brand": 0.5}
_CHUNK: Final = 100
Drawing = Callable[[Appearance, np.random.Generator], bytes]


@dataclass(frozen=True)
class Garment:
    """One randomly drawn item."""

    category: Category
    silhouette: Silhouette
    material: Material
    pattern: int
    brand: str
    hue: float
    chroma: float
    lightness: float
    price: float

    @property
    def appearance(self) -> Appearance:
        """What its picture shows."""
        return Appearance(
            silhouette=self.silhouette, texture=self.material.texture, pattern=PATTERNS[self.pattern][0],
            hue=self.hue, chroma=self.chroma, lightness=self.lightness,
        )  # fmt: skip


def dress_up(count: int, rng: np.random.Generator) -> tuple[list[Garment], Latents]:
    """Draw ``count`` garments and the latents that the rule reads; every category has at least four."""
    shares = np.array([category.share for category in CATEGORIES])
    sizes = np.maximum(4, np.floor(shares * count)).astype(int)
    sizes[0] += count - sizes.sum()
    garments = [_garment(category, rng) for category, size in zip(CATEGORIES, sizes, strict=True) for _ in range(size)]
    noise = rng.normal(0, 0.03, (2, count))
    season = np.array([garment.silhouette.season + garment.material.season for garment in garments]) + noise[0]
    formality = np.array([0.75 * garment.silhouette.formality + garment.material.formality for garment in garments]) + noise[1]
    return garments, Latents(
        hue=np.array([garment.hue for garment in garments]),
        chroma=np.array([garment.chroma for garment in garments]),
        lightness=np.array([garment.lightness for garment in garments]),
        formality=formality.clip(-1, 1),
        season=(season - season.mean()).clip(-1, 1),
        loud=np.array([PATTERNS[garment.pattern][2] for garment in garments]),
        popularity=rng.normal(0, _POPULARITY_SPREAD, count),
    )


def _garment(category: Category, rng: np.random.Generator) -> Garment:
    neutral = rng.random() < _NEUTRAL_SHARE
    brand = int(rng.integers(len(BRANDS)))
    return Garment(
        category=category,
        silhouette=category.silhouettes[rng.integers(len(category.silhouettes))],
        material=category.materials[rng.integers(len(category.materials))],
        pattern=int(rng.choice(len(PATTERNS), p=[pattern[1] for pattern in PATTERNS])),
        brand=BRANDS[brand],
        hue=float(rng.uniform(0, 2 * np.pi)),
        chroma=float(rng.uniform(0, 0.12) if neutral else rng.uniform(0.6, 1.0)),
        lightness=float(rng.choice([-1, 1]) * rng.uniform(0.35, 1.0)),
        price=float(round(category.price * (0.7 + 0.12 * brand) * rng.lognormal(0, 0.25), 2)),
    )


def title_of(garment: Garment, rng: np.random.Generator) -> str:
    """A noisy shop title: true words, synonyms, missing words, marketing words."""
    said = {name: rng.random() < share for name, share in _SAID.items()}
    words = [str(rng.choice(MARKETING))] if said["marketing"] else []
    words += [garment.brand] if said["brand"] else []
    words += [_colour_words(garment, rng)] if said["colour"] else []
    words += [str(rng.choice(PATTERNS[garment.pattern][3]))] if said["pattern"] else []
    words += [str(rng.choice(garment.material.words))] if said["material"] else []
    words += [str(rng.choice(garment.silhouette.words)) if said["silhouette"] else garment.category.name]
    return " ".join(word for word in words if word)


def _colour_words(garment: Garment, rng: np.random.Generator) -> str:
    if garment.chroma < _NEUTRAL_SHARE:
        return str(rng.choice(NEUTRALS[min(2, int((garment.lightness + 1) * 1.5))]))
    name = str(rng.choice(HUES[int(garment.hue / (2 * np.pi) * len(HUES) + 0.5) % len(HUES)]))
    shade = "dark " if garment.lightness < 0 else "light "
    return shade + name if rng.random() < 0.5 else name  # noqa: PLR2004 - every other shop says so


def items_table(garments: Sequence[Garment], seed: int, progress: Progress, picture: Drawing = draw) -> pa.Table:
    """The catalogue in ``ITEM_SCHEMA`` with embedded pictures, which ``picture`` draws; rows as in ``garments``."""
    rng = np.random.default_rng([seed, 1])
    titles = [title_of(garment, rng) if rng.random() > 0.03 else None for garment in garments]  # noqa: PLR2004 - a few have none
    columns = {
        "id": item_ids(range(len(garments))),
        "category": [garment.category.name for garment in garments],
        "title": titles,
        "attributes": [json.dumps({"department": "women" if rng.random() < 0.7 else "unisex"}) for _ in garments],  # noqa: PLR2004
        "price": [garment.price for garment in garments],
        "brand": [garment.brand for garment in garments],
        "in_stock": [bool(rng.random() < 0.95) for _ in garments],  # noqa: PLR2004
        "image": [{"bytes": drawn, "path": None} for drawn in _pictures(garments, seed, progress, picture)],
    }
    empty = {field.name: [None] * len(garments) for field in ITEM_SCHEMA if field.name not in columns}
    return pa.table({field.name: pa.array({**columns, **empty}[field.name], field.type) for field in ITEM_SCHEMA}, ITEM_SCHEMA)


def item_id(row: int) -> str:
    """The id of the item in a row."""
    return f"w{row:06d}"


def item_ids(rows: Iterable[int]) -> tuple[str, ...]:
    """The ids of the items in rows."""
    return tuple(item_id(int(row)) for row in rows)


def rows_by_category(garments: Sequence[Garment]) -> dict[str, IntArray]:
    """Category -> rows."""
    names = np.array([garment.category.name for garment in garments])
    return {category.name: np.flatnonzero(names == category.name) for category in CATEGORIES}


def _pictures(garments: Sequence[Garment], seed: int, progress: Progress, picture: Drawing) -> list[bytes]:
    """Draw every garment, on all cores; each picture has its own random generator, so the order of work does not matter."""
    appearances = [garment.appearance for garment in garments]
    chunks = [(picture, seed, at, appearances[at : at + _CHUNK]) for at in range(0, len(appearances), _CHUNK)]
    pictures: list[bytes] = []
    workers = ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=end_with_parent)
    with progress("drawing the wardrobe", len(appearances)) as advance, workers as pool:
        for drawn in pool.map(_draw_chunk, chunks):
            pictures += drawn
            advance(len(drawn))
    return pictures


def _draw_chunk(chunk: tuple[Drawing, int, int, list[Appearance]]) -> list[bytes]:
    picture, seed, first, appearances = chunk
    return [picture(appearance, np.random.default_rng([seed, 2, first + offset])) for offset, appearance in enumerate(appearances)]
