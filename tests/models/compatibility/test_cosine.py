"""The untrained model: what it compares items by."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from models.compatibility.base import ItemInputs
from models.compatibility.cosine import CosineModel

N, CATEGORIES, BLOCKS = 400, 2, (16, 4)
CATEGORY_N = torch.arange(N) % CATEGORIES


def features() -> np.ndarray:
    """Two categories that differ, each around a mean of its own; every tenth item lacks the second block."""
    rng = np.random.default_rng(0)
    usual_CF = rng.normal(size=(CATEGORIES, sum(BLOCKS)))
    features_NF = usual_CF[CATEGORY_N.numpy()] + 0.7 * rng.normal(size=(N, sum(BLOCKS)))
    features_NF[::10, BLOCKS[0] :] = 0
    return features_NF.astype(np.float32)


def inputs(features_NF: np.ndarray, category_N: Tensor = CATEGORY_N) -> ItemInputs:
    """What the model reads."""
    none_N = torch.zeros(len(features_NF), dtype=torch.long)
    return ItemInputs(torch.from_numpy(features_NF), category_N, none_N[:, None], none_N)


def most_first(embeddings_ND: Tensor) -> int:
    """How often the item that comes first most often comes first, of one category beside each of the other."""
    ones_ND, others_ND = (embeddings_ND[category == CATEGORY_N] for category in range(CATEGORIES))
    return int((ones_ND @ others_ND.T).argmax(1).bincount().max())


def fitted(features_NF: np.ndarray) -> CosineModel:
    """The model of a catalogue."""
    return CosineModel(sum(BLOCKS), BLOCKS, CATEGORIES).fit(features_NF, CATEGORY_N)


def test_no_item_is_near_everything() -> None:
    """What is near the mean of its category would come first beside everything."""
    features_NF = features()
    raw = most_first(CosineModel(sum(BLOCKS)).embed(inputs(features_NF)))
    assert 3 * most_first(fitted(features_NF).embed(inputs(features_NF))) < raw


def test_what_an_item_lacks_stays_lacking() -> None:
    """A missing block has no mean to differ from, and counts for none."""
    embeddings_ND = fitted(features()).embed(inputs(features()))
    assert not embeddings_ND[::10, BLOCKS[0] :].any()
    assert embeddings_ND[::10, : BLOCKS[0]].norm(dim=1).allclose(torch.ones(N // 10))


def test_what_hardly_differs_is_near_nothing() -> None:
    """Rounding of what is like all others of its kind is no likeness."""
    alike_NF = np.tile(features()[:CATEGORIES], (N // CATEGORIES, 1)).astype(np.float16).astype(np.float32)
    alike_NF[:, BLOCKS[0] :] = 0.5
    model = fitted(alike_NF)
    usual_ND = model.embed(inputs(alike_NF * np.float32(1.0003)))
    assert usual_ND.allclose(model.embed(inputs(alike_NF)), atol=1e-3)
    other = model.embed(inputs(features(), torch.full((N,), CATEGORIES)))
    assert other.isfinite().all(), "of a category that the catalogue did not have"
