"""Several ways to look at the same pictures: the shipped encoder, its blocks, and what it has to beat.

Shape legend: N pictures · F features of a way · S side of a thumbnail.
"""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import open_clip
import torch
from safetensors.torch import save_file

from models.datasets.schema import Catalogue
from models.encoders.base import Encoder
from models.encoders.features import FloatArray
from models.encoders.image_towers import halved
from models.encoders.keep import catalogue_features
from models.encoders.load import SHIPPED_DIRECTORY, load_encoder
from models.encoders.open_clip import OpenClipEncoder
from models.encoders.pictures import decode, square
from models.encoders.words import VOCABULARY_FILE
from models.progress import Progress

SHIPPED: Final = "image + colour + texture"
IMAGE: Final = "image alone"
UNTRAINED: Final = "untrained network"
THUMBNAIL: Final = "16 x 16 thumbnail"
RANDOM: Final = "random"
BASELINES: Final = (UNTRAINED, THUMBNAIL, RANDOM)
BLOCKS: Final = ("image", "colour", "texture")
_SIDE: Final = 16


@dataclass(frozen=True)
class Looker:
    """What looks at pictures; both encoders keep their features in ``cache``."""

    shipped: Encoder
    untrained: Encoder
    cache: Path
    progress: Progress

    def features(self, catalogue: Catalogue) -> FloatArray:
        """All blocks of the shipped encoder, ``(N, F)``."""
        return catalogue_features(catalogue, self.shipped, self.cache, self.progress).features

    def block(self, features_NF: FloatArray, *names: str) -> FloatArray:
        """Some blocks of the shipped encoder, one beside the other."""
        return np.concatenate([features_NF[:, self.shipped.features.part(name)] for name in names], axis=1)

    def baselines(self, catalogue: Catalogue) -> dict[str, FloatArray]:
        """What it has to beat, each ``(N, F)``."""
        seen = catalogue_features(catalogue, self.untrained, self.cache, self.progress).features
        return {
            UNTRAINED: seen[:, self.untrained.features.part("image")],
            THUMBNAIL: thumbnails(catalogue),
            RANDOM: np.random.default_rng(0).standard_normal((len(catalogue), 64)).astype(np.float32),
        }


def thumbnails(catalogue: Catalogue) -> FloatArray:
    """Pixels of pictures scaled down, ``(N, 3 * S * S)`` from 0 to 1."""
    pictures = (catalogue.image(row) or b"" for row in range(len(catalogue)))
    return np.stack([square(decode(one), _SIDE).ravel() for one in pictures]).astype(np.float32) / np.float32(255)


def reading_copy(directory: Path) -> Encoder:
    """The shipped encoder without the vectors of its words, so that its text tower reads them."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("open_clip_config.json", "open_clip_model.safetensors", VOCABULARY_FILE):
        shutil.copy(SHIPPED_DIRECTORY / name, directory)
    return load_encoder(f"local-dir:{directory}")


def untrained_copy(directory: Path, pictures: Catalogue, count: int = 1024) -> Encoder:
    """The shipped architecture with random weights, whose batch statistics come from training pictures, so that it is no straw man."""
    if not (directory / "open_clip_model.safetensors").is_file():
        directory.mkdir(parents=True, exist_ok=True)
        shutil.copy(SHIPPED_DIRECTORY / "open_clip_config.json", directory)
        body: Mapping[str, dict[str, object]] = json.loads((directory / "open_clip_config.json").read_text())
        shipped = load_encoder()
        assert isinstance(shipped, OpenClipEncoder)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.manual_seed(0)
            model = open_clip.model.CLIP(**body["model_cfg"])
        for layer in model.modules():
            if isinstance(layer, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
                layer.momentum = None  # a plain average over all batches
        model.train()
        with torch.inference_mode():
            for at in range(0, min(count, len(pictures)), 128):
                some = [decode(pictures.image(row) or b"") for row in range(at, min(at + 128, count, len(pictures)))]
                model.encode_image(torch.stack([shipped._transform(one) for one in some]))  # noqa: SLF001 - it has no other name
        weights = {name: value for name, value in halved(model.state_dict()).items() if name != "attn_mask"}
        save_file(weights, directory / "open_clip_model.safetensors")
    return load_encoder(f"local-dir:{directory}")
