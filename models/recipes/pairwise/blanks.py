"""Fill-in-the-blank accuracy on validation outfits, for early stopping of pairwise trainings.

Shape legend: N items · Q questions · I items per context, padded · W wrong candidates.
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.compatibility.base import CompatibilityModel, OutfitBatch
from models.training.calibrate import random_outfits
from models.training.worn import WornOutfits

_GROUPS = 3
_WRONG = 3  # beside the right one, as Polyvore's questions have it


class Blanks:
    """Questions: every item of every outfit, three times, each against three random others of its category.

    Args:
        pool_M: rows that may be wrong answers.
    """

    def __init__(self, worn: WornOutfits, category_N: Tensor, pool_M: Tensor, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        outfit_Q, self._item_Q = worn.mask_RI.nonzero(as_tuple=True)
        self._row_QI, self._mask_QI = worn.rows_RI[outfit_Q], worn.mask_RI[outfit_Q].clone()
        self._mask_QI[torch.arange(len(outfit_Q)), self._item_Q] = False
        self._category_N = category_N
        answer_Q1 = self._row_QI.gather(1, self._item_Q[:, None])
        answer_QW = answer_Q1.expand(-1, _GROUPS * _WRONG)
        wrong_QW = random_outfits(answer_QW, torch.ones_like(answer_QW, dtype=torch.bool), category_N, pool_M, generator)
        self._candidate_QW = torch.cat([answer_Q1, wrong_QW], dim=1)
        self.rows = torch.cat([self._row_QI[self._mask_QI], self._candidate_QW.flatten()]).unique()

    def __len__(self) -> int:
        return len(self._item_Q)

    @torch.no_grad()
    def accuracy(self, model: CompatibilityModel, embedded_ME: Tensor) -> float:
        """Share of right answers; a tie is wrong, and a question whose answer was drawn as its own rival does not count.

        Args:
            embedded_ME: of ``rows``, in their order.
        """
        device = embedded_ME.device
        place_N = torch.zeros_like(self._category_N)
        place_N[self.rows] = torch.arange(len(self.rows))
        right, asked = 0, 0
        for some in torch.arange(len(self)).split(1024):
            row_QI, candidate_QW = self._row_QI[some], self._candidate_QW[some]
            context = OutfitBatch(embedded_ME[place_N[row_QI]], self._category_N[row_QI].to(device), self._mask_QI[some].to(device))
            score_QW = model.rank(context, embedded_ME[place_N[candidate_QW]], self._category_N[candidate_QW].to(device)).cpu()
            beaten_QGW = (score_QW[:, :1] > score_QW[:, 1:]).reshape(len(some), _GROUPS, _WRONG)
            fair_QG = (candidate_QW[:, 1:] != candidate_QW[:, :1]).reshape(len(some), _GROUPS, _WRONG).all(2)
            right += int((beaten_QGW.all(2) & fair_QG).sum())
            asked += int(fair_QG.sum())
        return right / max(1, asked)
