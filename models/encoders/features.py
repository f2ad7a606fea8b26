"""What features are: a row of *blocks* (``image``, ``text``, ``colour``…), made by one encoder or brought by the shop.

Each block is of unit length or, where the item lacks that modality, all zero. A zero block is therefore the mask: nothing else needs to
be stored beside the features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.errors import FeaturesError

FloatArray = NDArray[np.float32]

OWN: Final = "features"
"""The spec of a shop's own vectors, given in the catalogue; no encoder makes them."""
CARRIED: Final = "bundle:encoder"
"""The spec of an encoder that lies in the bundle itself, in its directory ``encoder``."""


class Block(NamedTuple):
    """A run of ``size`` features that one modality fills."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """What features are, apart from what makes them.

    Attributes:
        spec: how their encoder is asked for (``local-dir:…``, ``hf-hub:…``, ``backbone:resnet18``, ``shipped``), ``OWN`` or ``CARRIED``.
        fingerprint: a digest over weights, preprocessing, dtype and size: equal fingerprints, equal features.
        blocks: their layout; F is the sum of the sizes.
    """

    spec: str
    fingerprint: str
    blocks: tuple[Block, ...]

    @classmethod
    def own(cls, size: int) -> FeatureSpec:
        """Of a shop's own vectors, ``(N, size)``."""
        return cls(OWN, f"{OWN}:{size}", (Block("features", size),))

    @property
    def is_own(self) -> bool:
        """Whether they are a shop's own, so that nothing here can make more of them."""
        return self.spec == OWN

    @property
    def size(self) -> int:
        """F, the number of features."""
        return sum(block.size for block in self.blocks)

    def part(self, name: str) -> slice:
        """Where a block lies in the features; all of them where there is none of that name (the shop's own)."""
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
        reader, source: what reads and what has the features, for the message. mend: what to do.

    Raises:
        FeaturesError: they are of another encoder; both are named.
    """
    if reads.fingerprint != gives.fingerprint:
        msg = f"{reader} reads features of {reads}, {source} has those of {gives}; {mend}"
        raise FeaturesError(msg)
