"""What an encoder would need, before anything of it is downloaded: its architecture is built without weights, and its work is counted.

For the hub's models only a list of known architectures helps; open_clip's own names say theirs.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Final

import torch
from torch.utils.flop_counter import FlopCounterMode

from models.encoders.load import SHIPPED_DIRECTORIES
from models.errors import EncoderError

_ARCHITECTURES: Final = {
    "hf-hub:Marqo/marqo-fashionSigLIP": "ViT-B-16-SigLIP",
    "hf-hub:Marqo/marqo-fashionCLIP": "ViT-B-16",
    "hf-hub:laion/CLIP-ViT-B-32-laion2B-s34B-b79K": "ViT-B-32",
    "hf-hub:laion/CLIP-ViT-L-14-laion2B-s32B-b82K": "ViT-L-14",
    "hf-hub:timm/ViT-B-16-SigLIP": "ViT-B-16-SigLIP",
}
_BATCH: Final = 64  # pictures that are encoded at once
_REACHED: Final = 0.5  # of a plain matrix product's speed, by the layers of such a network
_SIDE: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """The needs of an encoder.

    Attributes:
        parameters: of the picture's and the title's tower. download: bytes of the weights in single precision.
        memory: bytes while encoding: the weights, and about what a batch of pictures takes.
        images_per_s: on this machine's CPU with the threads that torch has now; an estimate from counted operations.
    """

    architecture: str
    side: int
    parameters: int
    download: int
    memory: int
    images_per_s: float


def needs_of(spec: str) -> Needs:
    """The needs of an open_clip encoder.

    Raises:
        EncoderError: it is shipped or local, so nothing is to be downloaded; or its architecture is not known here.
    """
    import open_clip  # noqa: PLC0415 - slow to import

    if spec in SHIPPED_DIRECTORIES or spec.startswith("local-dir:"):
        msg = f"encoder {spec!r}: nothing of it is downloaded; `attire import` says how fast it is"
        raise EncoderError(msg)
    name = _ARCHITECTURES.get(spec, spec.partition("/")[0])
    if name not in open_clip.list_models():
        known = ", ".join(_ARCHITECTURES)
        msg = f"encoder {spec!r}: its architecture is not known before it is downloaded; known are open_clip's names and {known}"
        raise EncoderError(msg)
    logging.disable(logging.WARNING)  # that there are no weights is the point
    try:
        with torch.device("meta"):
            model = open_clip.create_model(name, pretrained=None, device="meta").eval().requires_grad_(requires_grad=False)
    finally:
        logging.disable(logging.NOTSET)
    side = model.visual.image_size
    side = side[0] if isinstance(side, tuple) else side
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model.encode_image(torch.empty(1, 3, side, side, device="meta"))
    parameters = sum(weight.numel() for weight in model.parameters())
    of_batch = 4 * _BATCH * 3 * side * side * 8
    return Needs(
        architecture=name,
        side=side,
        parameters=parameters,
        download=4 * parameters,
        memory=4 * parameters + of_batch,
        images_per_s=_REACHED * _speed() / counter.get_total_flops(),
    )


def _speed() -> float:
    """Floating-point operations a second in a matrix product here, the best of five."""
    left, right = torch.randn(_SIDE, _SIDE), torch.randn(_SIDE, _SIDE)
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        left @ right
        best = min(best, time.perf_counter() - started)
    return float(2 * _SIDE**3 / best)
