"""Training data as arrays: the worn outfits as padded rows of a catalogue.

Shape legend: N items · B outfits · I items per outfit, padded · R outfits in all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.datasets.schema import Catalogue, Outfit


@dataclass(frozen=True)
class WornOutfits:
    """R outfits of two items or more: ``rows_RI`` into the catalogue, ``mask_RI`` True where there is an item."""

    rows_RI: Tensor
    mask_RI: Tensor

    def __len__(self) -> int:
        return len(self.rows_RI)

    @classmethod
    def of(cls, outfits: Sequence[Outfit], catalogue: Catalogue, most: int = 12) -> WornOutfits:
        """Pad outfits; one of more than ``most`` items keeps its first ones, since so large a set is a basket, not an outfit."""
        sets = [list(dict.fromkeys(catalogue.row_of[item] for item in outfit.items))[:most] for outfit in outfits]
        sets = [rows for rows in sets if len(rows) > 1]
        longest = max((len(rows) for rows in sets), default=2)
        rows_RI = np.zeros((len(sets), longest), dtype=np.int64)
        mask_RI = np.zeros((len(sets), longest), dtype=bool)
        for number, rows in enumerate(sets):
            rows_RI[number, : len(rows)], mask_RI[number, : len(rows)] = rows, True
        return cls(torch.from_numpy(rows_RI), torch.from_numpy(mask_RI))

    def rows(self) -> list[list[int]]:
        """The rows of each outfit."""
        return [rows_I[mask_I].tolist() for rows_I, mask_I in zip(self.rows_RI, self.mask_RI, strict=True)]

    def times_worn(self, count: int) -> NDArray[np.int64]:
        """Number of outfits that hold each of ``count`` items, ``(N,)``."""
        return np.bincount(self.rows_RI[self.mask_RI].numpy(), minlength=count)
