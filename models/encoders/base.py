"""What an encoder is: pictures and titles in, features out.

Shapes: N items, F features. Features are a row of *blocks* (``image``, ``text``, ``colour``…), each of unit length or, where the
item lacks that modality, all zero. A zero block is therefore the mask: nothing else needs to be stored beside the features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from models.encoders.words import WordMatrix

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Block:
    """A run of ``size`` features that one modality fills."""

    name: str
    size: int


class Encoder(Protocol):
    """Pictures and titles -> features.

    Attributes:
        spec: how the encoder was asked for (``local-dir:…``, ``hf-hub:…``, ``backbone:resnet18``, ``shipped``).
        fingerprint: a digest over weights, preprocessing, dtype and size: equal fingerprints, equal features.
        blocks: the layout of the features; F is the sum of their sizes.
    """

    @property
    def spec(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def blocks(self) -> tuple[Block, ...]: ...

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
        """The words it can say of a picture, over its image block; None where it knows none."""
        ...


def feature_size(blocks: Sequence[Block]) -> int:
    """F, the number of features of a layout."""
    return sum(block.size for block in blocks)


def block_part(blocks: Sequence[Block], name: str) -> slice:
    """Where a block lies in the features; all of them where there is none of that name (the shop's own)."""
    start = 0
    for block in blocks:
        if block.name == name:
            return slice(start, start + block.size)
        start += block.size
    return slice(None)
