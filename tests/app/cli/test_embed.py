"""``attire embed``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from app.cli import run
from models.bundle import Bundle
from models.datasets.read import read_catalogue
from models.evaluation.evaluate import features_for


def test_vectors_are_the_bundles(catalogue: Path, home: Path, tmp_path: Path) -> None:
    """By id, in the order of the catalogue; likeness goes by the first of them."""
    out, path = tmp_path / "embeddings.parquet", next((home / "bundles").iterdir())
    assert run(["embed", str(catalogue), "--bundle", str(path), "--out", str(out)]) == 0
    table, items, bundle = pq.read_table(out), read_catalogue(catalogue), Bundle.load(path)
    vectors = bundle.embed(features_for(bundle, items), items.categories, items.texts(), items.ids)
    assert table.column("id").to_pylist() == items.ids
    np.testing.assert_array_equal(np.array(table.column("vector").to_pylist(), np.float32), vectors)
    np.testing.assert_array_equal(np.array(table.column("looks").to_pylist(), np.float32), bundle.looks(vectors))
