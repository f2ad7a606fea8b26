"""The baselines that learn: identity and looks of a pair."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from models.datasets.schema import ITEM_SCHEMA, Catalogue
from models.evaluation.metrics import Floats, Ints
from models.evaluation.pair_learned import each_pair, learned_of_pairs

TOPS, SHOES = range(30), range(30, 60)


@pytest.fixture(scope="module")
def shop() -> tuple[Catalogue, list[Ints], Floats]:
    """Thirty tops and shoes of two styles that their looks tell; worn together are those of one style, some pairs several times."""
    rows = [{"id": f"i{row}", "category": "tops" if row < 30 else "shoes", "split": "train"} for row in range(60)]
    table = pa.Table.from_pylist(rows, schema=ITEM_SCHEMA)
    rng = np.random.default_rng(0)
    style = np.arange(60) % 2
    worn = [np.array([top, shoe]) for top in TOPS for shoe in rng.choice(np.arange(30, 60)[style[30:] == style[top]], 8)]
    looks = np.where(style, 1.0, -1.0)[:, None] * np.eye(1, 8) + rng.normal(size=(60, 8)) * 0.3
    return Catalogue(table), worn, looks.astype(np.float32)


@pytest.mark.parametrize("name", ["pair_regression", "pair_boosting"])
def test_they_tell_who_goes_with_whom(shop: tuple[Catalogue, list[Ints], Floats], name: str) -> None:
    """Pairs that were never worn together, of one style and of two."""
    catalogue, worn, looks = shop
    found = learned_of_pairs(catalogue, worn, looks, 0)[name]
    seen = {tuple(rows) for rows in each_pair(worn).tolist()}
    alike = [(top, shoe) for top in TOPS for shoe in SHOES if top % 2 == shoe % 2 and (top, shoe) not in seen]
    other = [(top, shoe) for top in TOPS for shoe in SHOES if top % 2 != shoe % 2]
    right = found.outfits(np.array(alike)).mean() - found.outfits(np.array(other)).mean()
    assert right > 1.0
    top, shoes = alike[0][0], np.array([[alike[0][1], next(shoe for one, shoe in other if one == alike[0][0])]])
    scores = found.candidates(np.array([[top, -1]]), shoes)[0]
    assert scores[0] > scores[1]
    assert scores[0] == pytest.approx(found.outfits(np.array([[top, shoes[0, 0]]]))[0])


def test_hardly_any_outfit_teaches_nothing(shop: tuple[Catalogue, list[Ints], Floats]) -> None:
    """There are no such baselines then."""
    catalogue, worn, looks = shop
    assert learned_of_pairs(catalogue, worn[:3], looks, 0) == {}
