"""A tiny open_clip model on disk, and pictures to look at."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Callable
from pathlib import Path

import open_clip
import pytest
import torch
from PIL import Image, ImageDraw
from safetensors.torch import save_file

MODEL = {
    "embed_dim": 16,
    "vision_cfg": {"layers": [1, 1, 1, 1], "width": 8, "patch_size": None, "image_size": 32},
    "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 16, "heads": 1, "layers": 1},
}
PREPROCESS = {
    "size": 32,
    "mean": [0.5, 0.5, 0.5],
    "std": [0.25, 0.25, 0.25],
    "interpolation": "bicubic",
    "resize_mode": "longest",
    "fill_color": 255,
}

Picture = Callable[..., bytes]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that ``local-dir:`` reads: seeded weights, never trained."""
    root = tmp_path_factory.mktemp("tiny")
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(0)
        model = open_clip.model.CLIP(**MODEL)
    save_file({name: value for name, value in model.state_dict().items() if name != "attn_mask"}, root / "open_clip_model.safetensors")
    (root / "open_clip_config.json").write_text(json.dumps({"model_cfg": MODEL, "preprocess_cfg": PREPROCESS}))
    return root


@pytest.fixture(scope="session")
def picture() -> Picture:
    """A garment-like patch of one colour on a wall of another, encoded."""

    def paint(colour: str = "crimson", wall: str = "white", kind: str = "PNG") -> bytes:
        image = Image.new("RGB", (60, 80), wall)
        ImageDraw.Draw(image).rectangle((15, 20, 45, 65), fill=colour)
        buffer = io.BytesIO()
        image.save(buffer, kind)
        return buffer.getvalue()

    return paint
