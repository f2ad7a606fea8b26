"""How much each member and each term of the memory counts: a softmax regression on questions made of validation outfits.

Every item of a validation outfit is asked for, given the others, three times among three wrong ones of its category: any; of like popularity; and
of like popularity, never worn with an item of the question. (The last is how published questions are often made, and what a shop asks when it
wants something new.) A fourth question, the item among many of its category, says what popularity is worth where all are candidates.

Shape legend: Q questions · I items worn, padded · M candidates, the right one first · J weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from models.compatibility.base import ItemInputs, OutfitBatch
from models.compatibility.ensemble import Ensemble
from models.training.calibrate import random_outfits
from models.training.popularity import popularity_buckets
from models.training.worn import WornOutfits

Ints = NDArray[np.int64]

_WRONG, _MANY, _AT_ONCE = 3, 100, 256
_MOST: Final = 4_000  # questions of each kind
_LEAST: Final = 50
_LEAST_COLD: Final = 30
_PENALTY: Final = 0.01
_REPLACED: Final = 4  # times that each validation outfit is replaced
_BUCKETS: Final = 8


@torch.no_grad()
def weigh(model: Ensemble, inputs: ItemInputs, train: WornOutfits, valid: WornOutfits, seed: int) -> None:
    """Set the weights, the popularity and the probes of an ensemble whose members are trained; too few questions leave equal weights."""
    rng, times_N = np.random.default_rng(seed), torch.from_numpy(train.times_worn(len(inputs)))
    embedded_ND = torch.cat([model.embed(inputs[slice(at, at + 8192)]) for at in range(0, len(inputs), 8192)])
    category_N = inputs.category_N.numpy()
    _set_probes(model, embedded_ND, category_N, times_N.numpy(), rng)
    context_QI, answer_Q = _blanks(valid, rng)
    kinds = [_candidates(answer_Q, wrong, _WRONG) for wrong in _wrong_ones(context_QI, answer_Q, category_N, times_N, train, rng)]
    asked = [(context_QI[kept_Q], candidates_QM) for kept_Q, candidates_QM in kinds if kept_Q.sum() >= _LEAST]
    if not asked:
        return
    weights_J = _regression(torch.cat([_heard(model, embedded_ND, inputs, *question) for question in asked]))
    members = len(model.sizes)
    model.member_weight.copy_(weights_J[:members])
    model.term_weight.copy_(weights_J[members:])
    model.judge_weight[2:] = model.term_weight
    _set_judge(model, embedded_ND, inputs, times_N, valid, torch.Generator().manual_seed(seed))
    _set_popularity(model, embedded_ND, inputs, times_N, (context_QI, answer_Q), rng)


def _set_probes(model: Ensemble, embedded_ND: Tensor, category_N: Ints, times_N: Ints, rng: np.random.Generator) -> None:
    worn_M = np.flatnonzero(times_N)
    for category in np.unique(category_N[worn_M]):
        rows = rng.permutation(worn_M[category_N[worn_M] == category])[: model.probes.shape[1]]
        model.probes[category, : len(rows)] = embedded_ND[rows, : model.looks]
        model.probed[category, : len(rows)] = True


def _set_popularity(
    model: Ensemble, embedded_ND: Tensor, inputs: ItemInputs, times_N: Tensor, asked: tuple[Ints, Ints], rng: np.random.Generator
) -> None:
    """What having been worn often, or never, is worth among all items of a category, in units of the score."""
    context_QI, answer_Q = asked
    some = slice(0, _MOST // 4)
    category_N = inputs.category_N.numpy()
    members = {category: np.flatnonzero(category_N == category) for category in np.unique(category_N[answer_Q])}
    others_QM = np.stack([rng.choice(members[category_N[answer]], _MANY) for answer in answer_Q[some]])
    candidates_QM = np.concatenate([answer_Q[some, None], others_QM], axis=1)
    scores_QM = torch.cat(
        [
            model.rank(context, *_vectors(embedded_ND, inputs, rows))
            for context, rows in _chunks(embedded_ND, inputs, context_QI[some], candidates_QM)
        ]
    )
    times_QM = times_N[candidates_QM]
    features_QMJ = torch.stack([scores_QM, times_QM.clamp(min=1).float().log(), (times_QM == 0).float()], dim=-1)
    tells_of_cold = int((times_N[answer_Q[some]] == 0).sum()) >= _LEAST_COLD
    weights_J = _regression(features_QMJ if tells_of_cold else features_QMJ[..., :2])
    scale = float(weights_J[0].clamp(min=1e-3))
    worn = times_N > 0
    value_N = weights_J[1] / scale * times_N.clamp(min=1).float().log()
    cold = float(weights_J[2]) / scale if tells_of_cold else float(value_N[worn].mean())  # nothing held against what nobody could wear
    model.popularity[inputs.residual_N[worn]] = value_N[worn]
    model.popularity[0] = cold


def _set_judge(
    model: Ensemble, embedded_ND: Tensor, inputs: ItemInputs, times_N: Tensor, valid: WornOutfits, generator: torch.Generator
) -> None:
    """Weigh the evidence of whole outfits: worn ones against the same with every item replaced by one of its category and like popularity."""
    like_N = inputs.category_N * _BUCKETS + popularity_buckets(times_N)
    rows_RI, mask_RI = valid.rows_RI.repeat(_REPLACED, 1), valid.mask_RI.repeat(_REPLACED, 1)
    other_RI = random_outfits(rows_RI, mask_RI, like_N, torch.arange(len(like_N)), generator)
    told = [
        torch.cat([model.evidence(OutfitBatch(embedded_ND[rows], inputs.category_N[rows], mask)) for rows, mask in zip(a, b, strict=True)])
        for a, b in ((of.split(_AT_ONCE), mask_RI.split(_AT_ONCE)) for of in (rows_RI, other_RI))
    ]
    evidence, labels = torch.cat(told).double().numpy(), np.repeat([1, 0], [len(rows_RI), len(rows_RI)])
    spread = np.maximum(evidence.std(0), 1e-9)
    fitted = LogisticRegression(C=1.0, max_iter=1000).fit(evidence / spread, labels)
    model.judge_weight.copy_(torch.from_numpy(fitted.coef_[0] / spread).float())


def _blanks(outfits: WornOutfits, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Each item of each outfit with the others, ``(Q, I)`` padded with -1 and ``(Q,)``; a random part of them where there are many."""
    rows_RI = np.where(outfits.mask_RI.numpy(), outfits.rows_RI.numpy(), -1)
    outfit_Q, place_Q = np.nonzero(rows_RI >= 0)
    chosen = rng.permutation(len(outfit_Q))[:_MOST]
    context_QI, place_Q = rows_RI[outfit_Q[chosen]].copy(), place_Q[chosen]
    answer_Q = context_QI[np.arange(len(chosen)), place_Q]
    context_QI[np.arange(len(chosen)), place_Q] = -1
    return context_QI, answer_Q


def _wrong_ones(
    context_QI: Ints, answer_Q: Ints, category_N: Ints, times_N: Tensor, train: WornOutfits, rng: np.random.Generator
) -> Iterator[list[Ints]]:
    """Wrong candidates of each question, for each kind of question."""
    bucket_N = popularity_buckets(times_N).numpy()
    group_N = category_N * (int(bucket_N.max()) + 1) + bucket_N
    of_category, of_group = ({code: np.flatnonzero(codes == code) for code in np.unique(codes)} for codes in (category_N, group_N))
    beside: dict[int, set[int]] = {}
    for rows, mask in zip(train.rows_RI.numpy(), train.mask_RI.numpy(), strict=True):
        for row in rows[mask]:
            beside.setdefault(int(row), set()).update(rows[mask].tolist())

    def drawn(pool: Ints, banned: set[int]) -> Ints:
        some = rng.permutation(pool)[: 8 * _WRONG + 32]
        return some[[int(row) not in banned for row in some]][:_WRONG]

    worn = [set(context[context >= 0].tolist()) | {int(answer)} for context, answer in zip(context_QI, answer_Q, strict=True)]
    met = [items.union(*(beside.get(item, set()) for item in items)) for items in worn]
    yield [drawn(of_category[category_N[answer]], items) for answer, items in zip(answer_Q, worn, strict=True)]
    yield [drawn(of_group[group_N[answer]], items) for answer, items in zip(answer_Q, worn, strict=True)]
    yield [drawn(of_group[group_N[answer]], items) for answer, items in zip(answer_Q, met, strict=True)]


def _candidates(answer_Q: Ints, wrong: list[Ints], count: int) -> tuple[NDArray[np.bool_], Ints]:
    """Which questions have enough wrong ones, and their candidates, the right one first."""
    kept_Q = np.array([len(rows) == count for rows in wrong], dtype=bool)
    rows = [np.concatenate([[answer], rows]) for answer, rows, kept in zip(answer_Q, wrong, kept_Q, strict=True) if kept]
    return kept_Q, np.array(rows, dtype=np.int64).reshape(-1, count + 1)


def _heard(model: Ensemble, embedded_ND: Tensor, inputs: ItemInputs, context_QI: Ints, candidates_QM: Ints) -> Tensor:
    """What each member and each term says of each candidate, ``(Q, M, J)``."""
    parts = []
    for context, rows in _chunks(embedded_ND, inputs, context_QI, candidates_QM):
        vectors_BMD, category_BM = _vectors(embedded_ND, inputs, rows)
        queries = model.member_queries(context, category_BM[:, 0], weighed=False)
        looks = vectors_BMD[..., : model.looks].split(model.sizes, dim=-1)
        said = [torch.einsum("bd,bmd->bm", query_BD, own_BMD) for query_BD, own_BMD in zip(queries, looks, strict=True)]
        terms = [model.terms(context, vectors_BMD, category_BM)] if model.memory else []
        parts.append(torch.cat([torch.stack(said, dim=-1), *terms], dim=-1))
    return torch.cat(parts)


def _chunks(embedded_ND: Tensor, inputs: ItemInputs, context_QI: Ints, candidates_QM: Ints) -> Iterator[tuple[OutfitBatch, Ints]]:
    for at in range(0, len(context_QI), _AT_ONCE):
        rows_BI = torch.from_numpy(context_QI[at : at + _AT_ONCE])
        known_BI = rows_BI.clamp(min=0)
        yield OutfitBatch(embedded_ND[known_BI], inputs.category_N[known_BI], rows_BI >= 0), candidates_QM[at : at + _AT_ONCE]


def _vectors(embedded_ND: Tensor, inputs: ItemInputs, rows_BM: Ints) -> tuple[Tensor, Tensor]:
    return embedded_ND[rows_BM], inputs.category_N[rows_BM]


def _regression(heard_QMJ: Tensor) -> Tensor:
    """Weights under which the right candidate, the first, wins the softmax of its question; small ones are preferred, ``(J,)``."""
    wrong_less_right = (heard_QMJ[:, 1:] - heard_QMJ[:, :1]).double()
    spread_J = wrong_less_right.flatten(0, 1).std(0).clamp(min=1e-9)
    wrong_less_right = wrong_less_right / spread_J
    with torch.enable_grad():
        weights_J = torch.zeros(heard_QMJ.shape[2], dtype=torch.double, requires_grad=True)
        optimiser = torch.optim.LBFGS([weights_J], max_iter=200, line_search_fn="strong_wolfe")

        def loss() -> Tensor:
            optimiser.zero_grad()
            odds_QM = wrong_less_right @ weights_J
            value = (
                torch.cat([odds_QM.new_zeros(len(odds_QM), 1), odds_QM], dim=1).logsumexp(1).mean() + _PENALTY * weights_J.square().sum()
            )
            value.backward()
            return value

        optimiser.step(loss)
    return (weights_J.detach() / spread_J).float()
