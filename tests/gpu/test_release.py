"""A catalogue is imported, a bundle published, and a release served on another device, as on the CPU."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from models.bundle import Bundle
from models.precision import CPU
from models.recipes.train import train

pytest.importorskip("faiss")

from app.catalogue.importing import import_catalogue
from app.catalogue.publishing import publish
from app.ground.parts import Limits
from app.home.store import ReleaseStore
from app.recommend.complete import complete
from app.recommend.completion import Question
from app.release.release import Release


def test_a_release_answers_there_as_here(far: torch.device, shop: Path, tmp_path: Path) -> None:
    """Made there, it passes its check on either device: embeddings are the same to 1e-3; scores to 3 % of their spread."""
    settings = {
        "embedding_size": "16",
        "hidden": "32",
        "epochs": "1",
        "members": "1",
        "masks": "1",
        "mask_epochs": "1",
        "mask_size": "16",
        "batch_size": "16",
    }
    bundle = train(shop, "attire", tmp_path / "bundle", settings=settings, cache=tmp_path / "cache")
    store = ReleaseStore(tmp_path / "home")
    import_catalogue(shop, store, default_encoder="shipped", cache=tmp_path / "cache", device=far)
    record = publish(tmp_path / "bundle", store, device=far)
    there, here = Release.open(store, record, device=far), Release.open(store, record)
    assert (there.bundle.device, here.bundle.device) == (far, CPU)
    rows = list(range(12))
    np.testing.assert_allclose(there.embed_rows(rows), here.embed_rows(rows), atol=1e-3)
    question = Question(items=["i1", "i14"], k=5)
    found = [
        {one.row: one.score for slot in complete(release, question, Limits()).slots for one in slot.items} for release in (here, there)
    ]
    spread = max(found[0].values()) - min(found[0].values())
    assert len(set(found[0]) & set(found[1])) >= len(found[0]) - 1
    for row in set(found[0]) & set(found[1]):
        assert found[1][row] == pytest.approx(found[0][row], abs=0.03 * spread + 1e-4)
    photo = there.encoder.encode([None], ["crimson tops"])
    np.testing.assert_allclose(photo, here.encoder.encode([None], ["crimson tops"]), atol=0.02)
    assert Bundle.load(tmp_path / "bundle").id == bundle.id
