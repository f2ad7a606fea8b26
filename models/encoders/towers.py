"""Shared by all encoders: decoding a batch of pictures on several threads, the colour and texture blocks, and fingerprints."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from models.encoders.colour import COLOUR_FEATURES, colour_features
from models.encoders.features import Block, FeatureSpec, FloatArray
from models.encoders.pictures import decode, decoders
from models.encoders.texture import TEXTURE_FEATURES, texture_features

COLOUR: Final = Block("colour", COLOUR_FEATURES)
TEXTURE: Final = Block("texture", TEXTURE_FEATURES)
_LAYOUT_VERSION: Final = 2
_NEAR: Final = 32  # pictures whose maps of features stay near a CPU's cores: twice as fast as 256

Transform = Callable[[Image.Image], Tensor]


def encode_blocks(
    spec: FeatureSpec,
    images: Sequence[bytes | None],
    titles: Sequence[str | None],
    *,
    transform: Transform,
    see: Callable[[Tensor], Tensor],
    see_at_once: int | None,
    read: Callable[[list[str]], Tensor] | None,
) -> FloatArray:
    """Fill the image, text, colour and texture blocks of a batch, ``(N, F)``; a missing picture or title leaves its blocks zero.

    Args:
        transform: a decoded picture -> ``(3, H, W)``.
        see: ``(n, 3, H, W)`` -> ``(n, size of the image block)``. see_at_once: most pictures that it takes; None for any number.
        read: n titles -> ``(n, size of the text block)``; None for an encoder without a text tower.

    Raises:
        ImageError: a picture cannot be decoded.
    """
    features = np.zeros((len(images), spec.size), dtype=np.float32)
    if seen := [row for row, image in enumerate(images) if image]:
        prepared = list(decoders().map(lambda row: _prepare(images[row] or b"", transform), seen))
        with torch.inference_mode():
            pixels_N3HW = torch.stack([pixels for pixels, _, _ in prepared])
            looked = F.normalize(torch.cat([see(part).float() for part in pixels_N3HW.split(see_at_once or len(seen))]), dim=-1)
        features[seen, spec.part("image")] = looked.cpu().numpy()
        features[seen, spec.part("colour")] = np.stack([colours for _, colours, _ in prepared])
        features[seen, spec.part("texture")] = np.stack([cloth for _, _, cloth in prepared])
    if read and (worded := [row for row, title in enumerate(titles) if title and title.strip()]):
        with torch.inference_mode():
            meant = F.normalize(read([titles[row] or "" for row in worded]).float(), dim=-1)
        features[worded, spec.part("text")] = meant.cpu().numpy()
    return features


def at_once(device: torch.device) -> int | None:
    """Pictures that a tower takes best at a time; None for as many as there are."""
    return _NEAR if device.type == "cpu" else None


def _prepare(data: bytes, transform: Transform) -> tuple[Tensor, FloatArray, FloatArray]:
    picture = decode(data)
    return transform(picture), colour_features(picture), texture_features(picture)


def fingerprint(weights: Mapping[str, Tensor], **description: object) -> str:
    """Digest of weights and everything else that decides the features: preprocessing, dtype, sizes."""
    digest = hashlib.sha256(json.dumps({"layout": _LAYOUT_VERSION, **description}, sort_keys=True, default=str).encode())
    for name in sorted(weights):
        value = weights[name].detach().cpu().contiguous()
        digest.update(f"{name}{tuple(value.shape)}{value.dtype}".encode())
        digest.update(value.flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:16]
