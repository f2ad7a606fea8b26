"""The encoder of a release, for photos and titles that are not of the catalogue."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress

import torch

from app.ground.errors import NoEncoderError
from models.encoders.base import Encoder
from models.encoders.features import FloatArray
from models.encoders.load import load_encoder
from models.encoders.own import OWN
from models.encoders.words import WordMatrix
from models.errors import EncoderError


class PhotoEncoder:
    """The bundle's encoder, loaded beside the first requests: most shops send ids only, so nobody waits for it."""

    def __init__(self, spec: str, fingerprint: str, device: torch.device) -> None:
        self._spec, self._fingerprint, self._device = spec, fingerprint, device
        self._lock = threading.Lock()
        self._encoder: Encoder | None = None

    def encode(self, images: Sequence[bytes | None], titles: Sequence[str | None]) -> FloatArray:
        """Encode photos and titles of strangers, ``(N, F)``.

        Raises:
            NoEncoderError: the catalogue brought its own features, so nothing here can make more of them.
            EncoderError: the encoder cannot be had, or gives other features than the catalogue's.
            ImageError: a picture cannot be used.
        """
        if self._spec == OWN:
            msg = "this catalogue brought its own features, so a photo or title cannot be compared with it; send item ids"
            raise NoEncoderError(msg)
        return self._loaded().encode(images, titles)

    def words(self) -> WordMatrix:
        """The words that the encoder can say of a picture.

        Raises:
            NoEncoderError: it knows none, or the catalogue brought its own features.
            EncoderError: the encoder cannot be had.
        """
        known = None if self._spec == OWN else self._loaded().words()
        if known is None:
            msg = "this catalogue's encoder knows no words; publish a release whose encoder was trained with words, or reads them"
            raise NoEncoderError(msg)
        return known

    def knows_a_word_of(self, text: str) -> bool:
        """Whether it was taught any word of a text; always, where it keeps no list of what it was taught."""
        known = self._loaded().words()
        return known is None or known.meaning(text) is not None

    def warm(self) -> None:
        """Load the encoder before the first photo comes; where it cannot be had, the first photo tells why."""
        if self._spec != OWN:
            with suppress(EncoderError):
                self._loaded().words()

    def _loaded(self) -> Encoder:
        with self._lock:
            self._encoder = self._encoder or self._load()
            return self._encoder

    def _load(self) -> Encoder:
        encoder = load_encoder(self._spec, self._device)
        if encoder.fingerprint != self._fingerprint:
            msg = (
                f"encoder {self._spec} has fingerprint {encoder.fingerprint} here, but the catalogue was encoded by {self._fingerprint}; "
                "install the same weights, or import the catalogue into a fresh home"
            )
            raise EncoderError(msg)
        return encoder
