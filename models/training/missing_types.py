"""Trains what tells which type an outfit lacks (``models.compatibility.missing_types``): under a minute for ten thousand outfits.

Shape legend: N items · B outfits of a step · I items per outfit, padded · Q questions · S types.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F

from models.compatibility.missing_types import MissingTypes
from models.progress import Progress
from models.training import loop
from models.training.fields import Schedule
from models.training.worn import WornOutfits

_SCHEDULE: Final = Schedule(batch_size=64, epochs=12, learning_rate=2e-3, weight_decay=0.02, patience=3, minutes=60.0)
_HIDE: Final = 0.1
"""Chance that a training step does not see an item that is worn."""


def fit_missing_types(
    type_N: Tensor, category_N: Tensor, categories: int, train: WornOutfits, valid: WornOutfits, seed: int, progress: Progress
) -> MissingTypes:
    """Every item of every outfit is asked for by its type, given the others'; kept is what said most of validation outfits.

    Args:
        type_N: of each item, 0 for one that no training outfit has. category_N: likewise, below ``categories``.
    """
    generator = loop.seeded(seed)
    model = MissingTypes(types=int(type_N.max()) + 1, categories=categories)
    worn_Q = train.rows_RI[train.mask_RI]
    model.category[type_N[worn_Q]] = category_N[worn_Q]
    count_S = torch.bincount(type_N[worn_Q], minlength=len(model.log_share)).float()
    model.log_share[1:] = (count_S[1:] / count_S.sum()).log()

    def loss(outfits: WornOutfits, rows: Tensor, hide: float) -> Tensor:
        type_BI, mask_BI = type_N[outfits.rows_RI[rows]], outfits.mask_RI[rows]
        others_BII = mask_BI[:, None] & ~torch.eye(mask_BI.shape[1], dtype=torch.bool)
        others_QI = others_BII[mask_BI]
        others_QI = others_QI & (torch.rand(others_QI.shape, generator=generator) >= hide)
        asked_Q = type_BI[mask_BI]
        log_p_QS = model(type_BI.repeat_interleave(mask_BI.sum(1), 0), others_QI)
        return F.nll_loss(log_p_QS[asked_Q > 0], asked_Q[asked_Q > 0])

    @torch.no_grad()
    def judge() -> float:
        return -float(loss(valid, torch.arange(len(valid)), 0.0))

    loop.fit(
        model,
        _SCHEDULE,
        len(train),
        lambda rows, _done: loss(train, rows, _HIDE),
        judge if bool(type_N[valid.rows_RI[valid.mask_RI]].any()) else None,
        generator=generator,
        title="training types",
        progress=progress,
    )
    return model
