"""Image towers as encoders: image, colour and texture blocks, no text block; words if a training saved some."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from models.encoders.features import Block, FeatureSpec, FloatArray
from models.encoders.folded import fold
from models.encoders.image_towers import CONFIG_FILE, WEIGHTS_FILE, Preprocessing, build_tower, torchvision_tower
from models.encoders.towers import COLOUR, TEXTURE, at_once, encode_blocks, fingerprint
from models.encoders.why_not import check_weights
from models.encoders.words import WordMatrix
from models.errors import EncoderError
from models.precision import CPU, halved

_SIDE = 224


class BackboneEncoder:
    """An image tower; see ``Encoder``."""

    def __init__(
        self,
        spec: str,
        model: torch.nn.Module,
        transform: Callable[[Image.Image], Tensor],
        device: torch.device = CPU,
        words: WordMatrix | None = None,
    ) -> None:
        self.model = model.eval().requires_grad_(requires_grad=False).to(device)
        self._transform, self._device, self._words = transform, device, words
        check_weights(spec, self.model.state_dict())
        side = transform.side if isinstance(transform, Preprocessing) else _SIDE
        with torch.inference_mode():
            size = self._see(torch.zeros(1, 3, side, side)).shape[-1]
        blocks = (Block("image", size), COLOUR, TEXTURE)
        self.features = FeatureSpec(spec, fingerprint(self.model.state_dict(), preprocess=str(transform), blocks=blocks), blocks)
        fold(self.model, transform, device)

    def encode(self, images: Sequence[bytes | None], titles: Sequence[str | None]) -> FloatArray:
        see_at_once = at_once(self._device)
        return encode_blocks(self.features, images, titles, transform=self._transform, see=self._see, see_at_once=see_at_once, read=None)

    def words(self) -> WordMatrix | None:
        return self._words

    def _see(self, pixels: Tensor) -> Tensor:
        with halved(self._device):
            return self.model(pixels.to(self._device)).flatten(1)  # type: ignore[no-any-return]


def load_backbone(spec: str, device: torch.device = CPU) -> BackboneEncoder:
    """Load ``backbone:NAME`` (seeded, untrained), ``backbone:NAME/default`` (torchvision's weights) or ``backbone:NAME/PATH.safetensors``.

    Raises:
        EncoderError: torchvision has no such backbone, or its weights cannot be had.
    """
    from torchvision import transforms  # noqa: PLC0415 - the import takes a second, and only encoding needs it

    name, _, weights = spec.removeprefix("backbone:").partition("/")
    try:
        tower = torchvision_tower(name, weights)
    except EncoderError as error:
        msg = f"encoder {spec!r}: {error}"
        raise EncoderError(msg) from error
    normalise = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    transform = transforms.Compose([transforms.Resize((_SIDE, _SIDE)), transforms.ToTensor(), normalise])
    if weights not in {"", "default", "none"}:
        spec = f"backbone:{name}/{Path(weights).absolute()}"
    return BackboneEncoder(spec, tower, transform, device)


def load_trained_tower(spec: str, directory: Path, device: torch.device = CPU) -> BackboneEncoder:
    """Load what ``image_towers.save_tower`` wrote, with the words beside it.

    Raises:
        EncoderError: a file is missing or broken.
    """
    try:
        body = json.loads((directory / CONFIG_FILE).read_text())
        given = body["preprocess"]
        transform = Preprocessing(side=given["side"], mean=tuple(given["mean"]), std=tuple(given["std"]))
        tower = build_tower(body["tower"])
        tower.load_state_dict(load_file(directory / WEIGHTS_FILE))
        words = WordMatrix.load(directory)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError, EncoderError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        msg = f"encoder {spec!r} cannot be loaded: {reason}"
        raise EncoderError(msg) from error
    return BackboneEncoder(spec, tower, transform, device, words)
