"""torchvision backbones as encoders: image, colour and texture blocks, no words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.encoders.base import Block, FloatArray
from models.encoders.towers import COLOUR, TEXTURE, encode_blocks, fingerprint
from models.errors import EncoderError

_HEADS = ("fc", "classifier", "head", "heads")
_SIDE = 224


class BackboneEncoder:
    """A torchvision classifier without its last layer; see ``Encoder``."""

    def __init__(self, spec: str, model: torch.nn.Module, transform: Any, device: str = "cpu") -> None:  # noqa: ANN401 - torchvision is untyped
        self.model = model.eval().requires_grad_(requires_grad=False).to(device)
        self.spec, self._transform, self._device = spec, transform, device
        with torch.inference_mode():
            size = self._see(torch.zeros(1, 3, _SIDE, _SIDE)).shape[-1]
        self.blocks = (Block("image", size), COLOUR, TEXTURE)
        self.fingerprint = fingerprint(self.model.state_dict(), preprocess=str(transform), blocks=[(b.name, b.size) for b in self.blocks])

    def encode(self, images: Sequence[bytes | None], titles: Sequence[str | None]) -> FloatArray:
        return encode_blocks(self.blocks, images, titles, transform=self._transform, see=self._see, read=None)

    def _see(self, pixels: Tensor) -> Tensor:
        return self.model(pixels.to(self._device)).flatten(1)  # type: ignore[no-any-return]


def load_backbone(spec: str, device: str = "cpu") -> BackboneEncoder:
    """Load ``backbone:NAME`` (seeded, untrained), ``backbone:NAME/default`` (torchvision's weights) or ``backbone:NAME/PATH.safetensors``.

    Raises:
        EncoderError: torchvision has no such backbone, or its weights cannot be had.
    """
    from torchvision import models, transforms  # noqa: PLC0415 - a second that only encoding should cost

    name, _, weights = spec.removeprefix("backbone:").partition("/")
    if name not in models.list_models(models):
        msg = f"encoder {spec!r}: torchvision has no backbone {name!r}; for example resnet18, resnet50, vgg13, alexnet"
        raise EncoderError(msg)
    normalise = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    transform = transforms.Compose([transforms.Resize((_SIDE, _SIDE)), transforms.ToTensor(), normalise])
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            model = models.get_model(name, weights="DEFAULT" if weights == "default" else None)
        if weights not in {"", "default", "none"}:
            from safetensors.torch import load_file  # noqa: PLC0415 - only for weights of one's own

            model.load_state_dict(load_file(Path(weights)))
    except Exception as error:  # a download, a file or a key that does not fit: all mean that there is no encoder
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        msg = f"encoder {spec!r} cannot be loaded: {reason}"
        raise EncoderError(msg) from error
    for head in _HEADS:
        if hasattr(model, head):
            setattr(model, head, torch.nn.Identity())
    return BackboneEncoder(spec, model, transform, device)
