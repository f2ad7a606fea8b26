"""Asks a model for every worn item given the rest of its outfit, to measure its recall, and each item's popularity beyond the model.

Shape legend: N items · B outfits · I items per outfit, padded · Q questions of one category · M items of it in the pool · D embedding size.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from models.compatibility.base import CompatibilityModel, ItemInputs, OutfitBatch
from models.compatibility.completion import leave_one_out
from models.compatibility.set_transformer import SetTransformer
from models.training.parallel import ALONE, Workers
from models.training.worn import WornOutfits

_AT_ONCE = 256
_MOST_OUTFITS = 16_384
_SAME = 1e-6


@torch.inference_mode()
def recall_at(
    k: int, model: CompatibilityModel, inputs: ItemInputs, outfits: WornOutfits, pool_M: Tensor, workers: Workers = ALONE
) -> float:
    """Share of the outfits' items that rank among the k best of their category in the pool, given the outfit's other items.

    Ties count by their expectation under random order, so a constant model finds k items by chance, not all.
    Each worker asks about a share of the outfits.
    """
    found, asked = 0.0, 0.0
    pooled_N = torch.zeros(len(inputs), dtype=torch.bool, device=model.device)
    pooled_N[pool_M.to(model.device)] = True
    for odds_QM, own_Q, rows_Q, weight_Q, _ in _asked(model, inputs, outfits.take(workers.mine(torch.arange(len(outfits)))), pool_M):
        better_Q = (odds_QM > own_Q[:, None] + _SAME).sum(1)
        alike_Q = (odds_QM >= own_Q[:, None] - _SAME).sum(1) - better_Q + ~pooled_N[rows_Q]
        found += float((((k - better_Q) / alike_Q.clamp(min=1)).clamp(0, 1) * weight_Q).sum())
        asked += float(weight_Q.sum())
    found, asked = workers.mean(found, asked)
    return found / asked if asked else 0.0


@torch.inference_mode()
def count_popularity(
    model: SetTransformer,
    inputs: ItemInputs,
    outfits: WornOutfits,
    pool_M: Tensor,
    prior: float,
    generator: torch.Generator,
    workers: Workers = ALONE,
) -> None:
    """Set the model's popularity: the log of how often each item was worn, over how often the model expects it.

    With a gamma prior of mean 1 on that ratio, worth ``prior`` expected wears, its posterior mean after ``n`` wears where ``e`` were
    expected is ``(n + prior) / (e + prior)``. An item that was never worn keeps 0.
    """
    chosen = torch.randperm(len(outfits), generator=generator)[:_MOST_OUTFITS]
    some = outfits.take(chosen)
    worn_N = some.chosen(len(inputs)).to(model.device)
    expected_N = torch.zeros(len(inputs), device=model.device)
    for odds_QM, _, _, weight_Q, members_M in _asked(model, inputs, some.take(workers.mine(torch.arange(len(some)))), pool_M):
        expected_N[members_M] += (odds_QM.softmax(1) * weight_Q[:, None]).sum(0)
    workers.total(expected_N)
    own_N = inputs.residual_N
    model.popularity[own_N] = torch.log((worn_N + prior) / (expected_N / model.popularity[own_N].exp() + prior))
    model.popularity[0] = 0.0


def _asked(
    model: CompatibilityModel, inputs: ItemInputs, outfits: WornOutfits, pool_M: Tensor
) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor, Tensor]]:
    """By category: log-odds of pool items ``(Q, M)`` and worn items ``(Q,)``, rows and weights of these, and the pool's rows ``(M,)``."""
    if not len(outfits):
        return
    rows_RI, mask_RI, weight_RI, pool_M = (
        tensor.to(model.device) for tensor in (outfits.rows_RI, outfits.mask_RI, outfits.weight_RI, pool_M)
    )
    model.eval()
    embedded_ND = model.embed_in_parts(inputs)
    members = {category: pool_M[inputs.category_N[pool_M] == category] for category in inputs.category_N.unique().tolist()}
    for rows_BI, mask_BI, weight_BI in zip(*(part.split(_AT_ONCE) for part in (rows_RI, mask_RI, weight_RI)), strict=True):
        batch = OutfitBatch(embedded_ND[rows_BI], inputs.category_N[rows_BI], mask_BI)
        category_Q, answer_QD, rows_Q, weight_Q = (part[mask_BI] for part in (batch.category_BI, batch.items_BID, rows_BI, weight_BI))
        query_QD = model.query(leave_one_out(batch), category_Q)
        for category in category_Q.unique().tolist():
            here = category_Q == category
            own_Q = (query_QD[here] * answer_QD[here]).sum(-1)
            yield query_QD[here] @ embedded_ND[members[category]].T, own_Q, rows_Q[here], weight_Q[here], members[category]


def popularity_buckets(times_N: Tensor) -> Tensor:
    """A number per item by how often it was worn, ``(N,)``: never, once, twice, up to 5, 15, 30, and more."""
    return torch.bucketize(times_N.float(), torch.tensor([0.5, 1.5, 2.5, 5.5, 15.5, 30.5], device=times_N.device))
