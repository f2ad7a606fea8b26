"""Builds an encoder from its spec."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch

from models.encoders.base import Encoder
from models.encoders.features import OWN, FeatureSpec
from models.encoders.image_towers import CONFIG_FILE
from models.errors import EncoderError
from models.precision import CPU

SHIPPED: Final = "shipped"
SHIPPED_2026_11: Final = "shipped-2026-11"
SHIPPED_DIRECTORY: Final = Path(__file__).parent / SHIPPED
SHIPPED_DIRECTORIES: Final = {SHIPPED: SHIPPED_DIRECTORY, SHIPPED_2026_11: SHIPPED_DIRECTORY.with_name(SHIPPED_2026_11)}
_SHIPPED_BEFORE: Final = {"0ec9496c015e361d": SHIPPED_2026_11}
"""The fingerprints of weights that were called ``shipped`` once -> their names now."""


def load_encoder(spec: str = SHIPPED, device: torch.device = CPU) -> Encoder:
    """Build an encoder.

    Args:
        spec: ``shipped`` · ``shipped-2026-11`` (what was shipped until then) · ``hf-hub:ORG/NAME`` ·
            ``local-dir:PATH`` (an open_clip model or a trained image tower) · an open_clip model name, with ``/PRETRAINED`` for
            weights · ``backbone:NAME`` or ``backbone:NAME/WEIGHTS`` for torchvision.
        device: where it computes; in half precision where that is a GPU. Features are arrays all the same.

    Raises:
        EncoderError: no such model, or it cannot be reached; one line.

    The ``spec`` of the encoder returned holds the absolute path of a directory, so that a release works from any working directory.
    """
    from models.encoders.backbones import load_backbone, load_trained_tower  # noqa: PLC0415 - torchvision is slow to import
    from models.encoders.open_clip import load_open_clip  # noqa: PLC0415

    if spec.startswith("local-dir:"):
        spec = f"local-dir:{_absolute(spec.removeprefix('local-dir:'))}"
    if spec.startswith("backbone:"):
        return load_backbone(spec, device)
    if spec.startswith("local-dir:") and (directory := Path(spec.removeprefix("local-dir:")) / CONFIG_FILE).is_file():
        return load_trained_tower(spec, directory.parent, device)
    if spec.startswith(("hf-hub:", "local-dir:")):
        return load_open_clip(spec, device)
    if spec in SHIPPED_DIRECTORIES:
        return load_open_clip(spec, device, name=f"local-dir:{SHIPPED_DIRECTORIES[spec]}")
    if spec == OWN:
        msg = "the features are the shop's own, so there is no encoder to load; use items of the catalogue"
        raise EncoderError(msg)
    import open_clip  # noqa: PLC0415

    name, _, pretrained = spec.partition("/")
    if name not in open_clip.list_models():
        known = "shipped, hf-hub:ORG/NAME, local-dir:PATH, backbone:NAME, or an open_clip model such as ViT-B-32/openai"
        msg = f"encoder {spec!r}: no such encoder; give {known}"
        raise EncoderError(msg)
    return load_open_clip(spec, device, name=name, pretrained=pretrained or None)


def spec_now(features: FeatureSpec) -> str:
    """The spec that makes these features today; ``shipped`` was other weights once, which bundles and homes of then go on reading."""
    return _SHIPPED_BEFORE.get(features.fingerprint, SHIPPED) if features.spec == SHIPPED else features.spec


def _absolute(directory: str) -> Path:
    try:
        return Path(directory).expanduser().absolute()
    except RuntimeError as error:  # ~user of an unknown user
        msg = f"encoder 'local-dir:{directory}': {error}; give the directory's full path"
        raise EncoderError(msg) from error
