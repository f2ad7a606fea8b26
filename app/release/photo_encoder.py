"""The encoder of a release, for photos and titles that are not in the catalogue."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import torch

from app.ground import compute
from app.ground.errors import NoEncoderError
from models.encoders.base import Encoder
from models.encoders.features import FeatureSpec, FloatArray, check_features
from models.encoders.load import load_encoder
from models.encoders.words import WordMatrix
from models.errors import EncoderError

TEXT_BLOCK: Final = "text"
ELSEWHERE: Final[list[Callable[[str], Encoder]]] = []
"""How encoders are had that are not this process's; what a process registers here goes before loading one."""
_REMEMBERED: Final = 256
"""Texts whose place is remembered: words of occasions are asked again and again."""


class PhotoEncoder:
    """The bundle's encoder, loaded in the background: most shops send ids only, so no request should wait for it.

    Args:
        makes: the features that it must make.
    """

    def __init__(self, spec: str, makes: FeatureSpec, device: torch.device) -> None:
        self._spec, self._makes, self._device = spec, makes, device
        self._lock = threading.Lock()
        self._encoder: Encoder | None = None
        self._read: dict[str, FloatArray | None] = {}

    def encode(self, images: Sequence[bytes | None], titles: Sequence[str | None]) -> FloatArray:
        """Encode photos and titles of items that are not in the catalogue, ``(N, F)``.

        Raises:
            NoEncoderError: the catalogue brought its own features, so no encoder makes more of them.
            EncoderError: the encoder cannot be loaded, or gives other features than the catalogue's.
            ImageError: a picture cannot be used.
        """
        if self._makes.is_own:
            msg = "this catalogue brought its own features, so a photo or title cannot be compared with it; send item ids"
            raise NoEncoderError(msg)
        encoder = self._loaded()
        with compute.teamed():
            return encoder.encode(images, titles)

    def reads(self, text: str) -> FloatArray | None:
        """Where a text lies in the space of pictures: read by the encoder, else from the words that it knows; None where it knows none.

        Raises:
            NoEncoderError, EncoderError: as ``encode`` and ``words``.
        """
        if text in self._read:
            return self._read.get(text)
        meant = self._reading(text)
        if len(self._read) >= _REMEMBERED:
            self._read = {}
        self._read[text] = meant
        return meant

    def _reading(self, text: str) -> FloatArray | None:
        features_F = self.encode([None], [text])[0]
        meant = features_F[self._makes.part(TEXT_BLOCK)] if TEXT_BLOCK in {block.name for block in self._makes.blocks} else None
        return self.words().meaning(text) if meant is None or not meant.any() else meant

    def words(self) -> WordMatrix:
        """The words that the encoder can say of a picture.

        Raises:
            NoEncoderError: it knows no words, or the catalogue brought its own features.
            EncoderError: the encoder cannot be loaded.
        """
        known = None if self._makes.is_own else self._loaded().words()
        if known is None:
            msg = "this catalogue's encoder knows no words; publish a release whose encoder was trained with words, or reads them"
            raise NoEncoderError(msg)
        return known

    def knows_a_word_of(self, text: str) -> bool:
        """Whether the encoder was taught any word of a text; True where it keeps no list of its words."""
        known = self._loaded().words()
        return known is None or known.meaning(text) is not None

    def warm(self) -> None:
        """Load the encoder before the first photo comes; where that fails, the first photo gets the error."""
        if not self._makes.is_own:
            with suppress(EncoderError):
                self._loaded().words()

    def _loaded(self) -> Encoder:
        with self._lock:
            self._encoder = self._encoder or self._load()
            return self._encoder

    def _load(self) -> Encoder:
        encoder = ELSEWHERE[-1](self._spec) if ELSEWHERE else load_encoder(self._spec, self._device)
        mend = "install the same weights, or import the catalogue into a fresh home"
        check_features("the release", self._makes, "its encoder here", encoder.features, mend=mend)
        return encoder
