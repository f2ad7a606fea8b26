"""Training data as arrays: the worn outfits as padded rows of a catalogue.

Shape legend: N items · B outfits · I items per outfit, padded · R outfits in all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.datasets.schema import Catalogue, Outfit


@dataclass(frozen=True)
class WornOutfits:
    """R outfits of two items or more: ``rows_RI`` into the catalogue, ``mask_RI`` True where there is an item.

    Attributes:
        weight_RI: what each item counts as a choice, 1 on average.
    """

    rows_RI: Tensor
    mask_RI: Tensor
    weight_RI: Tensor

    def __len__(self) -> int:
        return len(self.rows_RI)

    @classmethod
    def of(
        cls,
        outfits: Sequence[Outfit],
        catalogue: Catalogue,
        counts: Mapping[tuple[str, str], float] = MappingProxyType({}),
        most: int = 12,
    ) -> WornOutfits:
        """Pad outfits; one of more than ``most`` items keeps its first ones, since so large a set is a basket, not an outfit."""
        sets = [{catalogue.row_of[item]: counts.get((outfit.id, item), 1.0) for item in outfit.items} for outfit in outfits]
        sets = [dict(islice(rows.items(), most)) for rows in sets if len(rows) > 1]
        longest = max((len(rows) for rows in sets), default=2)
        rows_RI = np.zeros((len(sets), longest), dtype=np.int64)
        mask_RI = np.zeros((len(sets), longest), dtype=bool)
        weight_RI = np.ones((len(sets), longest))
        for number, rows in enumerate(sets):
            rows_RI[number, : len(rows)], mask_RI[number, : len(rows)] = list(rows), True
            weight_RI[number, : len(rows)] = list(rows.values())
        if sets:
            weight_RI /= weight_RI[mask_RI].mean()
        return cls(torch.from_numpy(rows_RI), torch.from_numpy(mask_RI), torch.from_numpy(weight_RI).float())

    def take(self, rows: Tensor) -> WornOutfits:
        """Some of the outfits; their items count what they counted."""
        return WornOutfits(self.rows_RI[rows], self.mask_RI[rows], self.weight_RI[rows])

    def rows(self) -> list[list[int]]:
        """The rows of each outfit."""
        return [rows_I[mask_I].tolist() for rows_I, mask_I in zip(self.rows_RI, self.mask_RI, strict=True)]

    def times_worn(self, count: int) -> NDArray[np.int64]:
        """Number of outfits that hold each of ``count`` items, ``(N,)``."""
        return np.bincount(self.rows_RI[self.mask_RI].numpy(), minlength=count)

    def chosen(self, count: int) -> Tensor:
        """The same, each choice as often as it counts, ``(N,)``."""
        return torch.bincount(self.rows_RI[self.mask_RI], self.weight_RI[self.mask_RI], minlength=count)
