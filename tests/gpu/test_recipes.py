"""Every recipe trains on another device, and is judged there; on the pretended one it learns what it learns on the CPU."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from models.bundle import Bundle
from models.encoders.load import load_encoder
from models.evaluation.evaluate import evaluate
from models.precision import CPU
from models.recipes.registry import RECIPES
from models.recipes.train import train
from models.training import slots

MASKS = {"masks": "3", "mask_epochs": "1", "mask_size": "16"}
SMALL = {"embedding_size": "16", "batch_size": "16", "epochs": "1", "minutes": "60"}
PIXELS = {**SMALL, "mode": "pixels", "backbone": "shufflenet_v2_x0_5", "side": "32"}
WORDS = {"batch_size": "12", "epochs": "1", "least_word": "1", "side": "32", "width": "8", "layers": "1,1,1,1", "embedding_size": "16"}
RUNS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "attire": ("attire", {**SMALL, "hidden": "32", "candidates": "16", "judged": "8", "least_word": "1", "drop_word": "0.1", **MASKS}),
    "attire, reranked": (
        "attire",
        {**SMALL, "hidden": "32", "members": "1", "masks": "0", "average": "0", "popularity": "0", "rerank": "0.5"},
    ),
    "outfit-vector": ("outfit-vector", {**SMALL, "hinges": "1", "weight_norm": "0.01"}),
    "outfit-vector, pixels": ("outfit-vector", {**PIXELS, "spaces": "shared"}),
    "personal": ("personal", {**SMALL, "way": "student", "teacher_size": "16", "own": "8", "contrast": "0.1", "cold": "0"}),
    "personal, anchors": ("personal", {**SMALL, "way": "anchors", "own": "8", "shared": "4", "cold": "0"}),
    "semi-supervised": ("semi-supervised", {**SMALL, "least_steps": "2", "side": "32", "views": "1"}),
    "semi-supervised, pixels": ("semi-supervised", {**PIXELS, "least_steps": "2", "unlabelled": "8"}),
    "self-adaptive": ("self-adaptive", {**SMALL, "least_steps": "2", "blocks": "image", "visual_semantic": "0.1", "theta": "up"}),
    "self-adaptive, pixels": ("self-adaptive", {**PIXELS, "least_steps": "2"}),
    "weak-labels": ("weak-labels", {**WORDS, "loss": "clip", "word_weight": "0.5", "text_width": "32", "text_layers": "1"}),
    "weak-labels, sigmoid": ("weak-labels", {**WORDS, "loss": "siglip", "text_width": "32", "text_layers": "1"}),
    "weak-labels, words": ("weak-labels", {**WORDS, "loss": "words", "negatives": "2"}),
}
NO_ATTENTION = ("outfit-vector", "semi-supervised", "self-adaptive")
"""Recipes without attention, for which torch takes another kernel on the pretended device than on the CPU."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Features of the shop, encoded once."""
    return tmp_path_factory.mktemp("kept")


opened = cache(load_encoder)


@pytest.fixture(autouse=True)
def _eyes_are_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoder, which takes half of the time of so small a training and its questions."""
    for place in ("models.training.run", "models.evaluation.evaluate"):
        monkeypatch.setattr(f"{place}.load_encoder", opened)


@pytest.fixture(autouse=True)
def _hardly_any_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    """What belongs to an outfit is learned on the CPU whatever the device, and takes most of the time of such a small training."""
    monkeypatch.setattr(slots, "_LEAST_STEPS", 2)


def scores_of(bundle: Bundle) -> np.ndarray:
    """What it says of forty outfits of three random items."""
    size, names = bundle.manifest.encoder.size, ["bottoms", "shoes", "tops"]
    features_NF = np.random.default_rng(0).normal(size=(120, size)).astype(np.float32)
    embedded_ND = bundle.embed(features_NF, names * 40, [""] * 120)
    return bundle.score(bundle.outfits(list(embedded_ND.reshape(40, 3, -1)), [names] * 40))


def test_every_recipe_is_here() -> None:
    """Whoever adds one adds it here."""
    assert {name for name, _ in RUNS.values()} == set(RECIPES)


@pytest.mark.parametrize("run", RUNS)
def test_it_trains_there_and_serves_here(run: str, far: torch.device, shop: Path, kept: Path, tmp_path: Path) -> None:
    """The bundle is files like any other, another training can start from it, and it is asked the same questions on either device."""
    recipe, settings = RUNS[run]
    there = train(shop, recipe, tmp_path / "there", settings=settings, seed=3, cache=kept, device=far)
    assert there.device == far
    weights = there.model.state_dict()
    assert all(value.device == far and bool(value.isfinite().all()) for value in weights.values())
    assert Bundle.load(tmp_path / "there").device == CPU
    if settings.get("mode") != "pixels":  # which start anew
        untrained = {name: "0" if name == "epochs" else value for name, value in settings.items()}
        further = train(shop, recipe, tmp_path / "further", settings=untrained, init=tmp_path / "there", cache=kept, device=far)
        assert further.manifest.parent == there.id
    told = {device: evaluate(shop, tmp_path / "there", split="valid", cache=kept, device=device)["tasks"] for device in (CPU, far)}
    assert set(told[far]) == {"fitb", "compatibility", "retrieval"}
    if far.type == "cuda":  # a hundredth of a percent decides the four questions of these models, hardly trained
        said = [scores_of(Bundle.load(tmp_path / "there").to(device)) for device in (CPU, far)]
        np.testing.assert_allclose(said[1], said[0], rtol=1e-3, atol=1e-3 * float(np.ptp(said[0])))
        return
    for task, figures in told[far].items():
        for name in {"fitb_accuracy", "auc", "recall_at_10"} & set(figures):
            assert figures[name] == pytest.approx(told[CPU][task][name], abs=1e-9)
    here = train(shop, recipe, tmp_path / "here", settings=settings, seed=3, cache=kept)
    for name, value in here.model.state_dict().items():
        np.testing.assert_allclose(weights[name].cpu().numpy(), value.numpy(), rtol=1e-3, atol=1e-4, err_msg=name)
    if recipe in NO_ATTENTION:
        assert here.id == there.id
