"""Softmax over candidates: of all the items that could fill a slot, the one that was worn.

Shape legend: Q questions · M candidates · D embedding size · C categories.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def candidate_logits(queries_QCD: Tensor, candidates_MD: Tensor, category_M: Tensor) -> Tensor:
    """Log-odds of each candidate, asked with the query of its own category, ``(Q, M)``."""
    logits_QM = queries_QCD.new_empty(len(queries_QCD), len(candidates_MD))
    for category in category_M.unique().tolist():
        members = category_M == category
        logits_QM[:, members] = queries_QCD[:, category] @ candidates_MD[members].T
    return logits_QM


def candidate_softmax(
    logits_QM: Tensor, answer_Q: Tensor, same_category_QM: Tensor, taken_QM: Tensor, across: float, smoothing: float = 0.0
) -> tuple[Tensor, Tensor]:
    """Cross-entropy of the answer within its category, and over all categories.

    Args:
        logits_QM: with uniformly drawn candidates these become log p(item | context), popularity included.
        answer_Q: position of the answer among the candidates.
        same_category_QM: True for candidates of the answer's category.
        taken_QM: True for candidates that the context holds already: never negatives.
        across: weight of the softmax over all categories, which makes slots comparable.
        smoothing: label smoothing of both.

    Returns:
        The weighted loss, and the part within the category.
    """
    within = F.cross_entropy(logits_QM.masked_fill(~same_category_QM | taken_QM, -1e4), answer_Q, label_smoothing=0.0)
    if smoothing:
        spread = logits_QM.masked_fill(~same_category_QM | taken_QM, 0.0).sum(1) / (same_category_QM & ~taken_QM).sum(1).clamp(min=1)
        within = (1 - smoothing) * within + smoothing * (
            logits_QM.masked_fill(~same_category_QM | taken_QM, -1e4).logsumexp(1) - spread
        ).mean()
    if not across:
        return within, within
    every = F.cross_entropy(logits_QM.masked_fill(taken_QM, -1e4), answer_Q)
    return within + across * every, within


def held_by(context_QI: Tensor, mask_QI: Tensor, candidates_M: Tensor) -> Tensor:
    """True where a candidate is one of the context's items, ``(Q, M)``; both given as rows of the catalogue."""
    held = torch.zeros(len(context_QI), len(candidates_M), dtype=torch.bool, device=context_QI.device)
    place = torch.full((int(max(context_QI.max(), candidates_M.max())) + 1,), -1, device=context_QI.device)
    place[candidates_M] = torch.arange(len(candidates_M), device=context_QI.device)
    position_QI = place[context_QI]
    question_QI = torch.arange(len(context_QI), device=context_QI.device)[:, None].expand_as(position_QI)
    found = (position_QI >= 0) & mask_QI
    held[question_QI[found], position_QI[found]] = True
    return held
