"""Items by their pictures, as training sees them and as the encoder does later."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch
from PIL import Image

from models.bundle import Bundle
from models.datasets.schema import ITEM_SCHEMA, Catalogue, Dataset, Outfit
from models.recipes.outfit_vector.config import OutfitVectorConfig
from models.training.prepare import names_of, untrained
from models.training.reading import Items, SeenItems, read_by, read_items
from models.training.run import Run


@pytest.fixture
def run(tmp_path: Path) -> Run[OutfitVectorConfig]:
    """Eight items, one of them without a picture."""
    rows = []
    for number in range(8):
        buffer = io.BytesIO()
        Image.fromarray(np.random.default_rng(number).integers(0, 256, (40, 30, 3), dtype=np.uint8)).save(buffer, "PNG")
        rows.append({"id": f"i{number}", "category": "tops", "image": {"bytes": buffer.getvalue() if number else None, "path": None}})
    dataset = Dataset(tmp_path, "shop", Catalogue(pa.Table.from_pylist(rows, ITEM_SCHEMA)), (Outfit("o", ("i1", "i2"), "train"),), {})
    config = OutfitVectorConfig(mode="pixels", backbone="resnet18", side=32, spaces="shared")
    return Run(dataset=dataset, config=config, work=tmp_path / "work")


def opened(run: Run[OutfitVectorConfig]) -> tuple[Items, Bundle, Run[OutfitVectorConfig]]:
    """The items, a bundle for them, and the run that it was built for."""
    run, size = read_by(run)
    described = {"spaces": "shared", "categories": 1, "feature_size": size, "embedding_size": 4}
    bundle = untrained(run, "outfit-vector", "outfit_vector", described, names_of(run.dataset))
    return read_items(run, bundle), bundle, run


def test_training_sees_what_the_encoder_will_say(run: Run[OutfitVectorConfig]) -> None:
    """The carried backbone gives the features that the model was trained on, up to half precision; none for a missing picture."""
    items, bundle, run = opened(run)
    seen = items.every().features_NF
    bundle, run = items.carried(bundle, run)
    assert bundle.manifest.encoder.fingerprint == run.encoder.features.fingerprint
    assert np.abs(run.features[:, : seen.shape[1]] - seen.numpy()).max() < 5e-3
    assert seen[0].abs().max() == 0
    assert torch.allclose(seen[1:].norm(dim=1), torch.ones(7), atol=1e-5)


def test_the_backbone_learns_with_the_model(run: Run[OutfitVectorConfig]) -> None:
    """A loss on the embeddings reaches its first layer; looking at all items leaves no gradient."""
    items, bundle, _ = opened(run)
    items.train()
    bundle.model.embed(items.take(torch.tensor([0, 3, 4]))).sum().backward()
    assert items.tower.conv1.weight.grad.abs().max() > 0
    assert not items.every().features_NF.requires_grad
    assert items.tower.training


def test_what_imagenet_taught_learns_again_from_its_last_groups(run: Run[OutfitVectorConfig], wheel_file: Path) -> None:
    """The groups before stay, and so do all statistics; numbers start standardised; the encoder says what training saw."""
    run = replace(run, config=replace(run.config, backbone="lite0", weights=str(wheel_file), learns=2))
    items, bundle, run = opened(run)
    assert isinstance(items, SeenItems)
    levels = items.architecture.learned
    assert levels is not None
    seen_ML = items.tower(items.architecture.preprocessing.normalise(items.pixels(torch.arange(7))))
    torch.testing.assert_close(seen_ML.mean(0), torch.zeros(levels.num_features), rtol=0, atol=1e-3)
    kept = {name: value.clone() for name, value in levels.named_buffers()}
    items.train()
    bundle.model.embed(items.take(torch.tensor([1, 3, 4]))).sum().backward()
    learning = [any(weight.grad is not None for weight in group.parameters()) for group in levels.network.blocks]
    assert learning == [False] * 5 + [True] * 2
    assert all(torch.equal(value, kept[name]) for name, value in levels.named_buffers())
    bundle, run = items.carried(bundle, run)
    assert np.abs(run.features[:, : levels.num_features] - items.every().features_NF.detach().numpy()).max() < 5e-3
