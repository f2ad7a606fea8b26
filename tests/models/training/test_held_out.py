"""What a training is worth, on outfits that it did not learn from."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch import distributed

from models.bundle import Bundle
from models.compatibility.build import build_model
from models.datasets.read import read_dataset
from models.evaluation.scorer import ModelScorer
from models.manifest import HeldOut, Manifest
from models.progress import Advance, silent
from models.recipes.outfit_vector.config import OutfitVectorConfig
from models.training.held_out import held_out
from models.training.parallel import ALONE, Workers
from models.training.run import Run


@pytest.fixture
def run(worn_shop: Callable[[Path], Path], tmp_path: Path) -> Run[Any]:
    """48 outfits of one colour each, 16 of them for validation."""
    dataset = read_dataset(worn_shop(tmp_path / "shop"), ("train", "valid"), tasks=False)
    return Run(dataset=dataset, config=OutfitVectorConfig(), work=tmp_path / "work")


def cosine(run: Run[Any]) -> Bundle:
    """A bundle of the features' cosine, which any training begins from."""
    size = run.reads.size
    named = {"recipe": "test", "config": {}, "model": "cosine", "model_config": {"feature_size": size}}
    manifest = Manifest(**named, encoder=run.reads, categories=(), embedding_size=size)
    return Bundle(manifest, build_model("cosine", manifest.model_config))


def test_few_outfits_are_asked_about_by_training_without_them(run: Run[Any]) -> None:
    """Each outfit is left out once, and asked about by what was trained without it."""
    seen: list[set[str]] = []

    def fit(one: Run[Any]) -> Bundle:
        seen.append({outfit.id for outfit in one.dataset.outfits if outfit.split in {"train", "valid"}})
        return cosine(one)

    told: list[tuple[str, int]] = []

    def heard(title: str, total: int) -> AbstractContextManager[Advance]:
        told.append((title, total))
        return silent(title, total)

    run = replace(run, progress=heard)
    found = held_out(cosine(run), run, fit)
    assert ("training without a quarter, and asking about it, quarters", 4) in told
    every = {outfit.id for outfit in run.dataset.outfits}
    assert found is not None
    assert [len(ids) for ids in seen] == [36] * 4
    assert sorted(name for ids in seen for name in every - ids) == sorted(every)
    assert found.folds == 4
    assert found.fitb_accuracy == pytest.approx(found.simple["raw_cosine"], abs=0.02)  # one item has no picture, and ties with others


def test_workers_share_out_the_quarters(run: Run[Any]) -> None:
    """Each trains its own alone; all say what one process says."""

    def fit(one: Run[Any]) -> Bundle:
        trained.append(one)
        return cosine(one)

    trained: list[Run[Any]] = []
    alone = held_out(cosine(run), run, fit)
    assert len(trained) == 4
    trained.clear()
    store = distributed.HashStore()

    def work(number: int) -> HeldOut | None:
        one = replace(run, workers=Workers(distributed.ProcessGroupGloo(store, number, 3, timedelta(minutes=1))))
        vars(one)["features"] = run.features  # a training has them by now
        return held_out(cosine(run), one, fit)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(work, range(3))) == [alone] * 3
    assert [one.workers for one in trained] == [ALONE] * 4


def test_validation_outfits_are_asked_about_where_there_are_enough(run: Run[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is trained again; a model that is turned round is worse than the cosine, and says by how much."""
    monkeypatch.setattr("models.training.held_out.ENOUGH", 16)
    bundle = cosine(run)
    monkeypatch.setattr("models.evaluation.scorer.ModelScorer.candidates", _turned)
    found = held_out(bundle, run, lambda _: pytest.fail("trained again"))
    assert found is not None
    assert (found.folds, found.verdict) == (0, "worse")
    assert "worse than" in str(found)
    assert ", the better of the 2 asked (" in str(found)


def test_what_took_long_is_not_trained_again(run: Run[Any]) -> None:
    """The validation outfits that there are have to do."""
    bundle = cosine(run)
    slow = replace(bundle, manifest=replace(bundle.manifest, minutes=2.0))
    found = held_out(slow, run, lambda _: pytest.fail("trained again"))
    assert found is not None
    assert found.folds == 0


def _turned(scorer: ModelScorer, context: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """The cosine, from worst to best."""
    rows = scorer.embeddings_ND
    mean = np.stack([rows[row[row >= 0]].mean(0) for row in context])
    return -np.einsum("bd,bmd->bm", mean, rows[candidates])
