"""Every compatibility model on another device: arrays in, the CPU's arrays out, and nothing of it left on the CPU."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.recommend.asks import Queries, Rank, Score
from models.bundle import Bundle, Manifest, Shoppers
from models.compatibility.base import ItemInputs, OutfitBatch
from models.compatibility.build import MODELS, build_model
from models.encoders.features import Block, FeatureSpec
from models.evaluation import personal as asking
from models.evaluation.scorer import ModelScorer

CATEGORIES = ("bags", "shoes", "tops")
F = 12
SET = {"blocks": [8, 4], "categories": 3, "words": 4, "residuals": 2, "embedding_size": 8, "hidden": 16, "layers": 1, "heads": 2}
PAIRS = {"reads": [(0, 8), (8, 12)], "categories": 3, "size": 8, "hidden": 16}
MASKS = {"feature_size": F, "categories": 3, "words": 4, "products": 0, "residuals": 2, "embedding_size": 8, "hidden": 16}
MEMORY = {
    "levels": ["item", "type"],
    "level_sizes": [3, 4],
    "terms": [["item", "item", 0.1], ["item", "type", 1.0], ["type", "type", 2.0]],
    "table_sizes": [3, 2, 4],
    "categories": 3,
    "words": 4,
}
MEMBERS = [["pair_masks", MASKS], ["set_transformer", SET]]
KINDS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "cosine": ("cosine", {"feature_size": F}),
    "set_transformer": ("set_transformer", {**SET, "rerank": 0.5}),
    "average": ("average", {"members": 2, "model": "set_transformer", "config": SET}),
    "ensemble": ("ensemble", {"members": MEMBERS, "memory": MEMORY, "categories": 3, "residuals": 2, "probes": 4}),
    "pair_masks": ("pair_masks", MASKS),
    "pair_masks, attending": ("pair_masks", {**MASKS, "attends": True, "heads": 2}),
    "outfit_vector, shared": ("outfit_vector", {"spaces": "shared", "categories": 3, "feature_size": F, "embedding_size": 8}),
    "outfit_vector, pairs": ("outfit_vector", {"spaces": "pairs", "categories": 3, "feature_size": F, "embedding_size": 8}),
    "pairwise, linear": ("pairwise", {**PAIRS, "heads": "category", "unit": False}),
    "pairwise, bent": ("pairwise", {**PAIRS, "pair_spaces": True, "distance": "euclidean"}),
    "personal": ("personal", {"feature_size": F, "categories": 3, "shoppers": 2, "embedding_size": 8, "own": 4, "shared": 2, "bank": 8}),
}
RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(9, F)).astype(np.float32)
NAMES = [CATEGORIES[row % 3] for row in range(8)] + ["hats"]
TEXTS, IDS = ["red wool", "blue"] * 4 + ["unknown"], ["i0", "i1", *[None] * 7]


def bundle_of(kind: str) -> Bundle:
    """An untrained one, the same at each call."""
    name, config = KINDS[kind]
    torch.manual_seed(0)
    model = build_model(name, config)
    for buffer in model.buffers():
        if buffer.is_floating_point():
            buffer.normal_().abs_()  # counts and spreads are not negative
        else:
            buffer.fill_(1)
    manifest = Manifest(
        recipe="test",
        config={},
        model=name,
        model_config=config,
        encoder=FeatureSpec("features", f"features:{F}", (Block("image", 8), Block("text", 4))),
        categories=CATEGORIES,
        embedding_size=model.embedding_size,
    )
    words = ("red", "wool", "blue", "old")
    return Bundle(manifest, model, vocabulary=words, residuals=("i0", "i1"), shoppers=Shoppers(("u0", "u1") if name == "personal" else ()))


def answers(bundle: Bundle) -> dict[str, np.ndarray]:
    """All that a bundle says of nine items and two outfits, one of them with a category that it never saw."""
    embedded_ND = bundle.embed(FEATURES, NAMES, TEXTS, IDS, batch_size=4)
    outfits = bundle.outfits([embedded_ND[:3], embedded_ND[[8]]], [NAMES[:3], NAMES[8:]])
    candidates_BMD = np.stack([embedded_ND[3:7], embedded_ND[4:8]])
    found = {"embed": embedded_ND}
    served = [bundle, bundle.for_shopper("u1"), bundle.fold_in(outfits)]
    for number, one in enumerate(one for one in served if one is not None):
        found |= {
            f"queries {number}": one.queries(outfits, ["tops", "hats"]),
            f"rank {number}": one.rank(outfits, candidates_BMD, [NAMES[3:7], NAMES[4:8]]),
            f"score {number}": one.score(outfits),
        }
    scorer = ModelScorer(bundle, embedded_ND, NAMES)
    rows_BI, candidates_BM = np.array([[0, 1, -1], [2, -1, -1]]), np.array([[3, 6], [4, 7]])
    found |= {"candidates": scorer.candidates(rows_BI, candidates_BM), "outfits": scorer.outfits(rows_BI)}
    questions = asking.PersonalQuestions(("u0", "u1"), np.array([[[0, 1], [3, 4]], [[2, 3], [5, 7]]]), np.array([True]))
    return {**found, "whose": asking.answer(questions, bundle, embedded_ND, NAMES)}


def test_every_model_is_here() -> None:
    """Whoever adds one adds it here."""
    assert {name for name, _ in KINDS.values()} == set(MODELS)


@pytest.mark.parametrize("kind", KINDS)
def test_it_answers_what_the_cpu_answers(kind: str, far: torch.device) -> None:
    """In arrays of float32, whatever the device."""
    here, there = answers(bundle_of(kind)), answers(bundle_of(kind).to(far))
    assert len(here) == (13 if kind == "personal" else 7)
    for name, array in here.items():
        assert isinstance(there[name], np.ndarray)
        assert there[name].dtype == array.dtype
        np.testing.assert_allclose(there[name], array, rtol=1e-4, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_saved_as_from_the_cpu(kind: str, far: torch.device, tmp_path: Path) -> None:
    """The same files, so the same id; and it can be loaded onto either."""
    here, there = bundle_of(kind).save(tmp_path / "here"), bundle_of(kind).to(far).save(tmp_path / "there")
    assert here.id == there.id
    assert there.device == far
    loaded = Bundle.load(tmp_path / "there")
    assert loaded.device == torch.device("cpu")
    assert loaded.to(far).device == far


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("forgotten", [ItemInputs, OutfitBatch])
def test_what_is_left_on_the_cpu_is_told(kind: str, forgotten: type, far: torch.device, monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests fail where somebody forgets to bring items or outfits to the device; a cosine has nothing to multiply items with."""
    monkeypatch.setattr(forgotten, "to", lambda self, _device: self)
    bundle = bundle_of(kind).to(far)
    if (kind, forgotten) == ("cosine", ItemInputs):
        assert answers(bundle)
    else:
        with pytest.raises(RuntimeError, match=r"(?i)expected all tensors to be on the same device"):
            answers(bundle)


@pytest.mark.parametrize("kind", KINDS)
def test_what_several_ask_together_is_answered_as_if_alone(kind: str, far: torch.device) -> None:
    """Queries, ranks and scores of outfits of any size, a shopper's taste as a row among them."""
    common = bundle_of(kind).to(far)
    embedded_ND = common.embed(FEATURES, NAMES, TEXTS, IDS)
    bundles = [common, common.for_shopper("u1") or common, common.for_shopper("u0") or common, common]
    sets = [[slice(0, 3)], [slice(2, 4), slice(1, 2)], [slice(4, 9)], [slice(8, 9)]]
    contexts = [([embedded_ND[some] for some in rows], [NAMES[some] for some in rows]) for rows in sets]
    shapes = [(len(rows), 2 + place) for place, rows in enumerate(sets)]
    ranks = [
        {"candidates_AMD": np.stack([embedded_ND[:many]] * rows), "categories": [NAMES[:many]] * rows, "among_all": True, "mixed": True}
        for rows, many in shapes
    ]
    asks: list[list[Any]] = [
        [Queries(bundle, context, ["tops"] * rows) for bundle, context, (rows, _) in zip(bundles, contexts, shapes, strict=True)],
        [Rank(bundle=bundle, contexts=context, **rank) for bundle, context, rank in zip(bundles, contexts, ranks, strict=True)],  # type: ignore[arg-type]
        [Score(bundle, context) for bundle, context in zip(bundles, contexts, strict=True)],
    ]
    for some in asks:
        for together, one in zip(type(some[0]).together(some), some, strict=True):
            np.testing.assert_allclose(together, one.alone(), rtol=1e-4, atol=1e-5)
