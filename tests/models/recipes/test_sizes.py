"""Sizes of one product are one thing to learn about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from models.bundle import Bundle
from models.evaluation.evaluate import evaluate
from models.recipes.train import train

FAST = {"epochs": "2", "mask_epochs": "2", "members": "1"}


def in_sizes(data: Path, out: Path) -> Path:
    """The same shop, which sells each item in three sizes: whoever wears it has one of them, and so do questions."""
    table, some = pq.read_table(data / "items.parquet"), np.random.default_rng(0)
    out.mkdir()
    rows = [
        {
            **item,
            "id": item["id"] if size == "S" else f"{item['id']}-{size}",
            "group_id": item["id"],
            "attributes": json.dumps({"size": size}),
        }
        for item in table.to_pylist()
        for size in ("S", "M", "L")
    ]
    schema = table.schema.append(pa.field("group_id", pa.string())).append(pa.field("attributes", pa.string()))
    pq.write_table(pa.Table.from_pylist(rows, schema), out / "items.parquet")

    def sized(row: dict[str, Any]) -> dict[str, Any]:
        def some_size(item: str) -> str:
            return f"{item}{some.choice(['', '-M', '-L'])}"

        named = {name: [some_size(item) for item in row[name]] for name in ("items", "candidates") if name in row}
        return {**row, **named, **({"answer": some_size(row["answer"])} if isinstance(row.get("answer"), str) else {})}

    for path in data.glob("*.jsonl"):
        if path.name in {"outfits.jsonl", "fitb.jsonl", "retrieval.jsonl", "compatibility.jsonl"}:
            (out / path.name).write_text("".join(f"{json.dumps(sized(json.loads(line)))}\n" for line in path.read_text().splitlines()))
    return out


@pytest.fixture(scope="module")
def shops(data: Path, small: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    """A shop, and the same in sizes, each with a bundle that learned from it."""
    place = tmp_path_factory.mktemp("sizes")
    found = {"one": data, "sizes": in_sizes(data, place / "shop")}
    for name, shop in found.items():
        train(shop, "attire", place / name, settings={**small, **FAST})
    return {name: (shop, place / name) for name, shop in found.items()}


def test_what_is_learned_does_not_depend_on_the_sizes_bought(shops: dict[str, tuple[Path, Path]]) -> None:
    """Weight by weight: a product is counted, remembered and drawn as one item."""
    one, sizes = (Bundle.load(bundle) for _, bundle in shops.values())
    assert one.vocabulary == sizes.vocabulary
    assert one.residuals == sizes.residuals
    for name, weight in one.model.state_dict().items():
        torch.testing.assert_close(sizes.model.state_dict()[name], weight, msg=name)


def test_questions_may_name_any_size(shops: dict[str, tuple[Path, Path]]) -> None:
    """The model answers as it does of a shop without sizes, and so does counting how often a product is worn."""
    one, sizes = (evaluate(shop, bundle)["tasks"] for shop, bundle in shops.values())
    for name in ("fitb", "retrieval", "compatibility"):
        told = [field for field in sizes[name] if "baselines" not in field]
        assert {field: sizes[name][field] for field in told} == {field: one[name][field] for field in told}
        assert sizes[name]["baselines"]["popularity"] == one[name]["baselines"]["popularity"]


def test_each_size_is_known_as_its_first(shops: dict[str, tuple[Path, Path]]) -> None:
    """Also of a bundle that was read again, by ids alone."""
    bundle = Bundle.load(shops["sizes"][1])
    worn = bundle.residuals[0]
    features, words = torch.zeros(3, bundle.manifest.encoder.size).numpy(), ["shirt size=s", "shirt size=m", "shirt size=l"]
    rows = bundle.inputs(features, ["tops"] * 3, words, [worn, f"{worn}-M", f"{worn}-L"])
    assert rows.residual_N.tolist() == [1, 1, 1]
    assert (rows.words_NL == rows.words_NL[0]).all()
