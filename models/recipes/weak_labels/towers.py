"""The modules of ``weak-labels``: an image tower, a text tower if the loss reads titles, a vector per word; saves them as an encoder.

Shape legend: B pictures · L numbers of a network's levels · T tokens · D embedding size · K words · S side.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from models.encoders.image_towers import WEIGHTS_FILE, halved, save_tower
from models.encoders.words import WordMatrix
from models.errors import BundleError
from models.training.architecture import Architecture
from sealed.files import as_any

SMALL: Final = "small"
LITE: Final = "lite0"
_CLIP_WEIGHTS: Final = "open_clip_model.safetensors"


class Towers(nn.Module):
    """The towers and the words over them.

    Args:
        words: K.
        bias: whether words have biases; the published form has none.
    """

    def __init__(self, architecture: Architecture, words: int, *, bias: bool) -> None:
        super().__init__()
        self.tower, self.reads = architecture.tower, architecture.tokenizer is not None
        self.words = nn.Linear(architecture.size, words, bias=bias)

    def see(self, pixels_BCSS: Tensor) -> Tensor:
        """Vectors z of pictures, ``(B, D)``, of any length."""
        look: Callable[[Tensor], Tensor] = self.tower.visual if self.reads else self.tower  # type: ignore[assignment]
        return look(pixels_BCSS).flatten(1).float()

    def see_levels(self, levels_BL: Tensor) -> Tensor:
        """Vectors z of pictures whose levels a pretrained network has seen, ``(B, D)``; see ``LiteLevels``."""
        visual: Any = self.tower.visual
        return visual.head(visual.trunk.standard(levels_BL)).float()  # type: ignore[no-any-return]

    def read(self, tokens_BT: Tensor) -> Tensor:
        """Titles in the space of pictures, ``(B, D)`` of unit length."""
        read: Callable[..., Tensor] = self.tower.encode_text  # type: ignore[assignment]
        return read(tokens_BT, normalize=True).float()

    @property
    def scale(self) -> Tensor:
        """Scale of the cosine of a picture and a title."""
        return self.tower.logit_scale.exp().clamp(max=100)  # type: ignore[operator]

    @property
    def shift(self) -> Tensor:
        """Bias of the scaled cosine in the sigmoid loss."""
        return self.tower.logit_bias  # type: ignore[return-value]


def save_encoder(
    directory: Path, towers: Towers, architecture: Architecture, words: WordMatrix | None, training: Mapping[str, Any]
) -> None:
    """Write the towers in half precision as an encoder that ``local-dir:`` loads, with its words."""
    directory.mkdir(parents=True, exist_ok=True)
    if architecture.tokenizer is None:
        save_tower(directory, towers.tower, architecture.description, architecture.preprocessing, dict(training))
    else:
        given = architecture.preprocessing
        with as_any(directory / _CLIP_WEIGHTS) as file:
            save_file({name: value for name, value in halved(towers.tower.state_dict()).items() if name != "attn_mask"}, file)
        shown = {"size": given.side, "mean": given.mean, "std": given.std}
        preprocess = {**shown, "interpolation": "bicubic", "resize_mode": "longest", "fill_color": 255}
        body = {"model_cfg": architecture.description, "preprocess_cfg": preprocess, "training": training}
        (directory / "open_clip_config.json").write_text(json.dumps(body, indent=1))
    if words:
        words.save(directory)


def start_from(towers: Towers, directory: Path) -> None:
    """Take the weights of an earlier trained encoder where they fit.

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


def in_words(towers: Towers, vocabulary: tuple[str, ...], scale: float, prior_K: Tensor) -> WordMatrix:
    """The word matrix over pictures of unit length; training saw them of length ``scale``. Adds each word's own log-odds."""
    weight, bias = towers.words.weight.detach().cpu().float(), towers.words.bias
    bias_K = prior_K if bias is None else prior_K + bias.detach().cpu().float()
    return WordMatrix(vocabulary, (weight * scale).numpy(), bias_K.float().numpy())
