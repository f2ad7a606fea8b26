"""The protocol of encoders: pictures and titles in, features out.

Shapes: N items, F features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from models.encoders.features import FeatureSpec, FloatArray
from models.encoders.words import WordMatrix


class Encoder(Protocol):
    """Pictures and titles -> features.

    Attributes:
        features: what it makes.
    """

    @property
    def features(self) -> FeatureSpec: ...

    def encode(self, images: Sequence[bytes | None], titles: Sequence[str | None]) -> FloatArray:
        """Encode a batch, ``(N, F)``.

        Args:
            images: N encoded pictures (JPEG, PNG, WebP), None where an item has none.
            titles: N titles, None where an item has none.

        Raises:
            ImageError: a picture cannot be used (its message says why; decode with ``pictures.decode`` first to know which).
        """
        ...

    def words(self) -> WordMatrix | None:
        """The words it can label pictures with, over its image block; None without a vocabulary."""
        ...
