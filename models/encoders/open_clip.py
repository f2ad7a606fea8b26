"""open_clip models as encoders: image, text, colour and texture blocks."""

from __future__ import annotations

import logging
import math
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from models.encoders.features import Block, FeatureSpec, FloatArray
from models.encoders.folded import fold
from models.encoders.titles import title_reader
from models.encoders.towers import COLOUR, TEXTURE, at_once, encode_blocks, fingerprint
from models.encoders.why_not import check_directory, check_weights, why_not
from models.encoders.words import WordMatrix, read_vocabulary
from models.errors import EncoderError
from models.precision import CPU, halved

_READ_AT_ONCE = 256
DEFAULT_VOCABULARY = Path(__file__).parent / "shipped"
"""The vocabulary of encoders that have none of their own."""


class OpenClipEncoder:
    """A contrastive image-text model of open_clip; see ``Encoder``.

    Args:
        words: a matrix that a training saved beside the weights.
        vocabulary: words that the text tower encodes if there is no matrix.
    """

    def __init__(
        self,
        spec: str,
        model: torch.nn.Module,
        transform: Any,  # noqa: ANN401 - open_clip is untyped
        tokenizer: Any,  # noqa: ANN401 - likewise
        device: torch.device = CPU,
        *,
        words: WordMatrix | None = None,
        vocabulary: Sequence[str] = (),
    ) -> None:
        self.model = model.eval().requires_grad_(requires_grad=False).to(device)
        self._transform, self._device, self._tower = transform, device, title_reader(model, tokenizer, device)
        self._words, self._vocabulary, self._reading = words, tuple(vocabulary), threading.Lock()
        check_weights(spec, self.model.state_dict())
        size = self._read(["shirt"]).shape[-1]
        blocks = (Block("image", size), Block("text", size), COLOUR, TEXTURE)
        weights, reader = self.model.state_dict(), type(tokenizer).__name__
        self.features = FeatureSpec(spec, fingerprint(weights, preprocess=str(transform), tokenizer=reader, blocks=blocks), blocks)
        fold(model.get_submodule("visual"), transform, device)

    def encode(self, images: Sequence[bytes | None], titles: Sequence[str | None]) -> FloatArray:
        return encode_blocks(
            self.features,
            images,
            titles,
            transform=self._transform,
            see=self._see,
            see_at_once=at_once(self._device),
            read=self._read,
        )

    def words(self) -> WordMatrix | None:
        """The matrix that a training saved; otherwise each word of the vocabulary as the text tower encodes it, times the logit scale."""
        with self._reading:
            if self._words is None and self._vocabulary:
                parts = [
                    F.normalize(self._read(list(self._vocabulary[at : at + _READ_AT_ONCE])).float(), dim=-1).cpu().numpy()
                    for at in range(0, len(self._vocabulary), _READ_AT_ONCE)
                ]
                scale = getattr(self.model, "logit_scale", torch.tensor(math.log(100.0)))
                vectors_KD = np.asarray(float(scale.exp().clamp(max=100)) * np.concatenate(parts), dtype=np.float32)
                self._words = WordMatrix(self._vocabulary, vectors_KD, np.zeros(len(self._vocabulary), dtype=np.float32))
            return self._words

    def _see(self, pixels: Tensor) -> Tensor:
        with halved(self._device):
            return self.model.encode_image(pixels.to(self._device))  # type: ignore[operator,no-any-return]

    def _read(self, titles: list[str]) -> Tensor:
        with torch.inference_mode(), halved(self._device):
            return self._tower(titles)


def load_open_clip(spec: str, device: torch.device = CPU, name: str | None = None, pretrained: str | None = None) -> OpenClipEncoder:
    """Load an open_clip model.

    Args:
        spec: how it was asked for; also what to load where ``name`` is not given: ``hf-hub:ORG/NAME`` or ``local-dir:PATH``.
        device: where it computes.
        name: a name that open_clip knows, with ``pretrained`` one of its tags or a checkpoint file.
        pretrained: None for untrained weights.

    Raises:
        EncoderError: it does not exist, cannot be reached, or its files do not fit or are not whole.
    """
    import open_clip  # noqa: PLC0415 - the import takes two seconds, and only encoding needs it

    import models.encoders.lite  # noqa: F401, PLC0415 - registers the image tower of the shipped encoder

    source = name or spec
    own = Path(source.removeprefix("local-dir:")) if source.startswith("local-dir:") else None
    if own:
        check_directory(spec, own)
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # open_clip logs to the root logger, also the errors that are raised below
    try:
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            warnings.simplefilter("ignore")
            torch.manual_seed(0)  # untrained weights are the same in every process
            model, _, transform = open_clip.create_model_and_transforms(
                source, pretrained=pretrained, weights_only=True, require_pretrained=bool(pretrained) or ":" in source
            )
            tokenizer = open_clip.get_tokenizer(source)
        words = WordMatrix.load(own) if own else None
        vocabulary = (read_vocabulary(own) if own else []) or read_vocabulary(DEFAULT_VOCABULARY)
    except Exception as error:  # open_clip and the hub raise errors of any type
        msg = f"encoder {spec!r} cannot be loaded: {why_not(error, source, own)}"
        raise EncoderError(msg) from error
    finally:
        logging.disable(level)
    return OpenClipEncoder(spec, model, transform, tokenizer, device, words=words, vocabulary=vocabulary)
