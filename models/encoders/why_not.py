"""Why an encoder cannot be loaded, in one line, and what helps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import shorten
from typing import Final

import torch
from torch import Tensor

from models.encoders.words import MATRIX_FILE
from models.errors import EncoderError

_POINTER: Final = b"version https://git-lfs"
_PICKLES: Final = ("*.bin", "*.pt", "*.pth", "*.ckpt")
_LONGEST: Final = 300


def check_directory(spec: str, directory: Path) -> None:
    """Refuse a directory that holds no open_clip model.

    Raises:
        EncoderError: no configuration or no weights are there; names the file that is there in their place.
    """
    if not (directory / "open_clip_config.json").is_file():
        msg = f"encoder {spec!r}: no open_clip_config.json in {directory}; give a directory that holds an open_clip model"
        raise EncoderError(msg)
    weights = [path for path in sorted(directory.glob("*.safetensors")) if path.name != MATRIX_FILE]
    if not weights:
        pickles = [path.name for kind in _PICKLES for path in sorted(directory.glob(kind))]
        said = f", and {pickles[0]}, a pickle, may hold code and is not read; save its weights with safetensors" if pickles else ""
        msg = f"encoder {spec!r}: no weights (*.safetensors) in {directory}{said}"
        raise EncoderError(msg)
    for path in sorted(directory.glob("*.safetensors")):
        with path.open("rb") as file:
            if file.read(len(_POINTER)) == _POINTER:
                msg = f"encoder {spec!r}: {path} is a pointer of git-lfs and not the weights; run `git lfs pull` where it was cloned"
                raise EncoderError(msg)


def check_weights(spec: str, weights: Mapping[str, Tensor]) -> None:
    """Refuse weights that are not finite.

    Raises:
        EncoderError: that is so; names the first.
    """
    for name, values in weights.items():
        if not torch.isfinite(values).all():
            msg = f"encoder {spec!r}: its weight {name!r} holds NaN or an infinity; take other weights, or train it again"
            raise EncoderError(msg)


def why_not(error: Exception, source: str, directory: Path | None) -> str:
    """The reason, and what helps.

    Args:
        source: what open_clip was asked for. directory: of an encoder on disk; None for one of the hub.
    """
    if isinstance(error, ModuleNotFoundError):
        return f"it needs {error.name}, which is not installed; run `pip install 'attire[siglip]'`"
    if directory is None:
        return f"{_first(error, source)}; check the name, or be online for the first download"
    if "state_dict" in str(error):
        found = " ".join(" ".join(str(error).splitlines()[1:]).split())
        return f"its weights are not those of open_clip_config.json: {_short(found)}; copy both from one place"
    return f"{_first(error, source)}; see that the files in {directory} are whole, and copy them again where not"


def _first(error: BaseException, source: str) -> str:
    """The first line; for a hub error of its first cause, which open_clip wraps in longer and vaguer messages."""
    while source.startswith("hf-hub:") and (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return _short((str(error).strip() or type(error).__name__).splitlines()[0])


def _short(text: str) -> str:
    return shorten(text, _LONGEST, placeholder=" …")
