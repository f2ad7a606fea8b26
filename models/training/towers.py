"""What ``weak-labels`` trains: an image tower, a text tower where the loss reads titles, a vector per word; and how it becomes an encoder.

Shape legend: B pictures · T tokens · D embedding size · K words · S side.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from models.encoders.image_towers import WEIGHTS_FILE, Preprocessing, halved, save_tower, torchvision_tower
from models.encoders.words import WordMatrix
from models.errors import BundleError, EncoderError, InputError

SMALL: Final = "small"
CLIP_MEAN: Final = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD: Final = (0.26862954, 0.26130258, 0.27577711)
_CLIP_WEIGHTS: Final = "open_clip_model.safetensors"
_SIGLIP_START: Final = {"init_logit_scale": math.log(10.0), "init_logit_bias": -10.0}  # Zhai et al., 2023, section 3.2
_MAY_LACK: Final = {"attn_mask", "logit_bias"}
_TORCHVISION_SIDE: Final = 224


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """A tower to train, and what its encoder will say of itself.

    Attributes:
        tower: an image tower; an open_clip model where titles are read too.
        description: ``tower`` of ``image_config.json``, or ``model_cfg`` of ``open_clip_config.json``.
        size: D.
        pretrained: whether it comes with weights.
        tokenizer: titles -> ``(B, T)``, where titles are read.
    """

    tower: nn.Module
    description: Mapping[str, Any]
    preprocessing: Preprocessing
    size: int
    pretrained: bool
    tokenizer: Callable[[list[str]], Tensor] | None = None


class Towers(nn.Module):
    """The towers and the words over them.

    Args:
        words: K.
        bias: whether a word has a bias, which the published form does not.
    """

    def __init__(self, architecture: Architecture, words: int, *, bias: bool) -> None:
        super().__init__()
        self.tower, self.reads = architecture.tower, architecture.tokenizer is not None
        self.words = nn.Linear(architecture.size, words, bias=bias)

    def see(self, pixels_BCSS: Tensor) -> Tensor:
        """z, ``(B, D)``, of any length."""
        look: Callable[[Tensor], Tensor] = self.tower.visual if self.reads else self.tower  # type: ignore[assignment]
        return look(pixels_BCSS).flatten(1).float()

    def read(self, tokens_BT: Tensor) -> Tensor:
        """Titles in the space of pictures, ``(B, D)`` of unit length."""
        read: Callable[..., Tensor] = self.tower.encode_text  # type: ignore[assignment]
        return read(tokens_BT, normalize=True).float()

    @property
    def scale(self) -> Tensor:
        """Of the cosine of a picture and a title."""
        return self.tower.logit_scale.exp().clamp(max=100)  # type: ignore[operator]

    @property
    def shift(self) -> Tensor:
        """What is added to the scaled cosine under the sigmoid loss."""
        return self.tower.logit_bias  # type: ignore[return-value]


def torchvision_architecture(name: str, weights: str, side: int, seed: int) -> Architecture:
    """A torchvision backbone; D is what its last layer would have read.

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
        name: as open_clip knows it, or a file in the form of ``open_clip_config.json``, where ``model`` is not given.
        weights: ``none``, one of open_clip's tags for that name, or a safetensors file.
        side: 0 for the model's own.
        reads: whether titles are read; else only the image half is kept.
        sigmoid: whether it starts as the sigmoid loss needs it.

    Raises:
        InputError: the file cannot be read. EncoderError: the model or its weights cannot be had.
    """
    import open_clip  # noqa: PLC0415 - two seconds that only encoding should cost

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
            if weights != "none":
                _take_weights(built, name, weights)
            known = name in open_clip.list_models()
            length = config["text_cfg"].get("context_length", 77)
            tokenizer = open_clip.get_tokenizer(name) if known else open_clip.SimpleTokenizer(context_length=length)
    except Exception as error:  # open_clip and the hub raise anything; all mean that there is no model
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        msg = f"backbone {name!r} with weights {weights!r} cannot be had: {reason}"
        raise EncoderError(msg) from error
    preprocessing = Preprocessing(side=config["vision_cfg"]["image_size"], mean=CLIP_MEAN, std=CLIP_STD)
    shared = {"preprocessing": preprocessing, "size": config["embed_dim"], "pretrained": weights != "none"}
    if reads:
        return Architecture(tower=built, description=config, tokenizer=tokenizer, **shared)
    image = {"embed_dim": config["embed_dim"], "vision_cfg": config["vision_cfg"], "quick_gelu": bool(config.get("quick_gelu"))}
    return Architecture(tower=built.visual, description={"library": "open_clip", **image}, **shared)  # type: ignore[arg-type]


def save_encoder(
    directory: Path, towers: Towers, architecture: Architecture, words: WordMatrix | None, training: Mapping[str, Any]
) -> None:
    """Write what was trained as an encoder that ``local-dir:`` loads, in half precision, with its words beside it."""
    directory.mkdir(parents=True, exist_ok=True)
    if architecture.tokenizer is None:
        save_tower(directory, towers.tower, architecture.description, architecture.preprocessing, dict(training))
    else:
        given = architecture.preprocessing
        save_file(
            {name: value for name, value in halved(towers.tower.state_dict()).items() if name != "attn_mask"}, directory / _CLIP_WEIGHTS
        )
        shown = {"size": given.side, "mean": given.mean, "std": given.std}
        preprocess = {**shown, "interpolation": "bicubic", "resize_mode": "longest", "fill_color": 255}
        body = {"model_cfg": architecture.description, "preprocess_cfg": preprocess, "training": training}
        (directory / "open_clip_config.json").write_text(json.dumps(body, indent=1))
    if words:
        words.save(directory)


def start_from(towers: Towers, directory: Path) -> None:
    """Take over the weights of an encoder that was trained before, where they fit.

    Raises:
        BundleError: none fits, or they cannot be read.
    """
    try:
        found = next(path for name in (WEIGHTS_FILE, _CLIP_WEIGHTS) if (path := directory / name).is_file())
        theirs = load_file(found)
    except (StopIteration, OSError, SafetensorError) as error:
        msg = f"{directory}: no weights of an encoder that could be trained further"
        raise BundleError(msg) from error
    mine = towers.tower.state_dict()
    halves = {f"visual.{name}": value for name, value in theirs.items()} | {
        name.removeprefix("visual."): value for name, value in theirs.items() if name.startswith("visual.")
    }
    fitting = {name: value for name, value in {**halves, **theirs}.items() if name in mine and mine[name].shape == value.shape}
    if not any(value.ndim > 1 for value in fitting.values()):
        msg = f"{directory}: none of its weights fit this backbone; choose the one that it was trained with"
        raise BundleError(msg)
    towers.tower.load_state_dict({**mine, **fitting})


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


def small_config(*, side: int, embedding_size: int, width: int, layers: tuple[int, ...], text: Mapping[str, int]) -> dict[str, Any]:
    """The project's own small open_clip model: a ResNet with attention pooling, on a CPU far faster than depthwise convolutions."""
    return {
        "embed_dim": embedding_size,
        "vision_cfg": {"layers": list(layers), "width": width, "patch_size": None, "image_size": side},
        "text_cfg": {"vocab_size": 49408, "heads": max(1, text["width"] // 32), **text},
    }


def in_words(towers: Towers, vocabulary: tuple[str, ...], scale: float, prior_K: Tensor) -> WordMatrix:
    """The words over pictures of unit length, which training saw ``scale`` long, with log-odds of their own added."""
    weight, bias = towers.words.weight.detach().cpu().float(), towers.words.bias
    bias_K = prior_K if bias is None else prior_K + bias.detach().cpu().float()
    return WordMatrix(vocabulary, (weight * scale).numpy(), bias_K.float().numpy())
