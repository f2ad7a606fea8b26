"""Image towers by name: torchvision's classifiers without their last layer, and the image half of an open_clip model.

A trained tower is saved as a directory with ``image_config.json`` (the tower, its preprocessing, how it was trained) and
``image_model.safetensors``; ``local-dir:`` reads it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from models.encoders.pictures import square
from models.errors import EncoderError
from sealed.files import as_any

CONFIG_FILE: Final = "image_config.json"
WEIGHTS_FILE: Final = "image_model.safetensors"
_HEADS: Final = ("fc", "classifier", "head", "heads")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preprocessing:
    """A picture fitted into a white square of ``side`` pixels, then normalised per channel."""

    side: int
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)

    def __call__(self, picture: Image.Image) -> Tensor:
        """``(3, side, side)``."""
        return self.normalise(torch.from_numpy(square(picture, self.side)).float() / 255)

    def normalise(self, pixels: Tensor) -> Tensor:
        """Normalise pixels in 0 to 1, ``(…, 3, H, W)``."""
        mean, std = (torch.tensor(values, device=pixels.device).view(3, 1, 1) for values in (self.mean, self.std))
        return (pixels - mean) / std


def torchvision_tower(name: str, weights: str = "none", seed: int = 0) -> nn.Module:
    """A torchvision classifier without its last layer.

    Args:
        weights: ``none`` (untrained, from ``seed``), ``default`` (torchvision's, downloaded once) or a safetensors file.

    Raises:
        EncoderError: torchvision has no such backbone, or its weights cannot be had.
    """
    from torchvision import models  # noqa: PLC0415 - the import takes a second, and only encoding needs it

    if name not in models.list_models(models):
        msg = f"torchvision has no backbone {name!r}; for example resnet18, resnet50, mobilenet_v3_small, vgg13, alexnet"
        raise EncoderError(msg)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            tower: nn.Module = models.get_model(name, weights="DEFAULT" if weights == "default" else None)
        for head in _HEADS:
            if hasattr(tower, head):
                setattr(tower, head, nn.Identity())  # so that it returns its last layer's input
        if weights not in {"", "default", "none"}:  # of a whole classifier, or of a tower
            theirs = {name: value for name, value in load_file(Path(weights)).items() if name.partition(".")[0] not in _HEADS}
            tower.load_state_dict(theirs)
    except Exception as error:  # a failed download, a broken file, a key that does not fit
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        msg = f"backbone {name!r} with weights {weights!r} cannot be loaded: {reason}"
        raise EncoderError(msg) from error
    return tower


def build_tower(description: Mapping[str, Any]) -> nn.Module:
    """Build an untrained tower from its description in ``image_config.json``.

    Raises:
        KeyError, TypeError, ValueError, EncoderError: the description is not valid.
    """
    if description["library"] == "torchvision":
        return torchvision_tower(description["name"])
    if description["library"] != "open_clip":
        msg = f"library {description['library']!r}; known are torchvision, open_clip"
        raise ValueError(msg)
    from open_clip.model import CLIPVisionCfg, _build_vision_tower  # noqa: PLC0415 - the public API builds no image tower alone

    import models.encoders.lite  # noqa: F401, PLC0415 - timm knows its network by name then

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        vision = CLIPVisionCfg(**description["vision_cfg"])
        built: nn.Module = _build_vision_tower(description["embed_dim"], vision, quick_gelu=description.get("quick_gelu", False))
    return built


def save_tower(directory: Path, tower: nn.Module, description: Mapping[str, Any], preprocessing: Preprocessing, training: object) -> None:
    """Write a trained tower in half precision; ``local-dir:`` loads it."""
    directory.mkdir(parents=True, exist_ok=True)
    with as_any(directory / WEIGHTS_FILE) as file:
        save_file(halved(tower.state_dict()), file)
    body = {"tower": dict(description), "preprocess": asdict(preprocessing), "training": training}
    (directory / CONFIG_FILE).write_text(json.dumps(body, indent=1))


def halved(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights as they are saved: half precision, on the CPU."""
    return {name: (value.half() if value.is_floating_point() else value).detach().cpu().contiguous() for name, value in weights.items()}
