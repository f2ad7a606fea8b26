"""Softmax over candidates: find the worn item among the items that could fill its slot.

Candidates are drawn uniformly, so the learned log-odds are log p(item | context), popularity included, up to a constant per context.

Shape legend: Q questions · M candidates · S candidates that were drawn · B outfits · J others · D embedding size ·
C categories.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def softmax_within(
    query_QD: Tensor,
    answer_QD: Tensor,
    category_Q: Tensor,
    drawn_SD: Tensor,
    category_S: Tensor,
    not_QS: Tensor,
    weight_Q: Tensor,
) -> tuple[Tensor, Tensor]:
    """Cross-entropy of each answer against the drawn candidates of its own category, and a penalty that makes log-odds comparable.

    Args:
        query_QD: the query of the answer's slot.
        not_QS: True where a drawn candidate is not a negative, because it is the answer or in the context.
        weight_Q: what each question counts in the cross-entropy.

    Returns:
        The mean cross-entropy, and the mean square of log mean exp over the candidates. Where the latter is 0, a log-odds is
        log p(item | context) / p(item), so it can be compared between contexts and summed over an outfit (self-normalisation,
        Devlin et al., ACL 2014).
    """
    losses, constants = [], []
    for category in category_Q.unique():
        asked, members = category_Q == category, category_S == category
        own_Q1 = (query_QD[asked] * answer_QD[asked]).sum(-1, keepdim=True)
        others = query_QD[asked] @ drawn_SD[members].T
        others = others.masked_fill(not_QS[asked][:, members], -torch.inf)
        partition_Q = torch.cat([own_Q1, others], dim=1).logsumexp(1)
        losses.append((partition_Q - own_Q1[:, 0]) * weight_Q[asked])
        constants.append(partition_Q - math.log(others.shape[1] + 1))
    return torch.cat(losses).mean(), torch.cat(constants).square().mean()


def worn_among(worn_B: Tensor, others_BJ: Tensor) -> Tensor:
    """Cross-entropy of each worn outfit's score among those of J others, mean over the outfits."""
    logits = torch.cat([worn_B[:, None], others_BJ], dim=1)
    return F.cross_entropy(logits, torch.zeros(len(logits), dtype=torch.long, device=logits.device))


def no_negatives(outfits_QI: Tensor, mask_QI: Tensor, drawn_S: Tensor, count: int) -> Tensor:
    """True where a drawn candidate is in the question's outfit, answer included, ``(Q, S)``. All are rows of a catalogue of ``count``.

    So are words of a vocabulary, which a picture's text holds or not. Candidates are drawn without repetition.
    """
    place = torch.full((count,), -1, device=drawn_S.device)
    place[drawn_S] = torch.arange(len(drawn_S), device=drawn_S.device)
    position_QI = place[outfits_QI]
    question_QI = torch.arange(len(outfits_QI), device=drawn_S.device)[:, None].expand_as(position_QI)
    found = (position_QI >= 0) & mask_QI
    held = torch.zeros(len(outfits_QI), len(drawn_S), dtype=torch.bool, device=drawn_S.device)
    held[question_QI[found], position_QI[found]] = True
    return held
