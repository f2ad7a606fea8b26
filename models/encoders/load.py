"""Builds an encoder from its spec."""

from __future__ import annotations

from typing import Final

from models.encoders.base import Encoder

SHIPPED: Final = "shipped"


def load_encoder(spec: str = SHIPPED, device: str = "cpu") -> Encoder:
    """Build an encoder.

    Args:
        spec: ``shipped`` · ``hf-hub:ORG/NAME`` · ``local-dir:PATH`` · an open_clip model name, with ``/PRETRAINED`` for weights ·
            ``backbone:NAME`` or ``backbone:NAME/WEIGHTS`` for torchvision.

    Raises:
        EncoderError: no such model, or it cannot be reached; one line.
    """
    raise NotImplementedError
