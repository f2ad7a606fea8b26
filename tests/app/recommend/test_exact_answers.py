"""The answers are those of looking at every item: 500 questions with filters wide and narrow, of a snapshot and with changes over it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from app.catalogue.importing import import_catalogue
from app.ground.parts import Limits
from app.home.store import ReleaseStore
from app.recommend.complete import complete
from app.recommend.completion import Question
from app.recommend.outfit import resolve
from app.recommend.rank import rank
from app.release.release import Release
from app.release.traits import Traits
from index.columns import Filter
from index.delta import Overlay
from index.segment import Segment

ITEMS = 3_000
CATEGORIES = ("shoes", "tops", "bags")
CHANGED = 700  # of one category more than a search over-fetches for


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Three thousand items of three categories, one of them nearly everything."""
    root, rng = tmp_path_factory.mktemp("shop"), np.random.default_rng(0)
    lines = [
        {
            "id": f"i{number}",
            "category": CATEGORIES[0] if number % 10 else CATEGORIES[1 + number // 10 % 2],
            "title": f"piece {number}",
            "price": None if number % 50 == 0 else round(float(rng.lognormal(3.5, 0.7)), 2),
            "brand": "rare" if number % 211 == 0 else f"brand-{number % 3}",
            "in_stock": number % 17 != 0,
            "attributes": {"gender": ["women", "men"][number % 7 % 2], "season": ["summer", "winter", "spring"][number % 3]},
            "features": rng.normal(size=8).tolist(),
        }
        for number in range(ITEMS)
    ]
    (root / "data").mkdir()
    (root / "data" / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    store = ReleaseStore(root / "home")
    return Release.open(store, import_catalogue(root / "data", store, default_encoder="shipped").release)


@pytest.fixture(scope="module")
def changed(shop: Release) -> Release:
    """The same with many items repriced and some removed."""
    snapshot, rng = shop.snapshot, np.random.default_rng(1)
    rows = rng.permutation(ITEMS)[:CHANGED]
    table = snapshot.take(rows[100:])
    table = table.set_column(table.column_names.index("price"), "price", pa.array(rng.lognormal(3.5, 0.7, len(table))))
    features, removed = np.asarray(snapshot.features[rows[100:]], dtype=np.float32), snapshot.take(rows[:100]).column("id").to_pylist()
    assert not isinstance(snapshot, Overlay)
    overlay = Overlay.over(snapshot, Segment(table, features, snapshot.embeddings(rows[100:]), removed))
    return replace(shop, snapshot=overlay, traits=Traits.of(overlay, shop.traits))


def questions(release: Release, count: int) -> list[Question]:
    """With one filter or several, or none."""
    rng = np.random.default_rng(2)
    ids = release.snapshot.take(release.snapshot.rows).column("id").to_pylist()
    some: list[dict[str, Any]] = [
        {},
        {"price_min": 20.0, "price_max": 60.0},
        {"price_max": 9.0},
        {"brand": ("rare",)},
        {"brand": ("rare", "brand-1"), "in_stock": True},
        {"in_stock": False},
        {"attributes": {"season": ("summer",)}, "in_stock": True},
        {"attributes": {"season": ("summer", "winter"), "gender": ("men",)}, "price_min": 15.0},
        {"attributes": {"colour": ("red",)}},
    ]
    return [
        Question(
            items=[ids[place] for place in rng.integers(0, len(ids), rng.integers(1, 5))],
            slots=[str(name) for name in rng.permutation(CATEGORIES)[: rng.integers(1, 4)]],
            k=int(rng.choice([1, 10, 30])),
            wanted=Filter(
                **some[number % len(some)], exclude=tuple(ids[at : at + 500] if (at := int(rng.integers(0, 9_000))) < ITEMS else ())
            ),
            consistent=bool(number % 4),
        )
        for number in range(count)
    ]


def passes(item: Mapping[str, Any], question: Question, worn: list[Mapping[str, Any]]) -> bool:
    """Whether an item may be suggested, by what its row says."""
    wanted, attributes = question.wanted, item["attributes"]
    priced = (wanted.price_min, wanted.price_max) != (None, None)
    return (
        item["id"] not in {*wanted.exclude, *(one["id"] for one in worn)}
        and (not priced or (item["price"] is not None and (wanted.price_min or 0) <= item["price"] <= (wanted.price_max or np.inf)))
        and (wanted.in_stock is None or item["in_stock"] == wanted.in_stock)
        and (not wanted.brand or item["brand"] in wanted.brand)
        and all(attributes.get(name) in values for name, values in wanted.attributes.items())
        and (not question.consistent or all(fits(attributes, one["attributes"]) for one in worn))
    )


def fits(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """For the same people; what has no role has no season."""
    return one["gender"] == other["gender"]


@pytest.mark.parametrize("kind", ["shop", "changed"])
def test_they_are_those_of_looking_at_every_item(kind: str, request: pytest.FixtureRequest) -> None:
    """The best of all that pass, in the same order, with the same scores."""
    release: Release = request.getfixturevalue(kind)
    labelled = {"shoes": "footwear", "tops": "top"}
    told = release.snapshot.take(release.snapshot.rows).to_pylist()
    told = [{**item, "attributes": json.loads(item["attributes"])} for item in told]
    items = dict(zip(release.snapshot.rows.tolist(), told, strict=True))
    of_category = {name: [row for row, item in items.items() if item["category"] == name] for name in CATEGORIES}
    row_of = {item["id"]: row for row, item in items.items()}
    some = questions(release, 100)
    for question in some:
        answer, worn = complete(release, question, Limits()), resolve(release, question.items, Limits())
        own = [items[row_of[str(item)]] for item in question.items]
        seasons = {one["attributes"]["season"] for one in own if one["category"] in labelled}
        for slot in answer.slots:
            fit = [row for row in of_category[slot.category] if passes(items[row], question, own)]
            strict = [row for row in fit if slot.category not in labelled or in_season(items[row], seasons) or not question.consistent]
            best = rank(release, worn, slot.category, np.array(strict or fit, dtype=np.int64))
            assert [item.row for item in slot.items] == best.rows_M[: question.k].tolist()
            assert [item.score for item in slot.items] == pytest.approx(best.scores_M[: question.k].tolist(), abs=1e-5)


def in_season(item: Mapping[str, Any], seasons: set[str]) -> bool:
    """No season that conflicts with one of those worn: only summer and winter do."""
    own = item["attributes"]["season"]
    return not any({own, other} == {"summer", "winter"} for other in seasons)
