"""Features: a row of *blocks* per item (``image``, ``text``, ``colour``…), made by one encoder or given by the shop.

Each block has unit length, or is all zero where the item lacks that modality; so no mask is stored beside the features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.errors import FeaturesError

FloatArray = NDArray[np.float32]

OWN: Final = "features"
"""The spec of a shop's own vectors, which the catalogue gives; no encoder makes them."""
CARRIED: Final = "bundle:encoder"
"""The spec of an encoder inside the bundle, in its directory ``encoder``."""


class Block(NamedTuple):
    """A run of ``size`` features that one modality fills."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """A description of features, without the encoder that makes them.

    Attributes:
        spec: the name of their encoder (``local-dir:…``, ``hf-hub:…``, ``backbone:resnet18``, ``shipped``), ``OWN`` or ``CARRIED``.
        fingerprint: a digest over weights, preprocessing, dtype and size: equal fingerprints, equal features.
        blocks: their layout; F is the sum of the sizes.
    """

    spec: str
    fingerprint: str
    blocks: tuple[Block, ...]

    @classmethod
    def own(cls, size: int) -> FeatureSpec:
        """The spec of a shop's own vectors, ``(N, size)``."""
        return cls(OWN, f"{OWN}:{size}", (Block("features", size),))

    @property
    def is_own(self) -> bool:
        """Whether they are a shop's own; then no encoder can make them."""
        return self.spec == OWN

    @property
    def size(self) -> int:
        """F, the number of features."""
        return sum(block.size for block in self.blocks)

    def part(self, name: str) -> slice:
        """The columns of a block; all columns if there is no block of that name (a shop's own vectors)."""
        start = 0
        for block in self.blocks:
            if block.name == name:
                return slice(start, start + block.size)
            start += block.size
        return slice(None)

    def __str__(self) -> str:
        return f"{'the shop itself' if self.is_own else self.spec} ({self.fingerprint})"


def check_features(reader: str, reads: FeatureSpec, source: str, gives: FeatureSpec, *, mend: str) -> None:
    """Refuse features that a model cannot read.

    Args:
        reader, source: names of what reads and of what has the features, for the message. mend: what to do.

    Raises:
        FeaturesError: they come from different encoders; the message names both.
    """
    if reads.fingerprint != gives.fingerprint:
        msg = f"{reader} reads features of {reads}, {source} has those of {gives}; {mend}"
        raise FeaturesError(msg)
