"""open_clip models as encoders: image, text, colour and texture blocks."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.encoders.base import Block, FloatArray
from models.encoders.towers import COLOUR, TEXTURE, encode_blocks, fingerprint
from models.errors import EncoderError


class OpenClipEncoder:
    """A contrastive image-text model of open_clip; see ``Encoder``."""

    def __init__(self, spec: str, model: torch.nn.Module, transform: Any, tokenizer: Any, device: str = "cpu") -> None:  # noqa: ANN401 - open_clip is untyped
        self.model = model.eval().requires_grad_(requires_grad=False).to(device)
        self.spec, self._transform, self._tokenizer, self._device = spec, transform, tokenizer, device
        size = self._read(["shirt"]).shape[-1]
        self.blocks = (Block("image", size), Block("text", size), COLOUR, TEXTURE)
        self.fingerprint = fingerprint(
            self.model.state_dict(),
            preprocess=str(transform),
            tokenizer=type(tokenizer).__name__,
            blocks=[(b.name, b.size) for b in self.blocks],
        )

    def encode(self, images: Sequence[bytes | None], titles: Sequence[str | None]) -> FloatArray:
        return encode_blocks(self.blocks, images, titles, transform=self._transform, see=self._see, read=self._read)

    def _see(self, pixels: Tensor) -> Tensor:
        return self.model.encode_image(pixels.to(self._device))  # type: ignore[operator,no-any-return]

    def _read(self, titles: list[str]) -> Tensor:
        with torch.inference_mode():
            return self.model.encode_text(self._tokenizer(titles).to(self._device))  # type: ignore[operator,no-any-return]


def load_open_clip(spec: str, device: str = "cpu", name: str | None = None, pretrained: str | None = None) -> OpenClipEncoder:
    """Load an open_clip model.

    Args:
        spec: how it was asked for; also what to load where ``name`` is not given: ``hf-hub:ORG/NAME`` or ``local-dir:PATH``.
        device: where it computes.
        name: a name that open_clip knows, with ``pretrained`` one of its tags or a checkpoint file.
        pretrained: None for untrained weights.

    Raises:
        EncoderError: it does not exist, cannot be reached, or its files do not fit.
    """
    import open_clip  # noqa: PLC0415 - two seconds that only encoding should cost

    source = name or spec
    directory = Path(source.removeprefix("local-dir:"))
    if source.startswith("local-dir:") and not (directory / "open_clip_config.json").is_file():
        msg = f"encoder {spec!r}: no open_clip_config.json in {directory}; give a directory that holds an open_clip model"
        raise EncoderError(msg)
    if source.startswith("local-dir:") and not list(directory.glob("*.safetensors")):
        msg = f"encoder {spec!r}: no weights (*.safetensors) in {directory}"
        raise EncoderError(msg)
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # open_clip tells its story, and errors that are told below, to the root logger
    try:
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            warnings.simplefilter("ignore")
            torch.manual_seed(0)  # untrained weights are the same ones everywhere
            model, _, transform = open_clip.create_model_and_transforms(
                source, pretrained=pretrained, weights_only=True, require_pretrained=bool(pretrained) or ":" in source
            )
            tokenizer = open_clip.get_tokenizer(source)
    except Exception as error:  # open_clip and the hub raise anything; all mean that there is no encoder
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        msg = f"encoder {spec!r} cannot be loaded: {reason}; check the name, or be online for the first download"
        raise EncoderError(msg) from error
    finally:
        logging.disable(level)
    return OpenClipEncoder(spec, model, transform, tokenizer, device)
