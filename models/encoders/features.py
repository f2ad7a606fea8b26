"""What features are: a row of *blocks* (``image``, ``text``, ``colour``…).

Each block is of unit length or, where the item lacks that modality, all zero. A zero block is therefore the mask: nothing else needs to
be stored beside the features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Block:
    """A run of ``size`` features that one modality fills."""

    name: str
    size: int


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
