"""Samples triplets: a worn pair, and a negative in place of one of the two.

Shape legend: N items · R outfits · I items per outfit, padded · Q worn pairs · T triplets.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.datasets.schema import Catalogue
from models.recipes.pairwise.config import Negatives
from models.training.worn import WornOutfits


@dataclass(frozen=True, eq=False)
class Triplets:
    """Rows of anchor, positive and negative, ``(3, T)``, and the number of their outfit, ``(T,)``."""

    row_3T: Tensor
    outfit_T: Tensor


class TripletSampler:
    """All pairs inside outfits; the anchor is either of the two at random, and the negative is random.

    Args:
        kind_N: what a negative must share with the positive; see ``negative_kinds``.

    Attributes:
        outfits: R.
        outfit_Q, row_2Q: of every pair.
    """

    def __init__(self, worn: WornOutfits, kind_N: Tensor, seed: int) -> None:
        self.outfits = len(worn)
        self._generator = torch.Generator().manual_seed(seed)
        first_P, second_P = torch.triu_indices(worn.rows_RI.shape[1], worn.rows_RI.shape[1], 1)
        self.outfit_Q, pair_Q = (worn.mask_RI[:, first_P] & worn.mask_RI[:, second_P]).nonzero(as_tuple=True)
        self.row_2Q = torch.stack([worn.rows_RI[self.outfit_Q, place_P[pair_Q]] for place_P in (first_P, second_P)])
        self._starts: list[int] = torch.searchsorted(self.outfit_Q, torch.arange(len(worn) + 1)).tolist()
        pool = worn.rows_RI[worn.mask_RI].unique()
        self._kind_N = kind_N
        self._members = pool[kind_N[pool].argsort(stable=True)]
        self._first_K = torch.searchsorted(kind_N[self._members].contiguous(), torch.arange(int(kind_N.max()) + 2))

    def __len__(self) -> int:
        return len(self.outfit_Q)

    def of_pairs(self, which_T: Tensor) -> Triplets:
        """Triplets of some of the pairs; a negative is another item of some outfit, or the positive itself if there is no other."""
        row_2T = self.row_2Q[:, which_T]
        swapped_T = torch.rand(len(which_T), generator=self._generator) < 0.5  # noqa: PLR2004 - either may be the anchor
        anchor_T, positive_T = torch.where(swapped_T, row_2T.flip(0), row_2T)
        kind_T = self._kind_N[positive_T]
        first_T, count_T = self._first_K[kind_T], self._first_K[kind_T + 1] - self._first_K[kind_T]
        drawn_T = (torch.rand(len(which_T), generator=self._generator) * count_T).long().clamp(max=count_T - 1)
        drawn_T = (drawn_T + (self._members[first_T + drawn_T] == positive_T)) % count_T
        return Triplets(torch.stack([anchor_T, positive_T, self._members[first_T + drawn_T]]), self.outfit_Q[which_T])

    def of_outfits(self, which_B: Tensor) -> Triplets:
        """Triplets of all pairs of some outfits."""
        return self.of_pairs(torch.cat([torch.arange(*self._starts[outfit : outfit + 2]) for outfit in which_B.tolist()]))


def negative_kinds(catalogue: Catalogue, negatives: Negatives) -> Tensor:
    """The group that a negative shares with the positive, ``(N,)``; an item without a fine category is grouped by its category."""
    if negatives == "any":
        return torch.zeros(len(catalogue), dtype=torch.long)
    names: list[tuple[str, str | None]] = [(name, None) for name in catalogue.categories]
    if negatives == "fine":
        fine = catalogue.table.column("subcategory").to_pylist()
        names = [(name, sub) for (name, _), sub in zip(names, fine, strict=True)]
    number = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return torch.tensor([number[name] for name in names])


def labelled_share(worn: WornOutfits, share: float, seed: int) -> WornOutfits:
    """A random part of the outfits, at least one; with the same seed, a smaller part is a subset of a larger one."""
    order = torch.randperm(len(worn), generator=torch.Generator().manual_seed(seed))
    chosen = order[: max(1, round(share * len(worn)))].sort().values
    return worn.take(chosen)
